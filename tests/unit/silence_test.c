/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/silence.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

#define MINUTE (60 * NSTIME_S)

static struct outcomes_heard heard;

static struct silence *
silence_of(size_t hosts)
{
	const struct silence_limits limits = { .hosts = hosts };

	heard = (struct outcomes_heard){ .count = 0 };
	return silence_new(&limits, outcomes_hear, &heard);
}

static struct silence_leg
leg_of(const char *client, const char *server)
{
	return (struct silence_leg){
		.client = outcomes_endpoint(client, 50000),
		.server = outcomes_endpoint(server, 5062),
	};
}

static void
answer(struct silence *s, const char *client, unsigned times)
{
	const struct silence_leg leg = leg_of(client, "192.0.2.2");

	for (unsigned i = 0; i < times; i++)
		silence_answered(s, &leg, i, i);
}

static void
ask_in_vain(struct silence *s, const char *client, uint64_t connection)
{
	silence_unanswered(s,
	    &(struct silence_request){
		.leg = leg_of(client, "192.0.2.2"),
		.connection = connection,
		.octets = 1200,
		.sent = 0,
		.now = 34 * NSTIME_S,
	    });
}

START_TEST(three_answered_exchanges_make_a_leg)
{
	struct silence *s = silence_of(10);

	answer(s, "192.0.2.1", 2);
	ask_in_vain(s, "192.0.2.1", 1);
	ck_assert_uint_eq(heard.count, 0);
	answer(s, "192.0.2.1", 1);
	ask_in_vain(s, "192.0.2.1", 1);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062");
	ck_assert_int_eq(heard.severity, FINDING_WARNING);
	ck_assert_int_eq(
	    evidence_number(&heard.evidence, "request_octets", 0), 1200);
	ck_assert_int_eq(
	    evidence_number(&heard.evidence, "elapsed_s", 0), 34 * NSTIME_S);
	silence_free(s);
}
END_TEST

START_TEST(another_client_has_its_own_leg)
{
	struct silence *s = silence_of(10);

	answer(s, "192.0.2.1", 9);
	ask_in_vain(s, "192.0.2.7", 1);
	ck_assert_uint_eq(heard.count, 0);
	silence_free(s);
}
END_TEST

START_TEST(connections_are_counted)
{
	struct silence *s = silence_of(10);

	answer(s, "192.0.2.1", 3);
	ask_in_vain(s, "192.0.2.1", 1);
	ask_in_vain(s, "192.0.2.1", 1);
	ask_in_vain(s, "192.0.2.1", 2);
	ck_assert_uint_eq(heard.count, 3);
	ck_assert_int_eq(evidence_number(&heard.evidence, "connections", 0), 2);
	silence_free(s);
}
END_TEST

START_TEST(a_doubted_one_is_withdrawn)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");

	silence_doubted(s, &leg, 1, 1);
	answer(s, "192.0.2.1", 3);
	silence_doubted(s, &leg, 1, 1);
	ck_assert_uint_eq(heard.count, 0);
	ask_in_vain(s, "192.0.2.1", 1);
	ask_in_vain(s, "192.0.2.1", 1);
	for (unsigned i = 0; i < 2; i++) {
		silence_doubted(s, &leg, 1, 1);
		ck_assert_uint_eq(heard.count, 3 + i);
		ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
		ck_assert_str_eq(heard.key, "192.0.2.2:5062");
	}
	silence_free(s);
}
END_TEST

START_TEST(an_answer_ends_it)
{
	struct silence *s = silence_of(10);

	answer(s, "192.0.2.1", 3);
	ask_in_vain(s, "192.0.2.1", 1);
	answer(s, "192.0.2.1", 1);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062");
	silence_free(s);
}
END_TEST

/* An exchange every 10 minutes, something else every minute. */
static nstime
usual_day(struct silence *s)
{
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");

	for (nstime t = 1; t < 180; t++) {
		if (t % 10 == 0)
			silence_answered(s, &leg, t * MINUTE, t * MINUTE);
		silence_active(s, &leg.client.address, t * MINUTE, t * MINUTE);
	}
	ck_assert_uint_eq(heard.count, 0);
	return 170 * MINUTE; /* the last exchange */
}

START_TEST(no_more_exchanges_while_the_rest_goes_on_is_mras_silence)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");
	const nstime last = usual_day(s);
	nstime now = last + 10 * MINUTE;

	for (; heard.count == 0 && now < last + 1000 * MINUTE; now += MINUTE)
		silence_active(s, &leg.client.address, now, now);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_ge(now, last + 100 * MINUTE);
	ck_assert_int_le(now, last + 103 * MINUTE);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 mras_silence 192.0.2.1");
	silence_answered(s, &leg, now, now);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	silence_free(s);
}
END_TEST

START_TEST(who_asks_unseen_is_not_missed)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");
	const nstime last = usual_day(s);

	for (nstime now = last; now < last + 1000 * MINUTE; now += MINUTE) {
		silence_active(s, &leg.client.address, now, now);
		if ((now - last) / MINUTE % 10 == 0)
			silence_unseen(s, &leg, now, now);
	}
	ck_assert_uint_eq(heard.count, 0);
	silence_free(s);
}
END_TEST

START_TEST(a_quiet_night_is_none)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");
	const nstime last = usual_day(s);

	/* Something every ten minutes until the morning. */
	for (nstime t = 10; t < 12 * 60; t += 10)
		silence_active(s, &leg.client.address, last + t * MINUTE, 0);
	ck_assert_uint_eq(heard.count, 0);
	silence_free(s);
}
END_TEST

START_TEST(who_never_asked_is_not_missed)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");

	for (nstime t = 0; t < 1000; t++)
		silence_active(s, &leg.client.address, t * MINUTE, 0);
	ck_assert_uint_eq(heard.count, 0);
	silence_free(s);
}
END_TEST

START_TEST(legs_and_hosts_are_limited)
{
	struct silence *s = silence_of(2);
	struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");

	for (unsigned i = 0; i < 100; i++) {
		leg.client.address.octets[3] = (uint8_t)i;
		silence_answered(s, &leg, i, i);
	}
	for (unsigned i = 0; i < 100; i++) {
		leg.server.port = (uint16_t)i;
		silence_answered(s, &leg, i, i);
	}
	ck_assert_uint_eq(heard.count, 0);
	silence_free(s);
}
END_TEST

static struct silence *loaded;

/* A day went by while nobody watched. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = {
		.watching = -5 * NSTIME_S,
		.real = -1440 * MINUTE,
	};
	struct cursor c = cursor_over(octets);

	silence_free(loaded);
	loaded = silence_of(10);
	return silence_load(loaded, &c, &shift);
}

static struct silence *
restarted(struct silence *s)
{
	struct record r;

	record_init(&r, 1 << 20);
	silence_save(s, &r);
	saved_whole_or_not_at_all(&r, load);
	silence_free(s);
	s = loaded;
	loaded = NULL;
	return s;
}

START_TEST(who_was_silent_before_a_restart_answers_after_it)
{
	struct silence *s = silence_of(10);

	answer(s, "192.0.2.1", 3);
	ask_in_vain(s, "192.0.2.1", 7);
	s = restarted(s);
	ask_in_vain(s, "192.0.2.1", 7);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	ck_assert_int_eq(evidence_number(&heard.evidence, "connections", 0), 2);
	answer(s, "192.0.2.1", 1);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062");
	silence_free(s);
}
END_TEST

START_TEST(what_was_learnt_over_hours_outlives_a_restart)
{
	struct silence *s = silence_of(10);
	const struct silence_leg leg = leg_of("192.0.2.1", "192.0.2.2");
	const nstime last = usual_day(s);
	nstime now = last + 10 * MINUTE;

	s = restarted(s);
	for (; heard.count == 0 && now < last + 1000 * MINUTE; now += MINUTE)
		silence_active(s, &leg.client.address, now, now);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_ge(now, last + 100 * MINUTE);
	ck_assert_int_le(now, last + 103 * MINUTE);
	s = restarted(s);
	silence_active(s, &leg.client.address, now, now);
	ck_assert_uint_eq(heard.count, 0);
	silence_answered(s, &leg, now, now);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 mras_silence 192.0.2.1");
	silence_free(s);
}
END_TEST

UNIT("silence", three_answered_exchanges_make_a_leg,
    another_client_has_its_own_leg, a_doubted_one_is_withdrawn,
    connections_are_counted, an_answer_ends_it,
    no_more_exchanges_while_the_rest_goes_on_is_mras_silence,
    who_asks_unseen_is_not_missed, a_quiet_night_is_none,
    who_never_asked_is_not_missed, legs_and_hosts_are_limited,
    who_was_silent_before_a_restart_answers_after_it,
    what_was_learnt_over_hours_outlives_a_restart)
