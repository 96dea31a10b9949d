/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/proof.h"

#include "unit/outcomes.h"

static nstime usual;
static enum timeout_verdict verdict;

static const char *
judge(struct outcome o, struct delivery d)
{
	const char *proof = proof_find(&o, &d, usual, &verdict);

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

/* The same, but with few copies. */
static struct outcome
stopped(unsigned copies, nstime last_copy)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = copies;
	o.request.last_copy = last_copy;
	o.request.repeated = false;
	return o;
}

START_TEST(a_requester_that_stopped_early_gave_up)
{
	struct outcome o = stopped(3, 1500 * NSTIME_MS);

	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_GAVE_UP);
	o.is_invite = true;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_GAVE_UP);
}
END_TEST

START_TEST(one_copy_is_a_sender_that_never_repeats)
{
	ck_assert_str_eq(judge(stopped(1, 0), nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_UNREPEATED);
}
END_TEST

START_TEST(one_that_resends_otherwise_was_answered_unseen)
{
	const struct delivery both = { .reverse_lately = true };
	struct outcome caller = stopped(3, 1500 * NSTIME_MS);

	usual = 3500 * NSTIME_MS;
	ck_assert_str_eq(judge(stopped(1, 0), nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_ASYMMETRIC);
	ck_assert_str_eq(judge(stopped(1, 0), both), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_LOSS);
	ck_assert_str_eq(judge(stopped(3, 1500 * NSTIME_MS), nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_ASYMMETRIC);
	caller.is_invite = true; /* callers hang up when they like */
	ck_assert_str_eq(judge(caller, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_GAVE_UP);
	ck_assert_str_eq(judge(stopped(4, 3500 * NSTIME_MS), nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_GAVE_UP);
	usual = 0;
}
END_TEST

START_TEST(asking_another_server_proves_silence)
{
	struct outcome o = stopped(3, 1400 * NSTIME_MS);

	o.signs.failover = true;
	ck_assert_str_eq(judge(o, nothing), "failover");
	o.signs.unseen = OUTCOME_UNSEEN_ACK;
	ck_assert_str_eq(judge(o, nothing), "");
}
END_TEST

START_TEST(when_the_capture_ends_only_what_was_seen_counts)
{
	struct outcome o = outcomes_silent(1, 0);
	const struct delivery acknowledged = { .acknowledged = true };

	o.event = OUTCOME_UNFINISHED;
	ck_assert_str_eq(judge(o, nothing), "retransmitted");
	o = stopped(1, 0);
	o.event = OUTCOME_UNFINISHED;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNFINISHED);
	o.transport = TRANSPORT_TCP;
	ck_assert_str_eq(judge(o, acknowledged), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNFINISHED);
}
END_TEST

START_TEST(tcp_acknowledged_without_a_gap_proves_silence)
{
	struct outcome o = stopped(1, 0);
	struct delivery d = { .acknowledged = true };

	o.transport = TRANSPORT_TCP;
	ck_assert_str_eq(judge(o, d), "acknowledged");
	d.lost = true;
	ck_assert_str_eq(judge(o, d), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_LOSS);
	d = (struct delivery){ .undelivered = true };
	ck_assert_str_eq(judge(o, d), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNDELIVERED);
}
END_TEST

START_TEST(a_client_that_closed_at_once_did_not_wait)
{
	struct outcome o = stopped(1, 0);
	const struct delivery d = { .acknowledged = true, .hung_up = true };

	o.transport = TRANSPORT_TCP;
	ck_assert_str_eq(judge(o, d), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_GAVE_UP);
}
END_TEST

START_TEST(of_a_message_without_its_connection_nothing_is_known)
{
	struct outcome o = stopped(1, 0);
	const struct delivery d = { .acknowledged = false };

	o.transport = TRANSPORT_TLS;
	ck_assert_str_eq(judge(o, d), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_UNREPEATED);
}
END_TEST

/* It need not hand on each copy, and nothing of TCP. */
START_TEST(of_an_agents_silence_nothing_is_known)
{
	struct outcome o = stopped(3, 1500 * NSTIME_MS);

	o.request.by_agent = true;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_NO_TRANSPORT);
	o.transport = TRANSPORT_TCP;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_NO_TRANSPORT);
	o.signs.unseen = OUTCOME_UNSEEN_ACK;
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_ASYMMETRIC);
	o.signs.unseen = 0;
	o.signs.failover = true;
	ck_assert_str_eq(judge(o, nothing), "failover");
}
END_TEST

START_TEST(the_servers_own_log_is_a_proof)
{
	const struct delivery d = { .server_log = true };

	ck_assert_str_eq(judge(stopped(1, 0), d), "server_log");
	ck_assert_int_eq(verdict, TIMEOUT_TIMED_OUT);
}
END_TEST

START_TEST(loss_does_not_void_what_the_requester_showed)
{
	const struct delivery d = { .lost = true };

	ck_assert_str_eq(judge(outcomes_silent(1, 0), d), "retransmitted");
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

START_TEST(if_that_direction_is_seen_its_packet_was_lost)
{
	const struct delivery d = { .reverse_lately = true };
	struct outcome o = outcomes_silent(1, 0);

	o.signs.unseen = OUTCOME_UNSEEN_ACK;
	ck_assert_str_eq(judge(o, d), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_LOSS);
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
	o.request.repeated = false;
	o.response.provisional = 100;
	ck_assert_str_eq(judge(o, nothing), "provisional");
	o.signs.loss = true; /* others' finals were lost: this one's too? */
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_LOSS);
	o.signs.loss = false;
	o.signs.unseen = OUTCOME_UNSEEN_DIALOG;
	ck_assert_str_eq(judge(o, nothing), "");
	o.signs.unseen = OUTCOME_UNSEEN_CANCEL;
	ck_assert_str_eq(judge(o, nothing), "");
}
END_TEST

START_TEST(a_100_on_udp_proves_nothing_of_what_is_resent)
{
	struct outcome o = stopped(1, 0);

	o.class = OUTCOME_NO_FINAL;
	o.response =
	    (struct outcome_response){ .provisional = 100, .status = 100 };
	ck_assert_str_eq(judge(o, nothing), "");
	ck_assert_int_eq(verdict, TIMEOUT_UNKNOWN_UNREPEATED);
	o.transport = TRANSPORT_TCP;
	ck_assert_str_eq(judge(o, nothing), "provisional");
}
END_TEST

START_TEST(the_senders_own_504_proves_it)
{
	struct outcome o = outcomes_silent(1, 0);

	o.request.copies = 1;
	o.request.repeated = false;
	o.signs.upstream_status = 504;
	ck_assert_str_eq(judge(o, nothing), "upstream_status");
}
END_TEST

START_TEST(icmp_proves_it_and_says_more_than_copies_do)
{
	const struct delivery d = { .unreachable = true };

	ck_assert_str_eq(judge(outcomes_silent(1, 0), d), "unreachable");
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

UNIT("proof", of_a_message_without_its_connection_nothing_is_known,
    of_an_agents_silence_nothing_is_known, the_servers_own_log_is_a_proof,
    repeating_to_the_end_proves_silence, a_requester_that_stopped_early_gave_up,
    one_copy_is_a_sender_that_never_repeats,
    one_that_resends_otherwise_was_answered_unseen,
    asking_another_server_proves_silence,
    when_the_capture_ends_only_what_was_seen_counts,
    tcp_acknowledged_without_a_gap_proves_silence,
    a_client_that_closed_at_once_did_not_wait,
    loss_does_not_void_what_the_requester_showed,
    an_ack_for_an_unseen_answer_clears_the_server,
    if_that_direction_is_seen_its_packet_was_lost,
    a_cancel_does_not_clear_a_server_that_was_asked_to_the_end,
    a_100_proves_that_the_way_back_is_visible,
    a_100_on_udp_proves_nothing_of_what_is_resent,
    the_senders_own_504_proves_it, icmp_proves_it_and_says_more_than_copies_do,
    ringing_without_answer_is_no_timeout)
