/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/context.h"

bool
context_undelivered(const struct tcpreasm_facts *sent)
{
	return sent->acknowledged < sent->seen &&
	    sent->resends >= TCPREASM_UNDELIVERED;
}

/* Of the server more than the lone RST that may be a firewall's. */
static bool
seen_both(const struct tcpreasm *tcp, uint64_t id, struct tcpreasm_facts *back)
{
	struct tcpreasm_facts sent;

	return tcpreasm_facts(tcp, id, TCPREASM_TO_SERVER, &sent) &&
	    sent.segments > 0 &&
	    tcpreasm_facts(tcp, id, TCPREASM_TO_CLIENT, back) &&
	    back->segments > 1;
}

bool
context_two_way(const struct tcpreasm *tcp, uint64_t id)
{
	struct tcpreasm_facts back;

	return seen_both(tcp, id, &back);
}

bool
context_waiting(const struct tcpreasm *tcp, uint64_t id)
{
	struct tcpreasm_facts back;

	return seen_both(tcp, id, &back) && !back.ended;
}

/* When this side hung up, if it was the first to do so; else NSTIME_NEVER. */
static nstime
first_hung_up(const struct tcpreasm *tcp, const struct tcpreasm_event *end,
    enum tcpreasm_direction side)
{
	const enum tcpreasm_direction other = side == TCPREASM_TO_SERVER
	    ? TCPREASM_TO_CLIENT
	    : TCPREASM_TO_SERVER;
	const bool by_reset =
	    end->fact == TCPREASM_RESET && end->direction == side;
	struct tcpreasm_facts ours, theirs;

	if (!tcpreasm_facts(tcp, end->connection, side, &ours) ||
	    !tcpreasm_facts(tcp, end->connection, other, &theirs) ||
	    theirs.hung_up != NSTIME_NEVER)
		return NSTIME_NEVER;
	return ours.hung_up == NSTIME_NEVER && by_reset ? end->now
							: ours.hung_up;
}

nstime
context_hung_up(const struct tcpreasm *tcp, const struct tcpreasm_event *end)
{
	return first_hung_up(tcp, end, TCPREASM_TO_SERVER);
}

nstime
context_server_hung_up(
    const struct tcpreasm *tcp, const struct tcpreasm_event *end)
{
	return first_hung_up(tcp, end, TCPREASM_TO_CLIENT);
}
