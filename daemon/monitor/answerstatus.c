/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/answerstatus.h"

#include "report/jsonvalue.h"
#include "report/watchhint.h"

static json_t *
interface_list(const struct answers_rooms *r)
{
	json_t *list = json_array();
	const size_t end =
	    r->interfaces == NULL ? 0 : interfaces_end(r->interfaces);

	for (size_t i = 0; i < end; i++) {
		const char *name = interfaces_name(r->interfaces, i);

		if (name == NULL)
			continue;
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o}", "name", name, "state",
			interfaces_is_open(r->interfaces, i) ? "capturing"
							     : "not there",
			"dropped", jsonvalue_count(r->dropped[i])));
	}
	return list;
}

static void
on_sink(void *arg, const char *name, const struct sink_counts *counts)
{
	json_array_append_new(arg,
	    json_pack("{s:s, s:o, s:o, s:o, s:b}", "name", name, "delivered",
		jsonvalue_count(counts->delivered), "lost",
		jsonvalue_count(counts->lost), "waiting",
		jsonvalue_count(counts->queued), "failing",
		counts->error != 0));
}

static json_t *
sink_list(const struct answers_rooms *r)
{
	json_t *list = json_array();

	if (r->sinks != NULL)
		sinks_each(r->sinks, on_sink, list);
	return list;
}

/* One that was taken back stands there until the next tick. */
static json_t *
silence_list(const struct answers_rooms *r)
{
	const struct handling *h = ledger_handling(judge_ledger(r->judge));
	const struct handling_silence *s;
	json_t *list = json_array();

	for (size_t i = 0; (s = handling_silence_at(h, i)) != NULL; i++) {
		if (s->until <= r->now)
			continue;
		json_array_append_new(list,
		    json_pack("{s:o, s:o}", "key",
			jsonvalue_text(slice_text(s->key)), "left_s",
			jsonvalue_seconds(s->until - r->now, 0)));
	}
	return list;
}

static void
on_severity(void *arg, const struct alert_event *event)
{
	size_t *counts = arg;

	counts[event->severity]++;
}

static json_t *
alert_counts(const struct answers_rooms *r)
{
	size_t counts[FINDING_INFO + 1] = { 0 };
	json_t *object;

	judge_alerts(r->judge, on_severity, counts, r->now, r->wall);
	object = json_pack(
	    "{s:o}", "active", jsonvalue_count(judge_active(r->judge)));
	for (int i = 0; i <= FINDING_INFO; i++)
		json_object_set_new(object,
		    finding_severity_name((enum finding_severity)i),
		    jsonvalue_count(counts[i]));
	return object;
}

static json_t *
watched(const struct answers_rooms *r)
{
	char store[1024];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	watchhint_write(&t,
	    &(struct watchhint_settings){
		.sip = &r->config->sip.ports,
		.watched = &r->config->timeouts.ports,
		.methods = r->config->timeouts.methods,
	    });
	return jsonvalue_text(textbuf_slice(&t));
}

static json_t *
not_watched(const struct answers_rooms *r)
{
	json_t *object = json_object();

	for (unsigned port = 1; port < 65536; port++) {
		const uint64_t n =
		    matcher_not_watched(r->matcher, (uint16_t)port);
		char name[8];
		struct textbuf t;

		if (n == 0)
			continue;
		textbuf_init(&t, name, sizeof(name));
		textbuf_uint(&t, port);
		json_object_set_new(object, name, jsonvalue_count(n));
	}
	return object;
}

/* What was counted, but for zeros. */
static json_t *
counted(const struct answers_rooms *r, bool drops_alone)
{
	struct totals totals = { .count = 0 };
	json_t *object = json_object();

	r->count(r->arg, &totals);
	for (size_t i = 0; i < totals.count; i++) {
		const struct totals_entry *e = &totals.entries[i];

		if (e->value != 0 && !(drops_alone && e->kind == COUNTER_OTHER))
			json_object_set_new(
			    object, e->name, jsonvalue_count(e->value));
	}
	return object;
}

/* Transactions of which nothing can be said, by the reason. */
static json_t *
unknown(const struct answers_rooms *r)
{
	struct summary summary = { .wall = r->wall };
	uint64_t asymmetric = 0, loss = 0, gave_up = 0, unrepeated = 0;
	uint64_t no_transport = 0;

	if (judge_summary(r->judge, &summary))
		for (size_t i = 0; i < summary.method_count; i++) {
			const struct summary_method *m = &summary.methods[i];

			asymmetric += m->unknown_asymmetric;
			loss += m->unknown_loss;
			gave_up += m->unknown_gave_up;
			unrepeated += m->unknown_unrepeated;
			no_transport += m->unknown_no_transport;
		}
	summary_done(&summary);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "asymmetric",
	    jsonvalue_count(asymmetric), "loss", jsonvalue_count(loss),
	    "gave_up", jsonvalue_count(gave_up), "unrepeated",
	    jsonvalue_count(unrepeated), "no_transport",
	    jsonvalue_count(no_transport));
}

json_t *
answerstatus_counters(const struct answers_rooms *r)
{
	return counted(r, false);
}

json_t *
answerstatus_give(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	(void)ask;
	(void)error;
	return json_pack(
	    "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, "
	    "s:o, s:o, s:o, s:b}",
	    "version", SIPTIMED_VERSION, "observer", r->observer, "time",
	    jsonvalue_time(r->wall), "uptime_s",
	    jsonvalue_seconds(r->monotonic - r->started, 0), "packets",
	    jsonvalue_count(r->packets), "messages",
	    jsonvalue_count(r->messages), "open",
	    jsonvalue_count(matcher_open(r->matcher)), "alerts",
	    alert_counts(r), "watched", watched(r), "not_watched",
	    not_watched(r), "unknown", unknown(r), "drops", counted(r, true),
	    "clock", r->clock, "interfaces", interface_list(r), "sinks",
	    sink_list(r), "silences", silence_list(r), "fleet",
	    r->fleet != NULL);
}
