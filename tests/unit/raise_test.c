/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/skew.h"

#include "unit/saved.h"

/*
 * Which hosts are judged, and by which witnesses.  That wrong clocks are
 * pending, raised and cleared is tested in skew_test.c.
 */

#define START (1289690940 * NSTIME_S)
#define MINUTE (60 * NSTIME_S)
#define HOUR (3600 * NSTIME_S)

static struct skew *skew;
static struct skew_limits limits;
static unsigned seen[FINDING_KINDS];
static char witnesses[64], subject[64];
static enum finding_change change;

static void
on_finding(void *arg, const struct finding *finding)
{
	struct slice names;

	(void)arg;
	seen[finding->kind]++;
	change = finding->change;
	memset(subject, 0, sizeof(subject));
	memcpy(subject, finding->subject.p, finding->subject.len);
	if (finding->evidence == NULL)
		return;
	names = evidence_get(finding->evidence, "witnesses");
	memset(witnesses, 0, sizeof(witnesses));
	if (names.len > 0)
		memcpy(witnesses, names.p, names.len);
}

static void
begin(bool judge_all)
{
	limits = (struct skew_limits){
		.warn = 60 * NSTIME_S,
		.major = 300 * NSTIME_S,
		.critical = 900 * NSTIME_S,
		.min_samples = 3,
		.hold = 10 * NSTIME_S,
		.peers = 100,
		.judge_all = judge_all,
	};
	memset(seen, 0, sizeof(seen));
	skew = skew_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(skew);
	skew_local(skew, OWNCLOCK_TRUSTED, 0, START);
}

static struct address
host(unsigned n)
{
	return (
	    struct address){ .version = 4, .octets = { 10, 0, 0, (uint8_t)n } };
}

static struct stamp
stamp_of(unsigned n, enum witness witness, nstime at, nstime ahead)
{
	return (struct stamp){
		.peer = host(n),
		.witness = witness,
		.told = START + at + ahead,
		.resolution = 16 * NSTIME_MS,
		.wall = START + at,
		.now = at,
	};
}

static void
hear(unsigned n, enum witness witness, nstime at, nstime ahead)
{
	const struct stamp stamp = stamp_of(n, witness, at, ahead);

	skew_tick(skew, at, START + at);
	skew_input(skew, &stamp);
}

static void
hear_often(unsigned n, enum witness witness, nstime at, nstime ahead)
{
	for (unsigned i = 0; i < 5; i++)
		hear(n, witness, at + i * 20 * NSTIME_S, ahead);
}

static void
finish(nstime at)
{
	skew_finish(skew, at, START + at);
	skew_free(skew);
}

START_TEST(a_host_that_speaks_no_sip_is_not_judged)
{
	begin(false);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	hear_often(1, WITNESS_SMB, MINUTE, -HOUR);
	finish(10 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 0);
}
END_TEST

START_TEST(unless_all_hosts_are_to_be_judged)
{
	begin(true);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	finish(10 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
}
END_TEST

START_TEST(other_witnesses_count_for_a_host_that_speaks_sip)
{
	const struct address address = host(1);

	begin(false);
	skew_role(skew, &address, true);
	hear(1, WITNESS_NTP, 0, -HOUR);
	hear(1, WITNESS_SMB, NSTIME_S, -HOUR);
	hear(1, WITNESS_KERBEROS, 2 * NSTIME_S, -HOUR);
	skew_tick(skew, MINUTE, START + MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
	ck_assert_str_eq(witnesses, "ntp,kerberos,smb");
	ck_assert_str_eq(subject, "10.0.0.1");
	finish(10 * MINUTE);
}
END_TEST

START_TEST(it_may_turn_out_later_that_it_speaks_sip)
{
	const struct address address = host(1);

	begin(false);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	skew_tick(skew, 5 * MINUTE, START + 5 * MINUTE);
	skew_speaks_sip(skew, &address);
	finish(6 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
}
END_TEST

START_TEST(a_time_server_of_a_sip_host_has_a_finding_of_its_own)
{
	const struct address server = host(1), client = host(2);

	begin(false);
	skew_speaks_sip(skew, &client);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	skew_serves_time(skew, &server, &client);
	finish(6 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
	ck_assert_str_eq(subject, "10.0.0.1");
}
END_TEST

START_TEST(its_client_may_turn_out_later_to_speak_sip)
{
	const struct address server = host(1), client = host(2);

	begin(false);
	hear(1, WITNESS_NTP, 0, -HOUR);
	skew_serves_time(skew, &server, &client);
	hear(2, WITNESS_DATE, NSTIME_S, 0);
	hear_often(1, WITNESS_NTP, MINUTE, -HOUR);
	finish(6 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
}
END_TEST

START_TEST(muted_witnesses_are_not_used)
{
	begin(true);
	limits.muted = 1u << WITNESS_NTP;
	skew_set(skew, &limits);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	finish(MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 0);
}
END_TEST

START_TEST(a_peer_raised_by_muted_witnesses_is_cleared)
{
	begin(true);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	hear_often(2, WITNESS_NTP, 2 * MINUTE, -HOUR);
	hear_often(2, WITNESS_SMB, 2 * MINUTE, -HOUR);
	skew_tick(skew, 6 * MINUTE, START + 6 * MINUTE);
	ck_assert_str_eq(subject, "2 hosts");
	limits.muted = 1u << WITNESS_NTP;
	skew_set(skew, &limits);
	seen[FINDING_CLOCK_SKEW] = 0;
	hear_often(2, WITNESS_SMB, 7 * MINUTE, -HOUR);
	skew_tick(skew, 20 * MINUTE, START + 20 * MINUTE);
	ck_assert_uint_ge(seen[FINDING_CLOCK_SKEW], 1);
	ck_assert_str_eq(subject, "1 host");
	ck_assert_str_eq(witnesses, "smb");
	limits.muted = 1u << WITNESS_NTP | 1u << WITNESS_SMB;
	skew_set(skew, &limits);
	ck_assert_int_eq(change, FINDING_SUPERSEDED);
	finish(21 * MINUTE);
}
END_TEST

START_TEST(a_host_not_to_be_judged_any_more_is_cleared)
{
	begin(true);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	skew_tick(skew, 5 * MINUTE, START + 5 * MINUTE);
	ck_assert_uint_ge(seen[FINDING_CLOCK_SKEW], 1);
	limits.judge_all = false;
	skew_set(skew, &limits);
	ck_assert_int_eq(change, FINDING_SUPERSEDED);
	seen[FINDING_CLOCK_SKEW] = 0;
	hear_often(1, WITNESS_NTP, 6 * MINUTE, -HOUR);
	finish(20 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 0);
}
END_TEST

START_TEST(witnesses_that_contradict_each_other_are_told)
{
	begin(false);
	for (unsigned i = 0; i < 5; i++) {
		hear(1, WITNESS_DATE, i * 20 * NSTIME_S, -HOUR);
		hear(1, WITNESS_NTP, i * 20 * NSTIME_S, 0);
	}
	ck_assert_uint_ge(seen[FINDING_WITNESS_CONFLICT], 1);
	ck_assert_str_eq(witnesses, "date,ntp");
	finish(10 * MINUTE);
	/* The system's clock is right. */
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 0);
}
END_TEST

START_TEST(contradictions_of_hosts_of_no_interest_are_not_told)
{
	begin(false);
	for (unsigned i = 0; i < 5; i++) {
		hear(1, WITNESS_SMB, i * 20 * NSTIME_S, -HOUR);
		hear(1, WITNESS_NTP, i * 20 * NSTIME_S, 0);
	}
	ck_assert_uint_eq(seen[FINDING_WITNESS_CONFLICT], 0);
	finish(10 * MINUTE);
}
END_TEST

static void
hear_zone(unsigned n, nstime at, int zone)
{
	struct stamp stamp = stamp_of(n, WITNESS_SMB, at, 0);

	stamp.tells_zone = true;
	stamp.zone = zone;
	skew_input(skew, &stamp);
}

START_TEST(a_changed_zone_is_told_of_a_host_that_speaks_sip)
{
	const struct address address = host(1);

	begin(false);
	hear_zone(1, 0, 0);
	hear_zone(1, MINUTE, 60);
	ck_assert_uint_eq(seen[FINDING_ZONE_CHANGE], 0);
	skew_speaks_sip(skew, &address);
	ck_assert_uint_eq(seen[FINDING_ZONE_CHANGE], 1);
	ck_assert_int_eq(change, FINDING_TROUBLE);
	hear_zone(1, 2 * MINUTE, 0);
	ck_assert_int_eq(change, FINDING_HEALTHY);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 0);
	finish(3 * MINUTE);
}
END_TEST

START_TEST(certificates_may_ask_for_one_clock)
{
	const struct address address = host(1);
	struct skew_estimate e;

	begin(false);
	hear(1, WITNESS_NTP, 0, -HOUR);
	hear(1, WITNESS_NTP, NSTIME_S, -HOUR);
	ck_assert(!skew_estimate_of(skew, &address, &e));
	hear(1, WITNESS_NTP, 2 * NSTIME_S, -HOUR);
	ck_assert(skew_estimate_of(skew, &address, &e));
	/* As exact as it is promised: within a tenth of a second. */
	ck_assert_int_le(e.offset, -HOUR + 100 * NSTIME_MS);
	ck_assert_int_ge(e.offset, -HOUR - 100 * NSTIME_MS);
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_NTP);
	finish(MINUTE);
}
END_TEST

/* A minute went by while nobody watched. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = {
		.now = 20 * MINUTE,
		.real = -MINUTE,
	};
	struct cursor c = cursor_over(octets);

	skew_free(skew);
	begin(limits.judge_all);
	return skew_load(skew, &c, &shift);
}

static void
restart(void)
{
	struct record r;

	record_init(&r, 1 << 20);
	skew_save(skew, &r);
	saved_whole_or_older(&r, load, true);
}

START_TEST(the_samples_of_each_witness_outlive_a_restart)
{
	const struct address address = host(1);

	begin(false);
	skew_speaks_sip(skew, &address);
	hear(1, WITNESS_NTP, 0, -HOUR);
	hear(1, WITNESS_SMB, NSTIME_S, -HOUR);
	restart();
	hear(1, WITNESS_KERBEROS, 20 * MINUTE, -HOUR);
	skew_tick(skew, 21 * MINUTE, START + 21 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
	ck_assert_str_eq(witnesses, "ntp,kerberos,smb");
	finish(22 * MINUTE);
}
END_TEST

START_TEST(other_limits_after_a_restart_clear_raised_peers)
{
	begin(true);
	hear_often(1, WITNESS_NTP, 0, -HOUR);
	skew_tick(skew, 5 * MINUTE, START + 5 * MINUTE);
	ck_assert_uint_ge(seen[FINDING_CLOCK_SKEW], 1);
	limits.judge_all = false;
	restart();
	skew_tick(skew, 20 * MINUTE, START + 20 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
	ck_assert_int_eq(change, FINDING_SUPERSEDED);
	finish(21 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
}
END_TEST

START_TEST(a_time_server_is_known_after_a_restart)
{
	const struct address server = host(1), client = host(2);

	begin(false);
	hear(1, WITNESS_NTP, 0, -HOUR);
	skew_serves_time(skew, &server, &client);
	hear(2, WITNESS_DATE, NSTIME_S, 0);
	restart();
	hear_often(1, WITNESS_NTP, 20 * MINUTE, -HOUR);
	finish(30 * MINUTE);
	ck_assert_uint_eq(seen[FINDING_CLOCK_SKEW], 1);
}
END_TEST

START_TEST(a_contradiction_from_before_a_restart_ends_after_it)
{
	begin(false);
	for (unsigned i = 0; i < 5; i++) {
		hear(1, WITNESS_DATE, i * 20 * NSTIME_S, -HOUR);
		hear(1, WITNESS_NTP, i * 20 * NSTIME_S, 0);
	}
	restart();
	ck_assert_uint_eq(seen[FINDING_WITNESS_CONFLICT], 0);
	for (unsigned i = 0; i < 5; i++)
		hear(1, WITNESS_DATE, 21 * MINUTE + i * NSTIME_S, 0);
	ck_assert_uint_eq(seen[FINDING_WITNESS_CONFLICT], 1);
	ck_assert_int_eq(change, FINDING_HEALTHY);
	finish(30 * MINUTE);
}
END_TEST

START_TEST(a_zone_from_before_a_restart_is_changed_back_after_it)
{
	const struct address address = host(1);

	begin(false);
	skew_speaks_sip(skew, &address);
	hear_zone(1, 0, 0);
	hear_zone(1, MINUTE, 60);
	ck_assert_uint_eq(seen[FINDING_ZONE_CHANGE], 1);
	restart();
	hear_zone(1, 20 * MINUTE, 60);
	ck_assert_uint_eq(seen[FINDING_ZONE_CHANGE], 0);
	hear_zone(1, 21 * MINUTE, 0);
	ck_assert_uint_eq(seen[FINDING_ZONE_CHANGE], 1);
	ck_assert_int_eq(change, FINDING_HEALTHY);
	finish(22 * MINUTE);
}
END_TEST

UNIT("raise", a_host_that_speaks_no_sip_is_not_judged,
    unless_all_hosts_are_to_be_judged,
    other_witnesses_count_for_a_host_that_speaks_sip,
    it_may_turn_out_later_that_it_speaks_sip,
    a_time_server_of_a_sip_host_has_a_finding_of_its_own,
    its_client_may_turn_out_later_to_speak_sip, muted_witnesses_are_not_used,
    a_peer_raised_by_muted_witnesses_is_cleared,
    a_host_not_to_be_judged_any_more_is_cleared,
    witnesses_that_contradict_each_other_are_told,
    contradictions_of_hosts_of_no_interest_are_not_told,
    a_changed_zone_is_told_of_a_host_that_speaks_sip,
    certificates_may_ask_for_one_clock,
    the_samples_of_each_witness_outlive_a_restart,
    other_limits_after_a_restart_clear_raised_peers,
    a_time_server_is_known_after_a_restart,
    a_contradiction_from_before_a_restart_ends_after_it,
    a_zone_from_before_a_restart_is_changed_back_after_it)
