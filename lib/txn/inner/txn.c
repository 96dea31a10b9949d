/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txn.h"

#include "sip/methods.h"

_Static_assert(sizeof(void *) != 8 || sizeof(struct txn) == 128,
    "with its places in the tables, the timer and its texts 300 octets");

enum { VIAS_MOST = (1 << 12) - 1, METHODS_BITS = 7 };

_Static_assert(METHODS_OTHER < 1 << METHODS_BITS, "the number of any method");

/* By txn.upstream. */
static const uint16_t upstream_status[] = { 0, 408, 504 };

struct endpoint
txn_endpoint(const struct txn *t, enum txn_end end)
{
	struct endpoint e = { .port = t->port[end] };

	if (t->has_more) {
		e.address = t->more->address[end];
		return e;
	}
	e.address.version = 4;
	memcpy(e.address.octets, t->ipv4[end], sizeof(t->ipv4[end]));
	return e;
}

void
txn_set_upstream(struct txn *t, unsigned status)
{
	t->upstream = status == upstream_status[1] ? 1 : 2;
}

/* False when out of memory. */
static bool
add_more(struct txn *t, struct slab *more)
{
	struct txn_more *its;

	if (t->has_more)
		return true;
	its = slab_take(more);
	if (its == NULL)
		return false;
	*its = (struct txn_more){
		.address = { txn_endpoint(t, TXN_CLIENT).address,
		    txn_endpoint(t, TXN_SERVER).address },
	};
	t->more = its;
	t->has_more = true;
	return true;
}

static bool
is_plain(const struct origin *origin, uint32_t target)
{
	return origin->from.address.version == 4 &&
	    origin->to.address.version == 4 && origin->flow == 0 &&
	    origin->flow_end == 0 && !origin->to_server && origin->agent == 0 &&
	    target == 0;
}

/* Its addresses, and what else few have. */
static bool
place(struct txn *t, const struct origin *origin, uint32_t target,
    struct slab *more)
{
	const size_t octets = sizeof(t->ipv4[0]);

	if (is_plain(origin, target)) {
		memcpy(
		    t->ipv4[TXN_CLIENT], origin->from.address.octets, octets);
		memcpy(t->ipv4[TXN_SERVER], origin->to.address.octets, octets);
		return true;
	}
	if (!add_more(t, more))
		return false;
	*t->more = (struct txn_more){
		.address = { origin->from.address, origin->to.address },
		.agent = origin->agent,
		.flow = origin->flow,
		.flow_end = origin->flow_end,
		.flow_to_server = origin->to_server,
		.target = target,
	};
	return true;
}

bool
txn_begin(struct txn *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method, uint32_t target,
    struct slab *more)
{
	*t = (struct txn){
		.vias = m->vias < VIAS_MOST ? m->vias : VIAS_MOST,
		.method = method,
		.transport = origin->transport,
		.by_agent = origin->agent != 0,
		.has_to_tag = m->to_tag.len > 0,
		.watched = origin->watched,
		.mras = origin->mras,
		.scanned = m->scanned,
		.port = { origin->from.port, origin->to.port },
		.sent_wall = origin->wall,
		.cseq = m->cseq,
	};
	transaction_begin(&t->state, method == METHODS_INVITE,
	    origin->transport != TRANSPORT_UDP, origin->now);
	return place(t, origin, target, more);
}

void
txn_end(struct txn *t, struct slab *more)
{
	if (t->has_more)
		slab_give(more, t->more);
	t->has_more = false;
}

static uint16_t
agent_of(const struct txn *t)
{
	return t->has_more ? t->more->agent : 0;
}

void
txn_final_by(struct txn *t, uint16_t agent, struct slab *more)
{
	if ((agent != 0 || t->has_more) && add_more(t, more))
		t->more->final_agent = agent;
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
txn_again(
    struct txn *t, const struct origin *origin, nstime t1, struct slab *more)
{
	if (origin->agent == 0)
		t->by_agent = false;
	if (was_shown(
		t, agent_of(t), transaction_last_copy(&t->state), origin, t1))
		return false;
	if ((origin->agent != 0 || t->has_more) && add_more(t, more))
		t->more->agent = origin->agent;
	return true;
}

bool
txn_final_again(
    struct txn *t, const struct origin *origin, nstime t1, struct slab *more)
{
	const uint16_t by = t->has_more ? t->more->final_agent : 0;
	const nstime latest =
	    t->state.since + transaction_final_span(&t->state);

	if (was_shown(t, by, latest, origin, t1))
		return false;
	txn_final_by(t, origin->agent, more);
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
		.flow = txn_flow(t),
		.flow_end = t->has_more ? t->more->flow_end : 0,
		.to_server = t->has_more && t->more->flow_to_server,
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
		.upstream_status = upstream_status[t->upstream],
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
		.is_invite = s->is_invite,
		.watched = t->watched,
		.mras = t->mras,
		.transport = (enum transport)t->transport,
		.uac = txn_endpoint(t, TXN_CLIENT),
		.uas = txn_endpoint(t, TXN_SERVER),
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
