/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/proof.h"

const char *proof_class_name(enum outcome_class class)
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

/*
 * Which proofs by absence there would be, had nothing been lost.  Over UDP a
 * client that got a 1xx alone resends anything but an INVITE, so there the 1xx
 * proves nothing.
 */
static const char *
by_absence(const struct outcome *o, const struct delivery *d)
{
	if (answer_implied(o) || (o->signs.unseen & OUTCOME_UNSEEN_CANCEL) != 0)
		return NULL;
	if (o->class != OUTCOME_NO_RESPONSE && o->response.provisional != 0 &&
	    (o->is_invite || o->transport != TRANSPORT_UDP))
		return "provisional";
	if ((o->class == OUTCOME_NO_RESPONSE || o->class == OUTCOME_NO_FINAL) &&
	    o->transport != TRANSPORT_UDP && d->acknowledged && !d->hung_up)
		return "acknowledged";
	return NULL;
}

static const char *
by_sight(const struct outcome *o, const struct delivery *d)
{
	const bool unanswered =
	    o->class == OUTCOME_NO_RESPONSE || o->class == OUTCOME_NO_FINAL;

	if (d->server_log)
		return "server_log";
	if (o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX)
		return "response_retransmitted";
	if (o->class == OUTCOME_NO_RESPONSE && d->unreachable)
		return "unreachable";
	if (o->class != OUTCOME_STALLED_AFTER_100 && o->request.repeated &&
	    !answer_implied(o))
		return "retransmitted";
	if (unanswered && o->signs.upstream_status != 0)
		return "upstream_status";
	if (o->class == OUTCOME_NO_RESPONSE && o->signs.failover &&
	    !answer_implied(o))
		return "failover";
	return NULL;
}

/* An answer was sent that we did not see: is that direction seen at all? */
static enum timeout_verdict
missed(const struct delivery *d)
{
	return d->reverse_lately ? TIMEOUT_UNKNOWN_LOSS
				 : TIMEOUT_UNKNOWN_ASYMMETRIC;
}

/* Over UDP the copies show whether the client went on waiting.  Callers hang
 * up when they like, so an INVITE that stops early may have been given up. */
static enum timeout_verdict
why_unknown_udp(
    const struct outcome *o, const struct delivery *d, nstime usual_span)
{
	const nstime span = o->request.last_copy - o->request.sent;
	const bool resent = o->request.copies > 1;

	if (answer_implied(o) || (resent && o->response.status != 0))
		return missed(d);
	if (resent && o->is_invite)
		return TIMEOUT_UNKNOWN_GAVE_UP;
	if (usual_span > 2 * span)
		return missed(d);
	if ((o->signs.unseen & OUTCOME_UNSEEN_CANCEL) != 0)
		return missed(d);
	return resent ? TIMEOUT_UNKNOWN_GAVE_UP : TIMEOUT_UNKNOWN_UNREPEATED;
}

/* An agent tells nothing of its transport, and need not hand on each copy, so
 * that a sender does not repeat its request says nothing. */
static enum timeout_verdict
why_unknown_by_agent(
    const struct outcome *o, const struct delivery *d, nstime usual_span)
{
	const enum timeout_verdict verdict = o->transport == TRANSPORT_UDP
	    ? why_unknown_udp(o, d, usual_span)
	    : TIMEOUT_UNKNOWN_NO_TRANSPORT;

	if (answer_implied(o))
		return missed(d);
	return verdict == TIMEOUT_UNKNOWN_GAVE_UP ||
		verdict == TIMEOUT_UNKNOWN_UNREPEATED
	    ? TIMEOUT_UNKNOWN_NO_TRANSPORT
	    : verdict;
}

static enum timeout_verdict
why_unknown(
    const struct outcome *o, const struct delivery *d, nstime usual_span)
{
	if (d->lost)
		return TIMEOUT_UNKNOWN_LOSS;
	if (o->request.by_agent)
		return why_unknown_by_agent(o, d, usual_span);
	if (o->transport == TRANSPORT_UDP)
		return why_unknown_udp(o, d, usual_span);
	if (d->undelivered)
		return TIMEOUT_UNDELIVERED;
	if (d->acknowledged && !answer_implied(o))
		return TIMEOUT_UNKNOWN_GAVE_UP;
	/* It was handed over without its connection, by a log or exported, so
	 * nothing can show how far it got. */
	if (o->request.flow == 0 && !answer_implied(o))
		return TIMEOUT_UNKNOWN_UNREPEATED;
	return missed(d);
}

bool
proof_by_absence(const char *proof)
{
	return strcmp(proof, "provisional") == 0 ||
	    strcmp(proof, "acknowledged") == 0;
}

/* A gap in its connection voids both proofs by absence.  Datagrams, and the
 * last octets of a connection, leave no gap: there it does that the mirror
 * lately lost others. */
static bool
is_voided(const struct outcome *o, const struct delivery *d)
{
	return d->lost || ((o->signs.loss || d->lossy) && !d->confirmed);
}

const char *
proof_find(const struct outcome *o, const struct delivery *d, nstime usual_span,
    enum timeout_verdict *verdict)
{
	const char *proof;

	*verdict = TIMEOUT_UNFINISHED;
	if (o->class == OUTCOME_RING_NO_ANSWER)
		return NULL;
	*verdict = TIMEOUT_TIMED_OUT;
	proof = by_sight(o, d);
	if (proof != NULL)
		return proof;
	*verdict = TIMEOUT_UNFINISHED;
	if (o->event == OUTCOME_UNFINISHED)
		return NULL;
	proof = by_absence(o, d);
	if (proof == NULL)
		*verdict = why_unknown(o, d, usual_span);
	else
		*verdict =
		    is_voided(o, d) ? TIMEOUT_UNKNOWN_LOSS : TIMEOUT_TIMED_OUT;
	return *verdict == TIMEOUT_TIMED_OUT ? proof : NULL;
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
	if (o->request.sent_wall > 0)
		evidence_time(e, "sent", o->request.sent_wall);
	evidence_integer(e, "copies", o->request.copies);
	if (o->response.status != 0)
		evidence_integer(e, "last_status", o->response.status);
	if (o->now > o->request.sent)
		evidence_seconds(e, "elapsed_s", o->now - o->request.sent, 1);
	evidence_boolean(e, "mras", o->mras);
	evidence_boolean(e, "recovered", o->signs.recovered);
	evidence_integer(e, "legs", o->group.legs);
}
