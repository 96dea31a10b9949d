/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/answers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/answeragents.h"
#include "monitor/answerstatus.h"
#include "monitor/changes.h"
#include "report/catalog.h"
#include "report/jsonline.h"
#include "report/jsonvalue.h"

enum { SERVERS = 1024, CERTIFICATES = 1024, RECENT = 50, SLOWEST = 20 };

static json_t *
endpoint(const struct endpoint *e)
{
	char store[80];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	if (e->port == 0)
		endpoint_address_write(&t, &e->address);
	else
		endpoint_write(&t, e);
	return json_string(store);
}

/* ---- alerts ---- */

struct listing {
	const struct handling *handling;
	const char *evidence;
	json_t *list;
};

/* The file that holds the packets behind an alert; NULL: there is none. */
static json_t *
packets_of(const char *folder, const struct alert_event *event)
{
	char path[CONFIG_TEXT + 64];
	struct textbuf t;

	if (folder == NULL || folder[0] == '\0')
		return NULL;
	textbuf_init(&t, path, sizeof(path));
	textbuf_add(&t, folder);
	textbuf_add(&t, "/");
	textbuf_hex(&t, event->id, 16);
	textbuf_add(&t, "-");
	textbuf_uint(&t, event->episode);
	textbuf_add(&t, ".pcapng");
	return access(path, F_OK) == 0 ? json_string(path) : NULL;
}

static void
on_active(void *arg, const struct alert_event *event)
{
	const struct listing *l = arg;
	char *line = jsonline_alert(event);
	json_t *object = line == NULL ? NULL : json_loads(line, 0, NULL);

	free(line);
	if (object == NULL)
		return;
	json_object_set_new(object, "acked",
	    json_boolean(
		handling_is_acked(l->handling, event->id, event->episode)));
	json_object_set_new(object, "silenced",
	    json_boolean(handling_matches(l->handling, event)));
	json_object_set_new(object, "packets", packets_of(l->evidence, event));
	json_array_append_new(l->list, object);
}

/* Times in RFC 3339 are in order as texts. */
static void
keep_since(json_t *recent, nstime since)
{
	char store[40];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_time(&t, since);
	for (size_t i = json_array_size(recent); i > 0; i--) {
		const json_t *time =
		    json_object_get(json_array_get(recent, i - 1), "time");

		if (time == NULL || strcmp(json_string_value(time), store) < 0)
			json_array_remove(recent, i - 1);
	}
}

static json_t *
alerts(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	const struct listing active = { ledger_handling(judge_ledger(r->judge)),
		r->evidence, json_array() };
	const json_t *since = json_object_get(ask->arguments, "since_s");
	json_t *recent = r->recent == NULL
	    ? json_array()
	    : recent_list(r->recent, since == NULL ? RECENT : RECENT_MOST);

	(void)error;
	if (since != NULL)
		keep_since(recent,
		    r->wall - (nstime)json_number_value(since) * NSTIME_S);
	judge_alerts(
	    r->judge, on_active, (void *)(uintptr_t)&active, r->now, r->wall);
	return json_pack("{s:o, s:o}", "active", active.list, "recent", recent);
}

/* ---- clocks, transactions, servers, certificates ---- */

static json_t *
from_summary(const struct answers_rooms *r, const char *name)
{
	struct summary summary = { .wall = r->wall };
	char *line = judge_summary(r->judge, &summary)
	    ? jsonline_summary(&summary)
	    : NULL;
	json_t *whole = line == NULL ? NULL : json_loads(line, 0, NULL);
	json_t *part = json_incref(json_object_get(whole, name));

	json_decref(whole);
	free(line);
	summary_done(&summary);
	return part == NULL ? json_array() : part;
}

static json_t *
clocks(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	(void)ask;
	(void)error;
	return json_pack(
	    "{s:s, s:o}", "own", r->clock, "clocks", from_summary(r, "clocks"));
}

static uint64_t
answered(const uint64_t results[TRAFFIC_RESULTS])
{
	return results[TRAFFIC_SUCCESS] + results[TRAFFIC_REDIRECTED] +
	    results[TRAFFIC_CHALLENGED] + results[TRAFFIC_REFUSED] +
	    results[TRAFFIC_FAILED];
}

static json_t *
mean(nstime sum, uint64_t n)
{
	return n == 0 ? NULL : jsonvalue_seconds(sum / (nstime)n, 3);
}

static json_t *
method_row(const struct traffic_method *m)
{
	uint64_t counts[TRAFFIC_RESULTS];
	nstime sum = 0;
	json_t *row;

	for (int i = 0; i < TRAFFIC_RESULTS; i++) {
		counts[i] = m->results[i].count;
		if (i < TRAFFIC_TIMED_OUT)
			sum += m->results[i].sum;
	}
	row = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o*}", "method",
	    jsonvalue_text(slice_text(m->name)), "answered",
	    jsonvalue_count(answered(counts)), "failed",
	    jsonvalue_count(counts[TRAFFIC_FAILED]), "timed_out",
	    jsonvalue_count(counts[TRAFFIC_TIMED_OUT]), "unknown",
	    jsonvalue_count(counts[TRAFFIC_UNKNOWN]), "mean_s",
	    mean(sum, answered(counts)));
	return row;
}

struct waiting_list {
	json_t *list;
	nstime now;
};

static void
on_waiting(void *arg, const struct txntable_waiting *waiting)
{
	const struct waiting_list *w = arg;

	json_array_append_new(w->list,
	    json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "age_s",
		jsonvalue_seconds(w->now - waiting->sent, 1), "method",
		jsonvalue_text(waiting->method), "server",
		endpoint(&waiting->server), "client",
		endpoint(&waiting->client), "copies",
		jsonvalue_count(waiting->copies), "watched", waiting->watched));
}

static json_t *
transactions(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	const struct traffic *traffic = ledger_traffic(judge_ledger(r->judge));
	const struct traffic_method *m;
	json_t *methods = json_array(), *slowest = json_array();

	(void)ask;
	(void)error;
	for (size_t i = 0; (m = traffic_method(traffic, i)) != NULL; i++)
		json_array_append_new(methods, method_row(m));
	matcher_slowest(r->matcher, SLOWEST, on_waiting,
	    &(struct waiting_list){ slowest, r->now });
	return json_pack("{s:o, s:o, s:o}", "open",
	    jsonvalue_count(matcher_open(r->matcher)), "slowest", slowest,
	    "methods", methods);
}

static json_t *
minutes(const struct traffic_server *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < TRAFFIC_MINUTES; i++)
		json_array_append_new(list, jsonvalue_count(s->by_minute[i]));
	return list;
}

static json_t *
server_row(const struct traffic_server *s)
{
	const uint64_t n = answered(s->results);
	json_t *row = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o*, s:o, s:o}",
	    "server", endpoint(&s->server), "answered", jsonvalue_count(n),
	    "failed", jsonvalue_count(s->results[TRAFFIC_FAILED]), "timed_out",
	    jsonvalue_count(s->results[TRAFFIC_TIMED_OUT]), "unknown",
	    jsonvalue_count(s->results[TRAFFIC_UNKNOWN]), "mean_s",
	    mean(s->answered_sum, n), "last", jsonvalue_time(s->last),
	    "timeouts_by_minute", minutes(s));

	if (n > 0)
		json_object_set_new(
		    row, "slowest_s", jsonvalue_seconds(s->slowest, 3));
	if (s->last_timeout != 0)
		json_object_set_new(
		    row, "last_timeout", jsonvalue_time(s->last_timeout));
	return row;
}

static json_t *
servers(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	struct traffic_server *list = calloc(SERVERS, sizeof(*list));
	const size_t count = list == NULL
	    ? 0
	    : traffic_list(ledger_traffic(judge_ledger(r->judge)), r->wall,
		  list, SERVERS);
	json_t *rows = json_array();

	(void)ask;
	(void)error;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, server_row(&list[i]));
	free(list);
	return json_pack("{s:o}", "servers", rows);
}

static json_t *
date(int64_t seconds)
{
	char store[40];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_time_s(&t, seconds);
	return json_string(store);
}

static json_t *
certificate_row(const struct certlist_entry *e)
{
	const struct x509cert *c = &e->certificate;

	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "holder",
	    endpoint(&e->holder), "role",
	    e->side == TLSFLOW_SERVER ? "server" : "client", "subject",
	    jsonvalue_text(slice_text(c->subject)), "issuer",
	    jsonvalue_text(slice_text(c->issuer)), "not_before",
	    date(c->not_before), "not_after", date(c->not_after), "last_seen",
	    jsonvalue_time(e->wall));
}

static json_t *
certs(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	struct certlist_entry *list = calloc(CERTIFICATES, sizeof(*list));
	const size_t count = list == NULL
	    ? 0
	    : certlist_list(
		  ledger_certlist(judge_ledger(r->judge)), list, CERTIFICATES);
	json_t *rows = json_array();

	(void)ask;
	(void)error;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, certificate_row(&list[i]));
	free(list);
	return json_pack("{s:o}", "certificates", rows);
}

static size_t
hosts_with(const json_t *clocks, const char *witness)
{
	const json_t *clock, *name;
	size_t i, j, count = 0;

	json_array_foreach(clocks, i, clock)
	    json_array_foreach(json_object_get(clock, "witnesses"), j, name)
		count += strcmp(json_string_value(name), witness) == 0;
	return count;
}

static json_t *
witnesses(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	const unsigned on = config_witnesses(r->config);
	json_t *list = from_summary(r, "clocks"), *rows = json_array();

	(void)ask;
	(void)error;
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_row *row = witness_row((enum witness)i);

		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:b, s:o}", "name", row->name,
			"label", row->label, "on", (on >> i & 1) != 0, "hosts",
			jsonvalue_count(hosts_with(list, row->name))));
	}
	json_decref(list);
	return json_pack("{s:o}", "witnesses", rows);
}

static json_t *
limit_row(const struct totals *totals, const char *name, uint64_t used,
    uint64_t limit, const char *counter, const char *key)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s}", "name", name, "used",
	    jsonvalue_count(used), "limit", jsonvalue_count(limit), "reached",
	    jsonvalue_count(totals_get(totals, counter)), "key", key);
}

static void
add_memory(const struct answers_rooms *r, json_t *rows)
{
	for (int i = 0; i < BUDGET_ROOMS; i++) {
		const struct budget_use use =
		    budget_use(r->budget, (enum budget_room)i);

		json_array_append_new(rows,
		    json_pack("{s:s+, s:o, s:o, s:o, s:s}", "name",
			"octets: ", use.name, "used", jsonvalue_count(use.used),
			"limit", jsonvalue_count(use.guaranteed), "reached",
			jsonvalue_count(use.refused), "key",
			"[limits] memory"));
	}
}

static json_t *
limits(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	const struct config_limits *l = &r->config->limits;
	struct totals totals = { .count = 0 };
	json_t *rows = json_array();

	(void)ask;
	(void)error;
	r->count(r->arg, &totals);
	json_array_append_new(rows,
	    limit_row(&totals, "transactions", matcher_open(r->matcher),
		l->transactions, "txntable.full", "[limits] transactions"));
	json_array_append_new(rows,
	    limit_row(&totals, "alerts", judge_active(r->judge), 10000,
		"alert.full", ""));
	json_array_append_new(rows,
	    limit_row(&totals, "servers",
		traffic_servers(ledger_traffic(judge_ledger(r->judge))),
		SERVERS, "traffic.evicted", ""));
	json_array_append_new(rows,
	    limit_row(&totals, "certificates",
		certlist_count(ledger_certlist(judge_ledger(r->judge))),
		CERTIFICATES, "certlist.evicted", ""));
	add_memory(r, rows);
	return json_pack("{s:o}", "limits", rows);
}

static json_t *
counters(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	(void)ask;
	(void)error;
	return json_pack("{s:o}", "counters", answerstatus_counters(r));
}

static json_t *
explain(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	const char *of =
	    json_string_value(json_object_get(ask->arguments, "of"));
	const struct catalog_entry *entry;
	enum finding_kind kind;

	(void)r;
	if (of == NULL || !finding_kind_parse(slice_text(of), &kind)) {
		textbuf_add(error, "explain takes a kind of alert:");
		for (unsigned i = 0; i < FINDING_KINDS; i++) {
			textbuf_add(error, " ");
			textbuf_add(
			    error, finding_kind_name((enum finding_kind)i));
		}
		return NULL;
	}
	entry = catalog_find(kind);
	return json_pack("{s:s, s:s+++++++}", "kind", finding_kind_name(kind),
	    "text", finding_kind_name(kind), ": ", entry->summary, "\n\n",
	    entry->text, "\n\nWhat to do: ", entry->advice, ".\n");
}

static json_t *
fleet(
    const struct answers_rooms *r, const struct ask *ask, struct textbuf *error)
{
	char *text = r->fleet == NULL ? NULL : r->fleet(r->arg);
	json_t *known = text == NULL ? NULL : json_loads(text, 0, NULL);

	(void)ask;
	free(text);
	if (known == NULL)
		textbuf_add(error,
		    r->fleet == NULL
			? "this daemon is in no fleet; see [fleet] in "
			  "siptimed.conf(5)"
			: "nothing is known of the fleet yet");
	return known;
}

typedef json_t *answer(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error);

static const struct {
	const char *question;
	answer *give;
	bool changes;
} rows[] = {
	{ "status", answerstatus_give, false },
	{ "alerts", alerts, false },
	{ "clocks", clocks, false },
	{ "transactions", transactions, false },
	{ "servers", servers, false },
	{ "certs", certs, false },
	{ "agents", answeragents_give, false },
	{ "witnesses", witnesses, false },
	{ "limits", limits, false },
	{ "counters", counters, false },
	{ "explain", explain, false },
	{ "fleet", fleet, false },
	{ "ack", changes_ack, true },
	{ "silence", changes_silence, true },
	{ "unsilence", changes_unsilence, true },
};

json_t *
answers_give(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *given;

		if (strcmp(rows[i].question, ask->question) != 0)
			continue;
		if (rows[i].changes && !ask->may_change) {
			textbuf_add(error,
			    "this takes root, or a member of [control] group");
			return NULL;
		}
		given = rows[i].give(rooms, ask, error);
		if (given == NULL && error->len == 0)
			textbuf_add(error, "out of memory");
		return given;
	}
	textbuf_add(error, "no such question; there are");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		textbuf_add(error, " ");
		textbuf_add(error, rows[i].question);
	}
	return NULL;
}
