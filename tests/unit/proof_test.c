/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/proof.h"

#include "unit/outcomes.h"

static nstime t1 = 500 * NSTIME_MS;
static enum timeout_verdict verdict;

static const char *
judge(struct outcome o, struct delivery w)
{
	const char *proof = proof_find(&o, &w, t1, &verdict);

	ck_assert(verdict == TIMEOUT_TIMED_OUT || proof == NULL);
	return proof == NULL ? "" : proof;
}

static const struct delivery nothing;

START_TEST(repeating_to_the_end_proves_silence)
{
	ck_assert_str_eq(
	    judge(outcomes_silent(1, 0), nothing), "retransmitted");
}
END_TEST

START_TEST(a_requester_that_stopped_early_got_an_answer_we_missed)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = 2;
	o.request.last_copy = 500 * NSTIME_MS;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_ASYMMETRIC);
}
END_TEST

START_TEST(seven_invites_are_to_the_end_six_of_others_are_not)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = 7;
	ck_assert_str_eq(judge(o, nothing), "retransmitted");
	o.request.copies = 6;
	ck_assert_str_eq(judge(o, nothing), "");
	o.is_invite = true;
	ck_assert_str_eq(judge(o, nothing), "retransmitted");
	o.request.copies = 5;
	ck_assert_str_eq(judge(o, nothing), "");
	o.request.copies = 6;
	o.request.last_copy = 15 * NSTIME_S - 1;
	ck_assert_str_eq(judge(o, nothing), "");
}
END_TEST

START_TEST(a_smaller_t1_shortens_the_end)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.last_copy = 3 * NSTIME_S;
	ck_assert_str_eq(judge(o, nothing), "");
	t1 = 100 * NSTIME_MS;
	ck_assert_str_eq(judge(o, nothing), "retransmitted");
	t1 = 500 * NSTIME_MS;
}
END_TEST

START_TEST(tcp_acknowledged_without_a_gap_proves_silence)
{
	struct outcome o = outcomes_silent(1, 0);
	struct delivery w = { .acknowledged = true };

	o.transport = TRANSPORT_TCP;
	o.request.copies = 1;
	ck_assert_str_eq(judge(o, w), "acknowledged");
	w.lost = true;
	ck_assert_str_eq(judge(o, w), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_LOSS);
	w = (struct delivery){ .undelivered = true };
	ck_assert_str_eq(judge(o, w), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNDELIVERED);
}
END_TEST

START_TEST(loss_does_not_void_what_the_requester_showed)
{
	const struct delivery w = { .lost = true };

	ck_assert_str_eq(judge(outcomes_silent(1, 0), w), "retransmitted");
}
END_TEST

START_TEST(an_ack_for_an_unseen_answer_clears_the_server)
{
	struct outcome o = outcomes_silent(1, 0);

	o.signs.unseen = OUTCOME_UNSEEN_ACK;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_ASYMMETRIC);
}
END_TEST

START_TEST(a_cancel_does_not_clear_a_server_that_was_asked_to_the_end)
{
	struct outcome o = outcomes_silent(1, 0);

	o.signs.unseen = OUTCOME_UNSEEN_CANCEL;
	ck_assert_str_eq(judge(o, nothing), "retransmitted");
}
END_TEST

START_TEST(a_100_proves_that_the_way_back_is_visible)
{
	struct outcome o = outcomes_silent(1, 0);

	o.class = OUTCOME_STALLED_AFTER_100;
	o.is_invite = true;
	o.request.copies = 1;
	o.response.provisional = 100;
	ck_assert_str_eq(judge(o, nothing), "provisional");
	o.signs.unseen = OUTCOME_UNSEEN_DIALOG;
	ck_assert_str_eq(judge(o, nothing), "");
	o.signs.unseen = OUTCOME_UNSEEN_CANCEL;
	ck_assert_str_eq(judge(o, nothing), "");
}
END_TEST

START_TEST(the_senders_own_504_proves_it)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = 1;
	o.signs.upstream_status = 504;
	ck_assert_str_eq(judge(o, nothing), "upstream_status");
}
END_TEST

START_TEST(icmp_proves_it_and_says_more_than_copies_do)
{
	const struct delivery w = { .unreachable = true };

	ck_assert_str_eq(judge(outcomes_silent(1, 0), w), "unreachable");
}
END_TEST

START_TEST(ringing_without_answer_is_no_timeout)
{
	struct outcome o = outcomes_silent(1, 0);

	o.class = OUTCOME_RING_NO_ANSWER;
	o.is_invite = true;
	o.response.provisional = 180;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNFINISHED);
}
END_TEST

UNIT("proof", repeating_to_the_end_proves_silence,
    a_requester_that_stopped_early_got_an_answer_we_missed,
    a_smaller_t1_shortens_the_end,
    seven_invites_are_to_the_end_six_of_others_are_not,
    tcp_acknowledged_without_a_gap_proves_silence,
    loss_does_not_void_what_the_requester_showed,
    an_ack_for_an_unseen_answer_clears_the_server,
    a_cancel_does_not_clear_a_server_that_was_asked_to_the_end,
    a_100_proves_that_the_way_back_is_visible, the_senders_own_504_proves_it,
    icmp_proves_it_and_says_more_than_copies_do,
    ringing_without_answer_is_no_timeout)
