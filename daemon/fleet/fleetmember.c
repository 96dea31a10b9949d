/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetmember.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/fleetlink.h"
#include "host/wallclock.h"

enum {
	NAME = 64,
	HALVES = 65536, /* of a partition */
	EVENTS = 262144,
	SENSORS = 1024
};

struct fleetmember {
	struct fleetmember_setup setup;
	struct config_fleet config;
	/* Of our own: the thread must not share a budget, and a reload frees
	 * the other. */
	struct config copy;
	struct config_rooms rooms, judging;
	struct budget *memory; /* of the judge: the thread's */
	size_t noted;          /* in the share of the daemon's budget */
	char name[NAME];
	struct fleetlink_setup link_setup;
	struct fleetlink *link;
	struct sensor *sensor;
	nstime now; /* of the packets */
	bool alone;
	uint64_t muted;
};

/* Subjects of NATS have dots between their parts. */
static void
set_name(struct fleetmember *m)
{
	const char *name =
	    m->config.name[0] != '\0' ? m->config.name : m->setup.host;
	size_t i;

	for (i = 0; name[i] != '\0' && i < sizeof(m->name) - 1; i++)
		m->name[i] = name[i] == '.' ? '_' : name[i];
	m->name[i] = '\0';
	if (i == 0)
		m->name[0] = '_';
}

static void
on_wanted(void *arg, struct slice batch)
{
	struct fleetmember *m = arg;

	sensor_wanted(m->sensor, batch, m->now);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	const struct fleetmember *m = arg;

	m->setup.alert(m->setup.arg, event);
}

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	struct fleetmember *m = arg;

	if (m->link != NULL)
		fleetlink_batch(m->link, batch, FLEETDOOR_LEADER, sequence);
}

static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	struct fleetmember *m = arg;

	if (m->link != NULL)
		fleetlink_batch(
		    m->link, batch, FLEETDOOR_PARTITION + partition, sequence);
}

static bool
make_sensor(struct fleetmember *m, uint64_t run)
{
	const struct config_rooms *limits = &m->rooms;
	const size_t calls = limits->matcher.transactions.transactions;
	const size_t pairs = limits->matcher.paths.pairs.pairs;
	const struct sensor_setup setup = {
		.limits = { .calls = calls,
		    .pairs = pairs,
		    .flows = limits->matcher.paths.flows,
		    .known = pairs,
		    .matcher = limits->matcher,
		    .key = *m->setup.key },
		.name = m->name,
		.run = run,
		.batch = on_batch,
		.partitions = m->config.partitions,
		.halves = on_halves,
		.arg = m,
	};

	m->sensor = sensor_new(&setup);
	return m->sensor != NULL;
}

static void
fill_link(struct fleetmember *m, uint64_t run)
{
	const struct config_rooms *limits = &m->judging;

	m->link_setup = (struct fleetlink_setup){
		.fleet = { .servers = m->config.servers,
		    .name = m->name,
		    .prefix = m->config.prefix,
		    .credentials = m->config.credentials,
		    .ca = m->config.ca,
		    .cert = m->config.cert,
		    .key = m->config.key },
		.judges = m->config.role != CONFIG_SENSOR,
		.senses = !config_only_judges(&m->copy),
		.partitions = m->config.partitions,
		.halves = HALVES,
		.joiner = { .halves = HALVES,
		    .events = EVENTS,
		    .sensors = SENSORS,
		    .sights = limits->matcher.paths.pairs.pairs,
		    .lag = 1500 * NSTIME_MS,
		    .lost = 10 * NSTIME_S,
		    .reader = limits->reader,
		    .matcher = limits->matcher,
		    .judge = limits->judge,
		    .key = *m->setup.key,
		    .halves_memory = budget_share(m->memory, BUDGET_MERGE),
		    .events_memory = budget_share(m->memory, BUDGET_HANDOVER) },
		.memory = m->memory,
		.run = run,
		.log = m->setup.log,
		.wanted = on_wanted,
		.alert = on_alert,
		.arg = m,
	};
}

/* Half of it is for the rooms of the judge, a quarter each for the halves and
 * the events that wait: both come as fast as sensors like. */
static bool
make_budget(struct fleetmember *m)
{
	const size_t octets = config_limits_fleet(m->setup.config);

	m->memory = budget_new(octets);
	if (m->memory == NULL)
		return false;
	budget_reserve(m->memory, BUDGET_MERGE, octets / 4);
	budget_reserve(m->memory, BUDGET_HANDOVER, octets / 4);
	config_limits(&m->copy, m->setup.key, m->memory, &m->judging);
	return true;
}

struct fleetmember *
fleetmember_new(const struct fleetmember_setup *setup)
{
	struct fleetmember *m = calloc(1, sizeof(*m));
	const nstime wall = wallclock_monotonic() + wallclock_offset();
	const uint64_t run = (uint64_t)(wall - wall % NSTIME_MS);
	const char *why = "out of memory";

	if (m == NULL)
		return NULL;
	m->setup = *setup;
	m->config = setup->config->fleet;
	m->copy = *setup->config;
	m->copy.diagnostics = (struct diagfile){ 0 };
	config_limits(&m->copy, setup->key, NULL, &m->rooms);
	set_name(m);
	if (make_budget(m)) {
		fill_link(m, run);
		m->link_setup.door = fleetdoor_load(&why);
		if (m->link_setup.door != NULL && make_sensor(m, run))
			return m;
	}
	log_error(setup->log, "[fleet]: %s", why);
	fleetmember_free(m);
	return NULL;
}

bool
fleetmember_begin(struct fleetmember *m)
{
	const nstime now = wallclock_monotonic();

	m->link = fleetlink_new(&m->link_setup);
	if (m->link != NULL && m->link_setup.senses)
		sensor_tick(m->sensor, now, now + wallclock_offset());
	return m->link != NULL;
}

void
fleetmember_free(struct fleetmember *m)
{
	if (m == NULL)
		return;
	if (m->sensor != NULL && m->link != NULL)
		sensor_finish(m->sensor, m->now, m->now + wallclock_offset());
	fleetlink_free(m->link);
	sensor_free(m->sensor);
	budget_free(m->memory);
	diagfile_done(&m->copy.diagnostics);
	free(m);
}

void
fleetmember_event(struct fleetmember *m, const struct event *event)
{
	m->now = event->now;
	sensor_input(m->sensor, event);
}

static void
look_whether_alone(struct fleetmember *m)
{
	const bool alone = fleetlink_is_alone(m->link);

	if (alone && !m->alone)
		log_warning(m->setup.log, "fleet: away from the cluster%s",
		    m->link_setup.judges && m->link_setup.senses
			? ", judging alone"
			: "");
	m->alone = alone;
}

static void
note_memory(struct fleetmember *m)
{
	budget_undo(m->setup.memory, m->noted);
	m->noted = fleetlink_drawn(m->link);
	budget_note(m->setup.memory, m->noted);
}

void
fleetmember_tick(struct fleetmember *m, nstime now, nstime wall)
{
	m->now = now;
	if (m->link_setup.senses)
		sensor_tick(m->sensor, now, wall);
	if (m->link == NULL)
		return;
	fleetlink_poll(m->link);
	note_memory(m);
	look_whether_alone(m);
}

void
fleetmember_dropped(struct fleetmember *m, uint64_t packets)
{
	sensor_dropped(m->sensor, packets);
}

void
fleetmember_stepped(struct fleetmember *m, nstime step)
{
	sensor_stepped(m->sensor, step);
}

bool
fleetmember_mutes(struct fleetmember *m, const struct alert_event *event)
{
	if (m->alone && m->link_setup.judges && m->link_setup.senses) {
		fleetlink_told_alone(m->link, event);
		return false;
	}
	m->muted++;
	return true;
}

char *
fleetmember_status(const struct fleetmember *m)
{
	return m->link == NULL ? NULL : fleetlink_status(m->link);
}

void
fleetmember_stats(
    const struct fleetmember *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "fleet.muted", m->muted);
	sensor_stats(m->sensor, output, arg);
	if (m->link != NULL)
		fleetlink_stats(m->link, output, arg);
}
