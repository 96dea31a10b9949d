/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetstatus.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *
sensor_of(const struct joiner_sensor *s)
{
	const nstime offset = s->hosts_odd ? s->by_hosts : s->offset;

	return json_pack("{s:s,s:b,s:b,s:f,s:f,s:I,s:I,s:I,s:I,s:I}", "sensor",
	    s->name, "lost", s->lost, "clock_odd", s->odd || s->hosts_odd,
	    "offset_s", (double)offset / 1e9, "reached",
	    (double)s->reached / 1e9, "messages", (json_int_t)s->messages,
	    "octets", (json_int_t)s->octets, "batches", (json_int_t)s->batches,
	    "missed", (json_int_t)s->missed, "drops", (json_int_t)s->drops);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct joiner_sensor *)a)->name,
	    ((const struct joiner_sensor *)b)->name);
}

/* By name: which of them came first is chance. */
static json_t *
sensors(const struct joiner *joiner)
{
	json_t *list = json_array();
	struct joiner_sensor one, *all;
	size_t count = 0;

	while (joiner_sensor_at(joiner, count, &one))
		count++;
	all = calloc(count + 1, sizeof(*all));
	if (all == NULL)
		return list;
	for (size_t i = 0; i < count; i++)
		joiner_sensor_at(joiner, i, &all[i]);
	qsort(all, count, sizeof(*all), by_name);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, sensor_of(&all[i]));
	free(all);
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
	if (value == 0)
		return;
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
