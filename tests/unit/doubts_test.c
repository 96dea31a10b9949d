/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/doubts.h"

#include "unit/outcomes.h"

static struct doubts doubts;
static struct doubt taken;

/* A request of a client on flow 7, sent at 10 s. */
static void
begin(void)
{
	struct outcome o = outcomes_silent(3, 10 * NSTIME_S);

	o.transport = TRANSPORT_TCP;
	o.request.flow = 7;
	o.request.to_server = true;
	doubts = (struct doubts){ .next = 0 };
	doubts_add(&doubts, &o);
}

static bool
take(uint64_t flow, bool to_server, nstime since)
{
	const struct doubts_gap gap = {
		.flow = flow,
		.to_server = to_server,
		.since = since,
	};

	return doubts_take(&doubts, &gap, &taken);
}

START_TEST(a_gap_of_the_way_back_refutes_it_once)
{
	begin();
	ck_assert(take(7, false, 10 * NSTIME_S));
	ck_assert_uint_eq(taken.id, 3);
	ck_assert_str_eq(taken.method, "SERVICE");
	ck_assert(!take(7, false, 10 * NSTIME_S));
}
END_TEST

START_TEST(another_flow_or_direction_says_nothing)
{
	begin();
	ck_assert(!take(8, false, 10 * NSTIME_S));
	ck_assert(!take(7, true, 10 * NSTIME_S));
}
END_TEST

START_TEST(what_was_seen_until_later_was_not_lost)
{
	begin();
	ck_assert(!take(7, false, 10 * NSTIME_S + 1));
}
END_TEST

START_TEST(one_answered_late_is_no_doubt)
{
	begin();
	doubts_remove(&doubts, 3);
	ck_assert(!take(7, false, 10 * NSTIME_S));
}
END_TEST

START_TEST(the_oldest_gives_way)
{
	struct outcome o = outcomes_silent(9, 0);

	begin();
	o.request.flow = 8;
	for (unsigned i = 0; i < DOUBTS_KEPT; i++)
		doubts_add(&doubts, &o);
	ck_assert(!take(7, false, 10 * NSTIME_S));
}
END_TEST

UNIT("doubts", a_gap_of_the_way_back_refutes_it_once,
    another_flow_or_direction_says_nothing,
    what_was_seen_until_later_was_not_lost, one_answered_late_is_no_doubt,
    the_oldest_gives_way)
