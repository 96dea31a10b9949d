/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepflow.h"

#include <stdlib.h>

#include "base/holding.h"

enum { LEAST = 1024 }; /* octets held of a packet that is not whole */

/* What the agent sends; the other direction is silent. */
struct hepflow_connection {
	struct holding held;
	size_t len;     /* of what is held */
	bool searching; /* for where a packet begins */
};

struct hepflow {
	hepflow_output *output;
	void *arg;
	struct holdings holdings;
	uint64_t broken, no_memory;
};

struct hepflow *
hepflow_new(struct budget_share *memory, hepflow_output *output, void *arg)
{
	struct hepflow *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->output = output;
	h->arg = arg;
	h->holdings.memory = memory;
	return h;
}

void
hepflow_free(struct hepflow *h)
{
	free(h);
}

static void
release(struct hepflow *h, struct hepflow_connection *c)
{
	holding_release(&h->holdings, &c->held);
	c->len = 0;
}

static void
let_go(struct holdings *all, void *owner)
{
	struct hepflow_connection *c = owner;

	holding_release(all, &c->held);
	c->len = 0;
	c->searching = true;
}

static struct hepflow_connection *
connection_of(struct hepflow *h, const struct tcpreasm_event *e)
{
	struct hepflow_connection *c = *e->user;

	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		h->no_memory++;
		return NULL;
	}
	c->searching = e->guessed;
	*e->user = c;
	return c;
}

/* Where a packet may begin, also one of which only the first letters are
 * here. */
static struct slice
search(struct slice octets)
{
	while (octets.len > 0 && !slice_agree(octets, slice_text("HEP3")))
		octets = slice_after(octets, 1);
	return octets;
}

/* Tells the whole packets; what is left of `octets' is not one yet. */
static struct slice
take(struct hepflow *h, struct hepflow_connection *c, struct slice octets,
    const struct address *agent)
{
	while (octets.len > 0) {
		enum hepmsg_answer answer;
		struct hepmsg m;
		size_t len;

		if (c->searching)
			octets = search(octets);
		if (octets.len == 0)
			break;
		answer = hepmsg_parse(octets, &m, &len);
		if (answer == HEPMSG_PARTIAL)
			break;
		if (answer == HEPMSG_PARSED && m.version == 3) {
			c->searching = false;
			h->output(h->arg, slice_first(octets, len), agent);
			octets = slice_after(octets, len);
		} else {
			h->broken += !c->searching;
			c->searching = true;
			octets = slice_after(octets, 1);
		}
	}
	return octets;
}

static bool
reach(struct hepflow *h, struct hepflow_connection *c, size_t wanted)
{
	return holding_reach(&h->holdings, &c->held, LEAST, wanted, let_go, c);
}

static void
hold(struct hepflow *h, struct hepflow_connection *c, struct slice rest)
{
	if (rest.len == 0) {
		release(h, c);
		return;
	}
	if (!reach(h, c, rest.len)) {
		h->no_memory++;
		let_go(&h->holdings, c);
		return;
	}
	memmove(holding_octets(&c->held), rest.p, rest.len);
	c->len = rest.len;
}

static void
on_data(struct hepflow *h, struct hepflow_connection *c,
    const struct tcpreasm_event *e)
{
	const size_t all = c->len + e->octets.len;

	if (c->len == 0) {
		holding_begin(&h->holdings, &c->held);
		hold(h, c, take(h, c, e->octets, &e->client.address));
		return;
	}
	if (!reach(h, c, all)) {
		h->no_memory++;
		let_go(&h->holdings, c);
		return;
	}
	memcpy(holding_octets(&c->held) + c->len, e->octets.p, e->octets.len);
	hold(h, c,
	    take(h, c, slice_of(holding_octets(&c->held), all),
		&e->client.address));
}

void
hepflow_input(struct hepflow *h, const struct tcpreasm_event *e)
{
	struct hepflow_connection *c;

	if (e->fact == TCPREASM_FORGOTTEN) {
		c = *e->user;
		if (c != NULL)
			release(h, c);
		free(c);
		*e->user = NULL;
		return;
	}
	if (e->direction != TCPREASM_TO_SERVER ||
	    (e->fact != TCPREASM_DATA && e->fact != TCPREASM_GAP))
		return;
	c = connection_of(h, e);
	if (c == NULL)
		return;
	if (e->fact == TCPREASM_DATA)
		on_data(h, c, e);
	else
		let_go(&h->holdings, c);
}

void
hepflow_stats(const struct hepflow *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "hepflow.broken", h->broken);
	output(arg, COUNTER_LIMIT, "hepflow.gave_way", h->holdings.gave_way);
	output(arg, COUNTER_LIMIT, "hepflow.no_memory", h->no_memory);
}
