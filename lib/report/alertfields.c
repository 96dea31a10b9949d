/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/alertfields.h"

#include "report/catalog.h"
#include "report/inner/jsonevidence.h"
#include "report/jsonvalue.h"
#include "report/line.h"

static json_t *
text_of(const char *text)
{
	return jsonvalue_text(slice_text(text));
}

static json_t *
type(const struct alert_event *event)
{
	(void)event;
	return json_string("alert");
}

static json_t *
time_of(const struct alert_event *event)
{
	return jsonvalue_time(event->wall);
}

static json_t *
kind(const struct alert_event *event)
{
	return text_of(finding_kind_name(event->kind));
}

static json_t *
state(const struct alert_event *event)
{
	return text_of(alert_state_name(event->state));
}

static bool
is_resolved(const struct alert_event *event)
{
	return event->state == ALERT_RESOLVED;
}

static json_t *
reason(const struct alert_event *event)
{
	return text_of(alert_reason_name(event->reason));
}

static json_t *
duration(const struct alert_event *event)
{
	return jsonvalue_seconds(event->duration, 1);
}

static bool
is_folded(const struct alert_event *event)
{
	return event->folded;
}

static json_t *
folded(const struct alert_event *event)
{
	return json_boolean(event->folded);
}

static bool
is_repeated(const struct alert_event *event)
{
	return event->repeated;
}

static json_t *
repeated(const struct alert_event *event)
{
	return json_boolean(event->repeated);
}

static json_t *
severity(const struct alert_event *event)
{
	return text_of(finding_severity_name(event->severity));
}

static json_t *
id_of(uint64_t id)
{
	char store[17];
	struct textbuf hex;

	textbuf_init(&hex, store, sizeof(store));
	textbuf_hex(&hex, id, 16);
	return json_string(store);
}

static json_t *
id(const struct alert_event *event)
{
	return id_of(event->id);
}

static bool
has_joined(const struct alert_event *event)
{
	return event->state == ALERT_JOINED;
}

static json_t *
successor(const struct alert_event *event)
{
	return id_of(event->successor);
}

static bool
is_part(const struct alert_event *event)
{
	return event->incident != 0;
}

static json_t *
incident(const struct alert_event *event)
{
	return id_of(event->incident);
}

static json_t *
episode(const struct alert_event *event)
{
	return jsonvalue_count(event->episode);
}

static json_t *
subject(const struct alert_event *event)
{
	return jsonvalue_text(event->subject);
}

static json_t *
summary(const struct alert_event *event)
{
	char store[LINE_OCTETS + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	line_summary(&t, event);
	return jsonvalue_text(textbuf_slice(&t));
}

static json_t *
advice(const struct alert_event *event)
{
	return text_of(catalog_advice(event));
}

static json_t *
count(const struct alert_event *event)
{
	return jsonvalue_count(event->count);
}

static json_t *
first_seen(const struct alert_event *event)
{
	return jsonvalue_time(event->first_seen);
}

static json_t *
last_seen(const struct alert_event *event)
{
	return jsonvalue_time(event->last_seen);
}

static bool
has_observer(const struct alert_event *event)
{
	return event->observer.len > 0;
}

static json_t *
observer(const struct alert_event *event)
{
	return jsonvalue_text(event->observer);
}

static json_t *
evidence(const struct alert_event *event)
{
	return jsonevidence(event->evidence);
}

/* clang-format off */
static const struct alertfields_row rows[] = {
	{ "type", "text", "always \"alert\"", NULL, NULL, type },
	{ "time", "time", "when this state was reached, by the packets' clock",
	    NULL, NULL, time_of },
	{ "alert", "text", "the kind of alert, a section of siptimed(8)",
	    NULL, NULL, kind },
	{ "state", "text", "raised, refreshed (it goes on), resolved, or "
	    "joined (it goes on in another alert, or in an incident)",
	    NULL, NULL, state },
	{ "successor", "text", "the id of the alert in which it goes on",
	    "if joined", has_joined, successor },
	{ "reason", "text", "healthy (it was seen to work again), quiet "
	    "(nothing more of it was seen for long), superseded (another alert "
	    "follows) or withdrawn (a late answer disproved it)",
	    "if resolved", is_resolved, reason },
	{ "duration_s", "seconds", "from raised to resolved",
	    "if resolved", is_resolved, duration },
	{ "folded", "boolean", "there are more alerts of this kind than are "
	    "told one by one: this one stands for the rest", "if true",
	    is_folded, folded },
	{ "repeated", "boolean", "the alert was sent before a restart, but "
	    "perhaps not delivered", "if true", is_repeated, repeated },
	{ "severity", "text", "critical, error, warning, notice or info; notice "
	    "if resolved", NULL, NULL, severity },
	{ "id", "text", "16 hexadecimal digits: the same for one trouble in "
	    "every episode, after a restart, on every machine",
	    NULL, NULL, id },
	{ "incident", "text", "the id of the incident that it is a part of",
	    "if it is one", is_part, incident },
	{ "episode", "number", "how often this trouble was raised, from 1",
	    NULL, NULL, episode },
	{ "subject", "text", "the server, host or interface that the alert is "
	    "about", NULL, NULL, subject },
	{ "summary", "text", "one sentence for people, as in the text line",
	    NULL, NULL, summary },
	{ "advice", "text", "what to check first", NULL, NULL, advice },
	{ "count", "number", "findings of this episode so far",
	    NULL, NULL, count },
	{ "first_seen", "time", "the first packet of this trouble",
	    NULL, NULL, first_seen },
	{ "last_seen", "time", "the latest finding of this episode",
	    NULL, NULL, last_seen },
	{ "observer", "text", "the name of the host that saw it",
	    "if interfaces are watched", has_observer, observer },
	{ "evidence", "object", "the facts, by the kind of alert: see EVIDENCE",
	    NULL, NULL, evidence },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct alertfields_row *
alertfields_rows(void)
{
	return rows;
}
