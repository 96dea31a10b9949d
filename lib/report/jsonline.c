/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/jsonline.h"

#include <jansson.h>
#include <stdlib.h>

#include "report/catalog.h"
#include "report/jsonvalue.h"
#include "report/line.h"

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
	put(o, name, json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

static json_t *
decimal(int64_t thousandths)
{
	return thousandths % 1000 == 0 ? json_integer(thousandths / 1000)
				       : json_real((double)thousandths / 1000);
}

/* A number with one decimal, as it is written in the evidence. */
static json_t *
number(struct slice text)
{
	const bool negative = slice_starts_with(text, "-");
	const struct slice s = slice_after(text, negative);
	const size_t point = slice_index(s, '.');
	uint64_t whole = 0, tenths = 0;
	double n;

	slice_decimal(slice_first(s, point), INT64_MAX / 10, &whole);
	slice_decimal(slice_after(s, point + 1), 9, &tenths);
	n = (double)(whole * 10 + tenths) / 10;
	return json_real(negative ? -n : n);
}

/* Items joined by commas. */
static json_t *
list(struct slice joined, json_t *(*item_of)(struct slice))
{
	json_t *array = json_array();

	while (joined.len > 0) {
		const size_t comma = slice_index(joined, ',');
		json_t *item = item_of(slice_first(joined, comma));

		if (json_array_append_new(array, item) != 0) {
			json_decref(array);
			return NULL;
		}
		joined = slice_after(joined, comma + 1);
	}
	return array;
}

static json_t *
value_of(const struct evidence *e, const struct evidence_field *field)
{
	const struct slice text =
	    slice_of(e->store + field->text, field->text_len);

	switch (field->type) {
	case EVIDENCE_TEXT:
		return jsonvalue_text(text);
	case EVIDENCE_LIST:
		return list(text, jsonvalue_text);
	case EVIDENCE_NUMBERS:
		return list(text, number);
	case EVIDENCE_INTEGER:
		return json_integer(field->number);
	case EVIDENCE_SECONDS:
		return jsonvalue_seconds(field->number, field->decimals);
	case EVIDENCE_TIME:
		return jsonvalue_time(field->number);
	case EVIDENCE_BOOLEAN:
		return json_boolean(field->number != 0);
	case EVIDENCE_DECIMAL:
		break;
	}
	return decimal(field->number);
}

static struct object
evidence_object(const struct evidence *e)
{
	struct object o = object_new();

	for (size_t i = 0; i < e->count; i++)
		put(&o, e->fields[i].name, value_of(e, &e->fields[i]));
	return o;
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

static void
put_state(struct object *o, const struct alert_event *event)
{
	put_text(o, "state", alert_state_name(event->state));
	if (event->state != ALERT_RESOLVED)
		return;
	put_text(o, "reason", alert_reason_name(event->reason));
	put(o, "duration_s", jsonvalue_seconds(event->duration, 1));
}

char *
jsonline_alert(const struct alert_event *event)
{
	struct object o = object_new();
	struct object evidence = evidence_object(event->evidence);
	char text[LINE_OCTETS + 1], id[17];
	struct textbuf summary, hex;

	textbuf_init(&summary, text, sizeof(text));
	line_summary(&summary, event);
	textbuf_init(&hex, id, sizeof(id));
	textbuf_hex(&hex, event->id, 16);

	put_text(&o, "type", "alert");
	put(&o, "time", jsonvalue_time(event->wall));
	put_text(&o, "alert", finding_kind_name(event->kind));
	put_state(&o, event);
	if (event->repeated)
		put(&o, "repeated", json_true());
	put_text(&o, "severity", finding_severity_name(event->severity));
	put_text(&o, "id", id);
	put_count(&o, "episode", event->episode);
	put(&o, "subject", jsonvalue_text(event->subject));
	put(&o, "summary", jsonvalue_text(textbuf_slice(&summary)));
	put_text(&o, "advice", catalog_advice(event));
	put_count(&o, "count", event->count);
	put(&o, "first_seen", jsonvalue_time(event->first_seen));
	put(&o, "last_seen", jsonvalue_time(event->last_seen));
	put_object(&o, "evidence", &evidence);
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
kinds_object(const uint64_t counts[FINDING_KINDS])
{
	struct object o = object_new();

	for (int i = 0; i < FINDING_KINDS; i++)
		if (counts[i] > 0)
			put_count(&o, finding_kind_name((enum finding_kind)i),
			    counts[i]);
	return o;
}

static struct object
clock_object(const struct summary_clock *c)
{
	struct object o = object_new();
	const unsigned decimals = summary_clock_decimals(c);
	char peer[64];
	struct textbuf t;

	textbuf_init(&t, peer, sizeof(peer));
	endpoint_address_write(&t, &c->peer);
	put_text(&o, "peer", peer);
	put(&o, "offset_s", jsonvalue_seconds(c->offset, decimals));
	put(&o, "uncertainty_s", jsonvalue_seconds(c->uncertainty, decimals));
	put_count(&o, "samples", c->samples);
	put(&o, "witnesses", list(slice_text(c->witnesses), jsonvalue_text));
	if (c->shape[0] != '\0')
		put_text(&o, "shape", c->shape);
	return o;
}

static void
put_clocks(struct object *o, const struct summary *s)
{
	json_t *array = json_array();

	for (size_t i = 0; i < s->clock_count; i++) {
		struct object clock = clock_object(&s->clocks[i]);

		if (json_array_append_new(array, clock.json) != 0)
			o->failed = true;
		o->failed = o->failed || clock.failed;
	}
	put(o, "clocks", array);
}

char *
jsonline_summary(const struct summary *s)
{
	struct object o = object_new();
	struct object drops = drops_object(s);
	struct object transactions = transactions_object(s);
	struct object not_watched = ports_object(s);
	struct object findings = kinds_object(s->findings);
	struct object alerts = kinds_object(s->alerts);

	put_text(&o, "type", "summary");
	if (s->last > 0)
		put(&o, "time", jsonvalue_time(s->wall));
	put_count(&o, "packets", s->packets);
	put_count(&o, "messages", s->messages);
	if (s->last > 0) {
		put(&o, "first", jsonvalue_time(s->first));
		put(&o, "last", jsonvalue_time(s->last));
	}
	put_object(&o, "drops", &drops);
	put_object(&o, "transactions", &transactions);
	put_object(&o, "not_watched", &not_watched);
	put_object(&o, "findings", &findings);
	put_object(&o, "alerts", &alerts);
	put_clocks(&o, s);
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
