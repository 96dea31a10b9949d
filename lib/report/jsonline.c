/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/jsonline.h"

#include <jansson.h>
#include <stdlib.h>

#include "report/alertfields.h"
#include "report/inner/jsonevidence.h"
#include "report/jsonvalue.h"

/* An object being built.  It latches its first failure, so that callers read
 * straight down the list of fields. */
struct object {
	json_t *json;
	bool failed;
};

/* A value that could not be made is NULL, and counts as a failure. */
static void
put(struct object *o, const char *name, json_t *value)
{
	if (json_object_set_new(o->json, name, value) != 0)
		o->failed = true;
}

static struct object
object_new(void)
{
	struct object o = { .json = json_object() };

	o.failed = o.json == NULL;
	return o;
}

static void
put_object(struct object *o, const char *name, struct object *value)
{
	o->failed = o->failed || value->failed;
	put(o, name, value->json);
}

static void
put_text(struct object *o, const char *name, const char *text)
{
	put(o, name, jsonvalue_text(slice_text(text)));
}

static void
put_count(struct object *o, const char *name, uint64_t n)
{
	put(o, name, jsonvalue_count(n));
}

static char *
finish(struct object *o)
{
	char *text = o->failed
	    ? NULL
	    : json_dumps(o->json, JSON_COMPACT | JSON_REAL_PRECISION(15));

	json_decref(o->json);
	return text;
}

char *
jsonline_alert(const struct alert_event *event)
{
	const struct alertfields_row *row = alertfields_rows();
	struct object o = object_new();

	for (; row->name != NULL; row++)
		if (row->known == NULL || row->known(event))
			put(&o, row->name, row->value(event));
	return finish(&o);
}

static struct object
drops_object(const struct summary *s)
{
	struct object o = object_new();

	for (size_t i = 0; i < s->drop_count; i++)
		put_count(&o, s->drops[i].name, s->drops[i].value);
	return o;
}

static struct object
method_object(const struct summary_method *m)
{
	struct object o = object_new();

	put_count(&o, "answered", m->answered);
	put_count(&o, "timed_out", m->timed_out);
	put_count(&o, "unknown_asymmetric", m->unknown_asymmetric);
	put_count(&o, "unknown_loss", m->unknown_loss);
	put_count(&o, "unknown_gave_up", m->unknown_gave_up);
	put_count(&o, "unknown_unrepeated", m->unknown_unrepeated);
	if (m->unknown_no_transport > 0)
		put_count(&o, "unknown_no_transport", m->unknown_no_transport);
	if (m->undelivered > 0)
		put_count(&o, "undelivered", m->undelivered);
	put_count(&o, "unfinished", m->unfinished);
	return o;
}

static struct object
transactions_object(const struct summary *s)
{
	struct object o = object_new();

	for (size_t i = 0; i < s->method_count; i++) {
		struct object method = method_object(&s->methods[i]);
		json_t *name = jsonvalue_text(slice_text(s->methods[i].name));

		put_object(&o, json_string_value(name), &method);
		json_decref(name);
	}
	return o;
}

static struct object
ports_object(const struct summary *s)
{
	struct object o = object_new();

	for (size_t i = 0; i < s->port_count; i++) {
		char name[8];
		struct textbuf t;

		textbuf_init(&t, name, sizeof(name));
		textbuf_uint(&t, s->not_watched[i].port);
		put_count(&o, name, s->not_watched[i].transactions);
	}
	return o;
}

static struct object
tally_object(const struct porttally *tally)
{
	struct object o = object_new();

	for (size_t i = 0; tally != NULL && i < tally->count; i++) {
		char name[8];
		struct textbuf t;

		textbuf_init(&t, name, sizeof(name));
		textbuf_uint(&t, tally->entries[i].port);
		put_count(&o, name, tally->entries[i].count);
	}
	return o;
}

static struct object
diagnostics_object(const struct summary *s)
{
	struct object o = object_new();

	for (size_t i = 0; i < s->diagnostic_count; i++) {
		char name[16];
		struct textbuf t;

		textbuf_init(&t, name, sizeof(name));
		textbuf_uint(&t, s->diagnostics[i].id);
		put_count(&o, name, s->diagnostics[i].count);
	}
	return o;
}

static struct object
kinds_object(const uint64_t counts[FINDING_KINDS])
{
	struct object o = object_new();

	for (int i = 0; i < FINDING_KINDS; i++)
		if (counts[i] > 0)
			put_count(&o, finding_kind_name((enum finding_kind)i),
			    counts[i]);
	return o;
}

/* Each witness of a clock by itself. */
static json_t *
said(const struct summary_clock *c)
{
	json_t *array = json_array();

	for (unsigned i = 0; array != NULL && i < c->said_count; i++) {
		const struct skew_testimony *w = &c->said[i];
		const struct witness_row *row = witness_row(w->witness);
		struct object one = object_new();

		put_text(&one, "witness", row->name);
		put(&one, row->changes ? "changed_s" : "offset_s",
		    jsonvalue_seconds(w->offset, 3));
		put(&one, "uncertainty_s",
		    jsonvalue_seconds(w->uncertainty, 3));
		put_count(&one, "samples", w->samples);
		put(&one, "believed", json_boolean(w->believed));
		if (one.failed || json_array_append_new(array, one.json) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static struct object
clock_object(const struct summary_clock *c)
{
	struct object o = object_new();
	const unsigned decimals = summary_clock_decimals(c);
	char peer[64], names[WITNESS_LIST];
	struct textbuf t, witnesses;

	textbuf_init(&t, peer, sizeof(peer));
	endpoint_address_write(&t, &c->peer);
	textbuf_init(&witnesses, names, sizeof(names));
	witness_write(&witnesses, c->witnesses);
	put_text(&o, "peer", peer);
	if (c->attribution != STAMP_HOST)
		put_text(&o, "attribution", "via");
	if (c->agent != 0)
		put_count(&o, "agent", c->agent);
	put(&o, "offset_s", jsonvalue_seconds(c->offset, decimals));
	put(&o, "uncertainty_s", jsonvalue_seconds(c->uncertainty, decimals));
	put_count(&o, "samples", c->samples);
	put(&o, "witnesses",
	    jsonevidence_list(textbuf_slice(&witnesses), jsonvalue_text));
	if (c->said_count > 0)
		put(&o, "said", said(c));
	if (c->shape != SHAPE_NONE)
		put_text(&o, "shape", shape_name(c->shape));
	return o;
}

static json_t *
clocks(const struct summary *s)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < s->clock_count; i++) {
		struct object clock = clock_object(&s->clocks[i]);

		if (json_array_append_new(array, clock.json) != 0 ||
		    clock.failed) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

/* The object, or NULL if it could not be filled. */
static json_t *
whole(struct object o)
{
	if (!o.failed)
		return o.json;
	json_decref(o.json);
	return NULL;
}

static bool
has_packets(const struct summary *s)
{
	return s->last > 0;
}

static json_t *
summary_type(const struct summary *s)
{
	(void)s;
	return json_string("summary");
}

static json_t *
summary_time(const struct summary *s)
{
	return jsonvalue_time(s->wall);
}

static json_t *
packets(const struct summary *s)
{
	return jsonvalue_count(s->packets);
}

static json_t *
messages(const struct summary *s)
{
	return jsonvalue_count(s->messages);
}

static json_t *
first(const struct summary *s)
{
	return jsonvalue_time(s->first);
}

static json_t *
last(const struct summary *s)
{
	return jsonvalue_time(s->last);
}

static json_t *
drops(const struct summary *s)
{
	return whole(drops_object(s));
}

static json_t *
transactions(const struct summary *s)
{
	return whole(transactions_object(s));
}

static json_t *
not_watched(const struct summary *s)
{
	return whole(ports_object(s));
}

static bool
has_unwatched(const struct summary *s)
{
	return s->unwatched != NULL && s->unwatched->ports.count > 0;
}

static json_t *
unwatched(const struct summary *s)
{
	return whole(tally_object(&s->unwatched->ports));
}

static bool
has_unlisted(const struct summary *s)
{
	return s->unlisted != NULL && s->unlisted->count > 0;
}

static json_t *
unlisted(const struct summary *s)
{
	return whole(tally_object(s->unlisted));
}

static bool
has_diagnostics(const struct summary *s)
{
	return s->diagnostic_count > 0;
}

static json_t *
diagnostics(const struct summary *s)
{
	return whole(diagnostics_object(s));
}

static json_t *
findings(const struct summary *s)
{
	return whole(kinds_object(s->findings));
}

static json_t *
alerts(const struct summary *s)
{
	return whole(kinds_object(s->alerts));
}

static bool
has_tls(const struct summary *s)
{
	return summary_tls(s) > 0;
}

static json_t *
tls(const struct summary *s)
{
	struct object o = object_new();

	put_count(&o, "decrypted", s->tls.opened);
	for (int i = 0; i < DECRYPT_REASONS; i++)
		if (s->tls.refused[i] > 0)
			put_count(&o,
			    decrypt_reason_name((enum decrypt_reason)i),
			    s->tls.refused[i]);
	return whole(o);
}

/* clang-format off */
static const struct jsonline_row summary_rows[] = {
	{ "type", "text", "always \"summary\"", NULL, NULL, summary_type },
	{ "time", "time", "where the packets' clock ended",
	    "if there was a packet", has_packets, summary_time },
	{ "packets", "number", "packets read", NULL, NULL, packets },
	{ "messages", "number", "SIP messages parsed", NULL, NULL, messages },
	{ "first", "time", "the earliest packet",
	    "if there was a packet", has_packets, first },
	{ "last", "time", "the latest packet",
	    "if there was a packet", has_packets, last },
	{ "drops", "object", "how much was dropped, for each reason that is "
	    "not zero, by the name of its counter", NULL, NULL, drops },
	{ "transactions", "object", "for each method an object of how its "
	    "transactions ended, a number each: answered, timed_out, the "
	    "reasons why nothing is known (unknown_..), unfinished",
	    NULL, NULL, transactions },
	{ "not_watched", "object", "transactions that were not watched, a "
	    "number by the server's port", NULL, NULL, not_watched },
	{ "not_watched_timed_out", "object", "those of them that timed out with "
	    "proof, a number by the server's port", "if there were any",
	    has_unwatched, unwatched },
	{ "unlisted", "object", "SIP messages on ports that [sip] ports does "
	    "not list, a number by the server's port", "if there were any",
	    has_unlisted, unlisted },
	{ "diagnostics", "object", "ms-diagnostics ids, and statuses of STIR, "
	    "that are not worth an alert: a number for each; 0: those beyond "
	    "a limit", "if there was one", has_diagnostics, diagnostics },
	{ "findings", "object", "findings, a number by the kind of alert",
	    NULL, NULL, findings },
	{ "alerts", "object", "alerts raised, a number by their kind",
	    NULL, NULL, alerts },
	{ "tls", "object", "TLS connections: how many were decrypted, and a "
	    "number for each reason why others were not",
	    "if there was something to decrypt with", has_tls, tls },
	{ "clocks", "array", "the clocks that were judged, an object each: "
	    "peer, offset_s (positive: ahead of the capture), uncertainty_s, "
	    "samples, witnesses (those that are believed), said (what each "
	    "witness says by itself: witness, offset_s or changed_s, "
	    "uncertainty_s, samples, believed), shape", NULL, NULL, clocks },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct jsonline_row *
jsonline_summary_rows(void)
{
	return summary_rows;
}

char *
jsonline_summary(const struct summary *s)
{
	const struct jsonline_row *row = summary_rows;
	struct object o = object_new();

	for (; row->name != NULL; row++)
		if (row->known == NULL || row->known(s))
			put(&o, row->name, row->value(s));
	return finish(&o);
}

char *
jsonline_note(const char *text, nstime wall)
{
	struct object o = object_new();

	put_text(&o, "type", "note");
	put(&o, "time", jsonvalue_time(wall));
	put_text(&o, "text", text);
	return finish(&o);
}
