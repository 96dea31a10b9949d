/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/visibilitytext.h"

#include "report/inner/phrase.h"
#include "tls/decrypt.h"

static bool
is_class(const struct alert_event *event, const char *class)
{
	return slice_is(evidence_get(event->evidence, "class"), class);
}

static void
visibility_label(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	if (is_class(event, "agent_lost")) {
		textbuf_add(t, "HEP agent ");
		phrase_field(t, e, "a", "");
		if (evidence_find(e, "agent") != NULL) {
			textbuf_add(t, " (number ");
			textbuf_int(t, evidence_number(e, "agent", 0));
			textbuf_add(t, ")");
		}
	} else if (is_class(event, "sensor_lost")) {
		textbuf_add(t, "sensor ");
		phrase_field(t, e, "sensor", "");
	} else if (is_class(event, "undecided")) {
		textbuf_add(t, "clock of ");
		phrase_field(t, e, "a", "a host");
	} else if (is_class(event, "clocks_differ")) {
		textbuf_add(t, "clocks of ");
		phrase_field(t, e, "a", "one source");
		textbuf_add(t, " and ");
		phrase_field(t, e, "b", "another");
	} else if (evidence_find(e, "a") != NULL &&
	    evidence_find(e, "b") != NULL) {
		textbuf_add(t, "packets of ");
		phrase_field(t, e, "b", "");
		textbuf_add(t, " to ");
		phrase_field(t, e, "a", "");
	} else if (evidence_find(e, "server") != NULL) {
		textbuf_add(t, "TLS of ");
		phrase_field(t, e, "server", "");
	} else {
		textbuf_add(t, "capture");
		if (evidence_find(e, "interface") != NULL) {
			textbuf_add(t, " on ");
			phrase_field(t, e, "interface", "");
		}
	}
}

/* " differ by 3.0 s (b.pcap behind)" */
static void
add_difference(struct textbuf *t, const struct evidence *e)
{
	const int64_t offset = evidence_number(e, "offset_s", 0);

	textbuf_add(t, " differ by ");
	phrase_offset(t, offset);
	textbuf_add(t, " (");
	phrase_field(t, e, "b", "the other");
	textbuf_add(t, offset < 0 ? " behind)" : " ahead)");
}

static void
write_undecrypted(struct textbuf *t, struct slice reason)
{
	textbuf_add(t, " is not decrypted: ");
	for (int i = 0; i < DECRYPT_REASONS; i++)
		if (slice_is(
			reason, decrypt_reason_name((enum decrypt_reason)i)))
			textbuf_add(
			    t, decrypt_reason_text((enum decrypt_reason)i));
}

static void
visibility(struct textbuf *t, const struct alert_event *event)
{
	static const char *const texts[][2] = {
		{ "one_way", " are not seen, only the other way" },
		{ "loss", ": packets were lost before they got here" },
		{ "truncated", ": SIP messages are cut by the snaplen" },
		{ "no_sip", ": packets arrive, but no SIP among them" },
		{ "limit", ": there is too much to keep, a limit was reached" },
		{ "agent_lost",
		    " has stopped sending: what it watched is not "
		    "judged" },
		{ "sensor_lost",
		    " of the fleet is silent: servers that it saw are "
		    "not accused meanwhile" },
		{ "undecided",
		    " cannot be judged: its stamps agree on no one time" },
	};
	const struct evidence *e = event->evidence;
	const int64_t unknown = evidence_number(e, "transactions_unknown", 0);
	const char *text = ": not enough is seen";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (is_class(event, texts[i][0]))
			text = texts[i][1];
	visibility_label(t, event);
	if (is_class(event, "clocks_differ")) {
		add_difference(t, e);
	} else if (is_class(event, "limit") &&
	    evidence_find(e, "limit") != NULL) {
		textbuf_add(t, ": there is too much to keep, [limits] ");
		phrase_field(t, e, "limit", "");
		textbuf_add(t, " was reached");
	} else if (is_class(event, "undecrypted")) {
		write_undecrypted(t, evidence_get(e, "reason"));
	} else {
		textbuf_add(t, text);
	}
	if (unknown > 0) {
		textbuf_add(t, "; ");
		phrase_count(t, (uint64_t)unknown, "transaction");
		textbuf_add(t, " cannot be judged");
	}
	phrase_since(t, event->first_seen);
}

static const struct kindtext_class visibility_classes[] = {
	{ "one_way",
	    "mirror both directions of the port and all paths between the two: "
	    "as it is, timeouts there go unnoticed" },
	{ "loss",
	    "check the drops of the mirror port and of the interface, and "
	    "enlarge the capture buffer" },
	{ "truncated",
	    "capture whole packets (snaplen 0), and see that the mirror "
	    "session "
	    "does not cut them" },
	{ "no_sip",
	    "see that the mirror session has the SIP servers as its source, "
	    "and that [sip] ports names the ports they use" },
	{ "undecrypted",
	    "name the server's private key or a key log in a [tls] section, "
	    "see siptimed.conf(5), and restart; without them TLS is judged "
	    "from outside" },
	{ "limit",
	    "see who sends so much (siptimectl top; a flood?), or raise that "
	    "limit and memory if it is ordinary traffic" },
	{ "agent_lost",
	    "see whether the agent runs, and whether its packets get here "
	    "(a firewall, its collector's address, its key)" },
	{ "sensor_lost",
	    "see whether that daemon runs and reaches the cluster" },
	{ "undecided",
	    "see whether several hosts share that address (NAT, a cluster), "
	    "whether two programs there disagree, or whether that clock stands "
	    "still" },
	{ "clocks_differ",
	    "set both clocks by one source; savefiles are judged with the "
	    "difference taken out by --align" },
	{ .class = NULL },
};

const struct kindtext visibilitytext_visibility = {
	.catalog = {
		.summary = "part of the traffic cannot be judged",
		.advice = "check the mirror port and the capture: as it is, "
			  "timeouts there go unnoticed",
		.text =
"This host does not see enough to judge.  It is not a fault of the\n"
"telephony, but while it lasts timeouts can go unnoticed.\n"
"\n"
"Class one_way: requests of one host to another were answered, as its\n"
"ACKs or further requests show, but no packet of the other direction is\n"
"seen.  Mirror both directions of the port, and every path if\n"
"there are several (teamed interfaces, asymmetric routes).  Class loss:\n"
"packets were lost before they reached this host, or while it was too\n"
"busy.  Look at the counters of the mirror port, at the drops of the\n"
"interface, and at the size of the capture buffer.  Class truncated: the\n"
"packets were cut when they were captured.  Capture with a snaplen of 0\n"
"(no limit), and see to it that the mirror session does not cut them.\n"
"Class no_sip: packets arrive, but for 15 minutes no SIP and no TLS at\n"
"the SIP ports: the mirror session has the wrong source, or [sip] ports\n"
"names the wrong ports.  Class undecrypted: there are [tls] sections, and\n"
"TLS of a server is not decrypted all the same; the reason says why.  A\n"
"private key must belong to the certificate that the server shows, and\n"
"decrypts RSA key exchange alone; connections that agree upon DHE, ECDHE\n"
"or TLS 1.3 take a key log.\n"
"\n"
"Class limit: so many requests wait for an answer that one of them had\n"
"to be forgotten: [limits] transactions or memory is too low, or somebody\n"
"floods the network with requests that nobody answers.  Requests between\n"
"hosts that have answered one another before are forgotten last.\n"
"\n"
"Class agent_lost: an agent that fed messages by HEP has been silent for\n"
"[hep] silent (15 minutes), and for four times as long as it ever paused:\n"
"it does not run, cannot reach this host, or there are no calls where it\n"
"is.\n"
"\n"
"Class sensor_lost: a sensor of the fleet has said nothing for 10 s.\n"
"Others go on; but of servers whose answers it might have seen nothing\n"
"is told by the absence of an answer until it is back.\n"
"\n"
"Class undecided: for ten minutes the stamps of a host have agreed on no\n"
"one time, so its clock is not judged: several hosts behind one address,\n"
"programs that contradict each other, or a clock that stands still or\n"
"runs at a wrong rate.  Class clocks_differ: of what two sources captured\n"
"(savefiles, interfaces), answers stand before their requests, or too\n"
"long after them, by always the same time: their clocks differ by that.\n"
"Nothing is judged by the absence of an answer then; set both clocks by\n"
"one source, or judge the savefiles with --align.\n",
	},
	.classes = visibility_classes,
	.trouble = visibility,
	.label = visibility_label,
	.healthy = "all is seen again",
};
