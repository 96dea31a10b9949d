/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/skew.h"

#include "unit/saved.h"

#define START (1289690940 * NSTIME_S)
#define MINUTE (60 * NSTIME_S)
#define HOUR (3600 * NSTIME_S)

enum { MOST = 256 };

static struct {
	struct finding finding;
	struct evidence evidence;
	char key[64], subject[64];
} seen[MOST];
static size_t count;

static struct skew *skew;
static struct skew_limits limits;
static bool answered; /* other hosts answer those whose stamps are seen */

static void
keep(char to[64], struct slice text)
{
	ck_assert_uint_lt(text.len, 64);
	memcpy(to, text.p, text.len);
	to[text.len] = '\0';
}

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	ck_assert_uint_lt(count, MOST);
	seen[count].finding = *finding;
	keep(seen[count].key, finding->key);
	keep(seen[count].subject, finding->subject);
	ck_assert_int_eq(
	    finding->evidence != NULL, finding->change == FINDING_TROUBLE);
	if (finding->evidence != NULL)
		evidence_copy(&seen[count].evidence, finding->evidence);
	count++;
}

static void
begin(void)
{
	limits = (struct skew_limits){
		.warn = 60 * NSTIME_S,
		.major = 300 * NSTIME_S,
		.critical = 900 * NSTIME_S,
		.min_samples = 3,
		.hold = 10 * NSTIME_S,
		.peers = 100,
	};
	count = 0;
	answered = true;
	skew = skew_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(skew);
}

static struct address
host(unsigned n)
{
	return (struct address){ .version = 4,
		.octets = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };
}

/* Estimate number `index'; false: there are not so many. */
static bool
estimate(size_t index, struct skew_estimate *e)
{
	size_t next = 0;

	for (size_t i = 0; skew_estimate(skew, &next, e); i++)
		if (i == index)
			return true;
	return false;
}

static void
tick(nstime at)
{
	skew_tick(skew, at, START + at);
}

static void
stamp_via(unsigned n, nstime at, nstime ahead, enum stamp_attribution how)
{
	const nstime told = START + at + ahead;
	const struct address address = host(n);

	tick(at);
	if (answered)
		skew_answered(skew, &address);
	skew_input(skew,
	    &(struct stamp){
		.peer = host(n),
		.attribution = how,
		.told = told - told % NSTIME_S,
		.resolution = NSTIME_S,
		.wall = START + at + NSTIME_MS,
		.now = at,
	    });
}

static void
stamp(unsigned n, nstime at, nstime ahead)
{
	stamp_via(n, at, ahead, STAMP_HOST);
}

/* Five stamps within six seconds. */
static void
stamps(unsigned n, nstime at, nstime ahead)
{
	for (unsigned i = 0; i < 5; i++)
		stamp(n, at + i * 1300 * NSTIME_MS, ahead);
}

static void
finish(nstime at)
{
	skew_finish(skew, at, START + at);
	skew_free(skew);
}

static bool
holds(size_t i, const char *name, const char *text)
{
	return slice_is(evidence_get(&seen[i].evidence, name), text);
}

static int64_t
number(size_t i, const char *name)
{
	return evidence_number(&seen[i].evidence, name, INT64_MIN);
}

static void
is(size_t i, enum finding_kind kind, enum finding_change change,
    const char *key)
{
	ck_assert_uint_gt(count, i);
	ck_assert_int_eq(seen[i].finding.kind, kind);
	ck_assert_int_eq(seen[i].finding.change, change);
	ck_assert_str_eq(seen[i].key, key);
}

START_TEST(a_server_an_hour_behind_is_raised_after_the_hold)
{
	const struct address server = host(11);

	begin();
	skew_role(skew, &server, true);
	stamps(11, 0, -HOUR);
	tick(12 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	tick(13 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.11");
	ck_assert_str_eq(seen[0].subject, "10.0.0.11");
	ck_assert_int_eq(seen[0].finding.severity, FINDING_CRITICAL);
	ck_assert_int_lt(llabs(number(0, "offset_s") + HOUR), NSTIME_S);
	ck_assert_int_eq(number(0, "samples"), 5);
	ck_assert_int_eq(number(0, "outliers"), 0);
	ck_assert(holds(0, "role", "server"));
	ck_assert(holds(0, "witnesses", "date"));
	ck_assert(holds(0, "attribution", "host"));
	ck_assert(holds(0, "shape", "dst"));
	ck_assert_int_eq(number(0, "shape_units"), -1000);
	ck_assert(holds(0, "local_clock", "unknown"));
	ck_assert_ptr_null(evidence_find(&seen[0].evidence, "pool"));
	ck_assert_ptr_null(evidence_find(&seen[0].evidence, "step_s"));
	finish(14 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(right_clocks_are_not_raised)
{
	begin();
	stamps(11, 0, 0);
	stamps(12, 0, 40 * NSTIME_S);
	stamps(13, 0, -58 * NSTIME_S);
	tick(HOUR);
	finish(HOUR);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(two_stamps_raise_nothing)
{
	begin();
	stamp(11, 0, -HOUR);
	stamp(11, 5 * NSTIME_S, -HOUR);
	tick(HOUR);
	finish(HOUR);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(the_end_of_a_savefile_ends_the_hold)
{
	begin();
	stamps(11, 0, 137 * NSTIME_S);
	finish(6 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(severity_follows_the_thresholds)
{
	static const struct {
		nstime ahead;
		enum finding_severity severity;
	} cases[] = {
		{ 137 * NSTIME_S, FINDING_WARNING },
		{ -400 * NSTIME_S, FINDING_ERROR },
		{ 1000 * NSTIME_S, FINDING_CRITICAL },
		{ 900 * NSTIME_S - NSTIME_S, FINDING_CRITICAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct address client = host(11);

		begin();
		skew_role(skew, &client, false);
		stamps(11, 0, cases[i].ahead);
		finish(MINUTE);
		ck_assert_uint_eq(count, 1);
		ck_assert_int_eq(seen[0].finding.severity, cases[i].severity);
		ck_assert(holds(0, "role", "client"));
	}
}
END_TEST

START_TEST(a_pool_has_its_own_threshold)
{
	const struct address members[] = { host(12), host(11) };
	const struct hosts_pool pool = { .name = "fe-east",
		.members = members,
		.member_count = 2,
		.warn = 5 * NSTIME_S };

	begin();
	limits.pools = &pool;
	limits.pool_count = 1;
	skew_set(skew, &limits);
	stamps(11, 0, 8 * NSTIME_S);
	stamps(13, 0, 8 * NSTIME_S);
	finish(MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.11");
	ck_assert(holds(0, "pool", "fe-east"));
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(phones_share_one_warning)
{
	begin();
	for (unsigned n = 1; n <= 12; n++)
		stamps(n, 0, (100 + n) * NSTIME_S * (n % 2 ? 1 : -1));
	stamps(200, 0, 0);
	tick(50 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert_str_eq(seen[0].subject, "12 user agents");
	ck_assert_int_eq(seen[0].finding.severity, FINDING_WARNING);
	ck_assert(holds(0, "peer", "10.0.0.12"));
	ck_assert_int_lt(
	    llabs(number(0, "offset_s") + 112 * NSTIME_S), NSTIME_S);
	for (unsigned n = 1; n <= 12; n++)
		stamps(n, MINUTE, 0);
	is(1, FINDING_CLOCK_SKEW, FINDING_HEALTHY, "user-agents");
	finish(2 * MINUTE);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(a_phone_that_turns_out_to_be_a_server_has_a_finding_of_its_own)
{
	const struct address server = host(11);

	begin();
	stamps(11, 0, -HOUR);
	tick(MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	skew_role(skew, &server, true);
	is(1, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.11");
	is(2, FINDING_CLOCK_SKEW, FINDING_SUPERSEDED, "user-agents");
	ck_assert_int_eq(seen[1].finding.severity, FINDING_CRITICAL);
	finish(2 * MINUTE);
	ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(a_step_is_dated_and_its_return_is_healthy)
{
	const struct address server = host(11);

	begin();
	skew_role(skew, &server, true);
	stamps(11, 0, 0);
	stamps(11, MINUTE, HOUR);
	tick(2 * MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.11");
	ck_assert_int_lt(llabs(number(0, "step_s") - HOUR), 2 * NSTIME_S);
	ck_assert_int_eq(number(0, "stepped_at"), START + MINUTE + NSTIME_MS);
	stamps(11, 3 * MINUTE, 0);
	is(1, FINDING_CLOCK_SKEW, FINDING_HEALTHY, "10.0.0.11");
	finish(4 * MINUTE);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(it_is_told_again_at_most_once_a_minute)
{
	const struct address server = host(11);

	begin();
	skew_role(skew, &server, true);
	for (unsigned i = 0; i < 600; i++)
		stamp(11, i * NSTIME_S + i * NSTIME_MS, -HOUR);
	ck_assert_uint_eq(count, 10);
	finish(HOUR);
}
END_TEST

START_TEST(two_clocks_behind_one_address_are_not_judged)
{
	begin();
	for (unsigned i = 0; i < 20; i++)
		stamp(11, i * 1300 * NSTIME_MS, i % 2 * -600 * NSTIME_S);
	finish(MINUTE);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_relayed_stamp_is_not_of_the_proxys_own_clock)
{
	const struct address proxy = host(11);

	begin();
	skew_role(skew, &proxy, true);
	for (unsigned i = 0; i < 9; i++) {
		stamp(11, i * 1300 * NSTIME_MS, 0);
		stamp_via(11, i * 1300 * NSTIME_MS, -HOUR, STAMP_VIA);
	}
	finish(MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "via 10.0.0.11");
	ck_assert_str_eq(seen[0].subject, "10.0.0.11");
	ck_assert(holds(0, "attribution", "via"));
	ck_assert_uint_eq(count, 1);
}
END_TEST

static void
stamp_agent(uint32_t number, nstime at, nstime ahead, bool shares)
{
	const struct address address = host(50);

	tick(at);
	skew_answered(skew, &address);
	skew_role(skew, &address, true);
	skew_input(skew,
	    &(struct stamp){
		.peer = address,
		.witness = WITNESS_HEP,
		.attribution = shares ? STAMP_AGENT : STAMP_HOST,
		.agent = number,
		.told = START + at + ahead,
		.resolution = NSTIME_US,
		.wall = START + at + NSTIME_MS,
		.now = at,
	    });
}

START_TEST(of_three_agents_the_one_that_is_off_is_named)
{
	begin();
	for (unsigned i = 0; i < 9; i++)
		for (uint32_t n = 1; n <= 3; n++)
			stamp_agent(n, i * 1300 * NSTIME_MS + n,
			    n == 3 ? -HOUR : 0, true);
	finish(MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.50 agent 3");
	ck_assert_str_eq(seen[0].subject, "10.0.0.50");
	ck_assert(holds(0, "attribution", "via"));
	ck_assert_int_eq(number(0, "agent"), 3);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(a_second_agent_takes_its_clock_from_the_host)
{
	begin();
	for (unsigned i = 0; i < 9; i++)
		stamp_agent(1, i * 2 * NSTIME_S, -HOUR, false);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.50");
	stamp_agent(2, 20 * NSTIME_S, 0, true);
	is(1, FINDING_CLOCK_SKEW, FINDING_SUPERSEDED, "10.0.0.50");
	for (unsigned i = 0; i < 9; i++) {
		stamp_agent(1, (21 + i * 2) * NSTIME_S, -HOUR, true);
		stamp_agent(2, (22 + i * 2) * NSTIME_S, 0, true);
	}
	is(2, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.50 agent 1");
	/* Heard first after a restart, it is not the host's. */
	stamp_agent(1, 50 * NSTIME_S, 0, false);
	finish(MINUTE);
	ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(what_the_host_told_by_itself_stays_with_it)
{
	struct skew_estimate e;

	begin();
	for (unsigned i = 0; i < 9; i++) {
		stamp_agent(1, i * 2 * NSTIME_S, 0, false);
		stamp(50, i * 2 * NSTIME_S + 1, 0);
	}
	for (unsigned i = 0; i < 9; i++)
		for (uint32_t n = 1; n <= 2; n++)
			stamp_agent(n, (20 + i * 2) * NSTIME_S + n, 0, true);
	ck_assert(estimate(0, &e));
	ck_assert_uint_eq(e.witnesses, 1u << WITNESS_DATE);
	ck_assert(estimate(2, &e));
	ck_assert_int_eq(e.attribution, STAMP_AGENT);
	ck_assert_uint_eq(e.agent, 2);
	ck_assert(!estimate(3, &e));
	finish(MINUTE);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(if_all_agree_it_is_us)
{
	begin();
	for (unsigned n = 1; n <= 4; n++)
		stamps(n, 0, -HOUR);
	tick(20 * NSTIME_S);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	ck_assert_int_eq(seen[0].finding.severity, FINDING_WARNING);
	ck_assert(holds(0, "class", "odd_one_out"));
	ck_assert_int_lt(llabs(number(0, "offset_s") - HOUR), NSTIME_S);
	ck_assert_int_eq(number(0, "peers_agreeing"), 4);
	ck_assert_int_eq(number(0, "peers_total"), 4);
	finish(30 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(small_agreement_against_us_is_told_too)
{
	begin();
	for (unsigned n = 1; n <= 3; n++)
		stamps(n, 0, 20 * NSTIME_S);
	finish(7 * NSTIME_S);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(one_that_sides_with_us_makes_it_them)
{
	begin();
	for (unsigned n = 1; n <= 4; n++)
		stamps(n, 0, -HOUR);
	stamps(5, 0, 0);
	tick(50 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert_str_eq(seen[0].subject, "4 user agents");
	finish(MINUTE);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(if_we_are_trusted_it_is_them)
{
	begin();
	skew_local(skew, OWNCLOCK_TRUSTED, 0, START);
	for (unsigned n = 1; n <= 4; n++)
		stamps(n, 0, -HOUR);
	finish(30 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert(holds(0, "local_clock", "trusted"));
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(peers_are_judged_against_the_consensus)
{
	const struct address server = host(9);

	begin();
	skew_role(skew, &server, true);
	for (unsigned n = 1; n <= 4; n++)
		stamps(n, 0, -HOUR);
	stamps(9, 0, -HOUR + 137 * NSTIME_S);
	finish(30 * NSTIME_S);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	is(1, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.9");
	ck_assert_int_lt(
	    llabs(number(1, "offset_s") - 137 * NSTIME_S), 2 * NSTIME_S);
	ck_assert(holds(1, "local_clock", "suspect"));
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(a_late_peer_with_us_clears_us_and_the_others_are_raised)
{
	begin();
	for (unsigned n = 1; n <= 3; n++)
		stamps(n, 0, -HOUR);
	tick(20 * NSTIME_S);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	stamps(5, 30 * NSTIME_S, 0);
	tick(100 * NSTIME_S);
	is(1, FINDING_LOCAL_CLOCK, FINDING_HEALTHY, "odd_one_out");
	is(2, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert_str_eq(seen[2].subject, "3 user agents");
	finish(2 * MINUTE);
	ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(a_late_quorum_clears_raised_peers)
{
	const struct address server = host(1);

	begin();
	skew_role(skew, &server, true);
	stamps(1, 0, -HOUR);
	tick(20 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.1");
	stamps(2, 30 * NSTIME_S, -HOUR);
	stamps(3, 31 * NSTIME_S, -HOUR);
	tick(2 * MINUTE);
	is(1, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	is(2, FINDING_CLOCK_SKEW, FINDING_SUPERSEDED, "10.0.0.1");
	finish(2 * MINUTE);
	ck_assert_uint_eq(count, 4); /* odd_one_out again after a minute */
	is(3, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
}
END_TEST

START_TEST(unsynchronised_and_contradicted_is_told)
{
	begin();
	skew_local(skew, OWNCLOCK_UNSYNCHRONISED, 0, START);
	stamps(1, 0, -HOUR);
	tick(50 * NSTIME_S);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "unsynchronised");
	is(1, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "user-agents");
	ck_assert(holds(1, "local_clock", "unsynchronised"));
	skew_local(skew, OWNCLOCK_TRUSTED, 51 * NSTIME_S, START);
	tick(MINUTE);
	is(2, FINDING_LOCAL_CLOCK, FINDING_HEALTHY, "unsynchronised");
	finish(MINUTE);
	ck_assert_uint_eq(count, 3);
}
END_TEST

/* Our stamps are an hour later from then on, as are we against the peer. */
START_TEST(our_own_step_shifts_every_estimate)
{
	struct skew_estimate e;

	begin();
	stamps(1, 0, 0);
	skew_stepped(skew, HOUR, 8 * NSTIME_S, START + 8 * NSTIME_S + HOUR);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "stepped");
	ck_assert_int_eq(number(0, "offset_s"), HOUR);
	ck_assert(estimate(0, &e));
	ck_assert_int_lt(llabs(e.offset + HOUR), NSTIME_S);
	ck_assert_uint_eq(e.samples, 5);
	ck_assert_int_eq(e.shape, SHAPE_DST);
	skew_stepped(skew, -HOUR, 9 * NSTIME_S, START + 9 * NSTIME_S);
	ck_assert(estimate(0, &e));
	ck_assert_int_lt(llabs(e.offset), NSTIME_S);
	stamps(1, 10 * NSTIME_S, 0);
	tick(MINUTE);
	is(2, FINDING_LOCAL_CLOCK, FINDING_HEALTHY, "stepped");
	finish(MINUTE);
	ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(estimates_come_in_order_of_address)
{
	struct skew_estimate e;

	begin();
	for (unsigned n = 50; n > 0; n--)
		stamp(n, (50 - n) * NSTIME_S, n * NSTIME_S);
	for (unsigned n = 1; n <= 50; n++) {
		const struct address expected = host(n);

		ck_assert(estimate(n - 1, &e));
		ck_assert(endpoint_address_equal(&e.peer, &expected));
		ck_assert_int_lt(
		    llabs(e.offset - n * NSTIME_S), 1300 * NSTIME_MS);
		ck_assert_uint_eq(e.samples, 1);
	}
	ck_assert(!estimate(50, &e));
	finish(MINUTE);
}
END_TEST

/* Of one that tells only changes, nothing is known until there was one. */
START_TEST(who_tells_only_changes_hides_nobody)
{
	const struct address second = host(2);
	struct skew_estimate e;

	begin();
	skew_input(skew,
	    &(struct stamp){
		.peer = host(1),
		.witness = WITNESS_TURN,
		.told = START + 8 * HOUR,
		.resolution = NSTIME_S,
		.wall = START,
	    });
	stamp(2, NSTIME_S, 0);
	ck_assert(estimate(0, &e));
	ck_assert(endpoint_address_equal(&e.peer, &second));
	ck_assert(!estimate(1, &e));
	finish(MINUTE);
}
END_TEST

static uint64_t full, evicted, out_of_range;

static void
on_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (slice_is(slice_text(name), "skew.full"))
		full = value;
	if (slice_is(slice_text(name), "skew.evicted"))
		evicted = value;
	if (slice_is(slice_text(name), "skew.out_of_range"))
		out_of_range = value;
}

START_TEST(raised_peers_are_not_forgotten)
{
	const struct address server = host(1);
	struct skew_estimate e;

	begin();
	skew_role(skew, &server, true);
	stamps(1, 0, -HOUR);
	tick(MINUTE);
	ck_assert_uint_eq(count, 1);
	for (unsigned n = 2; n < 1000; n++)
		stamp(n, MINUTE + n * NSTIME_S, 0);
	ck_assert(estimate(0, &e));
	ck_assert(endpoint_address_equal(&e.peer, &server));
	ck_assert(!estimate(100, &e));
	skew_stats(skew, on_count, NULL);
	ck_assert_uint_eq(evicted, 899);
	ck_assert_uint_eq(full, 0);
	finish(HOUR);
}
END_TEST

/* Anybody can forge phones: they make room, servers do not. */
START_TEST(forged_phones_do_not_fill_the_table)
{
	begin();
	for (unsigned n = 0; n < 300; n++)
		stamps(n, n * 20 * NSTIME_S, -HOUR);
	skew_stats(skew, on_count, NULL);
	ck_assert_uint_eq(evicted, 200);
	finish(2 * HOUR);
}
END_TEST

START_TEST(times_beyond_reason_are_counted)
{
	begin();
	skew_input(skew,
	    &(struct stamp){ .peer = host(1),
		.told = INT64_MIN,
		.resolution = NSTIME_S,
		.wall = START });
	skew_stats(skew, on_count, NULL);
	ck_assert_uint_eq(out_of_range, 1);
	finish(MINUTE);
}
END_TEST

START_TEST(nothing_is_due_when_nothing_is_wrong)
{
	begin();
	ck_assert_int_eq(skew_next_deadline(skew), NSTIME_NEVER);
	stamps(1, 0, 0);
	tick(MINUTE);
	ck_assert_int_eq(skew_next_deadline(skew), NSTIME_NEVER);
	finish(MINUTE);
}
END_TEST

/* UBSan watches. */
START_TEST(survives_any_time)
{
	static const nstime times[] = { INT64_MIN, -HOUR, 0, START, INT64_MAX };
	const size_t n = sizeof(times) / sizeof(*times);

	begin();
	for (size_t i = 0; i < 2000; i++) {
		count = 0;
		skew_input(skew,
		    &(struct stamp){ .peer = host(i % 3),
			.told = times[i % n],
			.resolution = NSTIME_S,
			.wall = times[i / n % n],
			.now = times[i / n / n % n] });
		if (i % 50 == 0)
			skew_stepped(skew, times[i / 7 % n], times[i / 50 % n],
			    times[i / 11 % n]);
	}
	count = 0;
	skew_finish(skew, INT64_MAX, INT64_MIN);
	skew_free(skew);
}
END_TEST

static nstime loaded_at;

/* An hour passed by the wall, and nothing by `now'. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = {
		.now = loaded_at,
		.real = -HOUR,
	};
	struct cursor c = cursor_over(octets);

	skew_free(skew);
	skew = skew_new(&limits, on_finding, NULL);
	return skew_load(skew, &c, &shift);
}

static void
restart(nstime at)
{
	struct record r;

	record_init(&r, 1 << 20);
	skew_save(skew, &r);
	loaded_at = at;
	saved_whole_or_older(&r, load, true);
	tick(at);
}

START_TEST(a_peer_raised_before_a_restart_is_cleared_after_it)
{
	const struct address server = host(1);

	begin();
	skew_role(skew, &server, true);
	stamps(1, 0, -HOUR);
	stamps(2, 0, -HOUR);
	stamps(3, 0, 0);
	tick(60 * NSTIME_S);
	ck_assert_uint_eq(count, 2);
	restart(61 * NSTIME_S);
	stamps(1, 62 * NSTIME_S, -HOUR);
	ck_assert_uint_eq(count, 2);
	stamps(1, 70 * NSTIME_S, 0);
	is(2, FINDING_CLOCK_SKEW, FINDING_HEALTHY, "10.0.0.1");
	stamps(2, 70 * NSTIME_S, 0);
	is(3, FINDING_CLOCK_SKEW, FINDING_HEALTHY, "user-agents");
	ck_assert_uint_eq(count, 4);
	finish(120 * NSTIME_S);
}
END_TEST

START_TEST(a_pending_peer_outlives_a_restart)
{
	const struct address server = host(1);

	begin();
	skew_role(skew, &server, false);
	stamps(3, 0, 0);
	stamps(1, 0, -HOUR);
	restart(8 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	tick(20 * NSTIME_S);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.1");
	ck_assert_int_eq(number(0, "samples"), 5);
	ck_assert(holds(0, "role", "client"));
	skew_free(skew);
}
END_TEST

START_TEST(raised_and_pending_peers_are_saved_first)
{
	struct record r;

	begin();
	for (unsigned n = 2; n < 100; n++)
		stamps(n, n * 100 * NSTIME_MS, 0);
	stamps(1, 12 * NSTIME_S, HOUR);
	tick(60 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	record_init(&r, 16384 + 1000);
	skew_save(skew, &r);
	loaded_at = 61 * NSTIME_S;
	ck_assert(!r.failed);
	ck_assert(load(slice_of(r.octets, r.len)));
	record_done(&r);
	stamps(1, 62 * NSTIME_S, 0);
	is(1, FINDING_CLOCK_SKEW, FINDING_HEALTHY, "user-agents");
	skew_free(skew);
}
END_TEST

/* Spoofed packets must not turn one wrong clock into ours. */
START_TEST(hosts_that_nothing_answered_have_no_vote)
{
	const struct address address = host(1);

	begin();
	answered = false;
	for (unsigned n = 1; n <= 4; n++)
		stamps(n, n * 10 * NSTIME_S, -HOUR);
	skew_role(skew, &address, true);
	skew_answered(skew, &address);
	tick(2 * MINUTE);
	is(0, FINDING_CLOCK_SKEW, FINDING_TROUBLE, "10.0.0.1");
	for (size_t i = 0; i < count; i++)
		ck_assert_int_ne(seen[i].finding.kind, FINDING_LOCAL_CLOCK);
	finish(3 * MINUTE);
}
END_TEST

/* Nor must they clear ours. */
START_TEST(hosts_that_nothing_answered_do_not_side_with_us)
{
	begin();
	for (unsigned n = 1; n <= 3; n++)
		stamps(n, n * 10 * NSTIME_S, -HOUR);
	answered = false;
	stamps(9, 40 * NSTIME_S, 0);
	tick(2 * MINUTE);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "odd_one_out");
	finish(3 * MINUTE);
}
END_TEST

/* A savefile's stamps jump by an hour while two right clocks are seen. */
static void
jump(nstime by)
{
	skew_jumped(skew, by + 4 * NSTIME_S, 20 * NSTIME_S);
	for (unsigned i = 0; i < 8; i++)
		for (unsigned n = 1; n <= 2; n++) {
			const nstime now =
			    (24 + 2 * i) * NSTIME_S + (by > 0 ? by : 0);

			skew_tick(skew, now, START + now);
			skew_input(skew,
			    &(struct stamp){ .peer = host(n),
				.told = START + (24 + 2 * i) * NSTIME_S,
				.resolution = NSTIME_S,
				.wall = START + (24 + 2 * i) * NSTIME_S + by,
				.now = now });
		}
}

static void
stepped_once(nstime by)
{
	begin();
	stamps(1, 0, 0);
	stamps(2, 0, 0);
	jump(by);
	ck_assert_uint_eq(count, 1);
	is(0, FINDING_LOCAL_CLOCK, FINDING_TROUBLE, "stepped");
	ck_assert_int_ge(number(0, "offset_s"), by - NSTIME_S);
	ck_assert_int_le(number(0, "offset_s"), by + NSTIME_S);
	finish(HOUR + 10 * MINUTE);
	ck_assert_uint_eq(count, 1);
}

START_TEST(a_capture_that_is_set_wrong_midway_is_the_only_one_told)
{
	stepped_once(HOUR);
	stepped_once(-HOUR);
}
END_TEST

START_TEST(a_capture_that_is_set_right_midway_is_over)
{
	begin();
	stamps(1, 0, HOUR);
	stamps(2, 0, HOUR);
	skew_jumped(skew, HOUR + 4 * NSTIME_S, 20 * NSTIME_S);
	stamps(1, HOUR + 24 * NSTIME_S, 0);
	stamps(2, HOUR + 34 * NSTIME_S, 0);
	tick(HOUR + 10 * MINUTE);
	ck_assert_uint_ge(count, 2);
	is(count - 1, FINDING_LOCAL_CLOCK, FINDING_HEALTHY, "stepped");
	finish(HOUR + 11 * MINUTE);
}
END_TEST

UNIT("skew", of_three_agents_the_one_that_is_off_is_named,
    a_second_agent_takes_its_clock_from_the_host,
    what_the_host_told_by_itself_stays_with_it,
    a_server_an_hour_behind_is_raised_after_the_hold,
    right_clocks_are_not_raised, two_stamps_raise_nothing,
    the_end_of_a_savefile_ends_the_hold, severity_follows_the_thresholds,
    a_pool_has_its_own_threshold, phones_share_one_warning,
    a_phone_that_turns_out_to_be_a_server_has_a_finding_of_its_own,
    a_step_is_dated_and_its_return_is_healthy,
    it_is_told_again_at_most_once_a_minute,
    two_clocks_behind_one_address_are_not_judged,
    a_relayed_stamp_is_not_of_the_proxys_own_clock, if_all_agree_it_is_us,
    small_agreement_against_us_is_told_too,
    one_that_sides_with_us_makes_it_them, if_we_are_trusted_it_is_them,
    peers_are_judged_against_the_consensus,
    a_late_peer_with_us_clears_us_and_the_others_are_raised,
    a_late_quorum_clears_raised_peers, unsynchronised_and_contradicted_is_told,
    our_own_step_shifts_every_estimate, estimates_come_in_order_of_address,
    who_tells_only_changes_hides_nobody, raised_peers_are_not_forgotten,
    forged_phones_do_not_fill_the_table, times_beyond_reason_are_counted,
    nothing_is_due_when_nothing_is_wrong, survives_any_time,
    a_peer_raised_before_a_restart_is_cleared_after_it,
    a_pending_peer_outlives_a_restart, raised_and_pending_peers_are_saved_first,
    hosts_that_nothing_answered_have_no_vote,
    hosts_that_nothing_answered_do_not_side_with_us,
    a_capture_that_is_set_wrong_midway_is_the_only_one_told,
    a_capture_that_is_set_right_midway_is_over)
