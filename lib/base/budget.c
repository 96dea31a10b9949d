/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/budget.h"

#include <stdlib.h>

struct budget_share {
	struct budget_rest *rest; /* none: what was set aside */
	size_t guaranteed, used, most;
	uint64_t refused;
};

/* What is beyond the guarantees. */
struct budget_rest {
	size_t spare;
	size_t lent; /* may be above it after budget_set() */
};

struct budget {
	size_t octets;
	struct budget_rest readers, others, none;
	struct budget_share shares[BUDGET_ROOMS];
};

/* Percent of the budget; a sixth of it is spare. */
static const struct {
	const char *name;
	unsigned percent;
} rooms[BUDGET_ROOMS] = {
	[BUDGET_FRAGMENTS] = { "fragments", 4 },
	[BUDGET_STREAMS] = { "streams", 10 },
	[BUDGET_REASSEMBLY] = { "reassembly", 6 },
	[BUDGET_FRAMING] = { "framing", 6 },
	[BUDGET_TLS] = { "tls", 6 },
	[BUDGET_SHOWN] = { "shown", 1 },
	[BUDGET_FLOWS] = { "flows", 2 },
	[BUDGET_CERTIFICATES] = { "certificates", 3 },
	[BUDGET_TRANSACTIONS] = { "transactions", 12 },
	[BUDGET_TEXTS] = { "texts", 6 },
	[BUDGET_PAIRS] = { "pairs", 2 },
	[BUDGET_CLOCKS] = { "clocks", 8 },
	[BUDGET_PEERS] = { "peers", 8 },
	[BUDGET_ALERTS] = { "alerts", 8 },
	[BUDGET_SINKS] = { "sinks", 3 },
	[BUDGET_EVIDENCE] = { "evidence", 0 },
	[BUDGET_MERGE] = { "merge", 0 },
	[BUDGET_HANDOVER] = { "handover", 0 },
	[BUDGET_SECRETS] = { "secrets", 0 },
	[BUDGET_FLEET] = { "fleet", 0 },
};

size_t
budget_guaranteed(size_t octets, enum budget_room room)
{
	return octets / 100 * rooms[room].percent;
}

size_t
budget_share_guaranteed(const struct budget_share *s)
{
	return s == NULL ? SIZE_MAX : s->guaranteed;
}

size_t
budget_spare(const struct budget *b)
{
	return b->readers.spare + b->others.spare;
}

/* What a share has beyond its guarantee is lent. */
static size_t
lent_to(const struct budget_share *s)
{
	return s->used > s->guaranteed ? s->used - s->guaranteed : 0;
}

/* Each side has of the rest of `octets' what it has of the guarantees. */
static void
set_rest(struct budget *b, struct budget_rest *rest, size_t octets,
    size_t guaranteed, size_t all)
{
	*rest = (struct budget_rest){
		.spare = all == 0
		    ? 0
		    : (octets - all) / 100 * (guaranteed * 100 / all),
	};
	for (int i = 0; i < BUDGET_ROOMS; i++)
		if (b->shares[i].rest == rest)
			rest->lent += lent_to(&b->shares[i]);
}

static size_t
set_aside(const struct budget *b)
{
	size_t octets = 0;

	for (int i = BUDGET_EVIDENCE; i < BUDGET_ROOMS; i++)
		octets += b->shares[i].guaranteed;
	return octets < b->octets ? octets : b->octets;
}

void
budget_set(struct budget *b, size_t octets)
{
	size_t readers = 0, others = 0, shared;

	b->octets = octets;
	shared = octets - set_aside(b);
	for (int i = 0; i < BUDGET_EVIDENCE; i++) {
		struct budget_share *s = &b->shares[i];

		s->guaranteed = budget_guaranteed(shared, (enum budget_room)i);
		*(i < BUDGET_FLOWS ? &readers : &others) += s->guaranteed;
	}
	set_rest(b, &b->readers, shared, readers, readers + others);
	set_rest(b, &b->others, shared, others, readers + others);
	set_rest(b, &b->none, 0, 0, 0);
}

void
budget_reserve(struct budget *b, enum budget_room room, size_t octets)
{
	b->shares[room].guaranteed = octets;
	budget_set(b, b->octets);
}

struct budget *
budget_new(size_t octets)
{
	struct budget *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	for (int i = 0; i < BUDGET_ROOMS; i++)
		b->shares[i].rest = i < BUDGET_FLOWS ? &b->readers
		    : i < BUDGET_EVIDENCE            ? &b->others
						     : &b->none;
	budget_set(b, octets);
	return b;
}

void
budget_free(struct budget *b)
{
	free(b);
}

struct budget_share *
budget_share(struct budget *b, enum budget_room room)
{
	return b == NULL ? NULL : &b->shares[room];
}

void
budget_note(struct budget_share *s, size_t octets)
{
	size_t before;

	if (s == NULL)
		return;
	before = lent_to(s);
	s->used += octets;
	s->rest->lent += lent_to(s) - before;
	if (s->used > s->most)
		s->most = s->used;
}

void
budget_undo(struct budget_share *s, size_t octets)
{
	size_t before;

	if (s == NULL)
		return;
	before = lent_to(s);
	s->used -= octets;
	s->rest->lent -= before - lent_to(s);
}

bool
budget_has(const struct budget_share *s, size_t octets)
{
	size_t wanted, borrowed;

	if (s == NULL)
		return true;
	wanted = s->used + octets + BUDGET_OVERHEAD;
	borrowed = wanted > s->guaranteed ? wanted - s->guaranteed : 0;
	return borrowed == 0 ||
	    s->rest->lent - lent_to(s) + borrowed <= s->rest->spare;
}

unsigned
budget_percent(const struct budget_share *s)
{
	return s == NULL || s->guaranteed == 0
	    ? 0
	    : (unsigned)(s->used * 100 / s->guaranteed);
}

bool
budget_take(struct budget_share *s, size_t octets)
{
	if (!budget_has(s, octets)) {
		s->refused++;
		return false;
	}
	budget_note(s, octets + BUDGET_OVERHEAD);
	return true;
}

void
budget_give(struct budget_share *s, size_t octets)
{
	budget_undo(s, octets + BUDGET_OVERHEAD);
}

void *
budget_alloc(struct budget_share *s, size_t octets)
{
	void *memory;

	if (!budget_take(s, octets))
		return NULL;
	memory = calloc(1, octets);
	if (memory == NULL)
		budget_give(s, octets);
	return memory;
}

void
budget_release(struct budget_share *s, void *memory, size_t octets)
{
	if (memory == NULL)
		return;
	free(memory);
	budget_give(s, octets);
}

struct budget_use
budget_use(const struct budget *b, enum budget_room room)
{
	const struct budget_share *s = &b->shares[room];

	return (struct budget_use){
		.name = rooms[room].name,
		.guaranteed = s->guaranteed,
		.used = s->used,
		.most = s->most,
		.refused = s->refused,
	};
}

size_t
budget_octets(const struct budget *b)
{
	return b->octets;
}

size_t
budget_used(const struct budget *b)
{
	size_t used = 0;

	for (int i = 0; i < BUDGET_ROOMS; i++)
		used += b->shares[i].used;
	return used;
}
