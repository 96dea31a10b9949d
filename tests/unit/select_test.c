/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/select.h"

#include "unit/saved.h"

#define START (1289690940 * NSTIME_S)
#define MINUTE (60 * NSTIME_S)
#define HOUR (3600 * NSTIME_S)

enum { LEAST = 3 };

static struct estimate estimate;
static struct select_result e;

static void
begin(void)
{
	estimate_done(&estimate);
	estimate = (struct estimate){ .first = NULL };
	estimate_own_ntp(&estimate);
}

static void
say(enum witness witness, nstime at, nstime ahead)
{
	const nstime resolution =
	    witness == WITNESS_DATE || witness == WITNESS_TLS ? NSTIME_S
							      : NSTIME_MS;
	const nstime told = START + at + ahead;
	struct offset_stamp stamp;
	bool changed;

	ck_assert(offset_stamp(told - told % resolution,
	    resolution + WITNESS_TRANSIT, START + at, at, &stamp));
	ck_assert(estimate_input(&estimate, witness, &stamp, LEAST, &changed));
}

/* `count' stamps, one in each `step'. */
static void
say_often(
    enum witness witness, nstime at, nstime step, unsigned count, nstime ahead)
{
	for (unsigned i = 0; i < count; i++)
		say(witness, at + i * step, ahead);
}

static void
select_all(void)
{
	ck_assert(select_witnesses(&estimate, LEAST, &e));
}

static bool
is_near(nstime ahead)
{
	return e.joint.interval.lo <= ahead && ahead <= e.joint.interval.hi;
}

START_TEST(without_samples_nothing_is_known)
{
	begin();
	ck_assert(!select_witnesses(&estimate, LEAST, &e));
}
END_TEST

START_TEST(one_witness_is_its_own_estimate)
{
	begin();
	say_often(WITNESS_NTP, 0, MINUTE, 3, -HOUR);
	select_all();
	ck_assert(is_near(-HOUR));
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_NTP);
	ck_assert_uint_eq(e.joint.stamps, 3);
	ck_assert(e.unanimous);
	begin();
}
END_TEST

START_TEST(what_was_learnt_accuses_alone_once_it_agreed_five_times)
{
	begin();
	estimate_learnt(&estimate, WITNESS_RTCP, true);
	say_often(WITNESS_RTCP, 0, MINUTE, 4, -HOUR);
	select_all();
	ck_assert(e.joint.unsettled);
	say(WITNESS_RTCP, 4 * MINUTE, -HOUR);
	select_all();
	ck_assert(!e.joint.unsettled && is_near(-HOUR));
	begin();
}
END_TEST

START_TEST(two_that_agree_suffice_sooner)
{
	begin();
	estimate_learnt(&estimate, WITNESS_RTCP, true);
	estimate_learnt(&estimate, WITNESS_NONCE, true);
	say_often(WITNESS_RTCP, 0, MINUTE, 3, -HOUR);
	say_often(WITNESS_NONCE, 0, MINUTE, 3, -HOUR);
	select_all();
	ck_assert(!e.joint.unsettled);
	ck_assert_uint_eq(
	    e.witnesses, 1u << WITNESS_RTCP | 1u << WITNESS_NONCE);
	begin();
}
END_TEST

START_TEST(one_that_tells_changes_says_when_and_accuses_nobody)
{
	begin();
	say_often(WITNESS_ASREQ, 0, MINUTE, 5, 0);
	say_often(WITNESS_ASREQ, 10 * MINUTE, MINUTE, 5, -HOUR);
	ck_assert(!select_witnesses(&estimate, LEAST, &e));
	say_often(WITNESS_NTP, 10 * MINUTE, MINUTE, 5, -HOUR);
	select_all();
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_NTP);
	ck_assert_uint_eq(e.supporting, 1u << WITNESS_ASREQ);
	ck_assert(e.joint.stepped);
	ck_assert_int_le(e.joint.stepped_at, START + 12 * MINUTE);
	begin();
	/* By something else it changed for a reason of its own. */
	say_often(WITNESS_ASREQ, 0, MINUTE, 5, 0);
	say_often(WITNESS_ASREQ, 10 * MINUTE, MINUTE, 5, HOUR);
	say_often(WITNESS_NTP, 10 * MINUTE, MINUTE, 5, -HOUR);
	select_all();
	ck_assert_uint_eq(e.supporting, 0);
	ck_assert(!e.joint.stepped);
	begin();
}
END_TEST

START_TEST(those_that_agree_count_together_and_the_finest_decides)
{
	begin();
	say(WITNESS_DATE, 0, -HOUR);
	say(WITNESS_NTP, NSTIME_S, -HOUR);
	say(WITNESS_SMB, 2 * NSTIME_S, -HOUR);
	select_all();
	ck_assert_uint_eq(e.joint.stamps, 3);
	ck_assert(is_near(-HOUR));
	ck_assert_int_lt(
	    e.joint.interval.hi - e.joint.interval.lo, 300 * NSTIME_MS);
	ck_assert(!e.joint.mixed && !e.joint.unsettled);
	ck_assert_uint_eq(e.contradicting, 0);
	begin();
}
END_TEST

START_TEST(contradictions_are_not_averaged)
{
	begin();
	for (unsigned i = 0; i < 5; i++) {
		say(WITNESS_DATE, i * MINUTE, -HOUR);
		say(WITNESS_NTP, i * MINUTE + NSTIME_S, 0);
	}
	select_all();
	ck_assert_uint_eq(
	    e.contradicting, 1u << WITNESS_DATE | 1u << WITNESS_NTP);
	ck_assert(!e.unanimous);
	/* The system's clock weighs more than what a program tells. */
	ck_assert(is_near(0) && !e.joint.mixed);
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_NTP);
	ck_assert_uint_eq(e.joint.stamps, 5);
	ck_assert(e.intervals[WITNESS_DATE].lo <= -HOUR &&
	    e.intervals[WITNESS_DATE].hi >= -HOUR);
	begin();
}
END_TEST

START_TEST(contradicting_witnesses_of_one_weight_are_mixed)
{
	begin();
	for (unsigned i = 0; i < 5; i++) {
		say(WITNESS_SMB, i * MINUTE, -HOUR);
		say(WITNESS_NTP, i * MINUTE, 0);
	}
	select_all();
	ck_assert(e.joint.mixed);
	/* A third decides. */
	say_often(WITNESS_KERBEROS, 4 * MINUTE, NSTIME_S, 3, -HOUR);
	select_all();
	ck_assert(!e.joint.mixed && is_near(-HOUR));
	ck_assert_uint_eq(e.contradicting,
	    1u << WITNESS_SMB | 1u << WITNESS_NTP | 1u << WITNESS_KERBEROS);
	begin();
}
END_TEST

START_TEST(a_lone_stamp_of_another_witness_is_no_contradiction)
{
	begin();
	say_often(WITNESS_DATE, 0, MINUTE, 5, 0);
	say(WITNESS_NTP, 2 * MINUTE, -HOUR);
	select_all();
	ck_assert(is_near(0) && !e.joint.mixed && !e.joint.unsettled);
	ck_assert_uint_eq(e.contradicting, 0);
	ck_assert(!e.unanimous);
	begin();
}
END_TEST

/* What was said before a step says nothing about the clock after it. */
START_TEST(a_step_is_no_contradiction)
{
	begin();
	say_often(WITNESS_DATE, 0, MINUTE, 5, 0);
	say_often(WITNESS_NTP, 0, MINUTE, 5, 0);
	say(WITNESS_NTP, 5 * MINUTE, HOUR);
	select_all();
	ck_assert(is_near(0));
	say_often(WITNESS_NTP, 6 * MINUTE, MINUTE, 3, HOUR);
	select_all();
	ck_assert(is_near(HOUR) && !e.joint.mixed && !e.joint.unsettled);
	ck_assert(e.joint.stepped);
	ck_assert_uint_eq(e.contradicting, 0);
	say_often(WITNESS_DATE, 9 * MINUTE, MINUTE, 4, HOUR);
	select_all();
	ck_assert(e.unanimous && is_near(HOUR));
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_DATE | 1u << WITNESS_NTP);
	begin();
}
END_TEST

START_TEST(a_new_witness_after_a_step_unsettles)
{
	begin();
	say_often(WITNESS_DATE, 0, MINUTE, 5, 0);
	say(WITNESS_SMB, 6 * MINUTE, HOUR);
	select_all();
	ck_assert(e.joint.unsettled);
	say_often(WITNESS_SMB, 7 * MINUTE, MINUTE, 2, HOUR);
	select_all();
	ck_assert(!e.joint.unsettled && is_near(HOUR));
	begin();
}
END_TEST

START_TEST(a_witness_long_silent_does_not_contradict)
{
	begin();
	say_often(WITNESS_DATE, 0, MINUTE, 5, 0);
	say_often(WITNESS_NTP, 0, 5 * MINUTE, 30, 0);
	/* Slewed, so slowly that it is no step. */
	for (unsigned i = 0; i < 60; i++)
		say(WITNESS_NTP, 3 * HOUR + i * 5 * MINUTE,
		    i * 200 * NSTIME_MS);
	select_all();
	ck_assert_uint_eq(e.contradicting, 0);
	ck_assert(e.joint.unsettled || e.witnesses == 1u << WITNESS_NTP);
	begin();
}
END_TEST

static uint64_t state;

static uint64_t
chance(uint64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % below;
}

/*
 * Witnesses of all kinds tell one clock, each with its own resolution and
 * delays, some of them late now and then; the clock drifts a little, and may
 * be stepped.  The truth lies within what is estimated, and nothing is held
 * for a contradiction.
 */
static void
tell_one_clock(nstime ahead, nstime step, int64_t drift_ppm)
{
	enum { TELLING = WITNESS_HEP + 1 }; /* enough of them */
	static const nstime resolutions[TELLING] = {
		[WITNESS_DATE] = NSTIME_S,
		[WITNESS_TLS] = NSTIME_S,
		[WITNESS_NTP] = NSTIME_US,
		[WITNESS_KERBEROS] = NSTIME_MS,
		[WITNESS_SMB] = 16 * NSTIME_MS,
		[WITNESS_NTLM] = 16 * NSTIME_MS,
		[WITNESS_MRAS] = NSTIME_S,
		[WITNESS_HEP] = NSTIME_US,
	};
	const unsigned heard = 1 + (unsigned)chance((1 << TELLING) - 1);
	nstime at = 0;

	for (unsigned i = 0; i < 200; i++) {
		const unsigned w = (unsigned)chance(TELLING);
		const bool late = chance(20) == 0;
		const nstime delay = (nstime)chance(200 * NSTIME_MS) +
		    (late ? (nstime)chance(30 * NSTIME_S) : 0);
		nstime truth, told;
		struct offset_stamp stamp;
		bool changed;

		at += (nstime)chance(20 * NSTIME_S);
		if ((heard & 1u << w) == 0)
			continue;
		if (i == 100)
			ahead += step;
		truth = ahead + at / 1000000 * drift_ppm;
		told = START + at - delay + truth;
		told -= told % resolutions[w];
		ck_assert(offset_stamp(told, resolutions[w] + WITNESS_TRANSIT,
		    START + at, at, &stamp));
		ck_assert(estimate_input(
		    &estimate, (enum witness)w, &stamp, LEAST, &changed));
		select_all();
		ck_assert_uint_eq(e.contradicting, 0);
		if (late || e.joint.unsettled || e.joint.mixed ||
		    (i >= 100 && i < 150) || e.joint.stamps < 8)
			continue;
		ck_assert_int_le(e.joint.interval.lo, truth);
		ck_assert_int_ge(e.joint.interval.hi, truth);
	}
}

START_TEST(the_truth_lies_where_witnesses_meet)
{
	for (unsigned i = 0; i < 300; i++) {
		const nstime ahead = ((nstime)chance(7200) - 3600) * NSTIME_S;
		const nstime step =
		    i % 3 == 0 ? ((nstime)chance(7200) - 3600) * NSTIME_S : 0;

		state = i;
		begin();
		tell_one_clock(ahead, step, (int64_t)chance(100) - 50);
	}
	begin();
}
END_TEST

/* However often both are heard, one that is wrong is never averaged in. */
START_TEST(a_falseticker_never_moves_the_estimate)
{
	for (unsigned i = 0; i < 200; i++) {
		state = i;
		begin();
		for (unsigned k = 0; k < 60; k++) {
			const bool lie = chance(2) == 0;
			const nstime at = k * 10 * NSTIME_S;

			if (lie)
				say(WITNESS_DATE, at, -HOUR);
			else
				say(chance(2) == 0 ? WITNESS_NTP : WITNESS_SMB,
				    at, 0);
			select_all();
			ck_assert(e.joint.mixed || e.joint.unsettled ||
			    is_near(0) || is_near(-HOUR));
		}
		ck_assert(is_near(0) && !e.joint.mixed);
		ck_assert_uint_ne(e.contradicting & 1u << WITNESS_DATE, 0);
	}
	begin();
}
END_TEST

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	begin();
	estimate_load(&estimate, &c, 0);
	return !c.bad;
}

START_TEST(all_witnesses_outlive_a_restart)
{
	struct record r;

	begin();
	ck_assert(estimate_is_empty(&estimate));
	say_often(WITNESS_NTP, 0, MINUTE, 3, 0);
	say_often(WITNESS_SMB, 0, MINUTE, 3, -HOUR);
	say_often(WITNESS_DATE, 0, MINUTE, 3, -HOUR);
	record_init(&r, 10000);
	estimate_save(&r, &estimate);
	saved_whole_or_not_at_all(&r, load);
	ck_assert(!estimate_is_empty(&estimate));
	select_all();
	ck_assert(is_near(-HOUR));
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_SMB | 1u << WITNESS_DATE);
	ck_assert_uint_eq(e.contradicting,
	    1u << WITNESS_SMB | 1u << WITNESS_DATE | 1u << WITNESS_NTP);
	begin();
}
END_TEST

static enum select_verdict
verdict_of(nstime lo, nstime hi, unsigned stamps)
{
	const struct offset_estimate joint = {
		.interval = { lo, hi },
		.stamps = stamps,
	};

	return select_verdict(&joint, HOUR, MINUTE, LEAST);
}

START_TEST(a_falseticker_is_off_by_the_threshold_and_more)
{
	ck_assert_int_eq(
	    verdict_of(HOUR + MINUTE, HOUR + MINUTE, 3), SELECT_FALSETICKER);
	ck_assert_int_eq(verdict_of(0, HOUR - MINUTE, 3), SELECT_FALSETICKER);
	ck_assert_int_eq(
	    verdict_of(HOUR, HOUR + MINUTE - 1, 3), SELECT_TRUECHIMER);
	ck_assert_int_eq(verdict_of(HOUR, HOUR + MINUTE, 3), SELECT_DISTANT);
	ck_assert_int_eq(verdict_of(HOUR - MINUTE, HOUR, 3), SELECT_DISTANT);
}
END_TEST

START_TEST(a_peer_with_too_few_samples_is_pending)
{
	const struct offset_estimate mixed = { .mixed = true };
	const struct offset_estimate unsettled = {
		.stamps = 3,
		.unsettled = true,
	};

	ck_assert_int_eq(verdict_of(0, 0, 2), SELECT_PENDING);
	ck_assert_int_eq(
	    select_verdict(&unsettled, 0, MINUTE, LEAST), SELECT_PENDING);
	ck_assert_int_eq(
	    select_verdict(&mixed, 0, MINUTE, LEAST), SELECT_MIXED);
}
END_TEST

/* chronyd -x serves the time of its source and does not set the clock. */
START_TEST(a_host_is_judged_by_its_own_programs)
{
	begin();
	estimate.own_ntp = false;
	for (unsigned i = 0; i < 5; i++) {
		say(WITNESS_TLS, i * MINUTE, HOUR);
		say(WITNESS_NTP, i * MINUTE + NSTIME_S, 0);
	}
	select_all();
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_TLS);
	ck_assert(is_near(HOUR) && !e.joint.mixed && !e.joint.unsettled);
	ck_assert_uint_eq(e.contradicting, 0);
	ck_assert(e.serves_other);
	ck_assert(e.served.lo <= 0 && e.served.hi >= 0);
	/* However rarely they are seen. */
	say_often(WITNESS_NTP, 6 * MINUTE, MINUTE, 60, 0);
	select_all();
	ck_assert(is_near(HOUR) && e.serves_other);
	begin();
}
END_TEST

START_TEST(a_service_stepped_after_them_is_newer)
{
	begin();
	estimate.own_ntp = false;
	for (unsigned i = 0; i < 5; i++) {
		say(WITNESS_TLS, i * MINUTE, HOUR);
		say(WITNESS_NTP, i * MINUTE + NSTIME_S, HOUR);
	}
	say_often(WITNESS_NTP, 6 * MINUTE, MINUTE, 4, 0);
	select_all();
	ck_assert(is_near(0) && !e.serves_other);
	begin();
}
END_TEST

START_TEST(a_service_that_one_program_agrees_with_is_a_witness)
{
	begin();
	estimate.own_ntp = false;
	for (unsigned i = 0; i < 5; i++) {
		say(WITNESS_DATE, i * MINUTE, HOUR);
		say(WITNESS_SMB, i * MINUTE + NSTIME_S, 0);
		say(WITNESS_NTP, i * MINUTE + 2 * NSTIME_S, 0);
	}
	select_all();
	ck_assert(is_near(0) && !e.serves_other);
	ck_assert_uint_ne(e.contradicting, 0);
	begin();
}
END_TEST

UNIT("select", without_samples_nothing_is_known,
    one_witness_is_its_own_estimate,
    what_was_learnt_accuses_alone_once_it_agreed_five_times,
    two_that_agree_suffice_sooner,
    one_that_tells_changes_says_when_and_accuses_nobody,
    those_that_agree_count_together_and_the_finest_decides,
    contradictions_are_not_averaged,
    contradicting_witnesses_of_one_weight_are_mixed,
    a_lone_stamp_of_another_witness_is_no_contradiction,
    a_step_is_no_contradiction, a_new_witness_after_a_step_unsettles,
    a_witness_long_silent_does_not_contradict,
    the_truth_lies_where_witnesses_meet, a_falseticker_never_moves_the_estimate,
    all_witnesses_outlive_a_restart,
    a_falseticker_is_off_by_the_threshold_and_more,
    a_peer_with_too_few_samples_is_pending,
    a_host_is_judged_by_its_own_programs, a_service_stepped_after_them_is_newer,
    a_service_that_one_program_agrees_with_is_a_witness)
