/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/fields.h"

#include "report/catalog.h"
#include "report/line.h"

/* Raised and refreshed; resolved. */
static const char *const message_ids[FINDING_KINDS][2] = {
	[FINDING_TRANSACTION_TIMEOUT] = { "3ceaaf30814248ea91d93080f9b439fc",
	    "9dfb369bab134faea27655daa05f1119" },
	[FINDING_SLOW_TRANSACTION] = { "6301bbfca0c5454e8ff9bb510944fe0c",
	    "6fced11d2bd841e6847a8387cdde8d51" },
	[FINDING_CLOCK_SKEW] = { "3a124c647e024f05b7c1dce27f7695f5",
	    "66080f174c9648e29cbd0ba3a1a6bcde" },
	[FINDING_LOCAL_CLOCK] = { "b120a366f0bb49cf82f2dc05873f9bd0",
	    "78b7d0ac84774ce08e4cda11b43c589b" },
	[FINDING_VISIBILITY] = { "2330fcf1562a44b888668d77e827062c",
	    "c1acc9906424450aa36bf9b3ddcb369d" },
	[FINDING_ZONE_CHANGE] = { "32833106536e45df80b2d002cc92d33d",
	    "f08db22fd293456ab170fab23d90fbac" },
	[FINDING_WITNESS_CONFLICT] = { "f3faa8e879ea47238ad5cfbc1d74bd1c",
	    "3ce1268c9c8042e3bfec3fee8ed2305d" },
	[FINDING_CONNECTION_FAILURE] = { "a93f32a9a17241028e4edc90253d9e30",
	    "47aa2dbad9e24c8d809f001680289e32" },
	[FINDING_SILENT_PEER] = { "7f453a0ef5094b4f95de6e91074206e2",
	    "30f47f35d0384cfb8add40e92c34bf1c" },
	[FINDING_CERTIFICATE] = { "63783933d5f04510bf6af8af81df6383",
	    "1e07ea63524c498f94dc77a72ed0d50a" },
	[FINDING_STALE_DATE] = { "42a68fecc75a43c48d0d866b16519537",
	    "39c0d03234794347b83bea5c88b224f0" },
};

const char *
fields_message_id(enum finding_kind kind, bool resolved)
{
	return message_ids[kind][resolved ? 1 : 0];
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
