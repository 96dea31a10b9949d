/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/habits.h"

#include "unit/outcomes.h"

static const struct siphash_key secret = { 1, 2 };

/* A request that was sent `copies' times in `ms'. */
static struct outcome
sent(unsigned copies, nstime ms)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = copies;
	o.request.last_copy = ms * NSTIME_MS;
	return o;
}

START_TEST(the_longest_span_is_usual)
{
	struct habits *s = habits_new(10, &secret, NULL);
	struct outcome o = sent(3, 1500);

	ck_assert_int_eq(habits_span(s, &o), 0);
	habits_note(s, &o);
	o = sent(4, 3500);
	habits_note(s, &o);
	o = sent(2, 500);
	habits_note(s, &o);
	ck_assert_int_eq(habits_span(s, &o), 3500 * NSTIME_MS);
	habits_free(s);
}
END_TEST

START_TEST(each_client_server_and_method_has_its_own)
{
	struct habits *s = habits_new(10, &secret, NULL);
	struct outcome o = sent(3, 1500);

	habits_note(s, &o);
	o.method = slice_text("OPTIONS");
	ck_assert_int_eq(habits_span(s, &o), 0);
	o = sent(1, 0);
	o.uac = outcomes_endpoint("192.0.2.9", 5060);
	ck_assert_int_eq(habits_span(s, &o), 0);
	o = sent(1, 0);
	o.uas = outcomes_endpoint("192.0.2.9", 5062);
	ck_assert_int_eq(habits_span(s, &o), 0);
	o = sent(1, 0);
	o.uac.port = 50000; /* ports change */
	ck_assert_int_eq(habits_span(s, &o), 1500 * NSTIME_MS);
	habits_free(s);
}
END_TEST

START_TEST(one_copy_and_tcp_teach_nothing)
{
	struct habits *s = habits_new(10, &secret, NULL);
	struct outcome o = sent(1, 0);

	habits_note(s, &o);
	o = sent(3, 1500);
	o.transport = TRANSPORT_TCP;
	habits_note(s, &o);
	ck_assert_int_eq(habits_span(s, &o), 0);
	habits_free(s);
}
END_TEST

START_TEST(the_longest_unused_is_forgotten)
{
	struct habits *s = habits_new(2, &secret, NULL);
	struct outcome first = sent(3, 1500);

	habits_note(s, &first);
	for (uint8_t i = 1; i < 3; i++) {
		struct outcome o = sent(3, 1500);

		o.uac.address.octets[3] = (uint8_t)(i + 10);
		habits_note(s, &o);
	}
	ck_assert_int_eq(habits_span(s, &first), 0);
	ck_assert_uint_eq(habits_evicted(s), 1);
	habits_free(s);
}
END_TEST

UNIT("habits", the_longest_span_is_usual,
    each_client_server_and_method_has_its_own, one_copy_and_tcp_teach_nothing,
    the_longest_unused_is_forgotten)
