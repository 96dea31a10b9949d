/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/throttle.h"

#include "unit/unit.h"

static struct throttle t;
static char store[400];
static struct textbuf text;

static void
setup(unsigned rate)
{
	throttle_init(&t, rate, 0);
	textbuf_init(&text, store, sizeof(store));
}

static unsigned
passed(unsigned tries, enum finding_kind kind, nstime now)
{
	unsigned n = 0;

	while (tries-- > 0)
		n += throttle_pass(&t, kind, now);
	return n;
}

START_TEST(ten_a_second_after_a_burst_of_fifty)
{
	setup(10);
	ck_assert_uint_eq(passed(60, FINDING_CLOCK_SKEW, 0), 50);
	ck_assert_uint_eq(passed(60, FINDING_CLOCK_SKEW, NSTIME_S), 10);
}
END_TEST

START_TEST(no_rate_is_no_limit)
{
	setup(0);
	ck_assert_uint_eq(passed(100000, FINDING_CLOCK_SKEW, 0), 100000);
	ck_assert(!throttle_sum_up(&t, &text, NSTIME_S));
}
END_TEST

START_TEST(what_was_held_back_is_summed_up_by_kind)
{
	setup(10);
	passed(50 + 30, FINDING_TRANSACTION_TIMEOUT, 0);
	passed(50 + 7, FINDING_CLOCK_SKEW, 0);
	ck_assert(throttle_sum_up(&t, &text, NSTIME_S));
	ck_assert_str_eq(
	    store, "37 alerts held back: 30 transaction-timeout, 7 clock-skew");
	ck_assert(!throttle_sum_up(&t, &text, 2 * NSTIME_S));
}
END_TEST

START_TEST(no_sum_within_a_second)
{
	setup(10);
	passed(51, FINDING_CLOCK_SKEW, 0);
	ck_assert(!throttle_sum_up(&t, &text, NSTIME_S - 1));
	ck_assert_uint_eq(text.len, 0);
	ck_assert(throttle_sum_up(&t, &text, NSTIME_S));
}
END_TEST

START_TEST(a_flood_of_one_kind_holds_back_no_other)
{
	setup(10);
	passed(100000, FINDING_CERTIFICATE, 0);
	ck_assert_uint_eq(passed(60, FINDING_TRANSACTION_TIMEOUT, 0), 50);
}
END_TEST

/* A sum with every free token would let no alert pass. */
START_TEST(alerts_go_on_passing_in_a_lasting_flood)
{
	unsigned alerts = 0, sums = 0;

	setup(10);
	for (nstime now = 0; now < 10 * NSTIME_S; now += NSTIME_MS) {
		textbuf_init(&text, store, sizeof(store));
		sums += throttle_sum_up(&t, &text, now);
		alerts += throttle_pass(&t, FINDING_CLOCK_SKEW, now);
	}
	ck_assert_uint_ge(alerts, 130);
	ck_assert_uint_le(sums, 10);
	ck_assert_uint_ge(sums, 8);
}
END_TEST

START_TEST(the_end_asks_for_no_room)
{
	setup(1);
	ck_assert(!throttle_finish(&t, &text));
	passed(6, FINDING_CLOCK_SKEW, 0);
	ck_assert(throttle_finish(&t, &text));
	ck_assert_str_eq(store, "1 alert held back: 1 clock-skew");
	ck_assert(!throttle_finish(&t, &text));
}
END_TEST

START_TEST(any_rate_will_do)
{
	setup(4294967295u);
	ck_assert_uint_eq(passed(1000, FINDING_CLOCK_SKEW, 0), 1000);
}
END_TEST

UNIT("throttle", ten_a_second_after_a_burst_of_fifty, no_rate_is_no_limit,
    what_was_held_back_is_summed_up_by_kind, no_sum_within_a_second,
    a_flood_of_one_kind_holds_back_no_other,
    alerts_go_on_passing_in_a_lasting_flood, the_end_asks_for_no_room,
    any_rate_will_do)
