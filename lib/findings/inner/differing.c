/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/differing.h"

#include "base/siphash.h"

/* Names of any length, so that they need no store.  The configuration gives
 * them, not the wire. */
static uint64_t
pair_of(const char *a, const char *b)
{
	static const struct siphash_key unkeyed = { 0, 0 };

	return siphash_24(&unkeyed, slice_text(a)) * 31 +
	    siphash_24(&unkeyed, slice_text(b));
}

static size_t
find(const struct differing *d, uint64_t pair)
{
	size_t i = 0;

	while (i < d->count && d->pairs[i] != pair)
		i++;
	return i;
}

void
differing_add(struct differing *d, const char *a, const char *b)
{
	const uint64_t pair = pair_of(a, b);
	const size_t at = find(d, pair);

	if (at == d->count && at < DIFFERING_MOST)
		d->pairs[d->count++] = pair;
}

void
differing_remove(struct differing *d, const char *a, const char *b)
{
	const size_t at = find(d, pair_of(a, b));

	if (at < d->count)
		d->pairs[at] = d->pairs[--d->count];
}
