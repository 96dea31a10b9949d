/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/saved.h"

#include "rooms.h"
#include "unit/outcomes.h"

static struct {
	unsigned raised, resolved;
	enum alert_reason reason;
	nstime duration;
	unsigned raised_of[FINDING_KINDS], resolved_of[FINDING_KINDS];
} heard;

static struct judge *judge;
static struct outbox *outbox;

/* Another run of the machine, when `now' began anew. */
static const uint8_t here[SAVED_BOOT] = "this run";
static const uint8_t there[SAVED_BOOT] = "that run";

#define WALL (1300000000 * NSTIME_S)
#define HOUR (3600 * NSTIME_S)

static void
hear(void *arg, const struct alert_event *e)
{
	(void)arg;
	heard.raised += e->state == ALERT_RAISED;
	heard.resolved += e->state == ALERT_RESOLVED;
	heard.raised_of[e->kind] += e->state == ALERT_RAISED;
	heard.resolved_of[e->kind] += e->state == ALERT_RESOLVED;
	heard.reason = e->reason;
	heard.duration = e->duration;
}

static void
start(void)
{
	struct judge_limits limits;

	rooms_judge(&limits);
	judge = judge_new(&limits, hear, NULL);
	judge_local_clock(judge, OWNCLOCK_TRUSTED, 0, 0);
	outbox = outbox_new(10, 100000, NULL);
}

static void
stop(void)
{
	judge_free(judge);
	outbox_free(outbox);
}

static void
resume(const struct saved *saved, struct record *r)
{
	struct record_shift shift;
	struct cursor rest;
	struct saved m;
	nstime step;

	record_init(r, SAVED_MOST);
	saved_save(r, saved, outbox, judge);
	ck_assert(!r->failed);
	stop();
	start();
	ck_assert(saved_open(slice_of(r->octets, r->len), &m, &rest));
	shift = saved_shift(&m, saved->now, saved->wall, here, &step);
	ck_assert(saved_load(&rest, &shift, outbox, judge));
	record_done(r);
}

static void
observe(struct outcome o)
{
	const struct observation observation = {
		.kind = OBSERVATION_TRANSACTION,
		.now = o.now,
		.wall = WALL + o.now,
		.outcome = &o,
	};

	judge_observe(judge, &observation);
}

/* A server timed out at 34 s, which was raised at 44 s; saved at 60 s. */
static void
save(struct record *r)
{
	struct saved m = { .now = 60 * NSTIME_S, .wall = WALL + 60 * NSTIME_S };

	memset(&heard, 0, sizeof(heard));
	memcpy(m.boot, there, sizeof(there));
	totals_add(&m.totals, "daemon.starts", 1);
	start();
	observe(outcomes_silent(1, 0));
	judge_tick(judge, 60 * NSTIME_S, WALL + 60 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	record_init(r, SAVED_MOST);
	saved_save(r, &m, outbox, judge);
	ck_assert(!r->failed);
	stop();
}

static bool
load(struct slice octets, nstime now, nstime wall)
{
	struct record_shift shift;
	struct cursor rest;
	struct saved m;
	nstime step;

	start();
	if (!saved_open(octets, &m, &rest))
		return false;
	ck_assert_uint_eq(totals_get(&m.totals, "daemon.starts"), 1);
	shift = saved_shift(&m, now, wall, here, &step);
	return saved_load(&rest, &shift, outbox, judge);
}

START_TEST(what_was_raised_is_resolved_after_a_restart)
{
	struct record r;

	save(&r);
	ck_assert(load(
	    slice_of(r.octets, r.len), 5 * NSTIME_S, WALL + 3660 * NSTIME_S));
	ck_assert_uint_eq(judge_active(judge), 1);
	observe(outcomes_silent(2, 10 * NSTIME_S));
	ck_assert_uint_eq(heard.raised, 1);
	observe(outcomes_answered(3, 50 * NSTIME_S, NSTIME_S));
	judge_tick(judge, 1000 * NSTIME_S, WALL + 4660 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_uint_eq(heard.resolved, 1);
	ck_assert_int_eq(heard.reason, ALERT_HEALTHY);
	ck_assert_int_eq(heard.duration, (16 + 3600 + 339) * NSTIME_S);
	stop();
	record_done(&r);
}
END_TEST

/* What the wire says without keys: a server, and the client it is seen by. */
static struct endpoint
server(void)
{
	return outcomes_endpoint("192.0.2.2", 5062);
}

static struct observation
seen(enum observation_kind kind, nstime now)
{
	return (struct observation){
		.kind = kind,
		.now = now,
		.wall = WALL + now,
	};
}

static void
connect(bool works, nstime now)
{
	const struct endpoint client = outcomes_endpoint("192.0.2.1", 40000);
	struct observation o = seen(OBSERVATION_FAILED, now);

	if (works) {
		o.kind = OBSERVATION_WORKED;
		o.success = (struct connection_success){
			.stage = CONNECTION_SECURED,
			.client = client,
			.server = server(),
			.now = now,
			.wall = WALL + now,
		};
	} else {
		o.failure = (struct connection_failure){
			.class = CONNECTION_REFUSED,
			.client = client,
			.server = server(),
			.tls_alert = -1,
			.now = now,
			.wall = WALL + now,
		};
	}
	judge_observe(judge, &o);
}

static void
ask(bool answered, nstime now)
{
	const struct silence_leg leg = {
		.client = outcomes_endpoint("192.0.2.1", 40000),
		.server = server(),
	};
	struct observation o = seen(OBSERVATION_ANSWERED, now);

	if (answered) {
		o.leg = leg;
	} else {
		o.kind = OBSERVATION_UNANSWERED;
		o.request = (struct silence_request){
			.leg = leg, .now = now, .wall = WALL + now
		};
	}
	judge_observe(judge, &o);
}

static void
show(bool good, nstime now)
{
	const struct x509cert shown = {
		.sha256 = { good },
		.not_after = WALL / NSTIME_S + (good ? 100000000 : -1),
	};
	struct observation o = seen(OBSERVATION_CERTIFICATE, now);

	o.certificate = (struct certificate_sight){
		.client = outcomes_endpoint("192.0.2.1", 40000),
		.server = server(),
		.holder = TLSFLOW_SERVER,
		.chain = 1,
		.certificate = &shown,
		.now = now,
		.wall = WALL + now,
	};
	judge_observe(judge, &o);
}

static void
read_clock(enum witness witness, nstime ahead, int zone, nstime now)
{
	struct observation o = seen(OBSERVATION_CLOCK, now);

	o.stamp = (struct stamp){
		.peer = server().address,
		.witness = witness,
		.told = WALL + now + ahead,
		.resolution = NSTIME_MS,
		.wall = WALL + now,
		.now = now,
		.tells_zone = witness == WITNESS_SMB,
		.zone = zone,
	};
	judge_observe(judge, &o);
}

/* All of it, good or bad, from `now' on. */
static void
tell_all(bool good, nstime now)
{
	const nstime ahead = good ? 0 : 40 * NSTIME_S;

	for (unsigned i = 0; i < 4; i++, now += NSTIME_S) {
		connect(good, now);
		ask(good, now);
		show(good, now);
		read_clock(WITNESS_DATE, 0, 0, now);
		read_clock(WITNESS_SMB, ahead, good ? 0 : 60, now);
	}
	judge_tick(judge, now + 20 * NSTIME_S, WALL + now + 20 * NSTIME_S);
}

static const enum finding_kind without_keys[] = { FINDING_CONNECTION_FAILURE,
	FINDING_SILENT_PEER, FINDING_CERTIFICATE, FINDING_WITNESS_CONFLICT,
	FINDING_ZONE_CHANGE };

static void
all_are(unsigned raised, unsigned resolved)
{
	for (size_t i = 0; i < sizeof(without_keys) / sizeof(*without_keys);
	     i++) {
		const enum finding_kind kind = without_keys[i];

		ck_assert_msg(heard.raised_of[kind] == raised &&
			heard.resolved_of[kind] == resolved,
		    "%s: raised %u, resolved %u", finding_kind_name(kind),
		    heard.raised_of[kind], heard.resolved_of[kind]);
	}
}

START_TEST(what_was_seen_without_keys_is_resolved_once_after_a_restart)
{
	struct saved m = { .now = 100 * NSTIME_S };
	struct record r;

	memset(&heard, 0, sizeof(heard));
	start();
	for (unsigned i = 0; i < 3; i++)
		ask(true, i * NSTIME_S);
	read_clock(WITNESS_SMB, 0, 0, 3 * NSTIME_S);
	tell_all(false, 10 * NSTIME_S);
	all_are(1, 0);
	m.wall = WALL + m.now;
	resume(&m, &r);
	tell_all(false, 110 * NSTIME_S);
	all_are(1, 0);
	m.now = 200 * NSTIME_S;
	m.wall = WALL + m.now;
	resume(&m, &r);
	tell_all(true, 210 * NSTIME_S);
	all_are(1, 1);
	m.now = 300 * NSTIME_S;
	m.wall = WALL + m.now;
	resume(&m, &r);
	tell_all(true, 310 * NSTIME_S);
	all_are(1, 1);
	stop();
}
END_TEST

START_TEST(a_refusal_for_the_time_is_over_when_it_is_quiet)
{
	struct saved m = { .now = 100 * NSTIME_S, .wall = WALL };
	struct observation o = seen(OBSERVATION_REFUSED, 10 * NSTIME_S);
	struct record r;

	o.refused = (struct stale_response){
		.status = 403,
		.phrase = slice_text("Stale Date"),
		.server = server(),
		.now = o.now,
		.wall = o.wall,
	};
	memset(&heard, 0, sizeof(heard));
	start();
	judge_observe(judge, &o);
	judge_tick(judge, 90 * NSTIME_S, WALL);
	resume(&m, &r);
	o.now = o.refused.now = 110 * NSTIME_S;
	judge_observe(judge, &o);
	judge_tick(judge, 3700 * NSTIME_S, WALL + HOUR);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_uint_eq(heard.resolved, 0);
	judge_tick(judge, 3800 * NSTIME_S, WALL + HOUR);
	ck_assert_uint_eq(heard.raised, 1);
	ck_assert_uint_eq(heard.resolved, 1);
	ck_assert_int_eq(heard.reason, ALERT_QUIET);
	stop();
}
END_TEST

START_TEST(another_version_is_refused_though_it_is_whole)
{
	struct record r, other;

	save(&r);
	record_init(&other, SAVED_MOST);
	record_octets(&other, slice_text("siptimed state 1\n"));
	record_octets(&other,
	    slice_of(r.octets + strlen("siptimed state 1\n"),
		r.len - strlen("siptimed state 1\n") - sizeof(uint64_t)));
	record_seal(&other);
	ck_assert(!load(slice_of(other.octets, other.len), 0, WALL));
	stop();
	other.octets[strlen("siptimed state ")] = '2';
	other.len -= sizeof(uint64_t);
	record_seal(&other);
	ck_assert(load(slice_of(other.octets, other.len), 0, WALL));
	stop();
	record_done(&other);
	record_done(&r);
}
END_TEST

START_TEST(what_is_damaged_anywhere_is_refused)
{
	struct record r;

	save(&r);
	for (size_t i = 0; i < r.len; i++) {
		uint8_t *exact = unit_exact(slice_of(r.octets, r.len));

		ck_assert(!load(slice_of(exact, i), 0, WALL));
		stop();
		exact[i] ^= 1;
		ck_assert(!load(slice_of(exact, r.len), 0, WALL));
		stop();
		free(exact);
	}
	record_done(&r);
}
END_TEST

START_TEST(foreign_files_are_refused)
{
	static const char *const foreign[] = { "", "siptimed state 2\n",
		"siptimed state 9\n12345678", "[capture]\ninterfaces = eth1" };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		ck_assert(!load(slice_text(foreign[i]), 0, WALL));
		stop();
	}
}
END_TEST

static struct saved
saved_at(nstime now, nstime wall)
{
	struct saved m = { .now = now, .wall = wall };

	memcpy(m.boot, here, sizeof(here));
	return m;
}

START_TEST(in_one_run_of_the_machine_a_step_of_the_clock_is_known)
{
	const struct saved m = saved_at(100 * NSTIME_S, WALL);
	nstime step;
	const struct record_shift shift = saved_shift(
	    &m, 130 * NSTIME_S, WALL + 3630 * NSTIME_S, here, &step);

	ck_assert_int_eq(step, 3600 * NSTIME_S);
	ck_assert_int_eq(shift.now, 130 * NSTIME_S);
	ck_assert_int_eq(shift.watching, 30 * NSTIME_S);
	ck_assert_int_eq(shift.real, 0);
}
END_TEST

START_TEST(in_another_run_the_wall_clock_is_believed_within_reason)
{
	const struct saved m = saved_at(100 * NSTIME_S, WALL);
	struct record_shift shift;
	nstime step;

	shift =
	    saved_shift(&m, 10 * NSTIME_S, WALL + 60 * NSTIME_S, there, &step);
	ck_assert_int_eq(step, 0);
	ck_assert_int_eq(shift.watching, -90 * NSTIME_S);
	ck_assert_int_eq(shift.real, -150 * NSTIME_S);
	shift =
	    saved_shift(&m, 10 * NSTIME_S, WALL - 60 * NSTIME_S, there, &step);
	ck_assert_int_eq(shift.real, -90 * NSTIME_S);
	shift = saved_shift(&m, 10 * NSTIME_S, 2 * WALL, there, &step);
	ck_assert_int_eq(shift.real, -(90 + 30 * 86400) * NSTIME_S);
}
END_TEST

UNIT("memory", what_was_raised_is_resolved_after_a_restart,
    what_was_seen_without_keys_is_resolved_once_after_a_restart,
    a_refusal_for_the_time_is_over_when_it_is_quiet,
    another_version_is_refused_though_it_is_whole,
    what_is_damaged_anywhere_is_refused, foreign_files_are_refused,
    in_one_run_of_the_machine_a_step_of_the_clock_is_known,
    in_another_run_the_wall_clock_is_believed_within_reason)
