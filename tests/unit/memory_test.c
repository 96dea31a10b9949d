/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/memory.h"

#include "rooms.h"
#include "unit/outcomes.h"

static struct {
	unsigned raised, resolved;
	enum alert_reason reason;
	nstime duration;
} heard;

static struct judge *judge;
static struct outbox *outbox;

/* Another run of the machine, when `now' began anew. */
static const uint8_t here[MEMORY_BOOT] = "this run";
static const uint8_t there[MEMORY_BOOT] = "that run";

#define WALL (1300000000 * NSTIME_S)

static void
hear(void *arg, const struct alert_event *e)
{
	(void)arg;
	heard.raised += e->state == ALERT_RAISED;
	heard.resolved += e->state == ALERT_RESOLVED;
	heard.reason = e->reason;
	heard.duration = e->duration;
}

static void
start(void)
{
	struct judge_limits limits;

	rooms_judge(&limits);
	judge = judge_new(&limits, hear, NULL);
	outbox = outbox_new(10, 100000);
}

static void
stop(void)
{
	judge_free(judge);
	outbox_free(outbox);
}

static void
observe(struct txntable_outcome o)
{
	const struct observation observation = {
		.kind = OBSERVATION_TRANSACTION,
		.now = o.now,
		.wall = WALL + o.now,
		.outcome = &o,
		.witness = { .wall = WALL + o.now },
	};

	judge_observe(judge, &observation);
}

/* A server timed out at 34 s, which was raised at 44 s; saved at 60 s. */
static void
save(struct record *r)
{
	struct memory m = { .now = 60 * NSTIME_S,
		.wall = WALL + 60 * NSTIME_S };

	memset(&heard, 0, sizeof(heard));
	memcpy(m.boot, there, sizeof(there));
	totals_add(&m.totals, "daemon.starts", 1);
	start();
	observe(outcomes_silent(1, 0));
	judge_tick(judge, 60 * NSTIME_S, WALL + 60 * NSTIME_S);
	ck_assert_uint_eq(heard.raised, 1);
	record_init(r, MEMORY_MOST);
	memory_save(r, &m, outbox, judge);
	ck_assert(!r->failed);
	stop();
}

static bool
load(struct slice octets, nstime now, nstime wall)
{
	struct record_shift shift;
	struct cursor rest;
	struct memory m;
	nstime step;

	start();
	if (!memory_open(octets, &m, &rest))
		return false;
	ck_assert_uint_eq(totals_get(&m.totals, "daemon.starts"), 1);
	shift = memory_shift(&m, now, wall, here, &step);
	return memory_load(&rest, &shift, outbox, judge);
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

static struct memory
saved_at(nstime now, nstime wall)
{
	struct memory m = { .now = now, .wall = wall };

	memcpy(m.boot, here, sizeof(here));
	return m;
}

START_TEST(in_one_run_of_the_machine_a_step_of_the_clock_is_known)
{
	const struct memory m = saved_at(100 * NSTIME_S, WALL);
	nstime step;
	const struct record_shift shift = memory_shift(
	    &m, 130 * NSTIME_S, WALL + 3630 * NSTIME_S, here, &step);

	ck_assert_int_eq(step, 3600 * NSTIME_S);
	ck_assert_int_eq(shift.now, 130 * NSTIME_S);
	ck_assert_int_eq(shift.watching, 30 * NSTIME_S);
	ck_assert_int_eq(shift.real, 0);
}
END_TEST

START_TEST(in_another_run_the_wall_clock_is_believed_within_reason)
{
	const struct memory m = saved_at(100 * NSTIME_S, WALL);
	struct record_shift shift;
	nstime step;

	shift =
	    memory_shift(&m, 10 * NSTIME_S, WALL + 60 * NSTIME_S, there, &step);
	ck_assert_int_eq(step, 0);
	ck_assert_int_eq(shift.watching, -90 * NSTIME_S);
	ck_assert_int_eq(shift.real, -150 * NSTIME_S);
	shift =
	    memory_shift(&m, 10 * NSTIME_S, WALL - 60 * NSTIME_S, there, &step);
	ck_assert_int_eq(shift.real, -90 * NSTIME_S);
	shift = memory_shift(&m, 10 * NSTIME_S, 2 * WALL, there, &step);
	ck_assert_int_eq(shift.real, -(90 + 30 * 86400) * NSTIME_S);
}
END_TEST

UNIT("memory", what_was_raised_is_resolved_after_a_restart,
    what_is_damaged_anywhere_is_refused, foreign_files_are_refused,
    in_one_run_of_the_machine_a_step_of_the_clock_is_known,
    in_another_run_the_wall_clock_is_believed_within_reason)
