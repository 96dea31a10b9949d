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
number(const struct writer *w, const char *name, uint64_t value)
{
	char store[24];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_uint(&t, value);
	text(w, name, textbuf_slice(&t));
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
		char name_store[64], value_store[EVIDENCE_VALUE + 1];
		struct textbuf name, value;

		textbuf_init(&name, name_store, sizeof(name_store));
		name_write(&name, e->fields[i].name);
		textbuf_init(&value, value_store, sizeof(value_store));
		value_write(&value, e, &e->fields[i]);
		text(w, name_store, textbuf_slice(&value));
	}
}

void
fields_write(const struct alert_event *event, fields_output *output, void *arg)
{
	const struct writer w = { .output = output, .arg = arg };
	const bool resolved = event->state == ALERT_RESOLVED;
	char store[LINE_OCTETS + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	line_write(&t, event);
	text(&w, "MESSAGE", textbuf_slice(&t));
	text(&w, "MESSAGE_ID",
	    slice_text(fields_message_id(event->kind, resolved)));
	number(&w, "PRIORITY", fields_priority(event->severity));
	text(&w, "DOCUMENTATION", slice_text("man:siptimed(8)"));
	text(&w, "SIPTIMED_ALERT", slice_text(finding_kind_name(event->kind)));
	text(&w, "SIPTIMED_STATE", slice_text(alert_state_name(event->state)));
	if (resolved)
		text(&w, "SIPTIMED_REASON",
		    slice_text(alert_reason_name(event->reason)));
	textbuf_init(&t, store, sizeof(store));
	textbuf_hex(&t, event->id, 16);
	text(&w, "SIPTIMED_ID", textbuf_slice(&t));
	number(&w, "SIPTIMED_EPISODE", event->episode);
	text(&w, "SIPTIMED_SUBJECT", event->subject);
	number(&w, "SIPTIMED_COUNT", event->count);
	text(&w, "SIPTIMED_SEVERITY",
	    slice_text(finding_severity_name(event->severity)));
	if (event->repeated)
		text(&w, "SIPTIMED_REPEATED", slice_text("true"));
	evidence_write(&w, event->evidence);
}
