/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/secretring.h"

#include <openssl/crypto.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LINE = 64 }; /* of a cache: each thread writes lines of its own */

/* Positions grow for ever; modulo the size they are places in the ring. */
struct secretring {
	size_t size;
	alignas(LINE) atomic_size_t given;
	atomic_uint_fast64_t lost;
	alignas(LINE) atomic_size_t taken;
	alignas(LINE) struct secrets_item items[];
};

size_t
secretring_octets(size_t items)
{
	const size_t octets =
	    sizeof(struct secretring) + items * sizeof(struct secrets_item);

	return (octets + LINE - 1) / LINE * LINE;
}

struct secretring *
secretring_new(size_t items)
{
	struct secretring *r = aligned_alloc(LINE, secretring_octets(items));

	if (r == NULL)
		return NULL;
	memset(r, 0, secretring_octets(items));
	r->size = items;
	return r;
}

void
secretring_free(struct secretring *r)
{
	if (r == NULL)
		return;
	OPENSSL_cleanse(r->items, r->size * sizeof(r->items[0]));
	free(r);
}

size_t
secretring_room(const struct secretring *r)
{
	const size_t given =
	    atomic_load_explicit(&r->given, memory_order_relaxed);

	return r->size -
	    (given - atomic_load_explicit(&r->taken, memory_order_acquire));
}

bool
secretring_give(struct secretring *r, const struct secrets_item *item)
{
	const size_t given =
	    atomic_load_explicit(&r->given, memory_order_relaxed);

	if (secretring_room(r) == 0) {
		atomic_fetch_add_explicit(&r->lost, 1, memory_order_relaxed);
		return false;
	}
	r->items[given & (r->size - 1)] = *item;
	atomic_store_explicit(&r->given, given + 1, memory_order_release);
	return true;
}

bool
secretring_take(struct secretring *r, struct secrets_item *item)
{
	const size_t taken =
	    atomic_load_explicit(&r->taken, memory_order_relaxed);
	struct secrets_item *first = &r->items[taken & (r->size - 1)];

	if (atomic_load_explicit(&r->given, memory_order_acquire) == taken)
		return false;
	*item = *first;
	OPENSSL_cleanse(first, sizeof(*first));
	atomic_store_explicit(&r->taken, taken + 1, memory_order_release);
	return true;
}

uint64_t
secretring_lost(const struct secretring *r)
{
	return atomic_load_explicit(&r->lost, memory_order_relaxed);
}
