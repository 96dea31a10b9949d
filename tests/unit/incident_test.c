/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/incident.h"

#include "incidentstory.h"
#include "unit.h"

static struct incident *incident;
static struct incident_limits limits;
static unsigned passed, raised, joined, updated, ended;
static enum finding_change end_change;
static struct evidence last;
static char last_key[200];
static uint64_t counted, last_incident;
static bool pressing;

static void
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	if (f->change == FINDING_JOINED) {
		joined++;
		last_incident = f->incident;
		return;
	}
	if (f->kind != FINDING_INCIDENT) {
		passed++;
		return;
	}
	memcpy(last_key, f->key.p, f->key.len);
	last_key[f->key.len] = '\0';
	if (f->evidence != NULL)
		evidence_copy(&last, f->evidence);
	if (f->change == FINDING_TROUBLE) {
		raised += f->evidence != NULL;
		counted += f->count > 0 ? f->count : 1;
	} else if (f->change == FINDING_UPDATED) {
		updated++;
		pressing = f->pressing;
	} else {
		ended++;
		end_change = f->change;
	}
}

static void
begin(void)
{
	limits = (struct incident_limits){
		.join = 10 * NSTIME_S,
		.parts = 100,
		.servers = 100,
	};
	portset_add(&limits.relay, 5062);
	passed = raised = joined = updated = ended = 0;
	counted = 0;
	pressing = false;
	evidence_init(&last);
	incident = incident_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(incident);
}

static void
say(const struct story_finding *f)
{
	incident_input(incident, &f->finding);
}

static void
tick(nstime at)
{
	incident_tick(incident, at, at);
}

static bool
is(const char *field, const char *value)
{
	return slice_is(evidence_get(&last, field), value);
}

static bool
lists(const char *field, const char *words)
{
	const struct slice all = evidence_get(&last, field);

	return slice_find(all, words) < all.len;
}

START_TEST(a_wrong_clock_and_failures_of_its_host_are_one_incident)
{
	begin();
	say(wrong_clock(
	    11, -HOUR, "dst", START + 10 * NSTIME_S, START + 30 * NSTIME_S));
	say(timed_out(11, 21, 5062, START + 60 * NSTIME_S));
	say(not_connected(11, 21, 5061, START + 61 * NSTIME_S));
	ck_assert_uint_eq(passed, 3);
	tick(START + 39 * NSTIME_S);
	ck_assert_uint_eq(raised, 0);
	tick(START + 70 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	ck_assert_uint_eq(joined, 3);
	ck_assert_uint_eq(counted, 3);
	ck_assert_str_eq(last_key, "clock 10.0.0.11");
	ck_assert_uint_eq(last_incident,
	    finding_id(FINDING_INCIDENT, slice_text("clock 10.0.0.11")));
	ck_assert(is("cause", "clock"));
	ck_assert(is("peer", "10.0.0.11"));
	ck_assert(is("role", "front_end"));
	ck_assert(is("shape", "dst"));
	ck_assert(lists("speaks_for", "stepped shortly before"));
	ck_assert(lists("speaks_against", "nobody else was seen to reach"));
	ck_assert_int_eq(evidence_number(&last, "timeouts", 0), 1);
	ck_assert_int_eq(
	    evidence_number(&last, "stepped_at", 0), START + 10 * NSTIME_S);
	ck_assert_int_eq(evidence_number(&last, "offset_s", 0), -HOUR);
	incident_free(incident);
}
END_TEST

START_TEST(nothing_is_joined_before_the_wait_is_over)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	ck_assert_int_eq(
	    incident_next_deadline(incident), START + 10 * NSTIME_S);
	tick(START + 10 * NSTIME_S - 1);
	ck_assert_uint_eq(joined, 0);
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(joined, 2);
	incident_free(incident);
}
END_TEST

START_TEST(a_savefile_does_not_wait)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	incident_finish(incident, START + NSTIME_S, START + NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	incident_free(incident);
}
END_TEST

START_TEST(an_alert_alone_is_no_incident)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	tick(START + MINUTE);
	say(timed_out(12, 21, 5062, START + MINUTE));
	tick(START + 2 * MINUTE);
	ck_assert_uint_eq(raised, 0);
	incident_free(incident);
}
END_TEST

START_TEST(a_small_offset_explains_nothing)
{
	begin();
	say(wrong_clock(11, 90 * NSTIME_S, "offset", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + MINUTE);
	ck_assert_uint_eq(raised, 0);
	incident_free(incident);
}
END_TEST

START_TEST(clients_with_right_clocks_that_fail_too_speak_against_it)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	say(timed_out(12, 21, 5062, START));
	say(timed_out(13, 21, 5062, START));
	tick(START + MINUTE);
	ck_assert_uint_eq(raised, 1);
	ck_assert_str_eq(last_key, "relay_unreachable 10.0.0.21");
	incident_free(incident);
}
END_TEST

/* One script flipped them all. */
START_TEST(hosts_whose_clocks_are_wrong_alike_share_one_incident)
{
	begin();
	for (unsigned n = 11; n < 14; n++) {
		say(wrong_clock(n, -HOUR + n * NSTIME_MS, "dst",
		    START + n * NSTIME_S, START + 40 * NSTIME_S));
		say(timed_out(n, 21, 5062, START + 60 * NSTIME_S));
	}
	tick(START + 2 * MINUTE);
	ck_assert_uint_eq(raised, 1);
	ck_assert_uint_eq(joined, 4);
	ck_assert_str_eq(last_key, "clock 10.0.0.11");
	ck_assert_int_eq(evidence_number(&last, "peer_count", 0), 3);
	ck_assert(is("peers", "10.0.0.11,10.0.0.12,10.0.0.13"));
	incident_free(incident);
}
END_TEST

START_TEST(a_relay_that_fails_several_clients_is_unreachable)
{
	begin();
	for (unsigned n = 11; n < 14; n++)
		say(timed_out(n, 21, 5062, START));
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	ck_assert(is("cause", "relay_unreachable"));
	ck_assert(is("server", "10.0.0.21:5062"));
	ck_assert(is("role", "edge"));
	ck_assert_int_eq(evidence_number(&last, "clients", 0), 3);
	incident_free(incident);
}
END_TEST

START_TEST(an_alert_that_was_raised_alone_is_not_told_again)
{
	begin();
	say(timed_out(11, 21, 5062, START));
	tick(START + MINUTE);
	say(timed_out(12, 21, 5062, START + MINUTE));
	say(timed_out(13, 21, 5062, START + MINUTE));
	tick(START + 2 * MINUTE);
	ck_assert_uint_eq(raised, 0);
	say(not_connected(14, 21, 5062, START + 2 * MINUTE));
	tick(START + 3 * MINUTE);
	ck_assert_uint_eq(raised, 1);
	ck_assert_uint_eq(joined, 2);
	incident_free(incident);
}
END_TEST

START_TEST(one_client_that_fails_where_others_do_not_is_the_trouble)
{
	const struct address other = host(12);
	const struct endpoint edge = host_at(21, 5062);

	begin();
	say(timed_out(11, 21, 5062, START));
	incident_reached(incident, &other, &edge, START + NSTIME_S);
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	ck_assert_str_eq(last_key, "one_cannot_reach 10.0.0.11 10.0.0.21");
	ck_assert(lists("speaks_for", "others reach the same server"));
	incident_free(incident);
}
END_TEST

START_TEST(many_servers_that_fail_one_client_have_it_in_common)
{
	begin();
	for (unsigned n = 30; n < 70; n++)
		say(timed_out(11, n, 5062, START));
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	ck_assert_uint_eq(joined, 40);
	ck_assert_str_eq(last_key, "one_cannot_reach 10.0.0.11");
	ck_assert_int_eq(evidence_number(&last, "other_servers", 0), 39);
	incident_free(incident);
}
END_TEST

START_TEST(a_clock_takes_over_from_a_relay)
{
	begin();
	for (unsigned n = 11; n < 14; n++)
		say(timed_out(n, 21, 5062, START));
	tick(START + MINUTE);
	ck_assert_str_eq(last_key, "relay_unreachable 10.0.0.21");
	say(wrong_clock(21, HOUR, "dst", 0, START + MINUTE));
	tick(START + 2 * MINUTE);
	ck_assert_uint_eq(raised, 2);
	ck_assert_uint_eq(ended, 1);
	ck_assert_int_eq(end_change, FINDING_SUPERSEDED);
	incident_free(incident);
}
END_TEST

START_TEST(a_later_failure_is_folded_into_the_count)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(counted, 2);
	say(timed_out(11, 21, 5062, START + 11 * NSTIME_S));
	ck_assert_uint_eq(counted, 3);
	tick(START + 12 * NSTIME_S);
	ck_assert_uint_eq(updated, 1);
	ck_assert(!pressing);
	ck_assert_int_eq(evidence_number(&last, "timeouts", 0), 2);
	incident_free(incident);
}
END_TEST

START_TEST(it_names_the_parts_that_last_and_ends_with_the_last_of_them)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + 10 * NSTIME_S);
	incident_input(incident,
	    story_over(timed_out(11, 21, 5062, START), FINDING_HEALTHY,
		START + MINUTE));
	tick(START + MINUTE);
	ck_assert(pressing);
	ck_assert(is("open", "clock-skew 10.0.0.11"));
	ck_assert_uint_eq(ended, 0);
	incident_input(incident,
	    story_over(wrong_clock(11, 0, "", 0, START), FINDING_HEALTHY,
		START + 2 * MINUTE));
	tick(START + 2 * MINUTE);
	ck_assert_uint_eq(ended, 1);
	ck_assert_int_eq(end_change, FINDING_HEALTHY);
	ck_assert_int_eq(evidence_number(&last, "timeouts", 0), 1);
	ck_assert_int_eq(incident_next_deadline(incident), NSTIME_NEVER);
	incident_free(incident);
}
END_TEST

START_TEST(parts_that_end_in_silence_end_it_in_silence)
{
	struct story_finding *f;

	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	f = timed_out(11, 21, 5062, START);
	say(f);
	tick(START + 10 * NSTIME_S);
	incident_resolved(incident, finding_id(f->finding.kind, f->finding.key),
	    false, START + HOUR);
	f = wrong_clock(11, -HOUR, "dst", 0, START);
	incident_resolved(incident, finding_id(f->finding.kind, f->finding.key),
	    false, START + 24 * HOUR);
	tick(START + 24 * HOUR);
	ck_assert_int_eq(end_change, FINDING_QUIET);
	incident_free(incident);
}
END_TEST

START_TEST(a_withdrawn_timeout_is_no_part)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	incident_input(incident,
	    story_over(timed_out(11, 21, 5062, START), FINDING_WITHDRAWN,
		START + NSTIME_S));
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(raised, 0);
	incident_free(incident);
}
END_TEST

START_TEST(doubts_lower_the_score)
{
	static struct story_finding f;
	const struct endpoint none = { .port = 0 };

	begin();
	story_begin(&f, FINDING_LOCAL_CLOCK, &none, "odd_one_out", START);
	evidence_text(&f.evidence, "class", "odd_one_out");
	say(&f);
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + MINUTE);
	ck_assert_uint_eq(raised, 0);
	incident_free(incident);
}
END_TEST

START_TEST(a_pool_whose_other_members_are_well_is_named)
{
	const struct address members[] = { host(11), host(12), host(13) };
	const struct hosts_pool pool = { "fe-east", members, 3, 0 };

	begin();
	limits.pools = &pool;
	limits.pool_count = 1;
	incident_set(incident, &limits);
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + MINUTE);
	ck_assert(is("pool", "fe-east"));
	ck_assert_int_eq(evidence_number(&last, "pool_members", 0), 3);
	ck_assert_int_eq(evidence_number(&last, "pool_well", 0), 2);
	incident_free(incident);
}
END_TEST

START_TEST(it_goes_on_after_a_restart)
{
	const struct record_shift shift = { .now = START + HOUR };
	struct record r;
	struct cursor c;

	begin();
	say(wrong_clock(11, -HOUR, "dst", START - MINUTE, START));
	say(timed_out(11, 21, 5062, START));
	say(timed_out(12, 22, 5062, START));
	tick(START + 10 * NSTIME_S);
	record_init(&r, 1 << 20);
	incident_save(incident, &r);
	ck_assert(!r.failed);
	incident_free(incident);

	begin();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(incident_load(incident, &c, &shift));
	ck_assert_uint_eq(c.rest.len, 0);
	say(timed_out(11, 21, 5062, START + HOUR));
	ck_assert_str_eq(last_key, "clock 10.0.0.11");
	tick(START + HOUR + NSTIME_S);
	ck_assert_uint_eq(raised, 0);
	ck_assert_uint_eq(joined, 0);
	ck_assert_int_eq(evidence_number(&last, "timeouts", 0), 2);
	incident_free(incident);
	for (size_t len = 0; len < r.len; len++) {
		begin();
		c = cursor_over(slice_of(r.octets, len));
		ck_assert(!incident_load(incident, &c, &shift));
		incident_free(incident);
	}
	record_done(&r);
}
END_TEST

START_TEST(what_waits_waits_no_longer_for_a_restart)
{
	const struct record_shift shift = { .now = START + 6 * NSTIME_S };
	struct record r;
	struct cursor c;

	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	record_init(&r, 1 << 20);
	incident_save(incident, &r);
	incident_free(incident);
	begin();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(incident_load(incident, &c, &shift));
	record_done(&r);
	tick(START + 10 * NSTIME_S - 1);
	ck_assert_uint_eq(joined, 0);
	tick(START + 10 * NSTIME_S);
	ck_assert_uint_eq(joined, 2);
	incident_free(incident);
}
END_TEST

START_TEST(parts_beyond_the_limit_push_out_the_oldest)
{
	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	say(timed_out(11, 21, 5062, START));
	tick(START + 10 * NSTIME_S);
	for (unsigned n = 0; n < 200; n++)
		say(timed_out(n, 100 + n % 100, (uint16_t)(n + 1), START));
	tick(START + MINUTE);
	ck_assert_uint_eq(ended, 1);
	incident_free(incident);
}
END_TEST

UNIT("incident", a_wrong_clock_and_failures_of_its_host_are_one_incident,
    nothing_is_joined_before_the_wait_is_over, a_savefile_does_not_wait,
    an_alert_alone_is_no_incident, a_small_offset_explains_nothing,
    clients_with_right_clocks_that_fail_too_speak_against_it,
    hosts_whose_clocks_are_wrong_alike_share_one_incident,
    a_relay_that_fails_several_clients_is_unreachable,
    an_alert_that_was_raised_alone_is_not_told_again,
    one_client_that_fails_where_others_do_not_is_the_trouble,
    many_servers_that_fail_one_client_have_it_in_common,
    a_clock_takes_over_from_a_relay, a_later_failure_is_folded_into_the_count,
    it_names_the_parts_that_last_and_ends_with_the_last_of_them,
    parts_that_end_in_silence_end_it_in_silence, a_withdrawn_timeout_is_no_part,
    doubts_lower_the_score, a_pool_whose_other_members_are_well_is_named,
    it_goes_on_after_a_restart, what_waits_waits_no_longer_for_a_restart,
    parts_beyond_the_limit_push_out_the_oldest)
