/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/failing.h"

#include "unit/outcomes.h"

#define FIVE_MINUTES (300 * NSTIME_S)

static const struct siphash_key key = { 1, 2 };

static void
time_out(struct failing *f, uint16_t port, nstime sent)
{
	struct outcome o = outcomes_silent(1, sent);
	char method[TALLY_NAME] = "SERVICE";

	o.uas.port = port;
	failing_timed_out(f, &o, method);
}

static void
answer(struct failing *f, const char *client, uint16_t port, nstime sent)
{
	struct outcome o = outcomes_answered(2, sent, NSTIME_S);

	if (client != NULL)
		o.uac = outcomes_endpoint(client, 50000);
	o.uas.port = port;
	failing_answered(f, &o, FIVE_MINUTES);
}

START_TEST(one_whose_client_is_answered_again_heals_in_time)
{
	struct failing *f = failing_new(2, &key, NULL);
	struct failing_healed healed;
	const nstime timed_out = outcomes_silent(1, 0).now;

	time_out(f, 5062, 0);
	answer(f, NULL, 5062, 100 * NSTIME_S);
	ck_assert_int_eq(failing_next_deadline(f), timed_out + FIVE_MINUTES);
	ck_assert(!failing_heal(f, timed_out + FIVE_MINUTES - 1, &healed));
	ck_assert(failing_heal(f, timed_out + FIVE_MINUTES, &healed));
	ck_assert_uint_eq(healed.server.port, 5062);
	ck_assert_str_eq(healed.method, "SERVICE");
	ck_assert(!failing_heal(f, NSTIME_NEVER, &healed));
	failing_free(f);
}
END_TEST

START_TEST(neither_other_clients_nor_requests_of_before_heal_it)
{
	struct failing *f = failing_new(2, &key, NULL);

	time_out(f, 5062, 100 * NSTIME_S);
	answer(f, "192.0.2.99", 5062, 200 * NSTIME_S);
	answer(f, NULL, 5062, 50 * NSTIME_S);
	answer(f, NULL, 5061, 200 * NSTIME_S);
	ck_assert_int_eq(failing_next_deadline(f), NSTIME_NEVER);
	failing_free(f);
}
END_TEST

START_TEST(another_timeout_begins_anew)
{
	struct failing *f = failing_new(2, &key, NULL);

	time_out(f, 5062, 0);
	answer(f, NULL, 5062, 100 * NSTIME_S);
	time_out(f, 5062, 200 * NSTIME_S);
	ck_assert_int_eq(failing_next_deadline(f), NSTIME_NEVER);
	failing_free(f);
}
END_TEST

START_TEST(at_the_limit_the_one_longest_without_trouble_goes)
{
	struct failing *f = failing_new(2, &key, NULL);

	time_out(f, 1, 0);
	time_out(f, 2, 0);
	time_out(f, 1, 10 * NSTIME_S);
	time_out(f, 3, 20 * NSTIME_S);
	ck_assert_uint_eq(failing_evicted(f), 1);
	answer(f, NULL, 2, 100 * NSTIME_S);
	ck_assert_int_eq(failing_next_deadline(f), NSTIME_NEVER);
	answer(f, NULL, 1, 100 * NSTIME_S);
	ck_assert_int_ne(failing_next_deadline(f), NSTIME_NEVER);
	failing_free(f);
}
END_TEST

UNIT("failing", one_whose_client_is_answered_again_heals_in_time,
    neither_other_clients_nor_requests_of_before_heal_it,
    another_timeout_begins_anew,
    at_the_limit_the_one_longest_without_trouble_goes)
