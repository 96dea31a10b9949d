/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/timeout.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

static struct outcomes_heard heard;

static struct timeout *
timeout_of(size_t servers)
{
	const struct timeout_limits limits = {
		.t1 = TIMERS_T1,
		.grace = 2 * NSTIME_S,
		.resolve_after = 300 * NSTIME_S,
		.servers = servers,
		.methods = 3,
		.judged = 100,
		.senders = 100,
	};

	heard = (struct outcomes_heard){ .count = 0 };
	return timeout_new(&limits, outcomes_hear, &heard);
}

static enum timeout_verdict
input(struct timeout *t, struct outcome o)
{
	const struct delivery delivery = { .lost = false };

	return timeout_input(t, &o, &delivery, o.now);
}

static void
send_once(struct outcome *o)
{
	o->request.copies = 1;
	o->request.last_copy = o->request.sent;
	o->request.repeated = false;
}

static struct tally_counts
counts(const struct timeout *t, const char *method)
{
	const char *name;
	struct tally_counts c = { .answered = 0 };

	for (size_t i = 0; tally_at(timeout_tally(t), i, &name, &c); i++)
		if (strcmp(name, method) == 0)
			return c;
	return (struct tally_counts){ .answered = 0 };
}

START_TEST(a_proven_silence_is_a_finding_with_its_evidence)
{
	struct timeout *t = timeout_of(10);

	ck_assert_int_eq(input(t, outcomes_silent(1, 0)), TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.kind, FINDING_TRANSACTION_TIMEOUT);
	ck_assert_int_eq(heard.severity, FINDING_ERROR);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 SERVICE");
	ck_assert(
	    slice_is(evidence_get(&heard.evidence, "proof"), "retransmitted"));
	ck_assert(slice_is(evidence_get(&heard.evidence, "call_id"), "call-1"));
	ck_assert_int_eq(evidence_number(&heard.evidence, "copies", 0), 11);
	ck_assert_int_eq(
	    evidence_number(&heard.evidence, "elapsed_s", 0), 34 * NSTIME_S);
	timeout_free(t);
}
END_TEST

START_TEST(what_is_not_watched_is_counted_and_not_told)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	o.watched = false;
	ck_assert_int_eq(input(t, o), TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 0);
	ck_assert_uint_eq(counts(t, "SERVICE").timed_out, 1);
	timeout_free(t);
}
END_TEST

/* Leg 1, with leg 2 behind it, is silent; the hop of leg 2 is another. */
static struct outcome
upper_leg(void)
{
	struct outcome o = outcomes_silent(1, 0);

	o.group.legs = 2;
	o.group.deeper[0] = 2;
	o.group.deeper_count = 1;
	return o;
}

static struct outcome
deeper_leg(void)
{
	struct outcome o = outcomes_silent(2, 0);

	o.group.legs = 2;
	o.uas = outcomes_endpoint("192.0.2.3", 5062);
	return o;
}

static void
review(struct timeout *t, struct outcome o)
{
	o.event = OUTCOME_REVIEWED;
	ck_assert_int_eq(input(t, o), TIMEOUT_NONE);
}

START_TEST(a_leg_folded_into_a_deeper_one_is_not_told)
{
	struct timeout *t = timeout_of(10);

	input(t, upper_leg());
	ck_assert_uint_eq(heard.count, 0);
	input(t, deeper_leg());
	review(t, upper_leg());
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "192.0.2.3:5062 SERVICE");
	ck_assert_uint_eq(counts(t, "SERVICE").timed_out, 2);
	timeout_free(t);
}
END_TEST

START_TEST(it_is_told_when_the_deeper_one_cannot_be_proven)
{
	struct timeout *t = timeout_of(10);
	struct outcome deeper = deeper_leg();

	send_once(&deeper);
	input(t, upper_leg());
	ck_assert_int_eq(input(t, deeper), TIMEOUT_UNKNOWN_UNREPEATED);
	review(t, upper_leg());
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 SERVICE");
	review(t, upper_leg());
	ck_assert_uint_eq(heard.count, 1);
	timeout_free(t);
}
END_TEST

START_TEST(nor_does_one_that_is_not_watched_take_the_blame)
{
	struct timeout *t = timeout_of(10);
	struct outcome deeper = deeper_leg();

	deeper.watched = false;
	input(t, upper_leg());
	input(t, deeper);
	review(t, upper_leg());
	ck_assert_uint_eq(heard.count, 1);
	timeout_free(t);
}
END_TEST

START_TEST(what_has_no_proof_is_not_told_when_reviewed)
{
	struct timeout *t = timeout_of(10);
	struct outcome upper = upper_leg();

	send_once(&upper);
	input(t, upper);
	upper.group.deeper_count = 0;
	review(t, upper);
	ck_assert_uint_eq(heard.count, 0);
	timeout_free(t);
}
END_TEST

START_TEST(a_late_answer_withdraws_what_was_told)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	input(t, o);
	o.event = OUTCOME_LATE;
	o.now += 5 * NSTIME_S;
	ck_assert_int_eq(input(t, o), TIMEOUT_ANSWERED);
	ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
	ck_assert_uint_eq(counts(t, "SERVICE").timed_out, 0);
	ck_assert_uint_eq(counts(t, "SERVICE").answered, 1);
	timeout_free(t);
}
END_TEST

START_TEST(a_sender_is_known_by_what_it_did_before)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	input(t, o);
	send_once(&o);
	o.id = 2;
	ck_assert_int_eq(input(t, o), TIMEOUT_UNKNOWN_ASYMMETRIC);
	timeout_free(t);
}
END_TEST

START_TEST(a_proof_that_is_whole_when_the_capture_ends_is_told)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	o.event = OUTCOME_UNFINISHED;
	ck_assert_int_eq(input(t, o), TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 1);
	send_once(&o);
	o.id = 2;
	ck_assert_int_eq(input(t, o), TIMEOUT_UNFINISHED);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_uint_eq(counts(t, "SERVICE").unfinished, 1);
	timeout_free(t);
}
END_TEST

START_TEST(an_unknown_answered_late_was_answered)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	send_once(&o);
	ck_assert_int_eq(input(t, o), TIMEOUT_UNKNOWN_UNREPEATED);
	o.event = OUTCOME_LATE;
	input(t, o);
	ck_assert_uint_eq(heard.count, 0);
	ck_assert_uint_eq(counts(t, "SERVICE").unknown_unrepeated, 0);
	ck_assert_uint_eq(counts(t, "SERVICE").answered, 1);
	timeout_free(t);
}
END_TEST

START_TEST(five_quiet_minutes_and_an_answered_client_heal_it)
{
	struct timeout *t = timeout_of(10);

	input(t, outcomes_silent(1, 0)); /* told at 34 s */
	input(t, outcomes_answered(2, 60 * NSTIME_S, NSTIME_S));
	timeout_tick(t, 334 * NSTIME_S - 1, 0);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(timeout_next_deadline(t), 334 * NSTIME_S);
	timeout_tick(t, 334 * NSTIME_S, 0);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	timeout_free(t);
}
END_TEST

START_TEST(another_client_being_answered_heals_nothing)
{
	struct timeout *t = timeout_of(10);
	struct outcome other = outcomes_answered(2, 60 * NSTIME_S, NSTIME_S);

	input(t, outcomes_silent(1, 0));
	other.uac = outcomes_endpoint("192.0.2.99", 5060);
	input(t, other);
	timeout_tick(t, 3000 * NSTIME_S, 0);
	ck_assert_uint_eq(heard.count, 1);
	timeout_free(t);
}
END_TEST

START_TEST(an_answer_to_an_older_request_heals_nothing)
{
	struct timeout *t = timeout_of(10);

	input(t, outcomes_silent(1, 0)); /* told at 34 s */
	input(t, outcomes_answered(2, 34 * NSTIME_S - 1, NSTIME_S));
	ck_assert_int_eq(timeout_next_deadline(t), 68 * NSTIME_S);
	timeout_tick(t, 3000 * NSTIME_S, 0);
	ck_assert_uint_eq(heard.count, 1);
	timeout_free(t);
}
END_TEST

START_TEST(a_new_timeout_begins_the_wait_anew)
{
	struct timeout *t = timeout_of(10);

	input(t, outcomes_silent(1, 0));
	input(t, outcomes_answered(2, 60 * NSTIME_S, NSTIME_S));
	input(t, outcomes_silent(3, 100 * NSTIME_S)); /* told at 134 s */
	timeout_tick(t, 400 * NSTIME_S, 0);
	ck_assert_uint_eq(heard.count, 2);
	input(t, outcomes_answered(4, 410 * NSTIME_S, NSTIME_S));
	timeout_tick(t, 434 * NSTIME_S, 0);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	timeout_free(t);
}
END_TEST

START_TEST(methods_beyond_the_limit_share_other)
{
	struct timeout *t = timeout_of(10);
	static const char *const methods[] = { "D", "C", "B", "A", "\x1b[2J" };

	for (unsigned i = 0; i < 5; i++) {
		struct outcome o = outcomes_answered(i, 0, NSTIME_S);

		o.method = slice_text(methods[i]);
		input(t, o);
	}
	ck_assert_uint_eq(counts(t, "D").answered, 1);
	ck_assert_uint_eq(counts(t, "other").answered, 2);
	timeout_free(t);
}
END_TEST

START_TEST(a_final_nobody_acknowledged_moves_from_answered)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_answered(1, 0, NSTIME_S);

	o.is_invite = true;
	o.method = slice_text("INVITE");
	input(t, o);
	o.event = OUTCOME_EXPIRED;
	o.class = OUTCOME_NO_ACK;
	ck_assert_int_eq(input(t, o), TIMEOUT_TIMED_OUT);
	ck_assert_int_eq(heard.severity, FINDING_WARNING);
	ck_assert_uint_eq(counts(t, "INVITE").answered, 0);
	ck_assert_uint_eq(counts(t, "INVITE").timed_out, 1);
	timeout_free(t);
}
END_TEST

START_TEST(at_its_limit_the_room_goes_on_telling)
{
	struct timeout *t = timeout_of(2);

	for (unsigned i = 0; i < 5; i++) {
		struct outcome o = outcomes_silent(i, 0);

		o.uas.port = (uint16_t)(5062 + i);
		input(t, o);
	}
	ck_assert_uint_eq(heard.count, 5);
	timeout_free(t);
}
END_TEST

static struct timeout *loaded;

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 1000 * NSTIME_S };
	struct cursor c = cursor_over(octets);

	timeout_free(loaded);
	loaded = timeout_of(10);
	return timeout_load(loaded, &c, &shift);
}

static void
restart(struct timeout *t)
{
	struct record r;

	record_init(&r, 10000);
	timeout_save(t, &r);
	timeout_free(t);
	saved_whole_or_not_at_all(&r, load);
}

START_TEST(a_client_that_failed_before_a_restart_heals_it_after)
{
	struct timeout *t = timeout_of(10);
	struct outcome other = outcomes_answered(2, 1060 * NSTIME_S, NSTIME_S);

	other.uac = outcomes_endpoint("192.0.2.99", 5060);
	input(t, outcomes_silent(1, 0)); /* told at 34 s */
	restart(t);
	ck_assert_uint_eq(counts(loaded, "SERVICE").timed_out, 1);
	input(loaded, other);
	ck_assert_int_eq(timeout_next_deadline(loaded), NSTIME_NEVER);
	input(loaded, outcomes_answered(2, 1060 * NSTIME_S, NSTIME_S));
	ck_assert_int_eq(timeout_next_deadline(loaded), 1334 * NSTIME_S);
	timeout_tick(loaded, 1334 * NSTIME_S, 0);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 SERVICE");
	timeout_free(loaded);
}
END_TEST

START_TEST(what_heals_goes_on_healing_after_a_restart)
{
	struct timeout *t = timeout_of(10);

	input(t, outcomes_silent(1, 0));
	input(t, outcomes_answered(2, 60 * NSTIME_S, NSTIME_S));
	restart(t);
	timeout_tick(loaded, 1334 * NSTIME_S, 0);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	timeout_free(loaded);
}
END_TEST

START_TEST(a_gap_that_shows_later_withdraws_a_proof_by_absence)
{
	struct timeout *t = timeout_of(10);
	const struct delivery acknowledged = { .acknowledged = true };
	const struct doubts_gap gap = { .flow = 7, .now = 70 * NSTIME_S };
	struct outcome o = outcomes_silent(1, 0);

	send_once(&o);
	o.transport = TRANSPORT_TCP;
	o.request.flow = 7;
	o.request.to_server = true;
	timeout_input(t, &o, &acknowledged, o.now);
	ck_assert_uint_eq(counts(t, "SERVICE").timed_out, 1);
	timeout_gap(t, &gap);
	ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
	ck_assert_int_eq(heard.now, 70 * NSTIME_S);
	ck_assert_uint_eq(counts(t, "SERVICE").timed_out, 0);
	ck_assert_uint_eq(counts(t, "SERVICE").unknown_loss, 1);
	timeout_free(t);
}
END_TEST

static enum timeout_verdict
recall(struct timeout *t, struct outcome o)
{
	const struct delivery delivery = { .acknowledged =
					       o.request.flow != 0 };

	return timeout_recall(t, &o, &delivery);
}

/* Told before the restart; what is known of it by its number is known again. */
START_TEST(a_late_answer_withdraws_what_is_recalled)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	input(t, o);
	restart(t);
	o.id = 7;
	ck_assert_int_eq(recall(loaded, o), TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 0);
	ck_assert_uint_eq(counts(loaded, "SERVICE").timed_out, 1);
	o.event = OUTCOME_LATE;
	o.now += 5 * NSTIME_S;
	ck_assert_int_eq(input(loaded, o), TIMEOUT_ANSWERED);
	ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
	ck_assert_uint_eq(counts(loaded, "SERVICE").timed_out, 0);
	ck_assert_uint_eq(counts(loaded, "SERVICE").answered, 1);
	timeout_free(loaded);
	loaded = NULL;
}
END_TEST

START_TEST(one_that_was_answered_late_is_not_withdrawn_again)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	recall(t, o);
	o.event = OUTCOME_LATE;
	ck_assert_int_eq(recall(t, o), TIMEOUT_ANSWERED);
	ck_assert_int_eq(input(t, o), TIMEOUT_NONE);
	ck_assert_uint_eq(heard.count, 0);
	timeout_free(t);
}
END_TEST

START_TEST(a_leg_behind_one_that_is_recalled_takes_the_blame)
{
	struct timeout *t = timeout_of(10);
	struct outcome upper = upper_leg(), reviewed = upper_leg();

	recall(t, upper);
	recall(t, deeper_leg());
	review(t, upper);
	ck_assert_uint_eq(heard.count, 0);
	timeout_free(t);

	t = timeout_of(10);
	upper.group.deeper[0] = reviewed.group.deeper[0] = 3;
	recall(t, upper);
	reviewed.group.deeper_count = 0;
	reviewed.event = OUTCOME_REVIEWED;
	recall(t, reviewed);
	review(t, reviewed);
	ck_assert_uint_eq(heard.count, 0); /* told before */
	timeout_free(t);
}
END_TEST

START_TEST(a_gap_withdraws_what_is_recalled)
{
	struct timeout *t = timeout_of(10);
	const struct doubts_gap gap = { .flow = 7, .now = 70 * NSTIME_S };
	struct outcome o = outcomes_silent(1, 0);

	send_once(&o);
	o.transport = TRANSPORT_TCP;
	o.request.flow = 7;
	o.request.to_server = true;
	ck_assert_int_eq(recall(t, o), TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 0);
	timeout_gap(t, &gap);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_WITHDRAWN);
	timeout_free(t);
}
END_TEST

START_TEST(what_a_recalled_gap_withdrew_is_not_withdrawn_again)
{
	struct timeout *t = timeout_of(10);
	const struct doubts_gap gap = { .flow = 7, .now = 70 * NSTIME_S };
	struct outcome o = outcomes_silent(1, 0);

	send_once(&o);
	o.transport = TRANSPORT_TCP;
	o.request.flow = 7;
	o.request.to_server = true;
	recall(t, o);
	timeout_recall_gap(t, &gap);
	timeout_gap(t, &gap);
	o.event = OUTCOME_LATE;
	ck_assert_int_eq(input(t, o), TIMEOUT_ANSWERED);
	ck_assert_uint_eq(heard.count, 0);
	timeout_free(t);
}
END_TEST

START_TEST(a_sender_is_known_by_what_is_recalled)
{
	struct timeout *t = timeout_of(10);
	struct outcome o = outcomes_silent(1, 0);

	recall(t, o);
	send_once(&o);
	o.id = 2;
	ck_assert_int_eq(input(t, o), TIMEOUT_UNKNOWN_ASYMMETRIC);
	timeout_free(t);
}
END_TEST

UNIT("timeout", a_proven_silence_is_a_finding_with_its_evidence,
    what_is_not_watched_is_counted_and_not_told,
    a_leg_folded_into_a_deeper_one_is_not_told,
    it_is_told_when_the_deeper_one_cannot_be_proven,
    nor_does_one_that_is_not_watched_take_the_blame,
    what_has_no_proof_is_not_told_when_reviewed,
    a_late_answer_withdraws_what_was_told,
    an_unknown_answered_late_was_answered,
    five_quiet_minutes_and_an_answered_client_heal_it,
    another_client_being_answered_heals_nothing,
    an_answer_to_an_older_request_heals_nothing,
    a_new_timeout_begins_the_wait_anew,
    a_gap_that_shows_later_withdraws_a_proof_by_absence,
    a_sender_is_known_by_what_it_did_before,
    a_proof_that_is_whole_when_the_capture_ends_is_told,
    methods_beyond_the_limit_share_other,
    a_final_nobody_acknowledged_moves_from_answered,
    at_its_limit_the_room_goes_on_telling,
    a_client_that_failed_before_a_restart_heals_it_after,
    what_heals_goes_on_healing_after_a_restart,
    a_late_answer_withdraws_what_is_recalled,
    one_that_was_answered_late_is_not_withdrawn_again,
    a_leg_behind_one_that_is_recalled_takes_the_blame,
    a_gap_withdraws_what_is_recalled,
    what_a_recalled_gap_withdrew_is_not_withdrawn_again,
    a_sender_is_known_by_what_is_recalled)
