/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/certtext.h"

#include "base/calendar.h"
#include "report/inner/phrase.h"

enum {
	DATE_OCTETS = 20,
	DAY_END = 10,     /* of 2011-01-20T18:22:00 */
	MINUTES_END = 16, /* likewise */
	SHA256_SHOWN = 16
};

/* "server certificate of 10.0.0.21:5062 (CN=edge.example.com)" */
static void
add_certificate(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const char *name =
	    evidence_get(e, "subject").len > 0 ? "subject" : "san";

	phrase_field(t, e, "role", "");
	textbuf_add(t, evidence_get(e, "role").len > 0 ? " " : "");
	textbuf_add(t, evidence_number(e, "depth", 0) > 0 ? "CA " : "");
	textbuf_add(t, "certificate of ");
	phrase_value(t, event->subject);
	if (evidence_get(e, name).len == 0)
		return;
	textbuf_add(t, " (");
	phrase_field(t, e, name, "");
	textbuf_add(t, ")");
}

/* Counted in days since 1970. */
static int64_t
day_of(nstime wall)
{
	const nstime day = CALENDAR_DAY_S * NSTIME_S;

	return wall / day - (wall % day < 0);
}

static const char *
day_name(nstime date, nstime today)
{
	const int64_t days = day_of(date) - day_of(today);

	return days == 0 ? "today"
	    : days == 1  ? "tomorrow"
	    : days == -1 ? "yesterday"
			 : NULL;
}

/* "tomorrow 18:22 UTC", "on 2011-01-20 18:22 UTC"; a date that no clock of ours
 * can hold is text already. */
static void
add_date(struct textbuf *t, const struct alert_event *event, const char *name,
    const char *on)
{
	const struct evidence_field *field =
	    evidence_find(event->evidence, name);
	const bool is_time = field != NULL && field->type == EVIDENCE_TIME;
	char store[DATE_OCTETS + 1];
	struct textbuf date;
	const char *day = NULL;

	textbuf_init(&date, store, sizeof(store));
	if (is_time) {
		textbuf_time(&date, field->number);
		day = day_name(field->number, event->last_seen);
	} else {
		textbuf_add_slice(&date, evidence_get(event->evidence, name));
	}
	if (date.len < MINUTES_END)
		return;
	textbuf_add(t, day == NULL ? on : day);
	if (day == NULL)
		textbuf_add_slice(
		    t, slice_first(textbuf_slice(&date), DAY_END));
	textbuf_add(t, " ");
	textbuf_add_slice(
	    t, slice_between(textbuf_slice(&date), DAY_END + 1, MINUTES_END));
	textbuf_add(t, " UTC");
}

/* The distance of the date from the latest handshake.  Nothing if that is more
 * than nstime can hold. */
static void
add_distance(struct textbuf *t, const struct alert_event *event,
    const char *name, const char *before, const char *after)
{
	const struct evidence_field *field =
	    evidence_find(event->evidence, name);
	nstime distance;

	if (field == NULL || field->type != EVIDENCE_TIME ||
	    __builtin_sub_overflow(
		field->number, event->last_seen, &distance) ||
	    distance == INT64_MIN)
		return;
	textbuf_add(t, before);
	phrase_span(t, nstime_magnitude(distance));
	textbuf_add(t, after);
}

/* The clock is wrong and not the certificate, so it comes first. */
static void
invalid_by_peer_clock(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const bool is_client = slice_is(evidence_get(e, "role"), "client");
	const bool behind = evidence_number(e, "peer_offset_s", 0) < 0;

	textbuf_add(t, "the clock of ");
	if (is_client) {
		textbuf_add(t, "server ");
		phrase_field(t, e, "server", "unknown");
	} else {
		textbuf_add(t, "client ");
		phrase_field(t, e, "client", "unknown");
	}
	textbuf_add(t, " is ");
	phrase_offset(t, evidence_number(e, "peer_offset_s", 0));
	textbuf_add(t, behind ? " behind" : " ahead");
	textbuf_add(t, ", so it rejects the valid ");
	add_certificate(t, event);
	textbuf_add(
	    t, behind ? " as not yet valid (before " : " as expired (since ");
	add_date(t, event, behind ? "not_before" : "not_after", "");
	textbuf_add(t, ")");
}

/* Classes described by one date and the distance to it. */
static const struct {
	const char *class, *says, *on, *date, *before, *after;
} classes[] = {
	{ "expired", " expired ", "on ", "not_after", " (", " ago)" },
	{ "not_yet_valid", " is not valid until ", "", "not_before", NULL,
	    NULL },
	{ "expiring", " expires ", "on ", "not_after", " (in ", ")" },
};

static void
add_class(struct textbuf *t, const struct alert_event *event)
{
	const struct slice class = evidence_get(event->evidence, "class");

	add_certificate(t, event);
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!slice_is(class, classes[i].class))
			continue;
		textbuf_add(t, classes[i].says);
		add_date(t, event, classes[i].date, classes[i].on);
		if (classes[i].before != NULL)
			add_distance(t, event, classes[i].date,
			    classes[i].before, classes[i].after);
	}
}

static void
certificate(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const bool by_peer =
	    slice_is(evidence_get(e, "class"), "invalid_by_peer_clock");

	if (by_peer)
		invalid_by_peer_clock(t, event);
	else
		add_class(t, event);
	if (!by_peer && slice_is(evidence_get(e, "role"), "client")) {
		textbuf_add(t, "; shown to ");
		phrase_field(t, e, "server", "its server");
	}
	if (event->count > 1) {
		textbuf_add(t, "; ");
		phrase_count(t, event->count, "time");
		textbuf_add(t, " since ");
		textbuf_time_of_day(t, event->first_seen);
	}
	textbuf_add(t, "; issued by ");
	phrase_field(t, e, "issuer", "nobody");
	textbuf_add(t, "; SHA-256 ");
	textbuf_add_slice(
	    t, slice_first(evidence_get(e, "sha256"), SHA256_SHOWN));
}

static void
certificate_label(struct textbuf *t, const struct alert_event *event)
{
	add_certificate(t, event);
}

static const struct kindtext_class certificate_classes[] = {
	{ "not_yet_valid",
	    "check the clock of the CA that issued it, and this host's own; "
	    "else wait, or issue it anew" },
	{ "expiring",
	    "renew it before that date, and restart the service that shows "
	    "it" },
	{ "invalid_by_peer_clock",
	    "set that host's clock; the certificate itself is good" },
	{ .class = NULL },
};

const struct kindtext certtext_certificate = {
	.catalog = {
		.summary = "a certificate is outside its dates, or soon will be",
		.advice = "renew the certificate there and restart the service "
			  "that shows it",
		.text =
"A TLS handshake in clear (up to TLS 1.2; later ones hide it) showed a\n"
"certificate whose dates do not fit: the server's or the client's (mutual\n"
"TLS), or any other of the chain it sent.  Peers that check it refuse the\n"
"connection, and SIP on it stands still.\n"
"\n"
"The class tells how: expired, not_yet_valid, expiring (within 14 days,\n"
"unless configured otherwise, or the last quarter of a short life), and\n"
"invalid_by_peer_clock: good by the clock of this host, but outside its\n"
"dates by the clock of the host it is shown to, as that host's own\n"
"messages tell it.  Then nothing is wrong with the certificate: that\n"
"host's clock is.\n"
"\n"
"Check in this order:\n"
"\n"
"1. Several certificates at once that are expired, or not yet valid:\n"
"   doubt a clock first, this host's included (see clock-skew and\n"
"   local-clock).\n"
"2. Renew what expires, on every server of the pool, and assign it to the\n"
"   service; a certificate in the store that no service uses helps\n"
"   nobody.  Then restart that service.\n"
"3. A CA certificate (depth 1 and up): put the new one into the chain the\n"
"   server sends, and into the store of every host that checks it.\n"
"4. A certificate is not yet valid if the clock of its CA is ahead, or if\n"
"   it was installed before its time: set that clock right and issue it\n"
"   anew, or wait.\n"
"\n"
"Names are shown and never judged: on the A/V authentication port (5062)\n"
"of an Edge server the certificate's name does not matter, its key only\n"
"signs credentials.\n",
	},
	.classes = certificate_classes,
	.trouble = certificate,
	.label = certificate_label,
	.healthy = "a good one stands there now",
};
