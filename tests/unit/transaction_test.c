/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/transaction.h"

#include "txn/timers.h"
#include "unit/unit.h"

static const struct transaction_timers timers = {
	.t1 = TIMERS_T1,
	.timer_c = TIMERS_C,
	.grace = 2 * NSTIME_S,
	.slow = NSTIME_NEVER,
};

static struct transaction t;

static void
invite(nstime second)
{
	transaction_begin(&t, true, false, second * NSTIME_S);
}

static void
service(nstime second)
{
	transaction_begin(&t, false, false, second * NSTIME_S);
}

static enum transaction_step
response(nstime second, unsigned status)
{
	return transaction_response(
	    &t, status, status < 200 ? 0 : 1, second * NSTIME_S);
}

/* Seconds; all deadlines here are whole ones. */
static nstime
deadline(void)
{
	return transaction_deadline(&t, &timers) / NSTIME_S;
}

static enum transaction_alarm
fire(void)
{
	return transaction_fire(&t, &timers, transaction_deadline(&t, &timers));
}

START_TEST(timer_f_fires_after_64_t1_and_grace)
{
	service(100);
	ck_assert_int_eq(deadline(), 134);
	ck_assert_int_eq(fire(), TRANSACTION_GONE);
	ck_assert_int_eq(t.class, OUTCOME_NO_RESPONSE);
	ck_assert_int_eq(t.state, TRANSACTION_EXPIRED);
}
END_TEST

START_TEST(a_copy_moves_no_deadline)
{
	service(100);
	transaction_again(&t, 104 * NSTIME_S);
	ck_assert_int_eq(deadline(), 134);
	ck_assert_uint_eq(t.copies, 2);
	ck_assert_int_eq(transaction_last_copy(&t), 104 * NSTIME_S);
}
END_TEST

START_TEST(timer_f_runs_on_after_a_1xx)
{
	service(100);
	ck_assert_int_eq(response(120, 100), TRANSACTION_FIRST);
	ck_assert_int_eq(deadline(), 134);
	ck_assert_int_eq(fire(), TRANSACTION_GONE);
	ck_assert_int_eq(t.class, OUTCOME_NO_FINAL);
}
END_TEST

START_TEST(an_invite_with_100_only_is_stalled_after_64_t1)
{
	invite(100);
	response(101, 100);
	ck_assert_int_eq(deadline(), 134);
	fire();
	ck_assert_int_eq(t.class, OUTCOME_STALLED_AFTER_100);
}
END_TEST

START_TEST(timer_c_starts_anew_with_each_101_to_199)
{
	invite(100);
	response(101, 183);
	ck_assert_int_eq(deadline(), 101 + 182);
	response(150, 180);
	ck_assert_int_eq(deadline(), 150 + 182);
	response(160, 180);
	ck_assert_int_eq(deadline(), 160 + 182);
	fire();
	ck_assert_int_eq(t.class, OUTCOME_RING_NO_ANSWER);
	ck_assert_uint_eq(t.provisional, 183);
}
END_TEST

START_TEST(timer_c_does_not_start_anew_with_100)
{
	invite(100);
	response(101, 180);
	response(150, 100);
	ck_assert_int_eq(deadline(), 101 + 182);
}
END_TEST

START_TEST(the_first_final_answers_once)
{
	service(100);
	ck_assert_int_eq(response(101, 200), TRANSACTION_ANSWERED);
	ck_assert_int_eq(response(102, 200), TRANSACTION_COPY);
	ck_assert_int_eq(response(103, 500), TRANSACTION_FIRST);
	ck_assert_uint_eq(t.status, 200);
	ck_assert_uint_eq(t.response_copies, 2);
	ck_assert_int_eq(transaction_first_response(&t), 101 * NSTIME_S);
	ck_assert_int_eq(deadline(), 101 + 34);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(a_1xx_after_the_final_changes_nothing)
{
	invite(100);
	response(101, 200);
	response(102, 180);
	ck_assert_uint_eq(t.status, 200);
	ck_assert_uint_eq(t.provisional, 0);
	ck_assert_int_eq(deadline(), 101 + 34);
}
END_TEST

START_TEST(a_second_180_is_a_copy_and_a_183_is_not)
{
	invite(100);
	ck_assert_int_eq(response(101, 100), TRANSACTION_FIRST);
	ck_assert_int_eq(response(102, 180), TRANSACTION_FIRST);
	ck_assert_int_eq(response(103, 183), TRANSACTION_FIRST);
	ck_assert_int_eq(response(104, 180), TRANSACTION_COPY);
}
END_TEST

START_TEST(finals_of_two_forks_are_no_copies)
{
	invite(0);
	transaction_response(&t, 200, 1, NSTIME_S);
	for (nstime at = 2; at < 20; at++)
		transaction_response(&t, 200, 2 + (uint32_t)at, at * NSTIME_S);
	ck_assert_uint_eq(t.response_copies, 1);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(a_final_repeated_to_the_end_had_no_ack)
{
	invite(100);
	for (nstime at = 101; at < 130; at += 4)
		response(at, 486);
	ck_assert_int_eq(deadline(), 101 + 34);
	ck_assert_int_eq(fire(), TRANSACTION_GONE);
	ck_assert_int_eq(t.class, OUTCOME_NO_ACK);
	ck_assert_int_eq(t.state, TRANSACTION_TERMINATED);
}
END_TEST

START_TEST(so_had_a_2xx)
{
	invite(100);
	for (nstime at = 101; at < 130; at += 4)
		response(at, 200);
	ck_assert_int_eq(fire(), TRANSACTION_GONE);
	ck_assert_int_eq(t.class, OUTCOME_NO_ACK_2XX);
}
END_TEST

START_TEST(a_final_repeated_a_while_is_just_answered)
{
	invite(100);
	for (nstime at = 101; at <= 115; at += 2)
		response(at, 486);
	ck_assert_int_eq(transaction_final_span(&t), 14 * NSTIME_S);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
	invite(100);
	response(101, 486);
	response(110, 486);
	response(130, 486);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(an_ack_confirms_however_often_the_final_was_repeated)
{
	invite(100);
	for (nstime at = 101; at < 130; at += 4)
		response(at, 486);
	transaction_ack(&t);
	ck_assert_int_eq(t.state, TRANSACTION_CONFIRMED);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(only_an_invite_awaits_an_ack)
{
	service(100);
	for (nstime at = 101; at < 130; at += 4)
		response(at, 200);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(an_ack_without_final_shows_an_unseen_one)
{
	invite(100);
	transaction_ack(&t);
	ck_assert_uint_eq(t.unseen, OUTCOME_UNSEEN_ACK);
}
END_TEST

START_TEST(after_a_cancel_the_final_is_due_within_64_t1)
{
	invite(100);
	response(101, 180);
	transaction_cancel(&t, &timers, 120 * NSTIME_S);
	ck_assert_int_eq(deadline(), 154);
	response(121, 180);
	transaction_cancel(&t, &timers, 122 * NSTIME_S);
	ck_assert_int_eq(deadline(), 154);
	ck_assert_uint_eq(t.unseen, 0);
	fire();
	ck_assert_int_eq(t.class, OUTCOME_CANCELLED_NO_FINAL);
}
END_TEST

START_TEST(a_cancel_before_any_1xx_shows_an_unseen_one)
{
	invite(100);
	transaction_cancel(&t, &timers, 110 * NSTIME_S);
	ck_assert_uint_eq(t.unseen, OUTCOME_UNSEEN_CANCEL);
	invite(100);
	transaction_cancel(&t, &timers, 132 * NSTIME_S);
	ck_assert(!t.cancelled);
	ck_assert_uint_eq(t.unseen, 0);
}
END_TEST

START_TEST(who_still_resends_heard_nothing_after_all)
{
	invite(100);
	transaction_cancel(&t, &timers, 103 * NSTIME_S);
	transaction_again(&t, 107 * NSTIME_S);
	ck_assert_uint_eq(t.unseen, 0);
}
END_TEST

START_TEST(a_cancel_after_the_final_is_too_late)
{
	invite(100);
	response(101, 200);
	transaction_cancel(&t, &timers, 102 * NSTIME_S);
	ck_assert(!t.cancelled);
	ck_assert_int_eq(deadline(), 101 + 34);
}
END_TEST

START_TEST(a_client_that_gave_up_unanswered_is_judged_at_once)
{
	invite(100);
	transaction_give_up(&t, &timers, 120 * NSTIME_S);
	ck_assert_int_eq(deadline(), 120);
	fire();
	ck_assert_int_eq(t.class, OUTCOME_NO_RESPONSE);
}
END_TEST

START_TEST(a_408_after_the_deadline_says_nothing_about_it)
{
	invite(100);
	ck_assert(!transaction_give_up(&t, &timers, 134 * NSTIME_S + 1));
	ck_assert(transaction_give_up(&t, &timers, 134 * NSTIME_S));
	ck_assert(!transaction_give_up(&t, &timers, 134 * NSTIME_S));
}
END_TEST

/* Copies of a request from 100 s on, in milliseconds after the first. */
static void
copies(const nstime *ms, size_t count)
{
	for (size_t i = 0; i < count; i++)
		transaction_again(&t, 100 * NSTIME_S + ms[i] * NSTIME_MS);
}

START_TEST(five_copies_over_14_s_were_not_answered)
{
	const nstime sipp[] = { 500, 1500, 3500, 7500, 15500 };

	invite(100);
	copies(sipp, 4);
	ck_assert(!transaction_repeated(&t, TIMERS_T1));
	copies(sipp + 4, 1);
	ck_assert(transaction_repeated(&t, TIMERS_T1));
	invite(100);
	copies(sipp + 2, 3);
	ck_assert(!transaction_repeated(&t, TIMERS_T1));
	transaction_begin(&t, false, true, 100 * NSTIME_S);
	copies(sipp, 5);
	ck_assert(!transaction_repeated(&t, TIMERS_T1));
}
END_TEST

START_TEST(a_smaller_t1_shortens_the_end)
{
	const nstime quick[] = { 100, 300, 700, 1500, 3100 };

	invite(100);
	copies(quick, 5);
	ck_assert(!transaction_repeated(&t, TIMERS_T1));
	ck_assert(transaction_repeated(&t, 100 * NSTIME_MS));
}
END_TEST

START_TEST(after_a_1xx_only_the_copies_behind_it_count)
{
	const nstime late[] = { 500, 1500, 3500, 7500, 11500, 15500 };
	const nstime on[] = { 19500, 23500, 27500, 31500 };

	transaction_begin(&t, false, false, 100 * NSTIME_S);
	copies(late, 6);
	transaction_response(&t, 100, 0, 116 * NSTIME_S);
	copies(on, 1);
	ck_assert(!transaction_repeated(&t, TIMERS_T1));
	copies(on + 1, 3);
	ck_assert(transaction_repeated(&t, TIMERS_T1));
}
END_TEST

START_TEST(identifiers_may_come_again_once_it_is_over)
{
	invite(100);
	ck_assert(!transaction_is_over(&t, TIMERS_T1, 133 * NSTIME_S));
	response(101, 200);
	ck_assert(!transaction_is_over(&t, TIMERS_T1, 110 * NSTIME_S));
	transaction_ack(&t);
	ck_assert(!transaction_is_over(&t, TIMERS_T1, 104 * NSTIME_S));
	ck_assert(transaction_is_over(&t, TIMERS_T1, 105 * NSTIME_S));
	transaction_begin(&t, false, false, 100 * NSTIME_S);
	response(101, 200);
	ck_assert(transaction_is_over(&t, TIMERS_T1, 105 * NSTIME_S));
	transaction_begin(&t, false, false, 100 * NSTIME_S);
	fire();
	ck_assert(!transaction_is_over(&t, TIMERS_T1, 132 * NSTIME_S));
	ck_assert(transaction_is_over(&t, TIMERS_T1, 133 * NSTIME_S));
}
END_TEST

START_TEST(a_client_that_gave_up_ringing_has_time_to_cancel)
{
	invite(100);
	response(101, 180);
	transaction_give_up(&t, &timers, 120 * NSTIME_S);
	ck_assert_int_eq(deadline(), 122);
	transaction_cancel(&t, &timers, 120 * NSTIME_S);
	ck_assert_int_eq(deadline(), 154);
}
END_TEST

START_TEST(ringing_is_no_final_when_the_client_gave_up)
{
	invite(100);
	response(101, 180);
	transaction_give_up(&t, &timers, 120 * NSTIME_S);
	response(121, 180);
	ck_assert_int_eq(deadline(), 122);
	fire();
	ck_assert_int_eq(t.class, OUTCOME_NO_FINAL);
}
END_TEST

START_TEST(a_final_after_the_verdict_is_late)
{
	service(100);
	fire();
	ck_assert_int_eq(deadline(), 134 + 34);
	ck_assert_int_eq(response(140, 200), TRANSACTION_LATE);
	ck_assert_int_eq(response(141, 200), TRANSACTION_COPY);
	ck_assert_int_eq(deadline(), 140 + 34);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(a_late_final_without_ack_is_not_judged_again)
{
	invite(100);
	fire();
	for (nstime at = 140; at < 170; at += 2)
		response(at, 200);
	ck_assert_int_eq(fire(), TRANSACTION_OVER);
}
END_TEST

START_TEST(one_that_rings_after_the_verdict_is_kept_for_its_final)
{
	invite(100);
	fire();
	response(160, 180);
	ck_assert_int_eq(deadline(), 160 + 34);
	ck_assert_int_eq(response(190, 200), TRANSACTION_LATE);
}
END_TEST

START_TEST(slow_comes_first_and_once)
{
	struct transaction_timers warn = timers;

	warn.slow = 5 * NSTIME_S;
	service(100);
	ck_assert_int_eq(transaction_deadline(&t, &warn), 105 * NSTIME_S);
	ck_assert_int_eq(
	    transaction_fire(&t, &warn, 105 * NSTIME_S), TRANSACTION_SLOW);
	ck_assert_int_eq(transaction_deadline(&t, &warn), 134 * NSTIME_S);
	ck_assert_int_eq(
	    transaction_fire(&t, &warn, 134 * NSTIME_S), TRANSACTION_GONE);
}
END_TEST

START_TEST(any_response_at_all_is_not_slow)
{
	struct transaction_timers warn = timers;

	warn.slow = 5 * NSTIME_S;
	service(100);
	response(101, 100);
	ck_assert_int_eq(transaction_deadline(&t, &warn), 134 * NSTIME_S);
}
END_TEST

START_TEST(on_udp_silence_without_resending_was_answered_unseen)
{
	service(100);
	fire();
	ck_assert_uint_eq(t.unseen, OUTCOME_UNSEEN_NO_RESEND);
	service(100);
	transaction_again(&t, 100 * NSTIME_S + 500 * NSTIME_MS);
	fire();
	ck_assert_uint_eq(t.unseen, OUTCOME_UNSEEN_NO_RESEND);
	service(100);
	transaction_again(&t, 104 * NSTIME_S);
	fire();
	ck_assert_uint_eq(t.unseen, 0);
}
END_TEST

START_TEST(on_tcp_nobody_resends)
{
	transaction_begin(&t, false, true, 100 * NSTIME_S);
	fire();
	ck_assert_uint_eq(t.unseen, 0);
}
END_TEST

START_TEST(the_end_of_time_does_not_wrap_round)
{
	transaction_begin(&t, false, true, NSTIME_NEVER);
	ck_assert_int_eq(transaction_deadline(&t, &timers), NSTIME_NEVER);
}
END_TEST

UNIT("transaction", a_408_after_the_deadline_says_nothing_about_it,
    five_copies_over_14_s_were_not_answered, a_smaller_t1_shortens_the_end,
    after_a_1xx_only_the_copies_behind_it_count,
    identifiers_may_come_again_once_it_is_over,
    timer_f_fires_after_64_t1_and_grace, a_copy_moves_no_deadline,
    timer_f_runs_on_after_a_1xx, an_invite_with_100_only_is_stalled_after_64_t1,
    timer_c_starts_anew_with_each_101_to_199,
    timer_c_does_not_start_anew_with_100, the_first_final_answers_once,
    a_1xx_after_the_final_changes_nothing,
    a_second_180_is_a_copy_and_a_183_is_not, finals_of_two_forks_are_no_copies,
    a_final_repeated_to_the_end_had_no_ack, so_had_a_2xx,
    a_final_repeated_a_while_is_just_answered,
    an_ack_confirms_however_often_the_final_was_repeated,
    only_an_invite_awaits_an_ack, an_ack_without_final_shows_an_unseen_one,
    after_a_cancel_the_final_is_due_within_64_t1,
    a_cancel_before_any_1xx_shows_an_unseen_one,
    who_still_resends_heard_nothing_after_all,
    a_cancel_after_the_final_is_too_late,
    a_client_that_gave_up_unanswered_is_judged_at_once,
    a_client_that_gave_up_ringing_has_time_to_cancel,
    ringing_is_no_final_when_the_client_gave_up,
    a_final_after_the_verdict_is_late,
    a_late_final_without_ack_is_not_judged_again,
    one_that_rings_after_the_verdict_is_kept_for_its_final,
    slow_comes_first_and_once, any_response_at_all_is_not_slow,
    on_udp_silence_without_resending_was_answered_unseen, on_tcp_nobody_resends,
    the_end_of_time_does_not_wrap_round)
