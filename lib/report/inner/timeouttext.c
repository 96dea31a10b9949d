/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/timeouttext.h"

#include "report/inner/phrase.h"

/*
 * Classes of transaction-timeout as sentences: $S is the server, $C the
 * client, $M the method, $L the last status.
 */
static const struct {
	const char *class, *pattern;
} timeouts[] = {
	{ "no_response", "$S did not answer $M of $C" },
	{ "no_final",
	    "$S answered $M of $C with $L alone and never finished it" },
	{ "stalled_after_100",
	    "$S acknowledged (100) $M of $C but never finished it" },
	{ "no_ack",
	    "$C did not acknowledge the final response $L of $S to $M" },
	{ "no_ack_2xx",
	    "$C did not acknowledge the final response $L of $S to $M" },
	{ "cancelled_no_final",
	    "$S never ended $M of $C, which was cancelled," },
	{ "", "$M of $C to $S got no final response" }, /* any other */
};

static void
add_status(struct textbuf *t, const struct evidence *e)
{
	const int64_t status = evidence_number(e, "last_status", 0);

	if (status > 0)
		textbuf_int(t, status);
	else
		textbuf_add(t, "a provisional one");
}

static void
add_pattern(
    struct textbuf *t, const char *pattern, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p != '$') {
			textbuf_add_slice(t, slice_of(p, 1));
			continue;
		}
		p++;
		if (*p == 'C')
			phrase_field(t, e, "uac", "its client");
		else if (*p == 'M')
			phrase_field(t, e, "method", "a request");
		else if (*p == 'L')
			add_status(t, e);
		else if (evidence_find(e, "uas") != NULL)
			phrase_field(t, e, "uas", "");
		else
			phrase_value(t, event->subject);
	}
}

/* Whole seconds: 34 s is precise enough. */
static void
add_elapsed(struct textbuf *t, const struct evidence *e)
{
	const nstime elapsed = evidence_number(e, "elapsed_s", -1);

	if (elapsed < 0)
		return;
	textbuf_add(t, " in ");
	textbuf_seconds(t, elapsed, elapsed < 10 * NSTIME_S ? 1 : 0);
	textbuf_add(t, " s");
}

static void
add_copies(struct textbuf *t, const struct evidence *e)
{
	const int64_t copies = evidence_number(e, "copies", 0);

	textbuf_add(t, "the client sent it ");
	if (copies > 1)
		phrase_count(t, (uint64_t)copies, "time");
	else
		textbuf_add(t, "again and again");
}

/* Why we are sure, in plain words.  NULL: add_copies() writes it. */
static const struct {
	const char *name, *text;
} proofs[] = {
	{ "retransmitted", NULL },
	{ "acknowledged", "TCP delivered it, nothing came back" },
	{ "provisional", "the path works both ways" },
	{ "response_retransmitted",
	    "the server repeated its response until it gave up" },
	{ "upstream_status",
	    "its sender reported 408 or 504 to its own client" },
	{ "failover", "its sender went on to another server" },
	{ "unreachable", "ICMP says unreachable" },
	{ "server_log", "the server's own log says so" },
};

static void
add_proofs(struct textbuf *t, const struct evidence *e)
{
	struct slice names = evidence_get(e, "proof");

	while (names.len > 0) {
		const size_t comma = slice_index(names, ',');
		const struct slice name = slice_trim(slice_first(names, comma));

		for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++) {
			if (!slice_is(name, proofs[i].name))
				continue;
			textbuf_add(t, "; ");
			if (proofs[i].text == NULL)
				add_copies(t, e);
			else
				textbuf_add(t, proofs[i].text);
		}
		names = slice_after(names, comma + 1);
	}
}

static void
add_since(struct textbuf *t, const struct alert_event *event)
{
	if (event->count > 1) {
		textbuf_add(t, "; ");
		phrase_count(t, event->count, "time");
		textbuf_add(t, " since ");
		textbuf_time_of_day(t, event->first_seen);
		return;
	}
	if (evidence_find(event->evidence, "sent") == NULL)
		return;
	textbuf_add(t, "; sent ");
	textbuf_time_of_day(
	    t, evidence_number(event->evidence, "sent", event->first_seen));
}

static void
add_legs(struct textbuf *t, const struct evidence *e)
{
	const int64_t legs = evidence_number(e, "legs", 0);
	const struct slice names = evidence_get(e, "legs");

	if (legs > 1) {
		textbuf_add(t, "; seen on ");
		phrase_count(t, (uint64_t)legs, "leg");
		textbuf_add(t, ", this is the deepest");
	} else if (names.len > 0) {
		textbuf_add(t, "; folded into it: ");
		phrase_value(t, names);
	}
}

/* Many servers do not answer one client. */
static void
fanout(struct textbuf *t, const struct alert_event *event, int64_t servers)
{
	const struct evidence *e = event->evidence;

	phrase_value(t, event->subject);
	textbuf_add(t, " gets no answer from ");
	phrase_count(t, (uint64_t)servers, "server");
	textbuf_add(t, ", the last ");
	phrase_field(t, e, "uas", "unknown");
	textbuf_add(t, " to ");
	phrase_field(t, e, "method", "a request");
	phrase_since(t, event->first_seen);
	add_proofs(t, e);
}

static void
timeout(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const int64_t servers = evidence_number(e, "servers", 0);
	const struct slice class = evidence_get(e, "class");
	size_t i = 0;

	if (servers > 0) {
		fanout(t, event, servers);
		return;
	}
	while (
	    timeouts[i].class[0] != '\0' && !slice_is(class, timeouts[i].class))
		i++;
	add_pattern(t, timeouts[i].pattern, event);
	add_elapsed(t, e);
	if (evidence_number(e, "mras", 0) != 0)
		textbuf_add(t, " (MRAS request)");
	add_since(t, event);
	add_proofs(t, e);
	if (evidence_find(e, "closed_after_s") != NULL) {
		textbuf_add(t, "; the server closed the connection after ");
		phrase_seconds(t, e, "closed_after_s");
	}
	if (evidence_number(e, "recovered", 0) != 0)
		textbuf_add(t, "; another server answered a later attempt");
	add_legs(t, e);
	if (evidence_find(e, "call_id") != NULL) {
		textbuf_add(t, "; Call-ID ");
		phrase_field(t, e, "call_id", "");
	}
}

static void
timeout_label(struct textbuf *t, const struct alert_event *event)
{
	if (evidence_number(event->evidence, "servers", 0) > 0) {
		textbuf_add(t, "requests of ");
		phrase_value(t, event->subject);
		return;
	}
	add_pattern(t, "$M to $S", event);
}

static void
slow_label(struct textbuf *t, const struct alert_event *event)
{
	phrase_field(t, event->evidence, "method", "requests");
	textbuf_add(t, " to ");
	if (evidence_find(event->evidence, "server") != NULL)
		phrase_field(t, event->evidence, "server", "");
	else
		phrase_value(t, event->subject);
}

static void
slow(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");
	const bool gave_up = slice_is(class, "gave_up");

	slow_label(t, event);
	if (gave_up)
		textbuf_add(t, ": several senders gave up without a response");
	else if (slice_is(class, "late"))
		textbuf_add(t, ": answers take longer than ");
	else
		textbuf_add(t, ": several requests have no response after ");
	if (!gave_up && !phrase_seconds(t, e, "threshold_s"))
		textbuf_add(t, "they should");
	if (evidence_find(e, "slowest_s") != NULL) {
		textbuf_add(
		    t, gave_up ? ", the longest wait " : ", the slowest ");
		phrase_seconds(t, e, "slowest_s");
	}
	phrase_since(t, event->first_seen);
}

static bool
is_on_5062(struct slice endpoint)
{
	static const char port[] = ":5062";

	return endpoint.len >= sizeof(port) &&
	    slice_is(
		slice_after(endpoint, endpoint.len - sizeof(port) + 1), port);
}

/* An MRAS request that got no answer at all, or none in the end, is the
 * trouble this program was written for.  A name alone does not make it one. */
static const char *
advise(const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");

	if (evidence_number(e, "servers", 0) > 0)
		return "check that host's own network first (cable, VLAN, "
		       "routes, firewall), then what lies between it and all "
		       "of those servers";
	if (!is_on_5062(evidence_get(e, "uas")) ||
	    !(slice_is(class, "no_response") || slice_is(class, "no_final")))
		return NULL;
	if (evidence_number(e, "mras", 0) != 0)
		return "check the A/V authentication service on the Edge, port "
		       "5062 both ways, then certificates and clocks of both; "
		       "more: siptimed --explain transaction-timeout";
	return "check that the server runs and its service answers, the path "
	       "both ways, then both clocks; if it is a Lync Edge: siptimed "
	       "--explain transaction-timeout";
}

static const struct kindtext_class transaction_timeout_classes[] = {
	{ "stalled_after_100",
	    "the server named is alive: check what stands behind it (its next "
	    "hop, gateway or trunk)" },
	{ "no_final",
	    "the server named is alive: check what it waits for (its next hop, "
	    "database or DNS)" },
	{ "no_ack",
	    "check the way from the server back to the caller (firewall, NAT, "
	    "the addresses in Via)" },
	{ "no_ack_2xx",
	    "check the way between caller and server (firewall, NAT, the "
	    "addresses in Contact and Record-Route)" },
	{ "cancelled_no_final",
	    "harmless once; if often, check what stands behind the server "
	    "named" },
	{ .class = NULL },
};

const struct kindtext timeouttext_timeout = {
	.catalog = {
		.summary = "a SIP transaction timed out, and it is proven",
		.advice = "check that the server runs and its SIP service "
			  "answers, then the path and firewalls both ways, "
			  "then the clocks of both",
		.text =
"A SIP request got no final response within 64*T1 (32 seconds) and the\n"
"grace, and something on the wire proves that the requester did not get\n"
"one either: it repeated the request to the end, TCP acknowledged the\n"
"request and nothing came back, it told its own client 408 or 504, it\n"
"asked another server the same, or ICMP said that the server cannot be\n"
"reached.  A response that merely\n"
"went past this host unseen raises no alert.\n"
"\n"
"The class tells how far it got: no_response (nothing came back),\n"
"no_final (only a provisional response), stalled_after_100 (the next hop\n"
"lives, a server behind it does not answer), no_ack and no_ack_2xx\n"
"(the final response never reached the caller, or its ACK was lost),\n"
"cancelled_no_final (a cancelled INVITE was never ended).  Of a request\n"
"seen on several legs the deepest one that is proven is named.\n"
"\n"
"On Lync and Skype for Business, port 5062 of the Edge server's internal\n"
"interface is the A/V authentication service (MRAS).  Front Ends ask it\n"
"for media relay credentials with SERVICE; without them users see\n"
"\"Limited External Calling\".  Check in this order:\n"
"\n"
"1. Does the A/V authentication service run on the Edge server?\n"
"2. Is TCP port 5062 open from every Front End to the Edge, and do the\n"
"   answers find their way back (routes, firewalls, both directions)?\n"
"3. Are the certificates of both inside their dates, and trusted?\n"
"4. Do the clocks of both agree, time zone and daylight saving included?\n"
"   A clock-skew alert for either says by how much they do not.\n"
"5. After a clock was set right, restart the services that cached the\n"
"   time (on a Front End, its Front End service).\n"
"\n"
"It is not a slow user: an INVITE that rings and is not taken raises no\n"
"alert.  It is over when no more of it was seen for five minutes and a\n"
"client that had failed was answered.\n",
	},
	.classes = transaction_timeout_classes,
	.advise = advise,
	.trouble = timeout,
	.label = timeout_label,
	.noun = "timeout",
	.healthy = "a client that had failed was answered",
};

const struct kindtext timeouttext_slow = {
	.catalog = {
		.summary = "a server is slow to answer, an early warning",
		.advice = "look at the server's load, its disk and database, "
			  "and at what it waits for itself (DNS, certificate "
			  "revocation lists, the next hop), before it times "
			  "out",
		.text =
"Three or more watched transactions of one server within five minutes had\n"
"no response at all beyond the threshold (5 seconds, INVITE 10 seconds),\n"
"and their requesters were visibly still waiting.  Nothing has timed out\n"
"yet; if it does, this alert goes on as transaction-timeout.\n"
"\n"
"Class pending: the requests still wait.  Class late: answers do come,\n"
"but late.  Class gave_up: their senders stopped early (callers who hang\n"
"up, or a short timer), after four copies without any response.\n"
"\n"
"Check in this order: the load of the server; what it waits for itself\n"
"(a database, DNS, a certificate revocation list it cannot fetch, the\n"
"next hop behind it); loss on the path, which shows as retransmissions.\n"
"\n"
"It is not a slow user: a call that rings has had its response.\n",
	},
	.trouble = slow,
	.label = slow_label,
	.healthy = "answers come in time again",
};
