/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetstatus.h"

#include <jansson.h>

static json_t *
sensors(const struct joiner *joiner)
{
	json_t *list = json_array();
	struct joiner_sensor sensor;

	for (size_t i = 0; joiner_sensor_at(joiner, i, &sensor); i++)
		json_array_append_new(list,
		    json_pack("{s:s,s:b,s:b,s:f,s:f,s:I,s:I,s:I,s:I,s:I}",
			"sensor", sensor.name, "lost", sensor.lost, "clock_odd",
			sensor.odd || sensor.hosts_odd, "offset_s",
			(double)(sensor.hosts_odd ? sensor.by_hosts
						  : sensor.offset) /
			    1e9,
			"reached", (double)sensor.reached / 1e9, "messages",
			(json_int_t)sensor.messages, "octets",
			(json_int_t)sensor.octets, "batches",
			(json_int_t)sensor.batches, "missed",
			(json_int_t)sensor.missed, "drops",
			(json_int_t)sensor.drops));
	return list;
}

static void
add_alert(void *arg, const struct alert_event *e)
{
	char subject[256], id[17];
	struct textbuf t;

	textbuf_init(&t, id, sizeof(id));
	textbuf_hex(&t, e->id, 16);
	textbuf_init(&t, subject, sizeof(subject));
	textbuf_wire(&t, e->subject);
	json_array_append_new(arg,
	    json_pack("{s:s,s:s,s:s,s:s,s:I,s:I}", "alert",
		finding_kind_name(e->kind), "id", id, "severity",
		finding_severity_name(e->severity), "subject", subject,
		"episode", (json_int_t)e->episode, "count",
		(json_int_t)e->count));
}

static json_t *
clocks(const struct joiner *joiner)
{
	json_t *list = json_array();
	struct summary summary = { .packets = 0 };

	if (judge_summary(joiner_judge(joiner), &summary))
		for (size_t i = 0; i < summary.clock_count; i++) {
			char peer[64];
			struct textbuf t;

			textbuf_init(&t, peer, sizeof(peer));
			endpoint_address_write(&t, &summary.clocks[i].peer);
			json_array_append_new(list,
			    json_pack("{s:s,s:f,s:f,s:I}", "peer", peer,
				"offset_s",
				(double)summary.clocks[i].offset / 1e9,
				"uncertainty_s",
				(double)summary.clocks[i].uncertainty / 1e9,
				"samples",
				(json_int_t)summary.clocks[i].samples));
		}
	summary_done(&summary);
	return list;
}

static json_t *
partitions(const struct fleetspread *spread)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < fleetspread_partitions(spread); i++)
		json_array_append_new(
		    list, json_string(fleetspread_holder(spread, i)));
	return list;
}

static void
add_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	json_object_set_new(arg, name, json_integer((json_int_t)value));
}

static json_t *
counters(const struct joiner *joiner)
{
	json_t *all = json_object();

	joiner_stats_judged(joiner, add_counter, all);
	return all;
}

char *
fleetstatus_write(const struct joiner *joiner, const char *judge,
    const struct fleetspread *spread)
{
	const nstime reached = joiner_reached(joiner);
	json_t *alerts = json_array(), *status;
	char *text;

	judge_alerts(joiner_judge(joiner), add_alert, alerts, reached, reached);
	status = json_pack("{s:s,s:f,s:o,s:o,s:o,s:o,s:o}", "judge", judge,
	    "reached", (double)reached / 1e9, "sensors", sensors(joiner),
	    "alerts", alerts, "clocks", clocks(joiner), "partitions",
	    partitions(spread), "counters", counters(joiner));
	text = json_dumps(status, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(status);
	return text;
}
