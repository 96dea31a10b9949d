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

static void
zone_change_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "time zone of ");
	phrase_value(t, event->subject);
}

static void
zone_change(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	zone_change_label(t, event);
	textbuf_add(t, " was changed from ");
	add_zone(t, evidence_number(e, "from_min", 0));
	textbuf_add(t, " to ");
	add_zone(t, evidence_number(e, "to_min", 0));
	textbuf_add(t, ", while its UTC was not; harmless alone");
	textbuf_add(t, "; at ");
	textbuf_time_of_day(t, event->last_seen);
}

static void
witness_conflict_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "the clocks of ");
	phrase_value(t, event->subject);
}

/* "-3600.4" as people say it: 1 h behind. */
static void
add_offset(struct textbuf *t, struct slice number)
{
	const bool behind = slice_starts_with(number, "-");
	const struct slice size = slice_after(number, behind);
	const size_t point = slice_index(size, '.');
	uint64_t whole, tenths = 0;

	slice_decimal(slice_after(size, point + 1), 9, &tenths);
	if (slice_decimal(
		slice_first(size, point), INT64_MAX / NSTIME_S - 1, &whole)) {
		if (whole == 0) {
			textbuf_add(t, "right");
			return;
		}
		phrase_offset(t,
		    (nstime)whole * NSTIME_S +
			(nstime)tenths * 100 * NSTIME_MS);
	} else {
		phrase_value(t, size);
		textbuf_add(t, " s");
	}
	textbuf_add(t, behind ? " behind" : " ahead");
}

static void
witness_conflict(struct textbuf *t, const struct alert_event *event)
{
	struct slice names = evidence_get(event->evidence, "witnesses");
	struct slice offsets = evidence_get(event->evidence, "offsets_s");
	const char *before = " contradict each other: ";

	witness_conflict_label(t, event);
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

static void
stale_date_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "refusals for the time by ");
	phrase_value(t, event->subject);
}

static void
add_sip(struct textbuf *t, const struct evidence *e)
{
	const int64_t status = evidence_number(e, "status", 0);
	const int64_t id = evidence_number(e, "diagnostic_id", 0);
	const bool refused = status == 0 || status >= 400;

	textbuf_add(t, refused ? " refused " : " told ");
	phrase_field(t, e, "client", "a client");
	textbuf_add(t,
	    refused ? " for the time: " : " that its request is out of date: ");
	textbuf_int(t, status);
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
	phrase_span(t, nstime_magnitude(ahead));
	textbuf_add(t, ahead < 0 ? " behind" : " ahead of");
	textbuf_add(t, " its own");
}

static void
stale_date(struct textbuf *t, const struct alert_event *event)
{
	phrase_value(t, event->subject);
	if (evidence_find(event->evidence, "krb_error") != NULL)
		add_kerberos(t, event->evidence);
	else
		add_sip(t, event->evidence);
	phrase_since(t, event->first_seen);
}

const struct kindtext witnesstext_zone_change = {
	.catalog = {
		.summary = "the time zone of a host was changed",
		.advice = "see who or what changed the zone there, and whether "
			  "its services follow",
		.text =
"An old file server tells its time zone when a client connects (SMB1),\n"
"and that changed, while the host's UTC stayed what it was.  Its clock is\n"
"not wrong, and most programs do not care.\n"
"\n"
"Some do: services that read the zone only when they start, that compute\n"
"UTC from local time, or that a script set up with local times.  So it is\n"
"told, as a notice: if transactions time out or clocks jump at the same\n"
"moment, this is the first suspect.\n"
"\n"
"Twice a year it is daylight saving, and then all hosts change together.\n"
"Otherwise ask what ran on that host at that minute: an image, a group\n"
"policy, a location service, an update of the zone tables.\n",
	},
	.trouble = zone_change,
	.label = zone_change_label,
	.healthy = "its zone is what it was",
};

const struct kindtext witnesstext_witness_conflict = {
	.catalog = {
		.summary = "two clocks of one host contradict each other",
		.advice = "find out which of them is wrong, and whether one address "
			  "hides several hosts",
		.text =
"One address tells the time in several protocols (Date in SIP, NTP,\n"
"Kerberos, SMB, TLS, NTLM), and what they tell differs by more than their\n"
"precision, again and again and in the same minutes.  The host's clock is\n"
"not their average: it is judged by those that agree and weigh most, or\n"
"not at all where both sides weigh the same.\n"
"\n"
"Usual causes, the likeliest first:\n"
"\n"
"1. A program makes its own time: local time labelled GMT, or a zone that\n"
"   was read when it was started.  Restart it, then see its zone.\n"
"2. Several hosts stand behind the address (NAT, a load balancer, a\n"
"   virtual address that moved), and one of them is wrong.  See each by\n"
"   itself.\n"
"3. A virtual machine or container keeps a clock apart from the host's.\n",
	},
	.trouble = witness_conflict,
	.label = witness_conflict_label,
	.healthy = "they agree again",
};

const struct kindtext witnesstext_stale_date = {
	.catalog = {
		.summary = "a request was refused for the time it bore",
		.advice = "compare the clocks of both sides; the one that others "
			  "contradict is wrong",
		.text =
"A protocol itself says that two clocks are too far apart.  That is no\n"
"estimate of this program's but the word of the server that refused.\n"
"\n"
"In SIP: 403 Stale Date (STIR allows 60 s), or a Microsoft server's\n"
"ms-diagnostics 1013 (time skew during authentication: 5 min for\n"
"Kerberos, 15 min for NTLM) and 1020 with DATE_SKEWED (an Edge and a\n"
"Front End differ).  In Kerberos: error 37, clock skew too great, three\n"
"times to one client that had no success after at the same server; once\n"
"is nothing, since clients correct themselves.\n"
"\n"
"Check in this order:\n"
"\n"
"1. Is one of the two accused by clock-skew?  Then it is that one.  A\n"
"   client that other domain controllers serve is right, and the one\n"
"   that refuses it is not.\n"
"2. The time in UTC of both, the client's first: the server has usually\n"
"   many clients, and refuses only this one.\n"
"3. The way a domain gets its time: the domain controller that holds the\n"
"   PDC role, and what that one asks.\n",
	},
	.trouble = stale_date,
	.label = stale_date_label,
	.noun = "refusal",
	.healthy = "nobody is refused any more",
};
