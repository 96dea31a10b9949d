/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txngroup.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct txnstory s;

/* The verdict on the leg to `server', or NULL. */
static const struct outcome *
expired(unsigned server)
{
	for (size_t i = 0; i < s.count; i++)
		if (s.told[i].event == OUTCOME_EXPIRED &&
		    s.told[i].uas.address.octets[3] == server)
			return &s.told[i];
	return NULL;
}

/* A request of 1 through proxy 2, and 3 if there are more, each with a branch
 * and a Via of its own, a millisecond apart. */
static void
through_proxies(const char *method, unsigned legs)
{
	static const char *const branch[] = { "", "1", "2", "3" };

	story_begin(&s);
	for (unsigned leg = 1; leg <= legs; leg++) {
		s.vias = leg;
		story_request(&s, leg, method, branch[leg], leg, leg + 1);
	}
}

START_TEST(the_deepest_unanswered_leg_is_blamed)
{
	through_proxies("SERVICE", 3);
	story_until(&s, 40000);
	ck_assert_uint_gt(expired(2)->group.deeper_count, 0);
	ck_assert_uint_gt(expired(3)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(4)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(4)->group.legs, 3);
	story_end(&s);
}
END_TEST

START_TEST(a_leg_is_reviewed_when_a_deeper_one_ends)
{
	const struct outcome *reviewed;

	through_proxies("SERVICE", 2);
	story_response(&s, 34001, 200, "SERVICE", "2", 3, 2);
	reviewed = story_find(&s, OUTCOME_REVIEWED);
	ck_assert_ptr_nonnull(reviewed);
	ck_assert_uint_eq(reviewed->id, expired(2)->id);
	ck_assert_uint_gt(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(reviewed->group.deeper_count, 0);
	story_end(&s);
	through_proxies("SERVICE", 3);
	story_until(&s, 40000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_REVIEWED), 3);
	story_end(&s);
}
END_TEST

START_TEST(an_address_chain_tells_depth_without_vias)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 1, "SERVICE", "2", 2, 3);
	story_until(&s, 40000);
	ck_assert_uint_gt(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(3)->group.deeper_count, 0);
	story_end(&s);
}
END_TEST

START_TEST(behind_a_load_balancer_the_later_copy_is_deeper)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 1, "SERVICE", "1", 1, 3);
	story_until(&s, 40000);
	ck_assert_uint_gt(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(3)->group.deeper_count, 0);
	story_end(&s);
}
END_TEST

START_TEST(a_server_that_swallows_the_answer_is_blamed_itself)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 100, 200, "SERVICE", "2", 3, 2);
	story_until(&s, 40000);
	ck_assert_uint_eq(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(2)->group.legs, 2);
	story_end(&s);
}
END_TEST

START_TEST(one_silent_fork_holds_the_proxy_up)
{
	through_proxies("INVITE", 2);
	story_request(&s, 3, "INVITE", "4", 2, 9);
	story_response(&s, 100, 486, "INVITE", "4", 9, 2);
	story_until(&s, 40000);
	ck_assert_uint_gt(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(3)->group.deeper_count, 0);
	story_end(&s);
}
END_TEST

START_TEST(one_accepted_fork_exposes_the_proxy)
{
	through_proxies("INVITE", 2);
	story_request(&s, 3, "INVITE", "4", 2, 9);
	story_response(&s, 100, 200, "INVITE", "4", 9, 2);
	story_until(&s, 40000);
	ck_assert_uint_eq(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(2)->group.legs, 3);
	story_end(&s);
}
END_TEST

/* A spiral passes the same proxy twice: the first time it was not asked on
 * behalf of the second. */
START_TEST(what_was_asked_before_excuses_nobody)
{
	story_begin(&s);
	s.vias = 2;
	story_request(&s, 0, "SERVICE", "2", 2, 3);
	s.vias = 1;
	story_request(&s, 1, "SERVICE", "1", 1, 2);
	story_until(&s, 40000);
	ck_assert_uint_eq(expired(2)->group.deeper_count, 0);
	story_end(&s);
}
END_TEST

START_TEST(who_answers_408_within_a_second_waited_for_nobody)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 1001, 408, "SERVICE", "1", 2, 1);
	ck_assert_ptr_null(expired(3));
	story_end(&s);
	through_proxies("SERVICE", 2);
	story_response(&s, 1002, 408, "SERVICE", "1", 2, 1);
	ck_assert_ptr_nonnull(expired(3));
	story_end(&s);
}
END_TEST

START_TEST(other_requests_of_the_dialog_are_no_legs)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.cseq = 7;
	s.vias = 2;
	story_request(&s, 1, "SERVICE", "2", 2, 3);
	s.cseq = 1;
	story_request(&s, 2, "OPTIONS", "3", 2, 3);
	story_until(&s, 40000);
	ck_assert_uint_eq(expired(2)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(2)->group.legs, 1);
	story_end(&s);
}
END_TEST

START_TEST(an_upstream_408_shows_that_the_sender_gave_up)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 20000, 408, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(s.count, 2);
	ck_assert_int_eq(s.told[0].event, OUTCOME_ANSWERED);
	ck_assert(expired(3)->signs.early);
	ck_assert_uint_eq(expired(3)->signs.upstream_status, 408);
	ck_assert_int_eq(expired(3)->class, OUTCOME_NO_RESPONSE);
	ck_assert_int_eq(expired(3)->now, 20 * NSTIME_S);
	story_end(&s);
}
END_TEST

START_TEST(all_legs_below_it_are_judged_and_the_deepest_blamed)
{
	through_proxies("SERVICE", 3);
	story_response(&s, 20000, 504, "SERVICE", "1", 2, 1);
	ck_assert_uint_gt(expired(3)->group.deeper_count, 0);
	ck_assert_uint_eq(expired(4)->group.deeper_count, 0);
	story_end(&s);
}
END_TEST

START_TEST(an_upstream_408_at_once_is_no_giving_up)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 900, 408, "SERVICE", "1", 2, 1);
	story_until(&s, 40000);
	ck_assert(!expired(3)->signs.early);
	ck_assert_uint_eq(expired(3)->signs.upstream_status, 0);
	story_end(&s);
}
END_TEST

START_TEST(other_upstream_answers_say_nothing)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 20000, 503, "SERVICE", "1", 2, 1);
	ck_assert_ptr_null(expired(3));
	story_end(&s);
}
END_TEST

START_TEST(a_downstream_408_says_nothing_of_upstream)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 20000, 408, "SERVICE", "2", 3, 2);
	ck_assert_ptr_null(expired(2));
	story_end(&s);
}
END_TEST

START_TEST(ringing_is_a_timeout_if_the_sender_gave_up)
{
	through_proxies("INVITE", 2);
	story_response(&s, 100, 180, "INVITE", "2", 3, 2);
	story_response(&s, 101, 180, "INVITE", "1", 2, 1);
	story_response(&s, 60000, 408, "INVITE", "1", 2, 1);
	story_until(&s, 62000);
	ck_assert_int_eq(expired(3)->class, OUTCOME_NO_FINAL);
	ck_assert_uint_eq(expired(3)->signs.upstream_status, 408);
	story_end(&s);
}
END_TEST

/* Kamailio at the end of its patience: 408 up, CANCEL down, 487 back. */
START_TEST(a_ringing_leg_that_is_cancelled_after_the_408_is_answered)
{
	through_proxies("INVITE", 2);
	story_response(&s, 100, 180, "INVITE", "2", 3, 2);
	story_response(&s, 101, 180, "INVITE", "1", 2, 1);
	story_response(&s, 60000, 408, "INVITE", "1", 2, 1);
	story_request(&s, 60001, "CANCEL", "2", 2, 3);
	story_response(&s, 60002, 200, "CANCEL", "2", 3, 2);
	story_response(&s, 60002, 487, "INVITE", "2", 3, 2);
	story_until(&s, 200000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_later_attempt_elsewhere_recovers_it_after_the_verdict)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 32000, "SERVICE", "2", 1, 3);
	story_until(&s, 34000);
	ck_assert(!expired(2)->signs.recovered);
	story_response(&s, 35000, 200, "SERVICE", "2", 3, 1);
	ck_assert_uint_eq(story_told(&s, OUTCOME_RECOVERED), 1);
	ck_assert(story_find(&s, OUTCOME_RECOVERED)->signs.recovered);
	ck_assert_uint_eq(
	    story_find(&s, OUTCOME_RECOVERED)->id, expired(2)->id);
	story_end(&s);
}
END_TEST

START_TEST(or_before_it)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 5000, "SERVICE", "2", 1, 3);
	story_response(&s, 5100, 200, "SERVICE", "2", 3, 1);
	story_until(&s, 40000);
	ck_assert(expired(2)->signs.recovered);
	ck_assert_uint_eq(story_told(&s, OUTCOME_RECOVERED), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_failed_attempt_elsewhere_recovers_nothing)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 5000, "SERVICE", "2", 1, 3);
	story_response(&s, 5100, 500, "SERVICE", "2", 3, 1);
	story_until(&s, 40000);
	ck_assert(!expired(2)->signs.recovered);
	story_end(&s);
}
END_TEST

START_TEST(the_same_server_again_is_no_failover)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 5000, "SERVICE", "2", 1, 2);
	story_response(&s, 5100, 200, "SERVICE", "2", 2, 1);
	story_until(&s, 40000);
	ck_assert(!expired(2)->signs.recovered);
	story_end(&s);
}
END_TEST

START_TEST(a_success_further_down_is_no_failover)
{
	through_proxies("SERVICE", 2);
	story_response(&s, 100, 200, "SERVICE", "2", 3, 2);
	story_until(&s, 40000);
	ck_assert(!expired(2)->signs.recovered);
	story_end(&s);
}
END_TEST

START_TEST(a_fork_that_won_excuses_its_silent_siblings)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 1, "INVITE", "2", 1, 3);
	story_response(&s, 100, 200, "INVITE", "1", 2, 1);
	story_until(&s, 40000);
	ck_assert(expired(3)->signs.recovered);
	story_end(&s);
}
END_TEST

START_TEST(so_does_one_that_begins_after_the_win)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 100, 603, "INVITE", "1", 2, 1);
	story_request(&s, 101, "INVITE", "2", 1, 3);
	story_until(&s, 40000);
	ck_assert(expired(3)->signs.recovered);
	story_end(&s);
}
END_TEST

START_TEST(a_busy_fork_excuses_nobody)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 1, "INVITE", "2", 1, 3);
	story_response(&s, 100, 486, "INVITE", "1", 2, 1);
	story_until(&s, 40000);
	ck_assert(!expired(3)->signs.recovered);
	story_end(&s);
}
END_TEST

/* One direction of the mirror is missing: the client speaks for itself. */
START_TEST(the_next_cseq_shows_an_unseen_challenge)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.cseq = 2;
	story_request(&s, 15999, "SERVICE", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen,
	    OUTCOME_UNSEEN_CHALLENGE | OUTCOME_UNSEEN_NO_RESEND);
	story_end(&s);
}
END_TEST

START_TEST(the_next_cseq_after_long_is_just_another_try)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.cseq = 2;
	story_request(&s, 16000, "SERVICE", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(the_next_cseq_to_another_server_is_a_way_out)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.cseq = 2;
	story_request(&s, 5000, "SERVICE", "2", 1, 3);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(a_client_that_still_resends_was_not_challenged)
{
	story_begin(&s);
	story_request(&s, 0, "OPTIONS", "1", 1, 2);
	s.cseq = 2;
	story_request(&s, 5000, "OPTIONS", "2", 1, 2);
	s.cseq = 1;
	story_request(&s, 7500, "OPTIONS", "1", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(requests_in_a_dialog_need_not_wait)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	s.to_tag = "t";
	story_request(&s, 0, "INFO", "1", 1, 2);
	s.cseq = 2;
	story_request(&s, 100, "INFO", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(a_to_tag_shows_an_unseen_response)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "INVITE", "1", 1, 2);
	s.to_tag = "t";
	s.cseq = 2;
	story_request(&s, 100, "PRACK", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, OUTCOME_UNSEEN_DIALOG);
	story_end(&s);
}
END_TEST

START_TEST(a_to_tag_from_a_seen_180_shows_nothing)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 50, 180, "INVITE", "1", 2, 1);
	s.to_tag = "t";
	s.cseq = 2;
	story_request(&s, 100, "PRACK", "2", 1, 2);
	story_response(&s, 150, 200, "PRACK", "2", 2, 1);
	story_until(&s, 200000);
	ck_assert_int_eq(s.told[1].class, OUTCOME_RING_NO_ANSWER);
	ck_assert_uint_eq(s.told[1].signs.unseen, 0);
	story_end(&s);
}
END_TEST

START_TEST(an_ack_of_its_own_branch_shows_an_unseen_2xx)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "INVITE", "1", 1, 2);
	s.to_tag = "t";
	story_request(&s, 100, "ACK", "2", 1, 2);
	story_until(&s, 34000);
	ck_assert_uint_eq(s.told[0].signs.unseen, OUTCOME_UNSEEN_ACK);
	story_end(&s);
}
END_TEST

START_TEST(an_ack_for_an_answered_fork_says_nothing_of_the_other)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 1, "INVITE", "2", 1, 3);
	story_response(&s, 50, 200, "INVITE", "1", 2, 1);
	story_request(&s, 100, "ACK", "3", 1, 2);
	story_until(&s, 34001);
	ck_assert_uint_eq(expired(3)->signs.unseen, 0);
	story_end(&s);
}
END_TEST

/* Without Record-Route it goes past the proxies, from end to end. */
START_TEST(an_ack_past_the_proxies_confirms_every_leg)
{
	through_proxies("INVITE", 2);
	for (nstime at = 100; at < 30000; at += 4000) {
		story_response(&s, at, 200, "INVITE", "2", 3, 2);
		story_response(&s, at + 1, 200, "INVITE", "1", 2, 1);
	}
	story_request(&s, 30000, "ACK", "9", 1, 3);
	story_until(&s, 100000);
	ck_assert_uint_eq(story_told(&s, OUTCOME_EXPIRED), 0);
	story_end(&s);
}
END_TEST

START_TEST(a_date_seen_on_another_leg_was_relayed)
{
	through_proxies("SERVICE", 2);
	s.date = "Mon, 03 Jan 2011 18:22:45 GMT";
	ck_assert(
	    !story_status(&s, 100, 100, "SERVICE", "2", 3, 2).date_relayed);
	ck_assert(
	    !story_status(&s, 150, 200, "SERVICE", "2", 3, 2).date_relayed);
	ck_assert(
	    story_status(&s, 200, 200, "SERVICE", "1", 2, 1).date_relayed);
	story_end(&s);
}
END_TEST

START_TEST(a_date_of_its_own_was_not)
{
	through_proxies("SERVICE", 2);
	s.date = "Mon, 03 Jan 2011 18:22:45 GMT";
	story_status(&s, 100, 100, "SERVICE", "2", 3, 2);
	s.date = "Mon, 03 Jan 2011 17:22:45 GMT";
	ck_assert(
	    !story_status(&s, 200, 200, "SERVICE", "1", 2, 1).date_relayed);
	story_end(&s);
}
END_TEST

/* Whatever the order they leave in, the ring stays whole. */
START_TEST(a_walk_visits_every_other_member_once)
{
	const struct siphash_key key = { 1, 2 };
	struct table *dialogs = txngroup_new(&key, NULL);
	struct txn *members = calloc(40, sizeof(*members));

	for (size_t n = 0; n < 40; n++) {
		struct txngroup_walk w;
		size_t seen = 0;

		members[n].id = n;
		txngroup_join(dialogs, &members[n], 7);
		for (w = txngroup_around(&members[n / 2]);
		     txngroup_next(&w) != NULL;)
			seen++;
		ck_assert_uint_eq(seen, n);
	}
	ck_assert_ptr_eq(txngroup_newest(dialogs, 7), &members[39]);
	for (size_t n = 0; n < 40; n++)
		txngroup_leave(dialogs, &members[n * 7 % 40]);
	ck_assert_uint_eq(table_count(dialogs), 0);
	free(members);
	table_free(dialogs);
}
END_TEST

START_TEST(a_walk_goes_only_so_far)
{
	enum { COUNT = 1000 };
	const struct siphash_key key = { 1, 2 };
	struct table *dialogs = txngroup_new(&key, NULL);
	struct txn *members = calloc(COUNT, sizeof(*members));
	struct txngroup_walk w;
	unsigned seen = 0;

	for (size_t n = 0; n < COUNT; n++)
		txngroup_join(dialogs, &members[n], 7);
	for (w = txngroup_around(&members[500]); txngroup_next(&w) != NULL;)
		seen++;
	ck_assert_uint_eq(seen, 2 * TXNGROUP_REACH);
	free(members);
	table_free(dialogs);
}
END_TEST

START_TEST(asking_another_server_shows_that_this_one_is_silent)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 500, "INVITE", "1", 1, 2);
	story_request(&s, 900, "INVITE", "2", 1, 3);
	story_until(&s, 34000);
	ck_assert(expired(2)->signs.failover);
	story_end(&s);

	story_begin(&s); /* once, but a second later */
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 1000, "INVITE", "2", 1, 3);
	story_until(&s, 34000);
	ck_assert(expired(2)->signs.failover);
	story_end(&s);
}
END_TEST

START_TEST(forks_hops_and_answered_ones_are_no_failover)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 900, "INVITE", "2", 1, 3); /* a fork */
	story_until(&s, 34000);
	ck_assert(!expired(2)->signs.failover);
	story_end(&s);

	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	s.vias = 2;
	story_request(&s, 2000, "INVITE", "2", 2, 3); /* a hop */
	story_until(&s, 34000);
	ck_assert(!expired(2)->signs.failover);
	story_end(&s);

	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_response(&s, 100, 100, "INVITE", "1", 2, 1);
	story_request(&s, 2000, "INVITE", "2", 1, 3);
	story_until(&s, 34000);
	ck_assert(!expired(2)->signs.failover);
	story_end(&s);
}
END_TEST

START_TEST(a_client_that_resends_on_did_not_leave_it)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 1000, "INVITE", "2", 1, 3);
	story_request(&s, 1500, "INVITE", "1", 1, 2);
	story_until(&s, 34000);
	ck_assert(!expired(2)->signs.failover);
	story_end(&s);
}
END_TEST

START_TEST(a_dialog_with_another_server_shows_nothing_of_this_one)
{
	story_begin(&s);
	story_request(&s, 0, "INVITE", "1", 1, 2);
	story_request(&s, 2000, "INVITE", "2", 1, 3);
	story_response(&s, 2100, 200, "INVITE", "2", 3, 1);
	s.cseq = 2;
	s.to_tag = "t";
	story_request(&s, 5000, "BYE", "3", 1, 3);
	story_until(&s, 34000);
	ck_assert_uint_eq(expired(2)->signs.unseen & OUTCOME_UNSEEN_DIALOG, 0);
	story_end(&s);
}
END_TEST

UNIT("txngroup", asking_another_server_shows_that_this_one_is_silent,
    forks_hops_and_answered_ones_are_no_failover,
    a_client_that_resends_on_did_not_leave_it,
    a_dialog_with_another_server_shows_nothing_of_this_one,
    the_deepest_unanswered_leg_is_blamed,
    a_leg_is_reviewed_when_a_deeper_one_ends,
    an_address_chain_tells_depth_without_vias,
    behind_a_load_balancer_the_later_copy_is_deeper,
    a_server_that_swallows_the_answer_is_blamed_itself,
    one_silent_fork_holds_the_proxy_up, one_accepted_fork_exposes_the_proxy,
    what_was_asked_before_excuses_nobody,
    who_answers_408_within_a_second_waited_for_nobody,
    other_requests_of_the_dialog_are_no_legs,
    an_upstream_408_shows_that_the_sender_gave_up,
    all_legs_below_it_are_judged_and_the_deepest_blamed,
    an_upstream_408_at_once_is_no_giving_up, other_upstream_answers_say_nothing,
    a_downstream_408_says_nothing_of_upstream,
    ringing_is_a_timeout_if_the_sender_gave_up,
    a_ringing_leg_that_is_cancelled_after_the_408_is_answered,
    a_later_attempt_elsewhere_recovers_it_after_the_verdict, or_before_it,
    a_failed_attempt_elsewhere_recovers_nothing,
    the_same_server_again_is_no_failover, a_success_further_down_is_no_failover,
    a_fork_that_won_excuses_its_silent_siblings,
    so_does_one_that_begins_after_the_win, a_busy_fork_excuses_nobody,
    the_next_cseq_shows_an_unseen_challenge,
    the_next_cseq_after_long_is_just_another_try,
    the_next_cseq_to_another_server_is_a_way_out,
    a_client_that_still_resends_was_not_challenged,
    requests_in_a_dialog_need_not_wait, a_to_tag_shows_an_unseen_response,
    a_to_tag_from_a_seen_180_shows_nothing,
    an_ack_of_its_own_branch_shows_an_unseen_2xx,
    an_ack_for_an_answered_fork_says_nothing_of_the_other,
    an_ack_past_the_proxies_confirms_every_leg,
    a_date_seen_on_another_leg_was_relayed, a_date_of_its_own_was_not,
    a_walk_visits_every_other_member_once, a_walk_goes_only_so_far)
