/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/context.h"

bool
context_undelivered(const struct tcpreasm_facts *sent)
{
	return sent->acknowledged < sent->seen &&
	    sent->resends >= TCPREASM_UNDELIVERED;
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

nstime
context_server_hung_up(
    const struct tcpreasm *tcp, const struct tcpreasm_event *end)
{
	struct tcpreasm_facts sent, back;
	const bool by_reset =
	    end->fact == TCPREASM_RESET && end->direction == TCPREASM_TO_CLIENT;

	if (!tcpreasm_facts(tcp, end->connection, TCPREASM_TO_SERVER, &sent) ||
	    !tcpreasm_facts(tcp, end->connection, TCPREASM_TO_CLIENT, &back) ||
	    sent.hung_up != NSTIME_NEVER)
		return NSTIME_NEVER;
	return back.hung_up == NSTIME_NEVER && by_reset ? end->now
							: back.hung_up;
}
