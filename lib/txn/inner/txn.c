/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txn.h"

#include "sip/methods.h"

_Static_assert(sizeof(void *) != 8 || sizeof(struct txn) <= 224,
    "with its places in the tables, the timer and its texts 400 octets");

void
txn_begin(struct txn *t, const struct sip_message *m,
    const struct txntable_origin *origin, uint8_t method)
{
	*t = (struct txn){
		.uac = origin->from,
		.uas = origin->to,
		.sent_wall = origin->wall,
		.flow = origin->flow,
		.flow_end = origin->flow_end,
		.flow_to_server = origin->to_server,
		.cseq = m->cseq,
		.vias = m->vias < UINT16_MAX ? (uint16_t)m->vias : UINT16_MAX,
		.method = method,
		.transport = (uint8_t)origin->transport,
		.has_to_tag = m->to_tag.len > 0,
		.watched = origin->watched,
		.mras = origin->mras,
		.scanned = m->scanned,
	};
	transaction_begin(&t->state, method == METHODS_INVITE,
	    origin->transport != TXNTABLE_UDP, origin->now);
}

struct transaction_timers
txn_timers(const struct txn *t, const struct txntable_limits *limits)
{
	return (struct transaction_timers){
		.t1 = limits->t1,
		.timer_c = limits->timer_c,
		.grace = limits->grace,
		.slow = !t->watched      ? NSTIME_NEVER
		    : t->state.is_invite ? limits->slow_invite
					 : limits->slow_other,
	};
}

void
txn_describe(const struct txn *t, struct txntable_outcome *outcome)
{
	const struct transaction *s = &t->state;

	*outcome = (struct txntable_outcome){
		.class = s->verdict,
		.id = t->id,
		.is_invite = s->is_invite,
		.watched = t->watched,
		.mras = t->mras,
		.transport = t->transport,
		.uac = t->uac,
		.uas = t->uas,
		.sent = s->sent,
		.sent_wall = t->sent_wall,
		.last_copy = transaction_last_copy(s),
		.copies = s->copies,
		.status = s->status,
		.provisional = s->provisional,
		.response_copies = s->response_copies,
		.first_response = transaction_first_response(s),
		.unseen = s->unseen,
		.upstream_status = t->upstream_status,
		.early = s->gave_up && !s->cancelled,
		.recovered = t->recovered,
		.scanned = t->scanned,
		.legs = 1,
		.flow = t->flow,
		.flow_end = t->flow_end,
		.flow_to_server = t->flow_to_server,
		.cseq = t->cseq,
	};
	if (transaction_final(s) != 0)
		outcome->response_span = transaction_final_span(s);
	if (t->text != NULL)
		outcome->call_id = txntext_call_id(t->text);
}

void
txn_quote(const struct txn *t, struct txntable_outcome *outcome,
    struct txntext_quotes *quotes)
{
	if (t->text == NULL)
		return;
	txntext_quote(t->text, quotes);
	outcome->start_line = quotes->start_line;
	outcome->request_uri = quotes->request_uri;
	outcome->branch = quotes->branch;
	outcome->from = quotes->from;
	outcome->to = quotes->to;
}

void
txn_settle(struct txn *t, struct txntexts *texts)
{
	if (transaction_settled(&t->state))
		txntext_give(texts, &t->text);
}
