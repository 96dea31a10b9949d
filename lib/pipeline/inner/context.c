/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/context.h"

/* TCP needs three copies before we call it undelivered (DOMAIN 1.6). */
enum { UNDELIVERED_RESENDS = 3 };

static void
of_tcp(const struct context *context, const struct txntable_outcome *o,
    struct timeout_witness *w)
{
	const enum tcpreasm_direction there =
	    o->flow_to_server ? TCPREASM_TO_SERVER : TCPREASM_TO_CLIENT;
	const enum tcpreasm_direction back =
	    o->flow_to_server ? TCPREASM_TO_CLIENT : TCPREASM_TO_SERVER;
	struct tcpreasm_facts request, reply;

	if (!tcpreasm_facts(context->tcp, o->flow, there, &request) ||
	    !tcpreasm_facts(context->tcp, o->flow, back, &reply))
		return;
	w->acknowledged = request.acknowledged >= o->flow_end;
	w->lost = w->lost || reply.last_gap >= o->sent;
	w->undelivered = !w->acknowledged &&
	    (request.resends >= UNDELIVERED_RESENDS || request.ended);
}

void
context_of_silence(const struct context *context,
    const struct txntable_outcome *o, struct timeout_witness *w)
{
	struct pairs_facts there, back;

	pairs_facts(context->pairs, &o->uac.address, &o->uas.address, &there);
	pairs_facts(context->pairs, &o->uas.address, &o->uac.address, &back);
	w->lost = context->last_drop >= o->sent;
	w->reverse_seen = back.packets > 0 && back.last >= o->sent;
	w->unreachable = pairs_unreachable_since(&there, o->uas.port, o->sent);
	if (o->transport != TXNTABLE_UDP)
		of_tcp(context, o, w);
}

bool
context_undelivered(const struct tcpreasm_facts *sent)
{
	return sent->acknowledged < sent->seen &&
	    sent->resends >= UNDELIVERED_RESENDS;
}

/* More than the lone RST that may be a firewall's. */
static bool
seen_back(const struct tcpreasm *tcp, uint64_t id, struct tcpreasm_facts *back)
{
	return tcpreasm_facts(tcp, id, TCPREASM_TO_CLIENT, back) &&
	    back->segments > 1;
}

bool
context_two_way(const struct tcpreasm *tcp, uint64_t id)
{
	struct tcpreasm_facts back;

	return seen_back(tcp, id, &back);
}

bool
context_waiting(const struct tcpreasm *tcp, uint64_t id)
{
	struct tcpreasm_facts back;

	return seen_back(tcp, id, &back) && !back.ended;
}

nstime
context_hung_up(const struct tcpreasm *tcp, const struct tcpreasm_event *end)
{
	struct tcpreasm_facts sent, back;
	const bool by_client =
	    end->fact == TCPREASM_RESET && end->direction == TCPREASM_TO_SERVER;

	if (!tcpreasm_facts(tcp, end->connection, TCPREASM_TO_SERVER, &sent) ||
	    !tcpreasm_facts(tcp, end->connection, TCPREASM_TO_CLIENT, &back) ||
	    back.hung_up != NSTIME_NEVER)
		return NSTIME_NEVER;
	return sent.hung_up == NSTIME_NEVER && by_client ? end->now
							 : sent.hung_up;
}
