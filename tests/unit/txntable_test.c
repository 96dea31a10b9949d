/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txntable.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct txnstory s;

static void
setup(void)
{
	story_begin(&s);
}

static void
retransmit(const char *method, const char *branch, unsigned from, unsigned to)
{
	const nstime at[] = { 500, 1500, 3500, 7500, 15500, 31500 };

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		story_request(&s, at[i], method, branch, from, to);
}

START_TEST(an_answer_is_told_once)
{
	setup();
	ck_assert_int_eq(
	    story_request(&s, 0, "SERVICE", "1", 1, 2), TXNTABLE_NEW);
	ck_assert_int_eq(story_response(&s, 100, 200, "SERVICE", "1", 2, 1),
	    TXNTABLE_RESPONSE);
	ck_assert_int_eq(story_response(&s, 600, 200, "SERVICE", "1", 2, 1),
	    TXNTABLE_RETRANSMISSION);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_int_eq(s.told[0].event, OUTCOME_ANSWERED);
	ck_assert_uint_eq(s.told[0].response.status, 200);
	ck_assert_int_eq(s.told[0].now, 100 * NSTIME_MS);
	story_end(&s);
}
END_TEST

START_TEST(silence_expires_with_what_was_seen)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	retransmit("SERVICE", "1", 1, 2);
	story_until(&s, 33999);
	ck_assert_uint_eq(s.count, 0);
	story_until(&s, 50000);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_int_eq(s.told[0].event, OUTCOME_EXPIRED);
	ck_assert_int_eq(s.told[0].class, OUTCOME_NO_RESPONSE);
	ck_assert_int_eq(s.told[0].now, 34 * NSTIME_S);
	ck_assert_uint_eq(s.told[0].request.copies, 7);
	ck_assert_int_eq(s.told[0].request.last_copy, 31500 * NSTIME_MS);
	ck_assert_int_eq(s.told[0].request.sent_wall, NSTIME_S);
	ck_assert_uint_eq(s.told[0].signs.unseen, 0);
	ck_assert(slice_is(s.told[0].method, "SERVICE"));
	story_end(&s);
}
END_TEST

START_TEST(the_verdict_is_forgotten_after_another_64_t1)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_until(&s, 67999);
	ck_assert_uint_eq(txntable_open(s.table), 1);
	story_until(&s, 68000);
	ck_assert_uint_eq(txntable_open(s.table), 0);
	ck_assert_int_eq(txntable_next_deadline(s.table), NSTIME_NEVER);
	story_end(&s);
}
END_TEST

START_TEST(an_answer_after_the_verdict_is_late_and_has_its_id)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_response(&s, 40000, 200, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.told[1].event, OUTCOME_LATE);
	ck_assert_int_eq(s.told[1].class, OUTCOME_NO_RESPONSE);
	ck_assert_uint_eq(s.told[1].id, s.told[0].id);
	story_end(&s);
}
END_TEST

START_TEST(slow_is_told_of_watched_ones_only)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.watched = true;
	story_request(&s, 0, "SERVICE", "2", 1, 2);
	s.cseq = 2;
	story_request(&s, 0, "INVITE", "3", 1, 2);
	story_until(&s, 9999);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_int_eq(s.told[0].event, OUTCOME_SLOW);
	ck_assert_int_eq(s.told[0].now, 5 * NSTIME_S);
	story_until(&s, 33000);
	ck_assert_uint_eq(s.count, 2);
	ck_assert(s.told[1].is_invite);
	story_end(&s);
}
END_TEST

START_TEST(an_invite_its_ack_and_its_copies_are_one)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 100, 486, "INVITE", "1", 2, 1);
	ck_assert_int_eq(story_request(&s, 150, "INVITE", "1", 1, 2),
	    TXNTABLE_RETRANSMISSION);
	ck_assert_int_eq(
	    story_request(&s, 200, "ACK", "1", 1, 2), TXNTABLE_ACK);
	ck_assert_uint_eq(txntable_open(s.table), 1);
	story_until(&s, 100000);
	ck_assert_uint_eq(s.count, 1);
	story_end(&s);
}
END_TEST

/* The ACK for a 2xx has a branch of its own (RFC 3261 13.2.2.4). */
START_TEST(an_ack_finds_its_2xx_by_dialog)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	for (nstime at = 100; at < 30000; at += 4000)
		story_response(&s, at, 200, "INVITE", "1", 2, 1);
	story_request(&s, 30000, "ACK", "2", 1, 2);
	story_until(&s, 100000);
	ck_assert_uint_eq(s.count, 1);
	story_end(&s);
}
END_TEST

START_TEST(no_ack_is_told_after_the_answer)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	for (nstime at = 100; at < 30000; at += 4000)
		story_response(&s, at, 200, "INVITE", "1", 2, 1);
	story_until(&s, 100000);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.told[0].event, OUTCOME_ANSWERED);
	ck_assert_int_eq(s.told[1].event, OUTCOME_EXPIRED);
	ck_assert_int_eq(s.told[1].class, OUTCOME_NO_ACK_2XX);
	ck_assert_uint_eq(s.told[1].response.copies, 8);
	ck_assert_int_eq(s.told[1].response.span, 28 * NSTIME_S);
	ck_assert_uint_eq(s.told[1].group.deeper_count, 0);
	ck_assert_uint_eq(txntable_open(s.table), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_cancel_is_its_own_and_moves_its_invites_deadline)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 100, 180, "INVITE", "1", 2, 1);
	ck_assert_int_eq(
	    story_request(&s, 9000, "CANCEL", "1", 1, 2), TXNTABLE_NEW);
	story_response(&s, 9100, 200, "CANCEL", "1", 2, 1);
	story_until(&s, 43000);
	ck_assert_uint_eq(s.count, 2);
	ck_assert(slice_is(s.told[0].method, "CANCEL"));
	ck_assert_int_eq(s.told[1].class, OUTCOME_CANCELLED_NO_FINAL);
	ck_assert_uint_eq(s.told[1].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(a_cancelled_invite_that_ends_is_answered)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 9000, "CANCEL", "1", 1, 2);
	story_response(&s, 9100, 487, "INVITE", "1", 2, 1);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_uint_eq(s.told[0].response.status, 487);
	story_end(&s);
}
END_TEST

START_TEST(benotify_and_ack_begin_nothing)
{
	setup();
	ck_assert_int_eq(story_request(&s, 0, "BENOTIFY", "1", 1, 2),
	    TXNTABLE_NO_ANSWER_DUE);
	ck_assert_int_eq(story_request(&s, 0, "ACK", "2", 1, 2), TXNTABLE_ACK);
	ck_assert_uint_eq(txntable_open(s.table), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_response_without_request_is_an_orphan)
{
	setup();
	ck_assert_int_eq(
	    story_response(&s, 0, 200, "INVITE", "1", 2, 1), TXNTABLE_ORPHAN);
	story_end(&s);
}
END_TEST

START_TEST(any_token_is_a_method_and_expires)
{
	setup();
	story_request(&s, 0, "NEGOTIATE", "1", 1, 2);
	story_request(&s, 0, "WHATEVER", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 2);
	ck_assert(slice_is(s.told[1].method, "WHATEVER"));
	story_end(&s);
}
END_TEST

START_TEST(a_branch_used_again_with_the_next_cseq_is_another)
{
	setup();
	story_request(&s, 0, "REGISTER", "1", 1, 2);
	story_response(&s, 100, 401, "REGISTER", "1", 2, 1);
	s.cseq = 2;
	ck_assert_int_eq(
	    story_request(&s, 200, "REGISTER", "1", 1, 2), TXNTABLE_NEW);
	story_end(&s);
}
END_TEST

/* Lync clients send no branch (DOMAIN 7.3). */
START_TEST(without_a_branch_rfc_2543_matches)
{
	setup();
	s.cookie = "";
	story_request(&s, 0, "SERVICE", "", 1, 2);
	ck_assert_int_eq(story_request(&s, 500, "SERVICE", "", 1, 2),
	    TXNTABLE_RETRANSMISSION);
	s.uri = "sip:y";
	ck_assert_int_eq(
	    story_request(&s, 600, "SERVICE", "", 1, 2), TXNTABLE_NEW);
	s.to_tag = "added";
	ck_assert_int_eq(story_response(&s, 700, 200, "SERVICE", "", 2, 1),
	    TXNTABLE_RESPONSE);
	ck_assert_int_eq(story_response(&s, 800, 200, "SERVICE", "", 2, 1),
	    TXNTABLE_RESPONSE);
	ck_assert_uint_eq(story_told(&s, OUTCOME_ANSWERED), 2);
	story_end(&s);
}
END_TEST

START_TEST(closing_tells_what_is_unfinished_and_forgets_all)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 10, "SERVICE", "2", 1, 2);
	story_response(&s, 20, 200, "SERVICE", "2", 2, 1);
	txntable_close(s.table, 5 * NSTIME_S);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.told[1].event, OUTCOME_UNFINISHED);
	ck_assert_int_eq(s.told[1].now, 5 * NSTIME_S);
	ck_assert_uint_eq(txntable_open(s.table), 0);
	story_end(&s);
}
END_TEST

struct wanted {
	const char *name;
	uint64_t value;
};

static void
count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct wanted *wanted = arg;

	(void)kind;
	if (strcmp(name, wanted->name) == 0)
		wanted->value = value;
}

static uint64_t
counter(const char *name)
{
	struct wanted wanted = { name, UINT64_MAX };

	txntable_stats(s.table, count, &wanted);
	return wanted.value;
}

static bool
all_worked(
    void *arg, const struct address *client, const struct address *server)
{
	(void)arg;
	(void)client;
	(void)server;
	return true;
}

/* Host 1 has heard from host 2 before. */
static bool
some_worked(
    void *arg, const struct address *client, const struct address *server)
{
	(void)arg;
	return client->octets[3] == 1 && server->octets[3] == 2;
}

START_TEST(at_the_limit_answered_ones_go_first)
{
	struct txntable_limits limits = story_limits();

	setup();
	limits.transactions = 2;
	limits.worked = all_worked;
	txntable_set(s.table, &limits);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 1, "SERVICE", "2", 1, 2);
	ck_assert_int_eq(
	    story_request(&s, 2, "SERVICE", "3", 1, 2), TXNTABLE_REFUSED);
	story_response(&s, 3, 200, "SERVICE", "1", 2, 1);
	ck_assert_int_eq(
	    story_request(&s, 4, "SERVICE", "3", 1, 2), TXNTABLE_NEW);
	ck_assert_uint_eq(txntable_open(s.table), 2);
	ck_assert_uint_eq(counter("txntable.full"), 1);
	ck_assert_uint_eq(counter("txntable.evicted"), 1);
	story_end(&s);
}
END_TEST

START_TEST(fakes_make_room_for_fakes_and_for_what_is_none)
{
	struct txntable_limits limits = story_limits();

	setup();
	limits.transactions = 3;
	limits.worked = some_worked;
	txntable_set(s.table, &limits);
	story_request(&s, 0, "SERVICE", "real", 1, 2);
	for (unsigned i = 0; i < 50; i++) {
		const char branch[] = { (char)('A' + i), '\0' };

		ck_assert_int_eq(
		    story_request(&s, 1, "SERVICE", branch, 3 + i, 2),
		    TXNTABLE_NEW);
	}
	ck_assert_int_eq(story_request(&s, 500, "SERVICE", "real", 1, 2),
	    TXNTABLE_RETRANSMISSION);
	ck_assert_uint_eq(counter("txntable.unproven"), 48);
	ck_assert_uint_eq(counter("txntable.full"), 0);
	story_end(&s);
}
END_TEST

START_TEST(repeated_fakes_make_room_only_for_what_is_none)
{
	struct txntable_limits limits = story_limits();

	setup();
	limits.transactions = 1;
	limits.worked = some_worked;
	txntable_set(s.table, &limits);
	story_request(&s, 0, "SERVICE", "1", 3, 2);
	story_request(&s, 500, "SERVICE", "1", 3, 2);
	ck_assert_int_eq(
	    story_request(&s, 600, "SERVICE", "2", 4, 2), TXNTABLE_REFUSED);
	ck_assert_int_eq(
	    story_request(&s, 700, "SERVICE", "3", 1, 2), TXNTABLE_NEW);
	story_end(&s);
}
END_TEST

START_TEST(a_watched_one_that_is_not_judged_is_told_with_the_limit)
{
	struct txntable_limits limits = story_limits();
	struct sip_message m;
	char store[64];

	setup();
	limits.transactions = 1;
	limits.worked = all_worked;
	txntable_set(s.table, &limits);
	s.watched = true;
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	m = story_message(&s, store, "SERVICE", "2");
	m.is_request = true;
	ck_assert_str_eq(
	    story_send(&s, 1, &m, story_host(1, 5060), story_host(2, 5060))
		.limited,
	    "transactions");
	story_end(&s);
}
END_TEST

START_TEST(a_lower_limit_evicts_until_it_is_met)
{
	struct txntable_limits limits = story_limits();
	char branch[2] = { 0 };

	setup();
	for (char c = 'a'; c <= 'j'; c++) {
		branch[0] = c;
		story_request(&s, 0, "SERVICE", branch, 1, 2);
		story_response(&s, 1, 200, "SERVICE", branch, 2, 1);
	}
	limits.transactions = 3;
	txntable_set(s.table, &limits);
	story_request(&s, 2, "SERVICE", "k", 1, 2);
	ck_assert_uint_eq(txntable_open(s.table), 3);
	story_end(&s);
}
END_TEST

START_TEST(one_branch_on_too_many_legs_is_refused)
{
	unsigned host = 2;

	setup();
	while (host < 34)
		ck_assert_int_eq(
		    story_request(&s, 0, "SERVICE", "1", 1, host++),
		    TXNTABLE_NEW);
	ck_assert_int_eq(
	    story_request(&s, 0, "SERVICE", "1", 1, host), TXNTABLE_REFUSED);
	ck_assert_uint_eq(counter("txntable.too_many_legs"), 1);
	story_end(&s);
}
END_TEST

START_TEST(new_limits_do_not_bring_a_verdict_forward)
{
	struct txntable_limits limits = story_limits();

	setup();
	s.watched = true;
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	limits.timers.slow_other = 20 * NSTIME_S;
	txntable_set(s.table, &limits);
	story_until(&s, 19999);
	ck_assert_uint_eq(s.count, 0);
	story_until(&s, 34000);
	ck_assert_int_eq(s.told[0].event, OUTCOME_SLOW);
	ck_assert_int_eq(s.told[0].now, 20 * NSTIME_S);
	ck_assert_int_eq(s.told[1].event, OUTCOME_EXPIRED);
	story_end(&s);
}
END_TEST

START_TEST(deadlines_fire_in_order)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 10, 180, "INVITE", "1", 2, 1);
	s.cseq = 2;
	story_request(&s, 20, "SERVICE", "2", 1, 2);
	s.cseq = 3;
	story_request(&s, 30, "SERVICE", "3", 1, 2);
	story_until(&s, 1000000);
	ck_assert_uint_eq(s.count, 3);
	ck_assert_int_eq(s.told[0].now, 34020 * NSTIME_MS);
	ck_assert_int_eq(s.told[1].now, 34030 * NSTIME_MS);
	ck_assert_int_eq(s.told[2].class, OUTCOME_RING_NO_ANSWER);
	story_end(&s);
}
END_TEST

/* The same steps many times over: nothing is left behind. */
START_TEST(a_hundred_thousand_calls_leave_nothing)
{
	char branch[12] = { 0 };

	setup();
	for (unsigned i = 0; i < 100000; i++) {
		const nstime at = (nstime)i * 10;

		for (unsigned j = 0, n = i; j < 8; j++, n /= 10)
			branch[j] = (char)('0' + n % 10);
		s.cseq = i + 1;
		story_request(&s, at, "INVITE", branch, 1, 2);
		story_response(&s, at + 1, 180, "INVITE", branch, 2, 1);
		if (i % 3 != 0)
			story_response(&s, at + 2, 200, "INVITE", branch, 2, 1);
		ck_assert_uint_le(txntable_open(s.table), 1000);
	}
	txntable_close(s.table, 2000000 * NSTIME_MS);
	ck_assert_uint_eq(txntable_open(s.table), 0);
	story_end(&s);
}
END_TEST

START_TEST(an_answered_one_is_kept_but_not_pending)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	ck_assert_uint_eq(txntable_pending(s.table), 1);
	story_response(&s, 100, 200, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(txntable_open(s.table), 1);
	ck_assert_uint_eq(txntable_pending(s.table), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_deadline_in_a_hole_waits_for_the_packets_behind_it)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 0, "SERVICE", "2", 1, 2);
	txntable_hole(s.table, 0, 60 * NSTIME_S);
	story_until(&s, 60000);
	ck_assert_uint_eq(s.count, 0);
	story_response(&s, 60500, 200, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(story_told(&s, OUTCOME_ANSWERED), 1);
	story_until(&s, 61999);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 0);
	story_until(&s, 62000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 1);
	/* It is told with its own deadline. */
	ck_assert_int_eq(story_find(&s, OUTCOME_EXPIRED)->now, 34 * NSTIME_S);
	story_end(&s);
}
END_TEST

START_TEST(a_client_that_resent_to_the_end_needs_no_hole)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	retransmit("SERVICE", "1", 1, 2);
	txntable_hole(s.table, 31500 * NSTIME_MS, 60 * NSTIME_S);
	story_until(&s, 34000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 1);
	ck_assert(s.told[0].request.repeated);
	story_end(&s);
}
END_TEST

START_TEST(at_the_end_a_deadline_in_a_hole_has_passed)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	txntable_hole(s.table, 0, 60 * NSTIME_S);
	story_until(&s, 60000);
	story_request(&s, 60000, "SERVICE", "2", 1, 2);
	txntable_close(s.table, 60 * NSTIME_S);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 1);
	ck_assert_uint_eq(story_told(&s, OUTCOME_UNFINISHED), 1);
	ck_assert_int_eq(
	    story_find(&s, OUTCOME_UNFINISHED)->class, OUTCOME_NO_RESPONSE);
	story_end(&s);
}
END_TEST

START_TEST(identifiers_used_again_begin_a_new_one)
{
	setup();
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_response(&s, 100, 200, "SERVICE", "1", 2, 1);
	ck_assert_int_eq(story_request(&s, 4000, "SERVICE", "1", 1, 2),
	    TXNTABLE_RETRANSMISSION);
	ck_assert_int_eq(
	    story_request(&s, 15000, "SERVICE", "1", 1, 2), TXNTABLE_NEW);
	story_until(&s, 49000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 1);
	ck_assert_int_eq(
	    story_find(&s, OUTCOME_EXPIRED)->request.sent, 15 * NSTIME_S);
	story_end(&s);
}
END_TEST

START_TEST(an_ack_for_a_final_that_was_missed_shows_loss)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 100, 100, "INVITE", "1", 2, 1);
	story_request(&s, 0, "INVITE", "2", 1, 2);
	story_response(&s, 100, 100, "INVITE", "2", 2, 1);
	story_request(&s, 500, "ACK", "1", 1, 2);
	ck_assert_uint_eq(s.missed, 1);
	story_end(&s);
}
END_TEST

START_TEST(an_ack_where_no_response_passes_shows_none)
{
	setup();
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 500, "ACK", "1", 1, 2);
	ck_assert_uint_eq(s.missed, 0);
	story_end(&s);
}
END_TEST

UNIT("txntable", an_answered_one_is_kept_but_not_pending,
    an_answer_is_told_once, silence_expires_with_what_was_seen,
    the_verdict_is_forgotten_after_another_64_t1,
    an_answer_after_the_verdict_is_late_and_has_its_id,
    slow_is_told_of_watched_ones_only, an_invite_its_ack_and_its_copies_are_one,
    an_ack_finds_its_2xx_by_dialog, no_ack_is_told_after_the_answer,
    a_cancel_is_its_own_and_moves_its_invites_deadline,
    a_cancelled_invite_that_ends_is_answered, benotify_and_ack_begin_nothing,
    a_response_without_request_is_an_orphan, any_token_is_a_method_and_expires,
    a_branch_used_again_with_the_next_cseq_is_another,
    without_a_branch_rfc_2543_matches,
    closing_tells_what_is_unfinished_and_forgets_all,
    at_the_limit_answered_ones_go_first,
    fakes_make_room_for_fakes_and_for_what_is_none,
    repeated_fakes_make_room_only_for_what_is_none,
    a_watched_one_that_is_not_judged_is_told_with_the_limit,
    a_lower_limit_evicts_until_it_is_met,
    one_branch_on_too_many_legs_is_refused,
    new_limits_do_not_bring_a_verdict_forward, deadlines_fire_in_order,
    a_deadline_in_a_hole_waits_for_the_packets_behind_it,
    a_client_that_resent_to_the_end_needs_no_hole,
    at_the_end_a_deadline_in_a_hole_has_passed,
    identifiers_used_again_begin_a_new_one,
    an_ack_for_a_final_that_was_missed_shows_loss,
    an_ack_where_no_response_passes_shows_none,
    a_hundred_thousand_calls_leave_nothing)
