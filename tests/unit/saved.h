/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVED_H
#define SAVED_H

#include "base/record.h"
#include "unit/unit.h"

/* Loads from octets that are all there is; true if that made sense. */
typedef bool saved_load(struct slice octets);

static inline bool
saved_loads(const struct record *r, size_t len, saved_load *load)
{
	uint8_t *exact = unit_exact(slice_of(r->octets, len));
	const bool sound = load(slice_of(exact, len));

	free(exact);
	return sound;
}

/* Load what was saved, after each of its beginnings was refused, but for the
 * one that is all an older version saved. */
static inline void
saved_whole_or_older(struct record *r, saved_load *load, bool has_older)
{
	unsigned older = 0;

	ck_assert(!r->failed);
	for (size_t len = 0; len < r->len; len++)
		older += saved_loads(r, len, load);
	ck_assert_uint_eq(older, has_older);
	ck_assert(saved_loads(r, r->len, load));
	record_done(r);
}

static inline void
saved_whole_or_not_at_all(struct record *r, saved_load *load)
{
	saved_whole_or_older(r, load, false);
}

#endif
