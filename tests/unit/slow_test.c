/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/slow.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

static struct outcomes_heard heard;

static struct slow *
slow_of(size_t servers)
{
	const struct slow_limits limits = {
		.count = 3,
		.window = 300 * NSTIME_S,
		.slow_invite = 10 * NSTIME_S,
		.slow_other = 5 * NSTIME_S,
		.servers = servers,
	};

	heard = (struct outcomes_heard){ .count = 0 };
	return slow_new(&limits, outcomes_hear, &heard);
}

static struct outcome
slow_at(nstime sent, unsigned copies)
{
	static uint64_t id = 100;
	struct outcome o = outcomes_silent(++id, sent);

	o.event = OUTCOME_SLOW;
	o.now = sent + 5 * NSTIME_S;
	o.request.copies = copies;
	return o;
}

static void
input(struct slow *s, struct outcome o, bool acknowledged)
{
	const struct delivery delivery = { .acknowledged = acknowledged };

	slow_input(s, &o, &delivery, TIMEOUT_NONE, o.now);
}

START_TEST(three_slow_ones_within_the_window_are_told)
{
	struct slow *s = slow_of(10);

	input(s, slow_at(0, 4), false);
	input(s, slow_at(100 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 0);
	input(s, slow_at(300 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.severity, FINDING_WARNING);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062");
	ck_assert(slice_is(evidence_get(&heard.evidence, "class"), "pending"));
	slow_free(s);
}
END_TEST

START_TEST(three_over_a_longer_time_are_not)
{
	struct slow *s = slow_of(10);

	input(s, slow_at(0, 4), false);
	input(s, slow_at(100 * NSTIME_S, 4), false);
	input(s, slow_at(301 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 0);
	slow_free(s);
}
END_TEST

START_TEST(a_udp_requester_that_does_not_repeat_does_not_wait)
{
	struct slow *s = slow_of(10);

	for (unsigned i = 0; i < 5; i++)
		input(s, slow_at(i, 3), false);
	ck_assert_uint_eq(heard.count, 0);
	slow_free(s);
}
END_TEST

START_TEST(a_tcp_requester_waits_once_its_request_is_acknowledged)
{
	struct slow *s = slow_of(10);
	struct outcome o = slow_at(0, 1);

	o.transport = TRANSPORT_TCP;
	for (unsigned i = 0; i < 3; i++)
		input(s, o, false);
	ck_assert_uint_eq(heard.count, 0);
	for (o.id = 1; o.id < 4; o.id++)
		input(s, o, true);
	ck_assert_uint_eq(heard.count, 1);
	slow_free(s);
}
END_TEST

START_TEST(quick_answers_end_it)
{
	struct slow *s = slow_of(10);

	for (unsigned i = 0; i < 3; i++)
		input(s, slow_at(i, 4), false);
	for (unsigned i = 0; i < 2; i++)
		input(s, outcomes_answered(9, NSTIME_S, NSTIME_S), false);
	ck_assert_uint_eq(heard.count, 1);
	input(s, outcomes_answered(9, NSTIME_S, NSTIME_S), false);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	slow_free(s);
}
END_TEST

START_TEST(late_answers_show_in_the_class_and_do_not_end_it)
{
	struct slow *s = slow_of(10);

	for (unsigned i = 0; i < 3; i++) {
		input(s, slow_at(i, 4), false);
		input(s, outcomes_answered(9, i, 8 * NSTIME_S), false);
	}
	ck_assert_uint_eq(heard.count, 1);
	ck_assert(slice_is(evidence_get(&heard.evidence, "class"), "late"));
	ck_assert_int_eq(
	    evidence_number(&heard.evidence, "slowest_s", 0), 8 * NSTIME_S);
	slow_free(s);
}
END_TEST

START_TEST(a_timeout_supersedes_it)
{
	struct slow *s = slow_of(10);
	struct outcome o = slow_at(0, 4);
	const struct finding timeout = {
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.key = slice_text("192.0.2.2:5062 SERVICE"),
		.now = 40 * NSTIME_S,
	};

	for (o.id = 1; o.id < 4; o.id++)
		input(s, o, false);
	slow_supersede(s, &o.uas, &timeout);
	ck_assert_int_eq(heard.change, FINDING_SUPERSEDED);
	slow_supersede(s, &o.uas, &timeout);
	ck_assert_uint_eq(heard.count, 2);
	slow_free(s);
}
END_TEST

START_TEST(while_requests_time_out_none_is_slow)
{
	struct slow *s = slow_of(10);
	struct outcome o = slow_at(0, 4);
	const struct finding timeout = {
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.key = slice_text("192.0.2.2:5062 SERVICE"),
		.now = 40 * NSTIME_S,
	};

	slow_supersede(s, &o.uas, &timeout);
	for (o.id = 1; o.id < 9; o.id++) {
		o.now = 41 * NSTIME_S;
		input(s, o, false);
	}
	ck_assert_uint_eq(heard.count, 0);
	for (; o.id < 12; o.id++) {
		o.now = 400 * NSTIME_S;
		input(s, o, false);
	}
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	slow_free(s);
}
END_TEST

START_TEST(at_the_limit_the_one_longest_unused_goes)
{
	struct slow *s = slow_of(2);

	for (unsigned i = 0; i < 100; i++) {
		struct outcome o = slow_at(0, 4);

		o.uas.port = (uint16_t)(6000 + i);
		input(s, o, false);
	}
	for (unsigned i = 0; i < 3; i++)
		input(s, slow_at(i, 4), false);
	ck_assert_uint_eq(heard.count, 1);
	slow_free(s);
}
END_TEST

static struct slow *loaded;

static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 1000 * NSTIME_S };
	struct cursor c = cursor_over(octets);

	slow_free(loaded);
	loaded = slow_of(10);
	return slow_load(loaded, &c, &shift);
}

/* 1,000 s later, by another clock. */
static void
restart(struct slow *s)
{
	struct record r;

	record_init(&r, 10000);
	slow_save(s, &r);
	slow_free(s);
	saved_whole_or_older(&r, load, true);
}

START_TEST(quick_answers_after_a_restart_end_it)
{
	struct slow *s = slow_of(10);

	for (unsigned i = 0; i < 3; i++)
		input(s, slow_at(i, 4), false);
	restart(s);
	for (unsigned i = 0; i < 3; i++)
		input(loaded, outcomes_answered(9, 0, NSTIME_S), false);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert(slice_is(evidence_get(&heard.evidence, "call_id"), "call-1"));
	slow_free(loaded);
}
END_TEST

/* Sent four times, and not again: judged at 34 s. */
static struct outcome
given_up(uint64_t id, nstime sent)
{
	struct outcome o = slow_at(sent, 4);

	o.event = OUTCOME_EXPIRED;
	o.id = id;
	o.request.last_copy = sent + 3500 * NSTIME_MS;
	o.now = sent + 34 * NSTIME_S;
	return o;
}

static void
give_up(struct slow *s, struct outcome o)
{
	const struct delivery delivery = { .lost = false };

	slow_input(s, &o, &delivery, TIMEOUT_UNKNOWN_GAVE_UP, o.now);
}

START_TEST(three_senders_that_gave_up_are_told)
{
	struct slow *s = slow_of(10);

	give_up(s, given_up(1, 0));
	give_up(s, given_up(2, 60 * NSTIME_S));
	ck_assert_uint_eq(heard.count, 0);
	give_up(s, given_up(3, 120 * NSTIME_S));
	ck_assert_uint_eq(heard.count, 1);
	ck_assert(slice_is(evidence_get(&heard.evidence, "class"), "gave_up"));
	slow_free(s);
}
END_TEST

START_TEST(one_that_was_slow_before_counts_once)
{
	struct slow *s = slow_of(10);

	for (uint64_t id = 1; id < 3; id++) {
		struct outcome o = slow_at(0, 4);

		o.id = id;
		input(s, o, false);
		give_up(s, given_up(id, 0));
	}
	ck_assert_uint_eq(heard.count, 0);
	give_up(s, given_up(3, 0));
	ck_assert_uint_eq(heard.count, 1);
	slow_free(s);
}
END_TEST

START_TEST(slow_ones_before_a_restart_count_after_it)
{
	struct slow *s = slow_of(10);

	input(s, slow_at(0, 4), false);
	input(s, slow_at(100 * NSTIME_S, 4), false);
	restart(s);
	input(loaded, slow_at(1301 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 0); /* the first is too long ago */
	input(loaded, slow_at(1302 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 1);
	slow_free(loaded);
	loaded = NULL;
}
END_TEST

/* What is known of them is known by their new numbers. */
START_TEST(one_that_was_slow_before_a_restart_counts_once)
{
	struct slow *s = slow_of(10);
	struct outcome o = slow_at(0, 4), other = slow_at(NSTIME_S, 4);

	input(s, o, false);
	input(s, other, false);
	restart(s);
	o.now += 1000 * NSTIME_S;
	o.request.sent += 1000 * NSTIME_S;
	o.id = 7001;
	slow_recall(loaded, &o, TIMEOUT_NONE);
	slow_recall(loaded, &o, TIMEOUT_NONE);
	give_up(loaded, given_up(7001, 1000 * NSTIME_S));
	ck_assert_uint_eq(heard.count, 0);
	give_up(loaded, given_up(7002, 1001 * NSTIME_S));
	ck_assert_uint_eq(heard.count, 1);
	slow_free(loaded);
	loaded = NULL;
}
END_TEST

START_TEST(while_requests_time_out_none_is_slow_after_a_restart_either)
{
	struct slow *s = slow_of(10);
	struct outcome o = slow_at(0, 4);
	const struct finding timeout = {
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.key = slice_text("192.0.2.2:5062 SERVICE"),
		.now = 40 * NSTIME_S,
	};

	slow_supersede(s, &o.uas, &timeout);
	restart(s);
	for (unsigned i = 0; i < 9; i++)
		input(loaded, slow_at(1041 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 0);
	for (unsigned i = 0; i < 3; i++)
		input(loaded, slow_at(1400 * NSTIME_S, 4), false);
	ck_assert_uint_eq(heard.count, 1);
	slow_free(loaded);
	loaded = NULL;
}
END_TEST

START_TEST(three_copies_are_not_enough_to_give_up)
{
	struct slow *s = slow_of(10);

	for (uint64_t id = 1; id < 9; id++) {
		struct outcome o = given_up(id, 0);

		o.request.copies = 3;
		give_up(s, o);
	}
	ck_assert_uint_eq(heard.count, 0);
	slow_free(s);
}
END_TEST

UNIT("slow", three_senders_that_gave_up_are_told,
    one_that_was_slow_before_counts_once,
    three_copies_are_not_enough_to_give_up,
    three_slow_ones_within_the_window_are_told,
    three_over_a_longer_time_are_not,
    a_udp_requester_that_does_not_repeat_does_not_wait,
    a_tcp_requester_waits_once_its_request_is_acknowledged,
    quick_answers_end_it, late_answers_show_in_the_class_and_do_not_end_it,
    a_timeout_supersedes_it, while_requests_time_out_none_is_slow,
    at_the_limit_the_one_longest_unused_goes,
    quick_answers_after_a_restart_end_it,
    slow_ones_before_a_restart_count_after_it,
    one_that_was_slow_before_a_restart_counts_once,
    while_requests_time_out_none_is_slow_after_a_restart_either)
