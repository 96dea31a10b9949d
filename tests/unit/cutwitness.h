/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CUTWITNESS_H
#define CUTWITNESS_H

#include "unit.h"
#include "witness/witness.h"

/*
 * What a reader says to every beginning of `whole', each in a buffer of its
 * own exact size: always `cut', and to the whole TOLD.
 */
static inline void
cutwitness(witness_read *read, struct slice whole, enum witness_answer cut)
{
	struct witness_reading reading;

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));

		ck_assert_msg(read(slice_of(exact, len), &reading) == cut,
		    "cut at %zu", len);
		free(exact);
	}
	ck_assert_int_eq(read(whole, &reading), WITNESS_TOLD);
}

#endif
