/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/diagtext.h"

#include "report/inner/phrase.h"

static void
mras_failure_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "media relay credentials of ");
	phrase_field(t, event->evidence, "server", "a relay");
}

static void
mras_failure(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	phrase_field(t, e, "server", "a relay");
	textbuf_add(t, " refuses media relay credentials to ");
	phrase_field(t, e, "client", "a client");
	textbuf_add(t, ": ");
	textbuf_int(t, evidence_number(e, "status", 0));
	if (evidence_get(e, "reason_phrase").len > 0) {
		textbuf_add(t, " \"");
		phrase_field(t, e, "reason_phrase", "");
		textbuf_add(t, "\"");
	}
	if (event->count > 1) {
		textbuf_add(t, "; ");
		phrase_count(t, event->count, "time");
	}
	phrase_since(t, event->first_seen);
	textbuf_add(t, "; users see \"Limited External Calling\"");
}

/* Encryption levels as Lync's configuration calls them. */
static const struct {
	const char *level, *text;
} levels[] = {
	{ "required", "requires encrypted media" },
	{ "supported", "takes encrypted media or plain" },
	{ "not_supported", "does not encrypt media" },
};

static void
add_level(struct textbuf *t, const char *who, struct slice level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!slice_is(level, levels[i].level))
			continue;
		textbuf_add(t, "; ");
		textbuf_add(t, who);
		textbuf_add(t, " ");
		textbuf_add(t, levels[i].text);
	}
}

static void
media_encryption_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "media encryption in calls of ");
	phrase_value(t, event->subject);
}

static void
media_encryption(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice offer = evidence_get(e, "offer_level");
	const struct slice peer = evidence_get(e, "peer_level");

	textbuf_add(t, "a call of ");
	phrase_value(t, event->subject);
	textbuf_add(t, " was refused since media encryption does not match: ");
	textbuf_int(t, evidence_number(e, "status", 0));
	if (evidence_get(e, "reason").len > 0) {
		textbuf_add(t, " \"");
		phrase_field(t, e, "reason", "");
		textbuf_add(t, "\"");
	}
	add_level(t, "the caller", offer);
	add_level(t, "the callee", peer);
	if (slice_is(offer, "required") && peer.len == 0)
		textbuf_add(t, ", so the callee does not support it");
	else if (slice_is(offer, "not_supported") && peer.len == 0)
		textbuf_add(t, ", so the callee requires it");
	if (event->count > 1) {
		textbuf_add(t, "; ");
		phrase_count(t, event->count, "call");
	}
	phrase_since(t, event->first_seen);
}

static void
sip_diagnostic_label(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, "ms-diagnostics ");
	textbuf_int(t, evidence_number(event->evidence, "diagnostic_id", 0));
	textbuf_add(t, " of ");
	phrase_field(t, event->evidence, "server", "a server");
}

static void
sip_diagnostic(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	phrase_field(t, e, "server", "a server");
	textbuf_add(t, " reports ms-diagnostics ");
	textbuf_int(t, evidence_number(e, "diagnostic_id", 0));
	if (evidence_get(e, "reason").len > 0) {
		textbuf_add(t, " \"");
		phrase_field(t, e, "reason", "");
		textbuf_add(t, "\"");
	}
	if (evidence_get(e, "source").len > 0) {
		textbuf_add(t, " from ");
		phrase_field(t, e, "source", "");
	}
	if (evidence_get(e, "meaning").len > 0) {
		textbuf_add(t, ": ");
		textbuf_add_slice(t, evidence_get(e, "meaning"));
	}
	if (event->count > 1) {
		textbuf_add(t, "; ");
		phrase_count(t, event->count, "time");
	}
	phrase_since(t, event->first_seen);
	if (evidence_get(e, "remedy").len > 0) {
		textbuf_add(t, "; what to do: ");
		textbuf_add_slice(t, evidence_get(e, "remedy"));
	}
}

const struct kindtext diagtext_mras_failure = {
	.catalog = {
		.summary = "the Edge refuses media relay credentials",
		.advice = "read the event log of the A/V authentication service "
			  "on that Edge; check its certificate, its load and "
			  "its clock",
		.text =
"A Front End asked the A/V authentication service (MRAS, port 5062 of the\n"
"Edge's internal interface) for media relay credentials, and the answer\n"
"was a failure: an error status of SIP, or 200 with another reasonPhrase\n"
"than OK in its body.  Without credentials clients have no relay, show\n"
"\"Limited External Calling\", and calls with outside users stay without\n"
"media.\n"
"\n"
"What the reasons mean: \"Server Busy\" and \"Time Out\", the service or the\n"
"machine is overloaded; \"Forbidden\", the Front End is not trusted by\n"
"that Edge (topology, certificate); \"Version Mismatch\" and \"Not\n"
"Supported\", the versions of both do not fit; \"Internal Server Error\",\n"
"see the event log of the Edge.  None of them names the time, so compare\n"
"the clocks of both as well: credentials bear an absolute expiry.\n"
"\n"
"The credentials themselves are never kept or shown.\n",
	},
	.trouble = mras_failure,
	.label = mras_failure_label,
	.noun = "refusal",
	.healthy = "a request got its credentials",
};

const struct kindtext diagtext_media_encryption = {
	.catalog = {
		.summary = "a call failed since media encryption does not match",
		.advice = "set both sides to one level; on Lync: "
			  "Set-CsMediaConfiguration -EncryptionLevel "
			  "SupportEncryption, then wait 5 min and sign in again",
		.text =
"The callee refused an INVITE with 488 and says that encryption levels do\n"
"not match (ms-client-diagnostics 52017, or the older phrase \"Encryption\n"
"Levels not compatible\").  Lync requires encrypted media by default;\n"
"some partners, Windows Live among them, do not support it.\n"
"\n"
"The line says what the caller's SDP asked for, and what the refuser\n"
"asked for in its own last SDP, where that was seen:\n"
"\n"
"requires encrypted media   RTP/SAVP alone\n"
"takes encrypted or plain   RTP/AVP with keys (a=crypto), or both\n"
"does not encrypt           RTP/AVP without keys\n"
"\n"
"If the caller requires it and the callee does not support it, set the\n"
"caller to SupportEncryption: encrypted media is still preferred.  If the\n"
"caller does not encrypt, turn SRTP on there.  If both support it, they\n"
"differ in the way keys are exchanged (DTLS or SDES), or in the suite.\n"
"\n"
"A 488 for another reason (codecs, IP versions) is not this alert.\n",
	},
	.trouble = media_encryption,
	.label = media_encryption_label,
	.noun = "call",
	.healthy = "a call between them got through",
};

const struct kindtext diagtext_sip_diagnostic = {
	.catalog = {
		.summary = "a Microsoft server reports why it refused",
		.advice = "do that on the host it names; --explain ms-diagnostics:ID "
			  "has it too",
		.text =
"Microsoft's servers and clients say why they refuse a request: in\n"
"ms-diagnostics, ms-diagnostics-public (across federation) and\n"
"ms-client-diagnostics, with a number, a text and the host that found it.\n"
"The numbers that point to a fault of the infrastructure are told as this\n"
"alert, one for each server and number; the others are counted in the\n"
"summary.\n"
"\n"
"What each number means and what to do about it stands in\n"
"diagnostics.conf, which can be extended:\n"
"\n"
"siptimed --explain ms-diagnostics:1007\n"
"\n"
"1013, and 1020 with DATE_SKEWED, are refusals for the time: they are\n"
"told as stale-date.\n",
	},
	.trouble = sip_diagnostic,
	.label = sip_diagnostic_label,
	.noun = "refusal",
	.healthy = "it is reported no more",
};
