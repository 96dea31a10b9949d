/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/partalert.h"

#include "pipeline/inner/partroom.h"

ANY_ROOM(fanout)

static void *
fanout_part_new(const struct judge_limits *l, const struct part_output *output)
{
	return fanout_new(&l->fanout, output->folded, output->judge);
}

const struct part partalert_fanout = {
	.name = "fanout",
	.new = fanout_part_new,
	.free = fanout_part_free,
	.set = fanout_part_set,
	.stats = fanout_part_stats,
};

ANY_ROOM(incident)
ROOM_WITH_DEADLINES(incident)
ROOM_THAT_HOLDS(incident)
ROOM_THAT_SAVES(incident)
ROOM_THAT_LOADS(incident)

static void *
incident_part_new(
    const struct judge_limits *l, const struct part_output *output)
{
	return incident_new(&l->incident, output->joined, output->judge);
}

/* Passes on clients that reach the relay: others may be known to be well. */
static void
incident_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;
	const struct portset *servers = &c->limits->server_ports;

	if (o->kind == OBSERVATION_ANSWERED) {
		incident_reached(
		    room, &o->leg.client.address, &o->leg.server, o->now);
	} else if (o->kind == OBSERVATION_WORKED) {
		if (o->success.stage == CONNECTION_SECURED &&
		    portset_has(servers, o->success.server.port))
			incident_reached(room, &o->success.client.address,
			    &o->success.server, o->now);
	} else if (o->outcome->event == OUTCOME_ANSWERED &&
	    o->outcome->watched && portset_has(servers, o->outcome->uas.port)) {
		incident_reached(room, &o->outcome->uac.address,
		    &o->outcome->uas, o->outcome->now);
	}
}

const struct part partalert_incident = {
	.name = "incident",
	.hears = HEARS(TRANSACTION) | HEARS(WORKED) | HEARS(ANSWERED),
	.new = incident_part_new,
	.free = incident_part_free,
	.set = incident_part_set,
	.input = incident_part_input,
	.tick = incident_part_tick,
	.next_deadline = incident_part_next_deadline,
	.finish = incident_part_finish,
	.save = incident_part_save,
	.load = incident_part_load,
	.stats = incident_part_stats,
};

ANY_ROOM(alert)
ROOM_WITH_DEADLINES(alert)
ROOM_THAT_HOLDS(alert)
ROOM_THAT_SAVES(alert)
ROOM_THAT_LOADS(alert)

static void *
alert_part_new(const struct judge_limits *l, const struct part_output *output)
{
	return alert_new(&l->alert, output->alert, output->judge);
}

const struct part partalert_alert = {
	.name = "alert",
	.new = alert_part_new,
	.free = alert_part_free,
	.set = alert_part_set,
	.tick = alert_part_tick,
	.next_deadline = alert_part_next_deadline,
	.finish = alert_part_finish,
	.save = alert_part_save,
	.load = alert_part_load,
	.stats = alert_part_stats,
};
