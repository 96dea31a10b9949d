/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/holdback.h"

#include "unit/unit.h"

static struct holdback h;

/* Records are numbers here. */
static void *
number(uintptr_t n)
{
	return (void *)n;
}

static enum holdback_answer
ask(enum alert_state state, enum finding_kind kind,
    enum finding_severity severity, uint64_t id, nstime now)
{
	const struct alert_event event = {
		.kind = kind,
		.state = state,
		.severity = severity,
		.id = id,
		.subject = slice_text(id == 5001 ? "10.0.0.7" : "10.0.0.8"),
		.now = now,
	};
	void *old;
	const enum holdback_answer answer = holdback_ask(&h, &event, now, &old);

	if (answer == HOLDBACK_KEEP)
		holdback_keep(&h, &event, number(id));
	return answer;
}

static enum holdback_answer
raise_one(enum finding_severity severity, uint64_t id)
{
	return ask(ALERT_RAISED, FINDING_CLOCK_SKEW, severity, id, 0);
}

static void
begin(unsigned rate)
{
	memset(&h, 0, sizeof(h));
	throttle_init(&h.throttle, rate, 0);
	for (unsigned i = 0; i < 5 * rate; i++)
		ck_assert_int_eq(
		    raise_one(FINDING_ERROR, 1000 + i), HOLDBACK_TELL);
}

START_TEST(what_finds_no_room_is_told_later_the_gravest_first)
{
	begin(1);
	ck_assert_int_eq(raise_one(FINDING_WARNING, 1), HOLDBACK_KEEP);
	ck_assert_int_eq(raise_one(FINDING_CRITICAL, 2), HOLDBACK_KEEP);
	ck_assert_int_eq(raise_one(FINDING_WARNING, 3), HOLDBACK_KEEP);
	ck_assert_ptr_null(holdback_next(&h, 0));
	ck_assert_ptr_eq(holdback_next(&h, NSTIME_S), number(2));
	ck_assert_ptr_null(holdback_next(&h, NSTIME_S));
	ck_assert_ptr_eq(holdback_next(&h, 2 * NSTIME_S), number(1));
	ck_assert_ptr_eq(holdback_next(&h, 3 * NSTIME_S), number(3));
	ck_assert_ptr_null(holdback_next(&h, 9 * NSTIME_S));
}
END_TEST

START_TEST(what_was_never_told_is_not_told_to_be_over)
{
	begin(1);
	raise_one(FINDING_ERROR, 1);
	ck_assert_int_eq(ask(ALERT_RESOLVED, FINDING_CLOCK_SKEW, FINDING_NOTICE,
			     1, 9 * NSTIME_S),
	    HOLDBACK_DROP);
	ck_assert_ptr_null(holdback_next(&h, 9 * NSTIME_S));
}
END_TEST

START_TEST(what_goes_on_is_raised_when_there_is_room)
{
	begin(1);
	raise_one(FINDING_ERROR, 1);
	ck_assert_int_eq(ask(ALERT_REFRESHED, FINDING_CLOCK_SKEW, FINDING_ERROR,
			     1, 9 * NSTIME_S),
	    HOLDBACK_RAISED);
	ck_assert_ptr_null(holdback_next(&h, 10 * NSTIME_S));
}
END_TEST

START_TEST(another_kind_has_room_of_its_own)
{
	begin(1);
	raise_one(FINDING_ERROR, 1);
	ck_assert_int_eq(
	    ask(ALERT_RAISED, FINDING_TRANSACTION_TIMEOUT, FINDING_ERROR, 2, 0),
	    HOLDBACK_TELL);
}
END_TEST

START_TEST(the_least_grave_give_way_and_are_counted)
{
	char store[200];
	struct textbuf t;

	begin(1);
	for (unsigned i = 0; i < HOLDBACK_MOST; i++)
		raise_one(FINDING_WARNING, 1 + i);
	raise_one(FINDING_ERROR, 5000);
	raise_one(FINDING_NOTICE, 5001);
	textbuf_init(&t, store, sizeof(store));
	ck_assert(throttle_finish(&h.throttle, &t));
	ck_assert_str_eq(store,
	    "2 alerts held back: 2 clock-skew; the gravest: clock-skew "
	    "10.0.0.8");
	ck_assert_ptr_eq(holdback_next(&h, NSTIME_S), number(5000));
	ck_assert_ptr_eq(holdback_next(&h, 2 * NSTIME_S), number(1));
}
END_TEST

START_TEST(what_gave_way_is_raised_when_it_is_heard_of_again)
{
	begin(1);
	for (uint64_t id = 1; id <= HOLDBACK_MOST; id++)
		raise_one(FINDING_CRITICAL, id);
	ck_assert_int_eq(raise_one(FINDING_WARNING, 5001), HOLDBACK_KEEP);
	ck_assert_int_eq(raise_one(FINDING_WARNING, 5002), HOLDBACK_KEEP);
	ck_assert_int_eq(ask(ALERT_REFRESHED, FINDING_CLOCK_SKEW,
			     FINDING_WARNING, 5001, 60 * NSTIME_S),
	    HOLDBACK_RAISED);
	ck_assert_int_eq(ask(ALERT_REFRESHED, FINDING_CLOCK_SKEW,
			     FINDING_WARNING, 5001, 60 * NSTIME_S),
	    HOLDBACK_TELL);
	ck_assert_int_eq(ask(ALERT_RESOLVED, FINDING_CLOCK_SKEW, FINDING_NOTICE,
			     5002, 60 * NSTIME_S),
	    HOLDBACK_DROP);
}
END_TEST

UNIT("holdback", what_gave_way_is_raised_when_it_is_heard_of_again,
    what_finds_no_room_is_told_later_the_gravest_first,
    what_was_never_told_is_not_told_to_be_over,
    what_goes_on_is_raised_when_there_is_room, another_kind_has_room_of_its_own,
    the_least_grave_give_way_and_are_counted)
