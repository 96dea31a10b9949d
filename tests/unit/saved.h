/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVED_H
#define SAVED_H

#include "base/record.h"
#include "unit/unit.h"

/* Loads from octets that are all there is; true if that made sense. */
typedef bool saved_load(struct slice octets);

/* Load what was saved, after each of its beginnings was refused. */
static inline void
saved_whole_or_not_at_all(struct record *r, saved_load *load)
{
	ck_assert(!r->failed);
	for (size_t len = 0; len <= r->len; len++) {
		uint8_t *exact = unit_exact(slice_of(r->octets, len));

		ck_assert_int_eq(load(slice_of(exact, len)), len == r->len);
		free(exact);
	}
	record_done(r);
}

#endif
