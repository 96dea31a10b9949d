/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/sentence.h"

#include "report/inner/certtext.h"
#include "report/inner/conntext.h"
#include "report/inner/phrase.h"
#include "report/inner/skewtext.h"
#include "report/inner/witnesstext.h"

/*
 * Classes of transaction-timeout as sentences: $S is the server, $C the
 * client, $M the method, $L the last status.
 */
static const struct {
	const char *class, *pattern;
} timeouts[] = {
	{ "no_response", "$S did not answer $M of $C" },
	{ "no_final", "$S gave $M of $C no final response, only $L," },
	{ "stalled_after_100", "$S gave $M of $C only 100, nothing more," },
	{ "no_ack",
	    "$C did not acknowledge the final response $L of $S to $M" },
	{ "no_ack_2xx",
	    "$C did not acknowledge the final response $L of $S to $M" },
	{ "cancelled_no_final",
	    "$S gave $M of $C, since cancelled, no final response" },
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

/* Why we are sure, in plain words.  NULL: add_copies() says it. */
static const struct {
	const char *name, *text;
} proofs[] = {
	{ "retransmitted", NULL },
	{ "acknowledged", "TCP acknowledged it, nothing came back" },
	{ "provisional",
	    "its provisional response was seen, so the way back "
	    "is in view" },
	{ "response_retransmitted",
	    "the server repeated its response to the "
	    "end" },
	{ "upstream_status", "its sender reported 408 or 504 upstream" },
	{ "unreachable", "ICMP says unreachable" },
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

static void
timeout(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");
	size_t i = 0;

	while (
	    timeouts[i].class[0] != '\0' && !slice_is(class, timeouts[i].class))
		i++;
	add_pattern(t, timeouts[i].pattern, event);
	if (evidence_find(e, "elapsed_s") != NULL)
		textbuf_add(t, " within ");
	phrase_seconds(t, e, "elapsed_s");
	if (evidence_number(e, "mras", 0) != 0)
		textbuf_add(t, " (MRAS request)");
	add_since(t, event);
	add_proofs(t, e);
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
	const bool late = slice_is(evidence_get(e, "class"), "late");

	slow_label(t, event);
	textbuf_add(t,
	    late ? ": answers take longer than "
		 : ": several requests have no response after ");
	if (!phrase_seconds(t, e, "threshold_s"))
		textbuf_add(t, "they should");
	if (evidence_find(e, "slowest_s") != NULL) {
		textbuf_add(t, ", the slowest ");
		phrase_seconds(t, e, "slowest_s");
	}
	phrase_since(t, event->first_seen);
}

static void
visibility_label(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;

	if (evidence_find(e, "a") != NULL && evidence_find(e, "b") != NULL) {
		textbuf_add(t, "packets of ");
		phrase_field(t, e, "b", "");
		textbuf_add(t, " to ");
		phrase_field(t, e, "a", "");
	} else {
		textbuf_add(t, "capture");
		if (evidence_find(e, "interface") != NULL) {
			textbuf_add(t, " on ");
			phrase_field(t, e, "interface", "");
		}
	}
}

static void
visibility(struct textbuf *t, const struct alert_event *event)
{
	const struct evidence *e = event->evidence;
	const struct slice class = evidence_get(e, "class");
	const int64_t unknown = evidence_number(e, "transactions_unknown", 0);

	visibility_label(t, event);
	if (slice_is(class, "one_way"))
		textbuf_add(t, " are not seen, only the other way");
	else if (slice_is(class, "loss"))
		textbuf_add(t, ": packets were lost before they got here");
	else if (slice_is(class, "truncated"))
		textbuf_add(t, ": SIP messages are cut by the snaplen");
	else if (slice_is(class, "no_sip"))
		textbuf_add(t, ": packets arrive, but no SIP among them");
	else
		textbuf_add(t, ": not enough is seen");
	if (unknown > 0) {
		textbuf_add(t, "; ");
		phrase_count(t, (uint64_t)unknown, "transaction");
		textbuf_add(t, " cannot be judged");
	}
	phrase_since(t, event->first_seen);
}

static const struct {
	void (*trouble)(struct textbuf *t, const struct alert_event *event);
	void (*label)(struct textbuf *t, const struct alert_event *event);
	const char *noun;    /* what is counted; NULL: nothing worth it */
	const char *healthy; /* what shows that it is over */
} kinds[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = { timeout, timeout_label, "timeout",
	    "a client that had failed was answered" },
	[FINDING_SLOW_TRANSACTION] = { slow, slow_label, NULL,
	    "answers come in time again" },
	[FINDING_CLOCK_SKEW] = { skewtext_peer, skewtext_peer_label, NULL,
	    "it is right again" },
	[FINDING_LOCAL_CLOCK] = { skewtext_local, skewtext_local_label, NULL,
	    "it agrees with its peers again" },
	[FINDING_VISIBILITY] = { visibility, visibility_label, NULL,
	    "all is seen again" },
	[FINDING_CONNECTION_FAILURE] = { conntext_connection_failure,
	    conntext_connection_failure_label, NULL, "a client got through" },
	[FINDING_SILENT_PEER] = { conntext_silent_peer,
	    conntext_silent_peer_label, NULL, "an answer came" },
	[FINDING_CERTIFICATE] = { certtext_certificate,
	    certtext_certificate_label, NULL, "a good one stands there now" },
	[FINDING_ZONE_CHANGE] = { witnesstext_zone_change,
	    witnesstext_zone_change_label, NULL, "its zone is what it was" },
	[FINDING_WITNESS_CONFLICT] = { witnesstext_witness_conflict,
	    witnesstext_witness_conflict_label, NULL, "they agree again" },
	[FINDING_STALE_DATE] = { witnesstext_stale_date,
	    witnesstext_stale_date_label, "refusal",
	    "nobody is refused any more" },
};

void
sentence_trouble(struct textbuf *t, const struct alert_event *event)
{
	kinds[event->kind].trouble(t, event);
}

static const char *
why_over(const struct alert_event *event)
{
	switch (event->reason) {
	case ALERT_HEALTHY:
		return kinds[event->kind].healthy;
	case ALERT_QUIET:
		return "no more of it was seen";
	case ALERT_SUPERSEDED:
		return "another alert says it better";
	case ALERT_WITHDRAWN:
		break;
	}
	return "an answer came late after all";
}

void
sentence_over(struct textbuf *t, const struct alert_event *event)
{
	kinds[event->kind].label(t, event);
	textbuf_add(t, ": over after ");
	phrase_span(t, event->duration);
	if (kinds[event->kind].noun != NULL && event->count > 0) {
		textbuf_add(t, ", ");
		phrase_count(t, event->count, kinds[event->kind].noun);
	}
	textbuf_add(t, ", first at ");
	textbuf_time_of_day(t, event->first_seen);
	textbuf_add(t, "; ");
	textbuf_add(t, alert_reason_name(event->reason));
	textbuf_add(t, ": ");
	textbuf_add(t, why_over(event));
}
