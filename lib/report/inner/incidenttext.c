/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/incidenttext.h"

#include "report/inner/phrase.h"

/* Octets that the reasons may fill a line to: the advice comes after them. */
enum { ROOM_FOR_REASONS = 640, WIDTH = 11 };

static bool
is_cause(const struct evidence *e, const char *cause)
{
	return slice_is(evidence_get(e, "cause"), cause);
}

static int64_t
count_of(const struct evidence *e, const char *name)
{
	const int64_t n = evidence_number(e, name, 0);

	return n < 0 ? 0 : n;
}

static void
add_role(struct textbuf *t, const struct evidence *e)
{
	const struct slice role = evidence_get(e, "role");

	if (slice_is(role, "front_end"))
		textbuf_add(t, "Front End ");
	else if (slice_is(role, "edge"))
		textbuf_add(t, "Edge ");
}

static void
add_pool(struct textbuf *t, const struct evidence *e)
{
	const int64_t members = count_of(e, "pool_members");
	const int64_t well = count_of(e, "pool_well");

	if (evidence_get(e, "pool").len == 0)
		return;
	textbuf_add(t, " (pool \"");
	phrase_field(t, e, "pool", "");
	textbuf_add(t, "\"");
	if (well > 0) {
		textbuf_add(t, ": ");
		textbuf_int(t, well);
		textbuf_add(t, " of ");
		textbuf_int(t, members);
		textbuf_add(t, " members are well");
	}
	textbuf_add(t, ")");
}

/* The mistakes that produce such offsets. */
static const struct {
	const char *shape, *text;
} shapes[] = {
	{ "dst", ", as time zone or daylight saving makes it" },
	{ "timezone", ", as a wrong time zone makes it" },
	{ "days", ", as a wrong date makes it" },
	{ "date_swapped", ", as day and month swapped make it" },
	{ "year", ", as a wrong year makes it" },
	{ "epoch", ": it was never set" },
	{ "gps_week", ", as a GPS week rollover makes it" },
};

static void
add_shape(struct textbuf *t, const struct evidence *e)
{
	const struct slice shape = evidence_get(e, "shape");

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (slice_is(shape, shapes[i].shape))
			textbuf_add(t, shapes[i].text);
}

/* Lists are stored without blanks after their commas. */
static void
add_list(struct textbuf *t, struct slice list, size_t most, const char *between)
{
	for (size_t i = 0; list.len > 0 && i < most; i++) {
		const size_t comma = slice_index(list, ',');

		if (i > 0)
			textbuf_add(t, between);
		textbuf_add_slice(t, slice_first(list, comma));
		list = slice_after(list, comma + 1);
	}
	if (list.len > 0)
		textbuf_add(t, between);
	if (list.len > 0)
		textbuf_add(t, "..");
}

static void
add_clock_owner(struct textbuf *t, const struct evidence *e)
{
	const int64_t peers = count_of(e, "peer_count");

	if (peers > 1) {
		textbuf_add(t, "clocks of ");
		phrase_count(t, (uint64_t)peers, "host");
		textbuf_add(t, " (");
		add_list(t, evidence_get(e, "peers"), 4, ", ");
		textbuf_add(t, ")");
	} else {
		textbuf_add(t, "clock of ");
		add_role(t, e);
		phrase_field(t, e, "peer", "a host");
		add_pool(t, e);
	}
}

static void
add_offset(struct textbuf *t, const struct evidence *e)
{
	const nstime offset = evidence_number(e, "offset_s", 0);

	textbuf_add(t, count_of(e, "peer_count") > 1 ? " are " : " is ");
	phrase_offset(t, nstime_magnitude(offset));
	textbuf_add(t, offset < 0 ? " behind" : " ahead");
	if (count_of(e, "peer_count") > 1)
		textbuf_add(t, " alike");
	add_shape(t, e);
}

/* "2 requests without an answer and 3 failed connections" */
static void
add_damage(struct textbuf *t, const struct evidence *e)
{
	const int64_t requests = count_of(e, "timeouts");
	const int64_t connections = count_of(e, "connections_failed");

	if (requests > 0) {
		phrase_count(t, (uint64_t)requests, "request");
		textbuf_add(t, " without an answer");
	}
	if (requests > 0 && connections > 0)
		textbuf_add(t, " and ");
	if (connections > 0)
		phrase_count(t, (uint64_t)connections, "failed connection");
	if (requests == 0 && connections == 0)
		textbuf_add(t, "refusals");
}

static void
add_server(struct textbuf *t, const struct evidence *e)
{
	const int64_t others = count_of(e, "other_servers");

	if (evidence_get(e, "server").len == 0)
		return;
	textbuf_add(t, " at ");
	phrase_field(t, e, "server", "");
	if (others > 0) {
		textbuf_add(t, " and ");
		phrase_count(t, (uint64_t)others, "other server");
	}
}

/* How long before the first failure the clock stepped, or after it. */
static bool
add_order(struct textbuf *t, const struct evidence *e, const char *before)
{
	const nstime stepped = evidence_number(e, "stepped_at", NSTIME_NEVER);
	const nstime failed = evidence_number(e, "failed_at", NSTIME_NEVER);
	const nstime step = evidence_number(e, "step_s", 0);

	if (stepped == NSTIME_NEVER || failed == NSTIME_NEVER)
		return false;
	textbuf_add(t, before);
	phrase_span(t, nstime_magnitude(failed - stepped));
	textbuf_add(t,
	    failed >= stepped ? " before the first failure the clock stepped "
			      : " after the first failure the clock stepped ");
	textbuf_add(t, step < 0 ? "back by " : "forward by ");
	phrase_offset(t, nstime_magnitude(step));
	return true;
}

static void
add_reasons(struct textbuf *t, const struct evidence *e, const char *name,
    const char *before)
{
	const struct slice list = evidence_get(e, name);

	if (list.len == 0 || t->len + list.len > ROOM_FOR_REASONS)
		return;
	textbuf_add(t, before);
	add_list(t, list, SIZE_MAX, ", ");
}

static void
add_users(struct textbuf *t, const struct evidence *e)
{
	if (evidence_number(e, "mras", 0) != 0)
		textbuf_add(t, "; users see \"Limited External Calling\"");
}

/* Only the zone changed: the host's UTC stayed right. */
static void
add_zone(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(t, "time zone of ");
	add_role(t, e);
	phrase_field(t, e, "peer", "a host");
	add_pool(t, e);
	textbuf_add(t, " was changed and its UTC was not");
}

static void
clock(struct textbuf *t, const struct evidence *e)
{
	if (evidence_find(e, "offset_s") == NULL) {
		add_zone(t, e);
	} else {
		add_clock_owner(t, e);
		add_offset(t, e);
	}
	textbuf_add(t, "; this coincides with ");
	add_damage(t, e);
	add_server(t, e);
}

static void
relay(struct textbuf *t, const struct evidence *e)
{
	add_role(t, e);
	phrase_field(t, e, "server", "a server");
	textbuf_add(t, " fails ");
	phrase_count(t, (uint64_t)count_of(e, "clients"), "client");
	textbuf_add(t, ": ");
	add_damage(t, e);
}

static void
one(struct textbuf *t, const struct evidence *e)
{
	const int64_t others = count_of(e, "other_servers");

	add_role(t, e);
	phrase_field(t, e, "peer", "a host");
	add_pool(t, e);
	if (others > 0) {
		textbuf_add(t, " fails at ");
		phrase_count(t, (uint64_t)others + 1, "server");
		textbuf_add(t, " that fail nobody else: ");
		add_damage(t, e);
		return;
	}
	textbuf_add(t, " cannot reach ");
	phrase_field(t, e, "server", "a server");
	textbuf_add(t, ", which others reach: ");
	add_damage(t, e);
}

/* "of 2 domains to " */
static void
add_domains(
    struct textbuf *t, const char *before, int64_t count, const char *after)
{
	if (count > 0) {
		textbuf_add(t, before);
		phrase_count(t, (uint64_t)count, "domain");
	}
	textbuf_add(t, after);
}

static void
media(struct textbuf *t, const struct evidence *e)
{
	const struct slice direction = evidence_get(e, "direction");
	const int64_t domains = evidence_number(e, "domains", 0);

	textbuf_add(t, "calls ");
	if (slice_is(direction, "to"))
		add_domains(t, "of ", domains, " to ");
	else if (slice_is(direction, "from"))
		add_domains(t, "to ", domains, " from ");
	else
		textbuf_add(t, "to and from ");
	phrase_field(t, e, "domain", "one domain");
	textbuf_add(t, " are refused since media encryption does not match");
}

static const struct {
	const char *cause;
	void (*write)(struct textbuf *t, const struct evidence *e);
} causes[] = {
	{ "clock", clock },
	{ "relay_unreachable", relay },
	{ "one_cannot_reach", one },
	{ "media_encryption", media },
};

static void
add_cause(struct textbuf *t, const struct evidence *e)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (!is_cause(e, causes[i].cause))
			continue;
		causes[i].write(t, e);
		return;
	}
	textbuf_add(t, "several alerts have one suspected cause");
}

static void
incident(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	add_cause(t, e);
	phrase_since(t, evidence_number(e, "since", event->first_seen));
	add_order(t, e, "; ");
	add_users(t, e);
	add_reasons(t, e, "speaks_against", "; open: ");
}

/* A line of its own, its beginning as wide as those of the others. */
static unsigned
begin_line(struct textbuf *t, const char *head)
{
	textbuf_add(t, "  ");
	textbuf_add(t, head);
	for (size_t i = strlen(head); i < WIDTH; i++)
		textbuf_add(t, " ");
	return 1;
}

static unsigned
list_line(struct textbuf *t, const char *head, const struct evidence *e,
    const char *name)
{
	if (evidence_get(e, name).len == 0)
		return 0;
	begin_line(t, head);
	add_list(t, evidence_get(e, name), SIZE_MAX, "; ");
	textbuf_add(t, "\n");
	return 1;
}

static void
add_state(struct textbuf *t, const struct alert_event *event)
{
	const nstime since =
	    evidence_number(event->evidence, "since", event->first_seen);

	textbuf_add(t, "since ");
	textbuf_time_of_day(t, since);
	if (event->state == ALERT_RESOLVED) {
		textbuf_add(t, ", over after ");
		phrase_lasted(t, since, event);
	}
	if (evidence_number(event->evidence, "mras", 0) != 0)
		textbuf_add(
		    t, "; users see \"Limited External Calling\" meanwhile");
	textbuf_add(t, "\n");
}

unsigned
incidenttext_explain(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	unsigned lines = 2;

	add_cause(t, e);
	textbuf_add(t, "\n");
	begin_line(t, "when:");
	add_state(t, event);
	if (evidence_find(e, "stepped_at") != NULL &&
	    evidence_find(e, "failed_at") != NULL) {
		lines += begin_line(t, "first:");
		add_order(t, e, "");
		textbuf_add(t, "\n");
	}
	lines += list_line(t, "for it:", e, "speaks_for");
	lines += list_line(t, "open:", e, "speaks_against");
	lines += list_line(t, "to prove:", e, "prove");
	if (event->state == ALERT_RESOLVED)
		return lines;
	lines += begin_line(t, "do first:");
	textbuf_add(t, catalog_advice(event));
	textbuf_add(t, "\n");
	return lines;
}

static void
label(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const int64_t lost = count_of(e, "timeouts");

	if (is_cause(e, "clock")) {
		add_clock_owner(t, e);
	} else if (is_cause(e, "one_cannot_reach")) {
		add_role(t, e);
		phrase_value(t, event->subject);
		textbuf_add(t, " that could not reach others");
	} else if (is_cause(e, "media_encryption")) {
		textbuf_add(t, "media encryption with ");
		phrase_value(t, event->subject);
	} else {
		add_role(t, e);
		phrase_value(t, event->subject);
	}
	if (lost == 0)
		return;
	textbuf_add(t, " (");
	phrase_count(t, (uint64_t)lost, "transaction");
	textbuf_add(t, " lost)");
}

static const struct {
	const char *cause, *advice;
} advices[] = {
	{ "clock",
	    "set clock and zone there and find out what changed them; then "
	    "restart the services there that keep time-stamped credentials "
	    "(on a Front End: its Front End service)" },
	{ "relay_unreachable",
	    "check that the A/V authentication service runs on that Edge, "
	    "then TCP port 5062 from a Front End, then the certificates of "
	    "both" },
	{ "one_cannot_reach",
	    "compare that host with one that gets through: route, firewall "
	    "rules for its address, its certificate, its services" },
	{ "media_encryption",
	    "set both sides to one level of media encryption; on Lync: "
	    "Set-CsMediaConfiguration -EncryptionLevel SupportEncryption" },
};

static const char *
advise(const struct alert_event *event)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (is_cause(event->evidence, advices[i].cause))
			return advices[i].advice;
	return NULL;
}

const struct kindtext incidenttext_incident = {
	.catalog = {
		.summary = "several alerts have one suspected cause",
		.advice = "follow the first of its alerts",
		.text =
"Alerts that have hosts in common, within minutes of each other, are told\n"
"as one incident.  It names the suspected cause, what coincides with it,\n"
"what supports it, and what contradicts it or is open.  It does not claim\n"
"that the cause is proven; where the evidence is thin it names what to\n"
"look at next.  The alerts it joins are not told on their own: JSON lines\n"
"have them all, in state joined, and `siptimed -r' prints them indented.\n"
"\n"
"Cause clock: the clock of a host, or of several alike, is wrong, and\n"
"requests or connections that have it at one end fail.  Set clock and\n"
"zone, find out what changed them (an update, an image, a script), and\n"
"restart the services that keep time-stamped credentials.  Where no other\n"
"host was seen to reach the failing server, that server may be down too,\n"
"so check it as well.\n"
"\n"
"Cause relay_unreachable: one Edge fails several Front Ends, and their\n"
"clocks are right as far as is known.  Check in this order: the A/V\n"
"authentication service on the Edge, TCP port 5062 from a Front End to\n"
"the Edge's internal interface, the certificates of both.\n"
"\n"
"Cause one_cannot_reach: one host fails where others get through, or at\n"
"several servers that fail nobody else.  The fault is on its side: its\n"
"route, firewall rules for its address, its certificate, its services.\n"
"\n"
"Cause media_encryption: calls to or from one domain are refused since\n"
"media encryption does not match.\n"
"\n"
"While users are without credentials for the media relay, their clients\n"
"show \"Limited External Calling\".  An incident is over when all of its\n"
"alerts are, and then tells how many transactions were lost.\n",
	},
	.advise = advise,
	.trouble = incident,
	.label = label,
	.healthy = "all of its alerts are over",
};
