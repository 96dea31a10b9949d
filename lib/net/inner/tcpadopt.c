/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpadopt.h"

static void
tell(struct tcpconn *c, tcpreasm_open_output *output, void *arg)
{
	struct tcpreasm_open open = {
		.client = tcpconn_client(c),
		.server = tcpconn_server(c),
		.last = c->last,
		.user = &c->user,
	};

	for (int d = 0; d < 2; d++)
		open.segments[d] = c->streams[d].segments;
	output(arg, &open);
}

void
tcpadopt_each(const struct tcptable *t, size_t most,
    tcpreasm_open_output *output, void *arg)
{
	struct tcpconn *first = NULL, *c;

	TAILQ_FOREACH_REVERSE(
	    c, &t->queues[TCPTABLE_CARRYING], tcptable_list, by_idle)
	{
		if (most-- == 0)
			break;
		first = c;
	}
	for (c = first; c != NULL; c = TAILQ_NEXT(c, by_idle))
		tell(c, output, arg);
}

struct tcpconn *
tcpadopt_add(
    struct tcptable *t, const struct tcpreasm_open *open, uint64_t number)
{
	const struct tcpreasm_segment ends = {
		.from = open->client,
		.to = open->server,
		.number = number,
		.now = open->last,
	};
	struct tcpconn *c;

	if (ends.from.address.version != ends.to.address.version ||
	    tcptable_evictable(t) != NULL || tcptable_find(t, &ends) != NULL)
		return NULL;
	c = tcptable_add(t, &ends, false);
	if (c == NULL)
		return NULL;
	c->state = TCPCONN_OPEN;
	c->guessed = true;
	c->adopted = true;
	for (int d = 0; d < 2; d++)
		c->streams[d].segments = open->segments[d];
	tcptable_carries(t, c);
	tcptable_touch(t, c, TCPTABLE_CARRYING, open->last);
	return c;
}
