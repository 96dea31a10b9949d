/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepflow.h"

#include <stdlib.h>

#include "base/cursor.h"

/*
 * The input is a script: first octet, whether the connection was picked up
 * midway; then events of an octet each:
 *
 *	0 to 249   that many octets of what follows arrive
 *	250        that many 16-octet pieces as the next octet has arrive
 *	251 - 253  octets are missing
 *	254        the connection ends and another begins
 *	255        the server sends what follows, up to 16 octets
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MISSING = 251, ENDS = 254, ANSWER = 255, MANY = 250, PIECE = 16 };

struct connection {
	struct hepflow *flow;
	void *user;
	bool guessed;
	size_t arrived, told; /* octets */
};

/* What is told is one whole packet, and nothing is told twice. */
static void
on_packet(void *arg, struct slice packet, const struct address *agent)
{
	struct connection *c = arg;
	struct hepmsg m;
	size_t len;

	if (agent->version != 4 ||
	    hepmsg_parse(packet, &m, &len) != HEPMSG_PARSED ||
	    len != packet.len || m.version != 3)
		abort();
	c->told += packet.len;
	if (c->told > c->arrived)
		abort();
}

static void
happen(struct connection *c, enum tcpreasm_fact fact,
    enum tcpreasm_direction direction, struct slice octets)
{
	if (fact == TCPREASM_DATA && octets.len == 0)
		return;
	if (direction == TCPREASM_TO_SERVER)
		c->arrived += octets.len;
	hepflow_input(c->flow,
	    &(struct tcpreasm_event){
		.fact = fact,
		.direction = direction,
		.client.address.version = 4,
		.guessed = c->guessed,
		.octets = octets,
		.user = &c->user,
	    });
}

static void
forget(struct connection *c)
{
	happen(c, TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, slice_of("", 0));
	if (c->user != NULL)
		abort();
}

static void
step(struct connection *c, struct cursor *script)
{
	const unsigned event = cursor_u8(script);
	size_t len = event;

	if (event == ENDS) {
		forget(c);
		return;
	}
	if (event >= MISSING && event < ENDS) {
		happen(c, TCPREASM_GAP, TCPREASM_TO_SERVER, slice_of("", 0));
		return;
	}
	if (event == MANY)
		len = (size_t)PIECE * cursor_u8(script);
	if (event == ANSWER)
		len = PIECE;
	happen(c, TCPREASM_DATA,
	    event == ANSWER ? TCPREASM_TO_CLIENT : TCPREASM_TO_SERVER,
	    cursor_take(
		script, len < script->rest.len ? len : script->rest.len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor script = cursor_over(slice_of(data, size));
	struct connection c = { .guessed = cursor_u8(&script) & 1 };

	c.flow = hepflow_new(NULL, on_packet, &c);
	if (c.flow == NULL)
		return 0;
	while (script.rest.len > 0)
		step(&c, &script);
	forget(&c);
	hepflow_free(c.flow);
	return 0;
}
