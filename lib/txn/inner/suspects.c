/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/suspects.h"

#include <stdlib.h>

#include "base/prefetch.h"

enum { FIRST_SIZE = 256, LARGEST_SIZE = 1 << 19, AHEAD = 8 };

static size_t
octets_of(size_t size)
{
	return size * sizeof(struct suspects_entry) + BUDGET_OVERHEAD;
}

static void
release(struct suspects *s)
{
	if (s->size > 0)
		budget_undo(s->memory, octets_of(s->size));
	free(s->ring);
}

void
suspects_done(struct suspects *s)
{
	release(s);
	*s = (struct suspects){ .memory = s->memory };
}

static struct suspects_entry *
at(const struct suspects *s, uint64_t n)
{
	return &s->ring[n & (s->size - 1)];
}

static struct txn *
txn_of(const struct suspects *s, const struct suspects_entry *e)
{
	return txn_linked(s->origin, e->txn);
}

/* NULL: it does not. */
static struct txn *
still_waits(const struct suspects *s, const struct suspects_entry *e)
{
	struct txn *t = txn_of(s, e);

	return t->id == e->id && transaction_pending(&t->state) ? t : NULL;
}

/* Those that are over leave; the others keep their order. */
static void
compact(struct suspects *s)
{
	uint64_t kept = s->first;

	for (uint64_t n = s->first; n < s->next; n++) {
		const struct txn *soon = txn_of(s, at(s, n + AHEAD));

		/* The ring is full: behind the last is an entry, too. */
		prefetch_read(&soon->id);
		prefetch_read(&soon->state.state);
		if (still_waits(s, at(s, n)) != NULL)
			*at(s, kept++) = *at(s, n);
	}
	s->next = kept;
}

static void
grow(struct suspects *s)
{
	const size_t size = s->size == 0 ? FIRST_SIZE : 2 * s->size;
	struct suspects larger = {
		.memory = s->memory,
		.origin = s->origin,
		.size = size,
	};

	larger.ring = malloc(size * sizeof(*larger.ring));
	if (larger.ring == NULL)
		return;
	budget_note(s->memory, octets_of(size));
	for (uint64_t n = s->first; n < s->next; n++)
		*at(&larger, larger.next++) = *at(s, n);
	release(s);
	*s = larger;
}

/* At most every second addition of a full ring walks it. */
static void
make_room(struct suspects *s)
{
	if (s->size > 0)
		compact(s);
	if (suspects_count(s) > s->size / 2 && s->size < LARGEST_SIZE)
		grow(s);
	if (s->size == 0)
		grow(s);
	if (s->size > 0 && suspects_count(s) == s->size)
		s->first += s->size / 2;
}

void
suspects_add(struct suspects *s, struct txn *t)
{
	if (suspects_count(s) == s->size)
		make_room(s);
	if (s->origin == NULL)
		s->origin = t;
	if (s->size > 0)
		*at(s, s->next++) = (struct suspects_entry){
			txn_link_to(s->origin, t),
			t->id,
		};
}

struct txn *
suspects_take(struct suspects *s)
{
	while (s->first < s->next) {
		struct txn *t = still_waits(s, at(s, s->first++));

		if (t != NULL)
			return t;
	}
	return NULL;
}

const struct txn *
suspects_see(const struct suspects *s, uint64_t n)
{
	return still_waits(s, at(s, s->first + n));
}
