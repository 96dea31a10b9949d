/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/fields.h"

#include "report/catalog.h"
#include "report/line.h"

const char *
fields_message_id(enum finding_kind kind, bool resolved)
{
	return finding_row(kind)->message_ids[resolved];
}

unsigned
fields_priority(enum finding_severity severity)
{
	return 2 + (unsigned)severity;
}

struct writer {
	fields_output *output;
	void *arg;
};

static void
text(const struct writer *w, const char *name, struct slice value)
{
	if (value.len > 0)
		w->output(w->arg, slice_text(name), value);
}

static void
value_write(struct textbuf *t, const struct evidence *e,
    const struct evidence_field *field)
{
	switch (field->type) {
	case EVIDENCE_TEXT:
	case EVIDENCE_LIST:
	case EVIDENCE_NUMBERS:
		textbuf_add_slice(
		    t, slice_of(e->store + field->text, field->text_len));
		break;
	case EVIDENCE_INTEGER:
		textbuf_int(t, field->number);
		break;
	case EVIDENCE_SECONDS:
		textbuf_seconds(t, field->number, field->decimals);
		break;
	case EVIDENCE_DECIMAL:
		textbuf_seconds(t, field->number * NSTIME_MS, 3);
		break;
	case EVIDENCE_TIME:
		textbuf_time(t, field->number);
		break;
	case EVIDENCE_BOOLEAN:
		textbuf_add(t, field->number != 0 ? "true" : "false");
		break;
	}
}

/* call_id and method are known to other programs under their own names. */
static void
name_write(struct textbuf *t, const char *name)
{
	const bool sip =
	    strcmp(name, "call_id") == 0 || strcmp(name, "method") == 0;

	textbuf_add(t, sip ? "SIP_" : "SIPTIMED_");
	for (; *name != '\0'; name++) {
		const char upper =
		    *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name;

		textbuf_add_slice(t, slice_of(&upper, 1));
	}
}

static void
evidence_write(const struct writer *w, const struct evidence *e)
{
	for (size_t i = 0; e != NULL && i < e->count; i++) {
		char name_store[64], value_store[EVIDENCE_JOINED + 1];
		struct textbuf name, value;

		textbuf_init(&name, name_store, sizeof(name_store));
		name_write(&name, e->fields[i].name);
		textbuf_init(&value, value_store, sizeof(value_store));
		value_write(&value, e, &e->fields[i]);
		text(w, name_store, textbuf_slice(&value));
	}
}

static void
message(struct textbuf *t, const struct alert_event *event)
{
	line_write(t, event);
}

static void
message_id(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(
	    t, fields_message_id(event->kind, event->state == ALERT_RESOLVED));
}

static void
priority(struct textbuf *t, const struct alert_event *event)
{
	textbuf_uint(t, fields_priority(event->severity));
}

static void
documentation(struct textbuf *t, const struct alert_event *event)
{
	(void)event;
	textbuf_add(t, "man:siptimed(8)");
}

static void
kind(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, finding_kind_name(event->kind));
}

static void
state(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, alert_state_name(event->state));
}

static void
reason(struct textbuf *t, const struct alert_event *event)
{
	if (event->state == ALERT_RESOLVED)
		textbuf_add(t, alert_reason_name(event->reason));
}

static void
id(struct textbuf *t, const struct alert_event *event)
{
	textbuf_hex(t, event->id, 16);
}

static void
incident(struct textbuf *t, const struct alert_event *event)
{
	if (event->incident != 0)
		textbuf_hex(t, event->incident, 16);
}

static void
episode(struct textbuf *t, const struct alert_event *event)
{
	textbuf_uint(t, event->episode);
}

static void
subject(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add_slice(t, event->subject);
}

static void
count(struct textbuf *t, const struct alert_event *event)
{
	textbuf_uint(t, event->count);
}

static void
severity(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, finding_severity_name(event->severity));
}

static void
repeated(struct textbuf *t, const struct alert_event *event)
{
	if (event->repeated)
		textbuf_add(t, "true");
}

static void
observer(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add_slice(t, event->observer);
}

/* clang-format off */
static const struct fields_row rows[] = {
	{ "MESSAGE", "the text line", message },
	{ "MESSAGE_ID", "fixed for each kind, one for raised and refreshed "
	    "alerts, one for resolved ones", message_id },
	{ "PRIORITY", "as in syslog(3): critical 2, error 3, warning 4, notice "
	    "5, info 6", priority },
	{ "DOCUMENTATION", "the man page", documentation },
	{ "SIPTIMED_ALERT", "the kind, alert in JSON", kind },
	{ "SIPTIMED_STATE", "state in JSON", state },
	{ "SIPTIMED_REASON", "reason in JSON", reason },
	{ "SIPTIMED_ID", "id in JSON", id },
	{ "SIPTIMED_INCIDENT", "incident in JSON", incident },
	{ "SIPTIMED_EPISODE", "episode in JSON", episode },
	{ "SIPTIMED_SUBJECT", "subject in JSON", subject },
	{ "SIPTIMED_COUNT", "count in JSON", count },
	{ "SIPTIMED_SEVERITY", "severity in JSON", severity },
	{ "SIPTIMED_REPEATED", "repeated in JSON", repeated },
	{ "SIPTIMED_OBSERVER", "observer in JSON", observer },
	{ NULL, NULL, NULL },
};
/* clang-format on */

const struct fields_row *
fields_rows(void)
{
	return rows;
}

void
fields_write(const struct alert_event *event, fields_output *output, void *arg)
{
	const struct writer w = { .output = output, .arg = arg };

	for (const struct fields_row *row = rows; row->name != NULL; row++) {
		char store[LINE_OCTETS + 1];
		struct textbuf t;

		textbuf_init(&t, store, sizeof(store));
		row->write(&t, event);
		text(&w, row->name, textbuf_slice(&t));
	}
	evidence_write(&w, event->evidence);
}
