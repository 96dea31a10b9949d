/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/handshake.h"

#include "base/cursor.h"

enum { FIRST_ROOM = 2048, HIGHEST_TYPE = 24 };

void
handshake_init(struct handshake *h)
{
	*h = (struct handshake){ .have = 0 };
}

static void
drop(struct handshake *h, struct handshake_budget *budget)
{
	holding_release(&budget->holdings, &h->held);
	h->used = 0;
	h->done = false;
}

void
handshake_done(struct handshake *h, struct handshake_budget *budget)
{
	drop(h, budget);
}

void
handshake_lost(struct handshake *h, struct handshake_budget *budget)
{
	drop(h, budget);
	h->have = 0;
	h->left = 0;
	h->lost = true;
}

void
handshake_record(struct handshake *h, struct slice octets)
{
	struct cursor c = cursor_over(octets);
	const uint8_t type = cursor_u8(&c);
	const uint32_t size = cursor_u24(&c);

	if (h->lost && !c.bad && type <= HIGHEST_TYPE &&
	    size <= HANDSHAKE_MOST_OCTETS)
		h->lost = false;
}

static bool
tells_something(uint8_t type)
{
	return type == HANDSHAKE_CLIENT_HELLO ||
	    type == HANDSHAKE_SERVER_HELLO || type == HANDSHAKE_CERTIFICATE;
}

/* False: more octets are needed. */
static bool
take_header(
    struct handshake *h, struct handshake_budget *budget, struct slice *octets)
{
	const struct slice taken =
	    slice_first(*octets, sizeof(h->header) - h->have);

	if (taken.len > 0)
		memcpy(h->header + h->have, taken.p, taken.len);
	h->have = (uint8_t)(h->have + taken.len);
	*octets = slice_after(*octets, taken.len);
	if (h->have < sizeof(h->header))
		return false;
	h->left = (uint32_t)h->header[1] << 16 | (uint32_t)h->header[2] << 8 |
	    h->header[3];
	h->keep = tells_something(h->header[0]);
	if (h->left > HANDSHAKE_MOST_OCTETS && h->keep) {
		budget->too_long++;
		h->keep = false;
	}
	return true;
}

/* Others need the memory more. */
static void
give_way(struct holdings *all, void *handshake)
{
	struct handshake_budget *budget = handshake_budget_of(all);
	struct handshake *h = handshake;

	budget->over++;
	drop(h, budget);
	h->keep = false;
}

/* Room grows with what was sent, not with what was promised. */
static bool
grow(struct handshake *h, struct handshake_budget *budget, size_t wanted)
{
	return holding_reach(
	    &budget->holdings, &h->held, FIRST_ROOM, wanted, give_way, h);
}

static void
keep(struct handshake *h, struct handshake_budget *budget, struct slice part)
{
	if (!h->keep || part.len == 0)
		return;
	if (!grow(h, budget, h->used + part.len)) {
		budget->over++;
		drop(h, budget);
		h->keep = false;
		return;
	}
	memcpy(holding_octets(&h->held) + h->used, part.p, part.len);
	h->used += part.len;
}

/* A message whole in one record is handed on without a copy. */
static struct slice
body_of(struct handshake *h, struct handshake_budget *budget, struct slice part)
{
	if (h->used == 0)
		return part;
	keep(h, budget, part);
	h->done = true;
	return h->keep ? slice_of(holding_octets(&h->held), h->used)
		       : slice_of(NULL, 0);
}

bool
handshake_next(struct handshake *h, struct handshake_budget *budget,
    struct slice *octets, struct handshake_message *message)
{
	struct slice part, body;

	if (h->done)
		drop(h, budget);
	if (h->lost ||
	    (h->have < sizeof(h->header) && !take_header(h, budget, octets)))
		return false;
	part = slice_first(*octets, h->left);
	*octets = slice_after(*octets, part.len);
	h->left -= part.len;
	if (h->left > 0) {
		keep(h, budget, part);
		return false;
	}
	h->have = 0;
	body = h->keep ? body_of(h, budget, part) : slice_of(NULL, 0);
	*message = (struct handshake_message){
		.type = h->header[0],
		.whole = h->keep,
		.body = body,
	};
	return true;
}

bool
handshake_certificates(struct slice body, struct slice *list)
{
	struct cursor c = cursor_over(body);
	const struct slice whole = cursor_take(&c, cursor_u24(&c));

	if (c.bad || c.rest.len > 0)
		return false;
	*list = whole;
	return true;
}

bool
handshake_next_certificate(struct slice *list, struct slice *der)
{
	struct cursor c = cursor_over(*list);
	const struct slice next = cursor_take(&c, cursor_u24(&c));

	if (c.bad || next.len == 0)
		return false;
	*list = c.rest;
	*der = next;
	return true;
}
