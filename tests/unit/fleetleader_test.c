/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetleader.h"

#include "base/totals.h"
#include "unit/fleetfake.h"
#include "unit/fleetitems.h"

enum { LEADERS = 2, MOST = 32 };

/* What was told, and by whom. */
struct told {
	uint64_t id;
	unsigned by;
	bool repeated;
};

static struct fleetdoor_member members[LEADERS];
static struct fleetspread *spreads[LEADERS];
static struct fleetleader *leaders[LEADERS];
static unsigned numbers[LEADERS] = { 0, 1 };
static struct told told[MOST];
static size_t told_count;
static bool dies; /* after it was told, before that is written */
static struct sensor *sensor;
static uint64_t published;

static bool
on_alert(void *arg, const struct alert_event *e)
{
	if (e->state != ALERT_RAISED)
		return true;
	ck_assert_uint_lt(told_count, MOST);
	told[told_count++] =
	    (struct told){ e->id, *(const unsigned *)arg, e->repeated };
	if (dies)
		fleetfake_away = true;
	return true;
}

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	char id[32];

	(void)arg;
	snprintf(id, sizeof(id), "%llu", (unsigned long long)sequence);
	if (!fleetfake_away)
		published += fleetfake_publish(NULL, FLEETDOOR_LEADER, batch.p,
				 batch.len, id, wallclock_realtime()) == 0;
}

static void
begin_leader(unsigned i)
{
	struct fleetleader_setup setup = {
		.member = &members[i],
		.joiner = fleet_joiner(),
		.tell = on_alert,
		.arg = &numbers[i],
	};

	members[i] = fleetfake_member(i == 0 ? "a" : "b");
	spreads[i] =
	    fleetspread_new(&(struct fleetspread_setup){ .member = &members[i],
		.partitions = 1,
		.halves = 1,
		.sensors = 1 });
	setup.spread = spreads[i];
	leaders[i] = fleetleader_new(&setup);
	ck_assert_ptr_nonnull(leaders[i]);
}

static void
begin(void)
{
	for (unsigned i = 0; i < LEADERS; i++)
		begin_leader(i);
	sensor = fleet_sensor((struct sensor_setup){
	    .name = "edge",
	    .run = 1,
	    .batch = on_batch,
	});
}

/* As by kill -9. */
static void
lose(unsigned i)
{
	fleetleader_free(leaders[i]);
	fleetspread_free(spreads[i]);
	leaders[i] = NULL;
	spreads[i] = NULL;
}

static void
end(void)
{
	for (unsigned i = 0; i < LEADERS; i++)
		lose(i);
	sensor_free(sensor);
}

static void
pass(nstime time)
{
	for (nstime t = 0; t < time; t += 250 * NSTIME_MS) {
		fleetfake_pass(250 * NSTIME_MS);
		sensor_tick(
		    sensor, wallclock_monotonic(), wallclock_realtime());
		for (unsigned i = 0; i < LEADERS; i++)
			if (leaders[i] != NULL)
				fleetleader_run(leaders[i]);
	}
}

static void
ask(void)
{
	for (size_t i = 0; i < FLEET_COPIES; i++) {
		struct sip_message m;
		struct event e =
		    fleet_message(&m, "call", 0, wallclock_monotonic());

		e.wall = e.message.origin.wall = wallclock_realtime();
		sensor_input(sensor, &e);
		if (i + 1 < FLEET_COPIES)
			pass((fleet_copies[i + 1] - fleet_copies[i]) * 500 *
			    NSTIME_MS);
	}
}

START_TEST(what_one_leader_tells_is_written_as_told)
{
	struct alert_event e = { .episode = 1 };
	char key[160];

	begin();
	pass(2 * NSTIME_S);
	ask();
	pass(30 * NSTIME_S);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(told[0].by, 0);
	ck_assert(!told[0].repeated);
	e.id = told[0].id;
	fleetleader_key(&e, key, sizeof(key));
	ck_assert(fleetfake_is(key, "told"));
	end();
}
END_TEST

START_TEST(a_leader_that_is_lost_in_mid_episode_has_a_successor_that_tells_once)
{
	for (unsigned before = 0; before < 60; before += 7) {
		fleetfake.key_count = fleetfake.batch_count = 0;
		told_count = 0;
		begin();
		pass(2 * NSTIME_S);
		ask();
		pass(before * NSTIME_S / 4);
		lose(0);
		pass(60 * NSTIME_S);
		ck_assert_uint_eq(told_count, 1);
		ck_assert(!told[0].repeated);
		end();
	}
}
END_TEST

START_TEST(what_was_told_and_not_written_is_repeated_and_marked)
{
	begin();
	pass(2 * NSTIME_S);
	ask();
	dies = true;
	pass(30 * NSTIME_S);
	ck_assert_uint_eq(told_count, 1);
	dies = false;
	lose(0);
	fleetfake_away = false;
	pass(60 * NSTIME_S);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(told[1].id, told[0].id);
	ck_assert_uint_eq(told[1].by, 1);
	ck_assert(told[1].repeated);
	end();
}
END_TEST

START_TEST(all_members_can_read_its_status)
{
	begin();
	pass(5 * NSTIME_S);
	ck_assert_ptr_nonnull(fleetfake_find("status"));
	end();
}
END_TEST

START_TEST(counters_outlive_the_lease)
{
	struct totals t = { 0 };

	begin();
	pass(2 * NSTIME_S);
	fleetfake_batch_of(FLEETDOOR_LEADER, "nonsense", "x");
	pass(2 * NSTIME_S);
	fleetleader_leave(leaders[0]);
	fleetleader_stats(leaders[0], totals_gather, &t);
	ck_assert_uint_eq(totals_get(&t, "joiner.refused"), 1);
	ck_assert_uint_eq(totals_get(&t, "matcher.no_memory"), 0);
	end();
}
END_TEST

/* From where a successor is to read. */
static unsigned long long
read_from(void)
{
	const struct fleetfake_key *head = fleetfake_find("state");
	unsigned long long from;
	char text[256];

	ck_assert_ptr_nonnull(head);
	snprintf(text, sizeof(text), "%.*s", (int)head->value.len,
	    (const char *)head->value.octets);
	ck_assert_int_eq(sscanf(text, "%*s %*u %*u %*u %llu", &from), 1);
	return from;
}

START_TEST(a_successor_reads_the_last_minutes_whatever_came_first)
{
	const nstime more = 60 * NSTIME_S;

	begin();
	fleetleader_run(leaders[0]);
	ck_assert_uint_eq(read_from(), 1);
	fleetfake_batch_of(FLEETDOOR_LEADER, "nonsense", "x");
	fleetleader_run(leaders[0]);
	pass(JOINER_REPLAY + more);
	ck_assert_uint_gt(read_from(), 20);
	ck_assert_uint_lt(read_from(), fleetfake.batch_count - 60);
	end();
}
END_TEST

UNIT("fleetleader", what_one_leader_tells_is_written_as_told,
    a_leader_that_is_lost_in_mid_episode_has_a_successor_that_tells_once,
    what_was_told_and_not_written_is_repeated_and_marked,
    all_members_can_read_its_status, counters_outlive_the_lease,
    a_successor_reads_the_last_minutes_whatever_came_first)
