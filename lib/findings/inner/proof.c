/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/proof.h"

/*
 * A UDP requester that got nothing sends 7 copies of an INVITE and 11 of
 * anything else in 31.5 s (Timers A and E).  One that did so nearly to the
 * end got no answer, whatever we see; a copy or two may be lost to us.
 */
enum { INVITE_COPIES = 6, OTHER_COPIES = 7 };
#define RESEND_SPAN(t1) (30 * (t1)) /* 15 s */

static const struct {
	const char *name;
	enum finding_severity severity;
} classes[] = {
	[TXNTABLE_NO_RESPONSE] = { "no_response", FINDING_ERROR },
	[TXNTABLE_NO_FINAL] = { "no_final", FINDING_ERROR },
	[TXNTABLE_STALLED_AFTER_100] = { "stalled_after_100", FINDING_WARNING },
	[TXNTABLE_RING_NO_ANSWER] = { "ring_no_answer", FINDING_INFO },
	[TXNTABLE_NO_ACK] = { "no_ack", FINDING_WARNING },
	[TXNTABLE_NO_ACK_2XX] = { "no_ack_2xx", FINDING_WARNING },
	[TXNTABLE_CANCELLED_NO_FINAL] = { "cancelled_no_final",
	    FINDING_NOTICE },
};

const char *proof_class_name(enum txntable_class class)
{
	return classes[class].name;
}

enum finding_severity proof_severity(enum txntable_class class)
{
	return classes[class].severity;
}

const char *
proof_transport_name(enum txntable_transport transport)
{
	static const char *const names[] = {
		[TXNTABLE_UDP] = "UDP",
		[TXNTABLE_TCP] = "TCP",
		[TXNTABLE_TLS] = "TLS",
	};

	return names[transport];
}

/* Signs of an answer that we did not see.  A CANCEL is a weak one: clients
 * that ring out send it whether or not a 1xx came. */
static bool
answer_implied(const struct txntable_outcome *o)
{
	return (o->unseen &
		   (TXNTABLE_UNSEEN_ACK | TXNTABLE_UNSEEN_DIALOG |
		       TXNTABLE_UNSEEN_CHALLENGE)) != 0;
}

static bool
retransmitted(const struct txntable_outcome *o, nstime t1)
{
	const unsigned enough = o->is_invite ? INVITE_COPIES : OTHER_COPIES;

	return o->transport == TXNTABLE_UDP && o->copies >= enough &&
	    o->last_copy - o->sent >= RESEND_SPAN(t1) && !answer_implied(o);
}

/* Which proofs by absence there would be, had nothing been lost. */
static const char *
by_absence(const struct txntable_outcome *o, const struct timeout_witness *w)
{
	if (answer_implied(o) || (o->unseen & TXNTABLE_UNSEEN_CANCEL) != 0)
		return NULL;
	if (o->class != TXNTABLE_NO_RESPONSE && o->provisional != 0)
		return "provisional";
	if ((o->class == TXNTABLE_NO_RESPONSE ||
		o->class == TXNTABLE_NO_FINAL) &&
	    o->transport != TXNTABLE_UDP && w->acknowledged)
		return "acknowledged";
	return NULL;
}

static const char *
by_sight(const struct txntable_outcome *o, const struct timeout_witness *w,
    nstime t1)
{
	if (o->class == TXNTABLE_NO_ACK || o->class == TXNTABLE_NO_ACK_2XX)
		return "response_retransmitted";
	if (o->class == TXNTABLE_NO_RESPONSE && w->unreachable)
		return "unreachable";
	if (o->class != TXNTABLE_STALLED_AFTER_100 && retransmitted(o, t1))
		return "retransmitted";
	if ((o->class == TXNTABLE_NO_RESPONSE ||
		o->class == TXNTABLE_NO_FINAL) &&
	    o->upstream_status != 0)
		return "upstream_status";
	return NULL;
}

const char *
proof_find(const struct txntable_outcome *o, const struct timeout_witness *w,
    nstime t1, enum timeout_verdict *verdict)
{
	const char *proof;

	*verdict = TIMEOUT_UNFINISHED;
	if (o->class == TXNTABLE_RING_NO_ANSWER)
		return NULL;
	*verdict = TIMEOUT_TIMED_OUT;
	proof = by_sight(o, w, t1);
	if (proof != NULL)
		return proof;
	proof = by_absence(o, w);
	if (proof != NULL && !w->lost)
		return proof;
	if (w->lost)
		*verdict = TIMEOUT_UNKNOWN_LOSS;
	else if (w->undelivered)
		*verdict = TIMEOUT_UNDELIVERED;
	else
		*verdict = TIMEOUT_UNKNOWN_ASYMMETRIC;
	return NULL;
}

void
proof_write(struct evidence *e, const struct txntable_outcome *o,
    const char *proof, const struct identity *identity)
{
	char store[EVIDENCE_VALUE];
	struct textbuf text;

	evidence_init(e);
	evidence_text(e, "class", proof_class_name(o->class));
	evidence_text(e, "proof", proof);
	evidence_wire(e, "method", o->method);
	textbuf_init(&text, store, sizeof(store));
	identity_write_start_line(&text, identity, o->start_line);
	evidence_text_slice(e, "start_line", textbuf_slice(&text));
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->request_uri);
	evidence_text_slice(e, "request_uri", textbuf_slice(&text));
	evidence_wire(e, "call_id", o->call_id);
	evidence_integer(e, "cseq", o->cseq);
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->from);
	evidence_text_slice(e, "from", textbuf_slice(&text));
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->to);
	evidence_text_slice(e, "to", textbuf_slice(&text));
	evidence_wire(e, "branch", o->branch);
	evidence_endpoint(e, "uac", &o->uac);
	evidence_endpoint(e, "uas", &o->uas);
	evidence_text(e, "transport", proof_transport_name(o->transport));
	evidence_time(e, "sent", o->sent_wall);
	evidence_integer(e, "copies", o->copies);
	if (o->status != 0)
		evidence_integer(e, "last_status", o->status);
	evidence_seconds(e, "elapsed_s", o->now - o->sent, 1);
	evidence_boolean(e, "mras", o->mras);
	evidence_boolean(e, "recovered", o->recovered);
	evidence_integer(e, "legs", o->legs);
}
