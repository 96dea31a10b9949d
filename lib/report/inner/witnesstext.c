/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/witnesstext.h"

#include "report/inner/phrase.h"

/* Minutes east of UTC as UTC+5:30. */
static void
add_zone(struct textbuf *t, int64_t minutes)
{
	const int64_t size = minutes < 0 ? -minutes : minutes;

	textbuf_add(t, minutes < 0 ? "UTC-" : "UTC+");
	textbuf_int(t, size / 60);
	if (size % 60 == 0)
		return;
	textbuf_add(t, size % 60 < 10 ? ":0" : ":");
	textbuf_int(t, size % 60);
}

void
witnesstext_zone_change_label(
    struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "time zone of ");
	phrase_value(t, event->subject);
}

void
witnesstext_zone_change(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	witnesstext_zone_change_label(t, event);
	textbuf_add(t, " was changed from ");
	add_zone(t, evidence_number(e, "from_min", 0));
	textbuf_add(t, " to ");
	add_zone(t, evidence_number(e, "to_min", 0));
	textbuf_add(t, ", while its UTC was not; harmless alone");
	textbuf_add(t, "; at ");
	textbuf_time_of_day(t, event->last_seen);
}

void
witnesstext_witness_conflict_label(
    struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "witnesses of the clock of ");
	phrase_value(t, event->subject);
}

/* "-3600.4" as people say it. */
static void
add_offset(struct textbuf *t, struct slice number)
{
	const bool behind = slice_starts_with(number, "-");

	phrase_value(t, slice_after(number, behind));
	textbuf_add(t, behind ? " s behind" : " s ahead");
}

void
witnesstext_witness_conflict(struct textbuf *t, const struct alert_event *event)
{
	struct slice names = evidence_get(event->evidence, "witnesses");
	struct slice offsets = evidence_get(event->evidence, "offsets_s");
	const char *before = " contradict each other: ";

	witnesstext_witness_conflict_label(t, event);
	if (names.len == 0)
		textbuf_add(t, " contradict each other");
	while (names.len > 0) {
		const size_t name = slice_index(names, ',');
		const size_t offset = slice_index(offsets, ',');

		textbuf_add(t, before);
		phrase_witness(t, slice_first(names, name));
		textbuf_add(t, " is ");
		add_offset(t, slice_first(offsets, offset));
		names = slice_after(names, name + 1);
		offsets = slice_after(offsets, offset + 1);
		before = ", ";
	}
	phrase_since(t, event->first_seen);
}

void
witnesstext_stale_date_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "refusals for the time by ");
	phrase_value(t, event->subject);
}

static void
add_sip(struct textbuf *t, const struct evidence *e)
{
	const int64_t id = evidence_number(e, "diagnostic_id", 0);

	textbuf_add(t, " refused ");
	phrase_field(t, e, "client", "a client");
	textbuf_add(t, " for the time: ");
	textbuf_int(t, evidence_number(e, "status", 0));
	if (id != 0) {
		textbuf_add(t, ", ms-diagnostics ");
		textbuf_int(t, id);
	}
	if (evidence_get(e, "reason").len > 0) {
		textbuf_add(t, " \"");
		phrase_field(t, e, "reason", "");
		textbuf_add(t, "\"");
	}
}

static void
add_kerberos(struct textbuf *t, const struct evidence *e)
{
	const nstime server = evidence_number(e, "server_time", 0);
	const nstime client = evidence_number(e, "client_time", server);
	nstime ahead;

	textbuf_add(t, " keeps refusing ");
	phrase_field(t, e, "client", "a client");
	textbuf_add(t, " for its clock (Kerberos error ");
	textbuf_int(t, evidence_number(e, "krb_error", 0));
	textbuf_add(t, ")");
	if (evidence_find(e, "client_time") == NULL ||
	    __builtin_sub_overflow(client, server, &ahead) ||
	    ahead == INT64_MIN)
		return;
	textbuf_add(t, ", which is ");
	phrase_span(t, ahead < 0 ? -ahead : ahead);
	textbuf_add(t, ahead < 0 ? " behind" : " ahead of");
	textbuf_add(t, " its own");
}

void
witnesstext_stale_date(struct textbuf *t, const struct alert_event *event)
{
	phrase_value(t, event->subject);
	if (evidence_find(event->evidence, "krb_error") != NULL)
		add_kerberos(t, event->evidence);
	else
		add_sip(t, event->evidence);
	phrase_since(t, event->first_seen);
}
