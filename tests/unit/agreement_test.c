/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/agreement.h"

#include "unit/unit.h"

#define START (1300000000 * NSTIME_S)
#define DAY (86400 * NSTIME_S)

static const struct siphash_key key = { 1, 2 };
static struct agreement *a;
static struct agreement_reading reading;
static uint64_t random_state = 88172645463325252;

static uint64_t
chance(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void
begin(size_t tellers)
{
	agreement_free(a);
	a = agreement_new(tellers, &key, NULL);
}

enum kind { TLS_CLIENT, TLS_SERVER, NTP_CLIENT };

static enum agreement_verdict
tell(uint8_t host, enum kind kind, nstime told, nstime wall)
{
	struct agreement_teller teller = {
		.witness = kind == NTP_CLIENT ? WITNESS_NTP : WITNESS_TLS,
		.endpoint = { .port = kind == TLS_SERVER ? 5062 : 0 }
	};

	teller.endpoint.address =
	    endpoint_address(slice_of((uint8_t[]){ 10, 0, 0, host }, 4));
	reading = (struct agreement_reading){
		.told = told,
		.resolution = NSTIME_S,
		.wall = wall,
		.now = wall < START ? 0 : wall - START,
	};
	return agreement_input(a, &teller, &reading);
}

/* A server whose clock is `offset' off, in whole seconds as TLS tells it. */
static enum agreement_verdict
server(nstime offset, nstime wall)
{
	const nstime told = wall + offset;

	return tell(1, TLS_SERVER, told - told % NSTIME_S, wall);
}

START_TEST(two_that_agree_are_a_clock_however_far_off)
{
	static const nstime offsets[] = { 0, -3600 * NSTIME_S, 400 * DAY,
		-1299990000 * NSTIME_S };

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		begin(10);
		ck_assert_int_eq(server(offsets[i], START), AGREEMENT_UNKNOWN);
		ck_assert_int_eq(
		    server(offsets[i], START + 65 * NSTIME_S), AGREEMENT_REAL);
		ck_assert_int_eq(reading.resolution, NSTIME_S);
		ck_assert_int_eq(
		    reading.told, START + 65 * NSTIME_S + offsets[i]);
	}
}
END_TEST

START_TEST(three_that_disagree_are_random_until_two_agree)
{
	begin(10);
	ck_assert_int_eq(server(0, START), AGREEMENT_UNKNOWN);
	ck_assert_int_eq(server(DAY, START + NSTIME_S), AGREEMENT_UNKNOWN);
	ck_assert_int_eq(
	    server(3 * DAY, START + 2 * NSTIME_S), AGREEMENT_RANDOM);
	ck_assert_int_eq(
	    server(5 * DAY, START + 9 * NSTIME_S), AGREEMENT_RANDOM);
	ck_assert_int_eq(
	    server(3 * DAY, START + 12 * NSTIME_S), AGREEMENT_REAL);
}
END_TEST

/* But for the low octet, that is: for a day. */
START_TEST(random_octets_agree_coarsely_by_chance)
{
	begin(10);
	for (int i = 0; i < 3; i++)
		server(i * DAY, START + i * NSTIME_S);
	ck_assert_int_eq(
	    server(100 * NSTIME_S, START + 9 * NSTIME_S), AGREEMENT_RANDOM);
	ck_assert_int_eq(server(100 * DAY, START + 2 * DAY), AGREEMENT_UNKNOWN);
	ck_assert_int_eq(
	    server(100 * DAY + 100 * NSTIME_S, START + 2 * DAY + 9 * NSTIME_S),
	    AGREEMENT_REAL);
	ck_assert_int_eq(reading.resolution, 256 * NSTIME_S);
}
END_TEST

/* chrony asks every 64 s with a random stamp, sntp every 1,024 s with its
 * own. */
START_TEST(a_seldom_clock_is_found_among_random_ones)
{
	unsigned real = 0;

	begin(10);
	for (int i = 0; i < 320; i++) {
		const nstime wall = START + i * 64 * NSTIME_S;
		const nstime told = i % 16 == 0
		    ? wall - 3600 * NSTIME_S
		    : (nstime)(chance() >> 32) * NSTIME_S;

		if (tell(1, NTP_CLIENT, told, wall) != AGREEMENT_REAL)
			continue;
		ck_assert_int_eq(told, wall - 3600 * NSTIME_S);
		real++;
	}
	ck_assert_uint_eq(real, 19);
}
END_TEST

START_TEST(a_copy_proves_nothing)
{
	begin(10);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(
		    tell(1, TLS_SERVER, START, START + i * NSTIME_S / 2),
		    AGREEMENT_UNKNOWN);
}
END_TEST

START_TEST(randoms_of_ten_thousand_handshakes_are_silent)
{
	begin(100);
	for (int i = 0; i < 10000; i++)
		ck_assert_int_ne(tell((uint8_t)(i % 50), TLS_CLIENT,
				     (nstime)(chance() >> 32) * NSTIME_S,
				     START + i * 30 * NSTIME_S),
		    AGREEMENT_REAL);
}
END_TEST

START_TEST(a_random_low_octet_leaves_256_seconds)
{
	unsigned real = 0;

	begin(10);
	for (int i = 0; i < 200; i++) {
		const nstime truth =
		    START + i * 37 * NSTIME_S - 3600 * NSTIME_S;
		const nstime s = truth / NSTIME_S;
		const nstime told = s - s % 256 + (nstime)(chance() >> 56);

		if (tell(1, TLS_SERVER, told * NSTIME_S,
			START + i * 37 * NSTIME_S) != AGREEMENT_REAL)
			continue;
		if (real++ > 3)
			ck_assert_int_eq(reading.resolution, 256 * NSTIME_S);
		if (reading.resolution == NSTIME_S)
			continue;
		ck_assert_int_le(reading.told, truth);
		ck_assert_int_lt(truth, reading.told + reading.resolution);
	}
	ck_assert_uint_gt(real, 190);
}
END_TEST

START_TEST(a_step_is_learnt_by_the_second_reading_after_it)
{
	begin(10);
	server(0, START);
	ck_assert_int_eq(server(0, START + 5 * NSTIME_S), AGREEMENT_REAL);
	ck_assert_int_eq(
	    server(-3600 * NSTIME_S, START + 9 * NSTIME_S), AGREEMENT_UNKNOWN);
	ck_assert_int_eq(
	    server(-3600 * NSTIME_S, START + 12 * NSTIME_S), AGREEMENT_REAL);
}
END_TEST

START_TEST(a_real_clock_survives_a_random_one_beside_it)
{
	unsigned real = 0;

	begin(10);
	server(0, START);
	server(0, START + 2 * NSTIME_S);
	for (int i = 1; i < 50; i++) {
		const nstime wall = START + i * 10 * NSTIME_S;

		tell(1, TLS_SERVER, (nstime)(chance() >> 32) * NSTIME_S, wall);
		real += server(0, wall + NSTIME_S) == AGREEMENT_REAL;
	}
	ck_assert_uint_eq(real, 49);
}
END_TEST

START_TEST(roles_and_kinds_are_learnt_apart)
{
	begin(10);
	tell(1, TLS_SERVER, START, START);
	ck_assert_int_eq(
	    tell(1, TLS_CLIENT, START + 5 * NSTIME_S, START + 5 * NSTIME_S),
	    AGREEMENT_UNKNOWN);
	/* NTP has no octet that is random alone. */
	tell(1, NTP_CLIENT, START, START);
	ck_assert_int_eq(
	    tell(1, NTP_CLIENT, START + 100 * NSTIME_S, START + 5 * NSTIME_S),
	    AGREEMENT_UNKNOWN);
}
END_TEST

START_TEST(our_own_step_moves_what_was_learnt)
{
	begin(10);
	server(0, START);
	agreement_stepped(a, 3600 * NSTIME_S);
	ck_assert_int_eq(
	    server(-3600 * NSTIME_S, START + 3605 * NSTIME_S), AGREEMENT_REAL);
	agreement_stepped(a, INT64_MIN);
	agreement_stepped(a, INT64_MAX);
}
END_TEST

START_TEST(absurd_times_are_no_readings)
{
	begin(10);
	ck_assert_int_eq(
	    tell(1, TLS_SERVER, INT64_MIN, INT64_MAX), AGREEMENT_UNKNOWN);
	ck_assert_int_eq(
	    tell(1, TLS_SERVER, INT64_MAX, INT64_MIN), AGREEMENT_UNKNOWN);
	tell(1, TLS_SERVER, INT64_MIN / 2 + 1, 0);
	tell(1, TLS_SERVER, INT64_MAX / 2, 0);
	tell(1, TLS_SERVER, -1, 0);
}
END_TEST

static uint64_t evicted;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, "agreement.evicted") == 0)
		evicted = value;
}

START_TEST(the_longest_unheard_is_forgotten)
{
	begin(2);
	for (uint8_t host = 1; host <= 3; host++)
		tell(host, TLS_SERVER, START, START);
	ck_assert_int_eq(
	    tell(2, TLS_SERVER, START + 5 * NSTIME_S, START + 5 * NSTIME_S),
	    AGREEMENT_REAL);
	ck_assert_int_eq(
	    tell(1, TLS_SERVER, START + 5 * NSTIME_S, START + 5 * NSTIME_S),
	    AGREEMENT_UNKNOWN);
	agreement_set(a, 1);
	agreement_stats(a, on_counter, NULL);
	ck_assert_uint_eq(evicted, 3);
	begin(0);
	ck_assert_int_eq(tell(1, TLS_SERVER, START, START), AGREEMENT_UNKNOWN);
	agreement_free(a);
	a = NULL;
}
END_TEST

UNIT("agreement", two_that_agree_are_a_clock_however_far_off,
    three_that_disagree_are_random_until_two_agree,
    random_octets_agree_coarsely_by_chance,
    a_seldom_clock_is_found_among_random_ones, a_copy_proves_nothing,
    randoms_of_ten_thousand_handshakes_are_silent,
    a_random_low_octet_leaves_256_seconds,
    a_step_is_learnt_by_the_second_reading_after_it,
    a_real_clock_survives_a_random_one_beside_it,
    roles_and_kinds_are_learnt_apart, our_own_step_moves_what_was_learnt,
    absurd_times_are_no_readings, the_longest_unheard_is_forgotten)
