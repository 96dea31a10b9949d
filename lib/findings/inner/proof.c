/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/proof.h"

/*
 * A UDP requester that got nothing sends 7 copies of an INVITE and 11 of
 * anything else in 31.5 s (Timers A and E).  One that did so nearly to the
 * end got no answer, whatever we see; a copy or two may be lost to us.
 */
enum { INVITE_COPIES = 6, OTHER_COPIES = 7 };
#define RESEND_SPAN(t1) (30 * (t1)) /* 15 s */

const char *
proof_class_name(enum outcome_class class)
{
	static const char *const names[] = {
		[OUTCOME_NO_RESPONSE] = "no_response",
		[OUTCOME_NO_FINAL] = "no_final",
		[OUTCOME_STALLED_AFTER_100] = "stalled_after_100",
		[OUTCOME_RING_NO_ANSWER] = "ring_no_answer",
		[OUTCOME_NO_ACK] = "no_ack",
		[OUTCOME_NO_ACK_2XX] = "no_ack_2xx",
		[OUTCOME_CANCELLED_NO_FINAL] = "cancelled_no_final",
	};

	return names[class];
}

/* Signs of an answer that we did not see.  A CANCEL is a weak one: clients
 * that ring out send it whether or not a 1xx came. */
static bool
answer_implied(const struct outcome *o)
{
	return (o->signs.unseen &
		   (OUTCOME_UNSEEN_ACK | OUTCOME_UNSEEN_DIALOG |
		       OUTCOME_UNSEEN_CHALLENGE)) != 0;
}

static bool
retransmitted(const struct outcome *o, nstime t1)
{
	const unsigned enough = o->is_invite ? INVITE_COPIES : OTHER_COPIES;

	return o->transport == TRANSPORT_UDP && o->request.copies >= enough &&
	    o->request.last_copy - o->request.sent >= RESEND_SPAN(t1) &&
	    !answer_implied(o);
}

/* Which proofs by absence there would be, had nothing been lost. */
static const char *
by_absence(const struct outcome *o, const struct delivery *d)
{
	if (answer_implied(o) || (o->signs.unseen & OUTCOME_UNSEEN_CANCEL) != 0)
		return NULL;
	if (o->class != OUTCOME_NO_RESPONSE && o->response.provisional != 0)
		return "provisional";
	if ((o->class == OUTCOME_NO_RESPONSE || o->class == OUTCOME_NO_FINAL) &&
	    o->transport != TRANSPORT_UDP && d->acknowledged)
		return "acknowledged";
	return NULL;
}

static const char *
by_sight(const struct outcome *o, const struct delivery *d, nstime t1)
{
	if (o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX)
		return "response_retransmitted";
	if (o->class == OUTCOME_NO_RESPONSE && d->unreachable)
		return "unreachable";
	if (o->class != OUTCOME_STALLED_AFTER_100 && retransmitted(o, t1))
		return "retransmitted";
	if ((o->class == OUTCOME_NO_RESPONSE || o->class == OUTCOME_NO_FINAL) &&
	    o->signs.upstream_status != 0)
		return "upstream_status";
	return NULL;
}

const char *
proof_find(const struct outcome *o, const struct delivery *d, nstime t1,
    enum timeout_verdict *verdict)
{
	const char *proof;

	*verdict = TIMEOUT_UNFINISHED;
	if (o->class == OUTCOME_RING_NO_ANSWER)
		return NULL;
	*verdict = TIMEOUT_TIMED_OUT;
	proof = by_sight(o, d, t1);
	if (proof != NULL)
		return proof;
	proof = by_absence(o, d);
	if (proof != NULL && !d->lost)
		return proof;
	if (d->lost)
		*verdict = TIMEOUT_UNKNOWN_LOSS;
	else if (d->undelivered)
		*verdict = TIMEOUT_UNDELIVERED;
	else
		*verdict = TIMEOUT_UNKNOWN_ASYMMETRIC;
	return NULL;
}

void
proof_write(struct evidence *e, const struct outcome *o, const char *proof,
    const struct identity *identity)
{
	char store[EVIDENCE_VALUE];
	struct textbuf text;

	evidence_init(e);
	evidence_text(e, "class", proof_class_name(o->class));
	evidence_text(e, "proof", proof);
	evidence_wire(e, "method", o->method);
	textbuf_init(&text, store, sizeof(store));
	identity_write_start_line(&text, identity, o->text.start_line);
	evidence_text_slice(e, "start_line", textbuf_slice(&text));
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->text.request_uri);
	evidence_text_slice(e, "request_uri", textbuf_slice(&text));
	evidence_wire(e, "call_id", o->text.call_id);
	evidence_integer(e, "cseq", o->text.cseq);
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->text.from);
	evidence_text_slice(e, "from", textbuf_slice(&text));
	textbuf_init(&text, store, sizeof(store));
	identity_write(&text, identity, o->text.to);
	evidence_text_slice(e, "to", textbuf_slice(&text));
	evidence_wire(e, "branch", o->text.branch);
	evidence_endpoint(e, "uac", &o->uac);
	evidence_endpoint(e, "uas", &o->uas);
	evidence_text(e, "transport", transport_name(o->transport));
	evidence_time(e, "sent", o->request.sent_wall);
	evidence_integer(e, "copies", o->request.copies);
	if (o->response.status != 0)
		evidence_integer(e, "last_status", o->response.status);
	evidence_seconds(e, "elapsed_s", o->now - o->request.sent, 1);
	evidence_boolean(e, "mras", o->mras);
	evidence_boolean(e, "recovered", o->signs.recovered);
	evidence_integer(e, "legs", o->group.legs);
}
