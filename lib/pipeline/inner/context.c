/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/context.h"

/* TCP needs three copies before we call it undelivered (DOMAIN 1.6). */
enum { UNDELIVERED_RESENDS = 3 };

static void
of_tcp(
    const struct context *context, const struct outcome *o, struct delivery *d)
{
	const enum tcpreasm_direction there =
	    o->request.to_server ? TCPREASM_TO_SERVER : TCPREASM_TO_CLIENT;
	const enum tcpreasm_direction back =
	    o->request.to_server ? TCPREASM_TO_CLIENT : TCPREASM_TO_SERVER;
	struct tcpreasm_facts request, reply;

	if (!tcpreasm_facts(context->tcp, o->request.flow, there, &request) ||
	    !tcpreasm_facts(context->tcp, o->request.flow, back, &reply))
		return;
	d->acknowledged = request.acknowledged >= o->request.flow_end;
	d->lost = d->lost || reply.last_gap >= o->request.sent;
	d->undelivered = !d->acknowledged &&
	    (request.resends >= UNDELIVERED_RESENDS || request.ended);
}

void
context_of_silence(
    const struct context *context, const struct outcome *o, struct delivery *d)
{
	struct pairs_facts there, back;

	pairs_facts(context->pairs, &o->uac.address, &o->uas.address, &there);
	pairs_facts(context->pairs, &o->uas.address, &o->uac.address, &back);
	d->lost = context->last_drop >= o->request.sent;
	d->reverse_seen = back.packets > 0 && back.last >= o->request.sent;
	d->unreachable =
	    pairs_unreachable_since(&there, o->uas.port, o->request.sent);
	if (o->transport != TRANSPORT_UDP)
		of_tcp(context, o, d);
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
