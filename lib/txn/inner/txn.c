/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txn.h"

#include "sip/methods.h"

_Static_assert(sizeof(void *) != 8 || sizeof(struct txn) <= 224,
    "with its places in the tables, the timer and its texts 400 octets");

void
txn_begin(struct txn *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method)
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
		.agent = origin->agent,
		.by_agent = origin->agent != 0,
		.transport = (uint8_t)origin->transport,
		.has_to_tag = m->to_tag.len > 0,
		.watched = origin->watched,
		.mras = origin->mras,
		.scanned = m->scanned,
	};
	transaction_begin(&t->state, method == METHODS_INVITE,
	    origin->transport != TRANSPORT_UDP, origin->now);
}

/*
 * One leg may be handed on by several agents, and be seen in packets as well.
 * Each shows a copy once, in the order of the wire, and copies are T1 apart or
 * more.  So what another shows than the one before is that same copy unless
 * half of T1 went by since, on arrival and, as an agent may be slow, by its
 * stamps, too.
 */
static bool
was_shown(const struct txn *t, uint16_t by, nstime latest,
    const struct origin *origin, nstime t1)
{
	const nstime by_stamp = origin->wall - t->sent_wall;
	nstime after = origin->now - t->state.sent;

	if (by == origin->agent)
		return false;
	if (origin->agent != 0 && by_stamp < after)
		after = by_stamp;
	return after < latest - t->state.sent + t1 / 2;
}

bool
txn_again(struct txn *t, const struct origin *origin, nstime t1)
{
	if (origin->agent == 0)
		t->by_agent = false;
	if (was_shown(
		t, t->agent, transaction_last_copy(&t->state), origin, t1))
		return false;
	t->agent = origin->agent;
	return true;
}

bool
txn_final_again(struct txn *t, const struct origin *origin, nstime t1)
{
	const nstime latest =
	    t->state.since + transaction_final_span(&t->state);

	if (was_shown(t, t->final_agent, latest, origin, t1))
		return false;
	t->final_agent = origin->agent;
	return true;
}

struct transaction_timers
txn_timers(const struct txn *t, const struct timers *timers)
{
	return (struct transaction_timers){
		.t1 = timers->t1,
		.timer_c = timers->timer_c,
		.grace = timers->grace,
		.slow = !t->watched      ? NSTIME_NEVER
		    : t->state.is_invite ? timers->slow_invite
					 : timers->slow_other,
	};
}

static struct outcome_request
request_of(const struct txn *t)
{
	return (struct outcome_request){
		.sent = t->state.sent,
		.sent_wall = t->sent_wall,
		.last_copy = transaction_last_copy(&t->state),
		.copies = t->state.copies,
		.by_agent = t->by_agent,
		.flow = t->flow,
		.flow_end = t->flow_end,
		.to_server = t->flow_to_server,
	};
}

static struct outcome_response
response_of(const struct transaction *s)
{
	return (struct outcome_response){
		.status = s->status,
		.provisional = s->provisional,
		.copies = s->response_copies,
		.span =
		    transaction_final(s) == 0 ? 0 : transaction_final_span(s),
		.first = transaction_first_response(s),
	};
}

static struct outcome_signs
signs_of(const struct txn *t)
{
	return (struct outcome_signs){
		.unseen = t->state.unseen,
		.upstream_status = t->upstream_status,
		.early = t->state.gave_up && !t->state.cancelled,
		.failover = t->state.failed_over,
		.recovered = t->recovered,
	};
}

void
txn_describe(const struct txn *t, struct outcome *outcome)
{
	const struct transaction *s = &t->state;

	*outcome = (struct outcome){
		.class = s->class,
		.id = t->id,
		.is_invite = s->is_invite,
		.watched = t->watched,
		.mras = t->mras,
		.transport = t->transport,
		.uac = t->uac,
		.uas = t->uas,
		.request = request_of(t),
		.response = response_of(s),
		.signs = signs_of(t),
		.group.legs = 1,
		.text = { .cseq = t->cseq, .scanned = t->scanned },
	};
	if (t->text != NULL)
		outcome->text.call_id = txntext_call_id(t->text);
}

void
txn_quote(
    const struct txn *t, struct outcome *outcome, struct txntext_quotes *quotes)
{
	if (t->text == NULL)
		return;
	txntext_quote(t->text, quotes);
	outcome->text.start_line = quotes->start_line;
	outcome->text.request_uri = quotes->request_uri;
	outcome->text.branch = quotes->branch;
	outcome->text.from = quotes->from;
	outcome->text.to = quotes->to;
}

void
txn_settle(struct txn *t, struct txntexts *texts)
{
	if (transaction_settled(&t->state))
		txntext_give(texts, &t->text);
}
