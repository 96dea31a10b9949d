/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/conntext.h"

#include "report/inner/phrase.h"

enum { PROTOCOL_VERSION = 70 };

static void
add_server(struct textbuf *t, const struct alert_event *event)
{
	if (evidence_find(event->evidence, "server") != NULL)
		phrase_field(t, event->evidence, "server", "");
	else
		phrase_value(t, event->subject);
}

/* Classes of connection-failure around the server's name. */
static const struct {
	const char *class, *before, *after;
} failures[] = {
	{ "refused", "", " refuses connections" },
	{ "unanswered", "", " does not answer attempts to connect" },
	{ "unreachable", "", " is unreachable, says ICMP" },
	{ "blackhole", "",
	    " does not get what is sent to it: TCP repeats it, nothing is "
	    "acknowledged" },
	{ "reset", "", " resets connections before it answers anything" },
	{ "closed", "", " closes connections before it answers anything" },
	{ "tls_alert", "TLS with ", " fails: " },
	{ "tls_closed", "TLS with ",
	    " fails: closed in the middle of the handshake" },
	{ "tls_stalled", "TLS with ",
	    " stalls: the handshake is not done after 30 s" },
	{ "", "connections to ", " fail" }, /* any other */
};

/* The same of connections that had worked. */
static const struct {
	const char *class, *after;
} broken[] = {
	{ "blackhole",
	    " does not get what is sent to it any more on connections that "
	    "worked: TCP repeats it, nothing is acknowledged" },
	{ "reset", " resets connections that worked, on the next request" },
	{ "closed", " closes connections that worked, on the next request" },
};

static const char *
after_server(const struct evidence *e, size_t i)
{
	const struct slice class = evidence_get(e, "class");

	if (evidence_find(e, "after_s") == NULL)
		return failures[i].after;
	for (size_t k = 0; k < sizeof(broken) / sizeof(broken[0]); k++)
		if (slice_is(class, broken[k].class))
			return broken[k].after;
	return failures[i].after;
}

static void
add_alert(struct textbuf *t, const struct evidence *e)
{
	textbuf_add(t, "the ");
	phrase_field(t, e, "tls_alert_from", "peer");
	textbuf_add(t, " says ");
	phrase_field(t, e, "tls_alert_name", "alert");
	textbuf_add(t, " (");
	textbuf_int(t, evidence_number(e, "tls_alert", 0));
	textbuf_add(t, ")");
	if (evidence_find(e, "tls_version") == NULL)
		return;
	textbuf_add(t,
	    evidence_number(e, "tls_alert", 0) == PROTOCOL_VERSION
		? " to an offer of "
		: " under ");
	phrase_field(t, e, "tls_version", "");
}

static void
add_attempts(struct textbuf *t, const struct evidence *e)
{
	const int64_t attempts = evidence_number(e, "attempts", 0);
	const int64_t clients = evidence_number(e, "clients", 0);

	if (attempts <= 0)
		return;
	textbuf_add(t, "; ");
	phrase_count(t, (uint64_t)attempts, "attempt");
	if (clients > 1) {
		textbuf_add(t, " of ");
		phrase_count(t, (uint64_t)clients, "client");
	}
	textbuf_add(t, clients > 1 ? ", the last of " : " of ");
	phrase_field(t, e, "client", "a client");
}

static void
connection_failure(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");
	size_t i = 0;

	while (
	    failures[i].class[0] != '\0' && !slice_is(class, failures[i].class))
		i++;
	textbuf_add(t, failures[i].before);
	add_server(t, event);
	textbuf_add(t, after_server(e, i));
	if (slice_is(class, "tls_alert"))
		add_alert(t, e);
	if (slice_is(evidence_get(e, "transport"), "udp"))
		textbuf_add(t, " (UDP)");
	add_attempts(t, e);
	if (evidence_find(e, "ever_worked") != NULL)
		textbuf_add(t,
		    evidence_number(e, "ever_worked", 0) != 0
			? "; it worked before"
			: "; it was never seen to work");
	phrase_since(t, event->first_seen);
}

static void
connection_failure_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "connections to ");
	add_server(t, event);
	if (evidence_find(event->evidence, "class") == NULL)
		return;
	textbuf_add(t, " (");
	phrase_field(t, event->evidence, "class", "");
	textbuf_add(t, ")");
}

/* The leg is encrypted: every sentence marks itself as a conclusion. */
static void
silent_peer(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const int64_t octets = evidence_number(e, "request_octets", 0);

	if (slice_is(evidence_get(e, "class"), "mras_silence")) {
		phrase_field(t, e, "client", "a client");
		textbuf_add(t, " has exchanged nothing with ");
		add_server(t, event);
		if (evidence_find(e, "elapsed_s") != NULL) {
			textbuf_add(t, " for ");
			phrase_span(t, evidence_number(e, "elapsed_s", 0));
		}
		textbuf_add(t, ", while its other SIP goes on");
	} else {
		add_server(t, event);
		textbuf_add(t, " probably did not answer a request of ");
		phrase_field(t, e, "client", "its client");
		if (octets > 0) {
			textbuf_add(t, ": ");
			phrase_count(t, (uint64_t)octets, "encrypted octet");
			textbuf_add(t, " delivered, nothing back");
		}
		if (evidence_find(e, "elapsed_s") != NULL)
			textbuf_add(t, " within ");
		phrase_seconds(t, e, "elapsed_s");
	}
	phrase_since(t, event->first_seen);
	textbuf_add(t,
	    "; it is encrypted, so this is less certain than a "
	    "transaction seen to time out");
}

static void
silent_peer_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "silence of ");
	add_server(t, event);
}

/* Advice by TLS alert (RFC 8446 section 6.2). */
static const char misread[] =
    "see the logs of both sides: one of them sent what the other cannot read "
    "or does not allow, or something between the two changed it";

static const struct {
	uint8_t first, last;
	const char *advice;
} alerts[] = {
	{ 10, 30, misread },
	{ 40, 40,
	    "compare the cipher suites, curves and signature algorithms that "
	    "both sides allow: they share none; else the server has no "
	    "certificate that fits" },
	{ 42, 46,
	    "check the certificate of the side that was refused (dates, names, "
	    "revocation), then the clocks of both" },
	{ 47, 47, misread },
	{ 48, 48,
	    "give the side that refused the authority (CA) that issued the "
	    "other's certificate, and let the server send its whole chain" },
	{ 49, 49, "see whom the side that refused lets in" },
	{ 50, 50, misread },
	{ 51, 51,
	    "check that certificate and private key belong together, and that "
	    "nothing between the two changes what they send" },
	{ 70, 70,
	    "let both sides allow a common TLS version (1.2 or later): "
	    "what one of them offers the other does not take" },
	{ 71, 71,
	    "compare the cipher suites and key lengths that both sides allow: "
	    "one side offers only weaker ones than the other takes" },
	{ 80, 80, "see the log of the side that sent the alert: it failed" },
	{ 86, 86,
	    "see why the client falls back to an older TLS version: its "
	    "first attempts failed" },
	{ 90, 90,
	    "see the log of the side that sent the alert: it gave up on "
	    "purpose" },
	{ 109, 110, misread },
	{ 112, 112,
	    "check the server name the client asks for (SNI): the server has "
	    "no certificate for that name" },
	{ 115, 115,
	    "compare the pre-shared keys (PSK) of both sides: the server knows "
	    "none of the name that the client gives" },
	{ 116, 116,
	    "give the client a certificate: the server asks for one (mutual "
	    "TLS)" },
	{ 120, 120,
	    "compare the application protocols (ALPN) of both: the server "
	    "knows none of those the client offers" },
};

static const char *
advise(const struct alert_event *event)
{
	const int64_t alert = evidence_number(event->evidence, "tls_alert", -1);

	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (alert >= alerts[i].first && alert <= alerts[i].last)
			return alerts[i].advice;
	return NULL;
}

static const struct kindtext_class connection_failure_classes[] = {
	{ "refused",
	    "check that the service runs there and listens on that address "
	    "and port" },
	{ "blackhole",
	    "check firewalls, routes and MTU between the two, both ways, and "
	    "whether the server is still up" },
	{ "reset",
	    "see that server's log: whom it accepts, its limits, whether what "
	    "stands behind it is up; and whether it or a firewall forgets idle "
	    "connections" },
	{ "closed",
	    "see that server's log: whom it accepts, its limits, whether what "
	    "stands behind it is up; and whether it closes idle connections" },
	{ "tls_alert",
	    "check the certificates of both sides (dates, trusted "
	    "authorities), then the clocks of both" },
	{ "tls_closed",
	    "check the certificates of both sides (dates, trusted "
	    "authorities), then the clocks of both; their event logs tell "
	    "which one closed" },
	{ "tls_stalled",
	    "see what the server waits for: often a certificate revocation "
	    "list that it cannot fetch" },
	{ .class = NULL },
};

const struct kindtext conntext_connection_failure = {
	.catalog = {
		.summary = "connections to a SIP server come to nothing",
		.advice = "check that its service runs and listens there, then "
			  "firewalls and routes on the way",
		.text =
"Several attempts to connect to one SIP server endpoint failed in the\n"
"same way within a few minutes.  Where SIP is encrypted, or never got as\n"
"far as the wire, this is what can be seen of the trouble: on Lync a\n"
"request that \"expired in the outbound queue before it could be sent\" had\n"
"no connection to go out on.\n"
"\n"
"The class tells what happened: refused (nothing listens on that port),\n"
"unanswered (the client repeated its SYN in vain), unreachable (a router\n"
"or the host said so by ICMP; UDP too), blackhole (the connection is\n"
"open, but nothing sent is acknowledged; it may have worked before),\n"
"reset and closed (the server hangs up right after accepting, before it\n"
"answers anything, or on a request on a connection that worked),\n"
"tls_alert (one side gave its reason in clear), tls_closed (closed in the\n"
"middle of the handshake, as Windows does), tls_stalled (the handshake is\n"
"not done after 30 seconds).\n"
"\n"
"Check in this order:\n"
"\n"
"1. Does the service run, and listen on that address and port?  \"Never\n"
"   seen to work\" hints at a wrong address or port; \"worked before\" at\n"
"   something that changed.\n"
"2. refused, unanswered, unreachable, blackhole: firewalls and routes,\n"
"   both directions, from the client named.\n"
"3. tls_alert, tls_closed: the certificates of both sides, their dates,\n"
"   the authorities both trust, and the clocks of both: a certificate is\n"
"   refused when it is outside its dates by the other's clock.\n"
"4. tls_stalled: what the server waits for, often a revocation list (CRL)\n"
"   that it cannot fetch.\n"
"\n"
"A port scan, an idle connection that is reset and a client that got\n"
"through in between raise no alert.  It is over when a client that had\n"
"failed gets through.\n",
	},
	.classes = connection_failure_classes,
	.advise = advise,
	.trouble = connection_failure,
	.label = connection_failure_label,
	.healthy = "a client got through",
};

static const struct kindtext_class silent_peer_classes[] = {
	{ "mras_silence",
	    "see whether users get media relay credentials still, and whether "
	    "the Front End's configuration was changed" },
	{ .class = NULL },
};

const struct kindtext conntext_silent_peer = {
	.catalog = {
		.summary = "an encrypted leg has gone silent",
		.advice = "see on the server whether its service hangs, and what "
			  "its log says at that time",
		.text =
"The leg is encrypted, so what follows is a conclusion from sizes and\n"
"times, and less certain than a transaction that was seen to time out.\n"
"\n"
"Class request: on the port of the A/V authentication service a client\n"
"sent a record as large as a request, TCP says that it was delivered, and\n"
"nothing came back within 64*T1 (32 seconds) and the grace, though\n"
"requests of that client had been answered there before.  Class\n"
"mras_silence: a host that used to have exchanges there every so often\n"
"has none any more, while its other SIP goes on.\n"
"\n"
"Check in this order:\n"
"\n"
"1. On the server named: does the service answer, what does it wait for\n"
"   (disk, database, DNS, revocation lists), what is in its event log?\n"
"2. Are there alerts for the same two hosts: connection-failure,\n"
"   certificate, clock-skew?  They say more.\n"
"3. mras_silence: does the Front End know its A/V authentication service\n"
"   still, and do users see \"Limited External Calling\"?  It may also be\n"
"   that nobody asks because the configuration was changed.\n"
"\n"
"A server that sends without being asked and a connection that is idle\n"
"raise no alert.\n",
	},
	.classes = silent_peer_classes,
	.trouble = silent_peer,
	.label = silent_peer_label,
	.healthy = "an answer came",
};
