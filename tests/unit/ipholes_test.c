/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/ipholes.h"

#include "unit/unit.h"

/* Fills with octets that depend on their offset. */
static enum ipholes_result
fill(struct ipholes *h, size_t begin, size_t end, bool more)
{
	uint8_t octets[4096];

	for (size_t i = begin; i < end; i++)
		octets[i - begin] = (uint8_t)(i * 7);
	return ipholes_fill(h, begin, slice_of(octets, end - begin), more);
}

/* All of `pieces' of 8 octets but the last in the order of `seed'. */
static void
check_order(size_t pieces, uint32_t seed)
{
	uint8_t order[64], whole[64 * 8];
	struct ipholes h;

	ipholes_init(&h);
	for (size_t i = 0; i < pieces; i++)
		order[i] = (uint8_t)i;
	for (size_t i = pieces; i > 1; i--) {
		const size_t j = (seed = seed * 1664525 + 1013904223) % i;
		const uint8_t swapped = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swapped;
	}
	for (size_t i = 0; i < pieces; i++) {
		const size_t begin = order[i] * (size_t)8;

		ck_assert(!ipholes_filled(&h));
		ck_assert_int_eq(
		    fill(&h, begin, begin + 8, order[i] + (size_t)1 < pieces),
		    IPHOLES_FILLED);
	}
	ck_assert(ipholes_filled(&h));
	ck_assert_uint_eq(ipholes_copy(&h, whole), pieces * 8);
	for (size_t i = 0; i < pieces * 8; i++)
		ck_assert_uint_eq(whole[i], (uint8_t)(i * 7));
	ck_assert_uint_eq(h.octets, pieces * ipholes_cost(8));
	ipholes_done(&h);
	ck_assert_uint_eq(h.octets, 0);
}

START_TEST(pieces_in_any_order_make_the_whole)
{
	for (uint32_t seed = 0; seed < 200; seed++)
		check_order(1 + seed % 40, seed);
}
END_TEST

START_TEST(the_same_piece_again_is_a_duplicate)
{
	struct ipholes h;

	ipholes_init(&h);
	ck_assert_int_eq(fill(&h, 0, 8, true), IPHOLES_FILLED);
	ck_assert_int_eq(fill(&h, 0, 8, true), IPHOLES_DUPLICATE);
	ck_assert_int_eq(fill(&h, 16, 20, false), IPHOLES_FILLED);
	ck_assert_int_eq(fill(&h, 16, 20, false), IPHOLES_DUPLICATE);
	ck_assert(!ipholes_filled(&h));
	ipholes_done(&h);
}
END_TEST

START_TEST(any_other_overlap_is_reported)
{
	struct ipholes h;

	ipholes_init(&h);
	fill(&h, 16, 32, true);
	fill(&h, 48, 64, true);
	ck_assert_int_eq(fill(&h, 8, 24, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 24, 40, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 16, 24, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 16, 40, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 24, 32, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 0, 128, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 32, 56, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(
	    ipholes_fill(&h, 16, slice_text("0123456789abcdef"), true),
	    IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 32, 48, true), IPHOLES_FILLED);
	ipholes_done(&h);
}
END_TEST

START_TEST(there_is_one_end_and_nothing_behind_it)
{
	struct ipholes h;

	ipholes_init(&h);
	fill(&h, 16, 32, true);
	ck_assert_int_eq(fill(&h, 0, 8, false), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 16, 32, false), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 32, 40, false), IPHOLES_FILLED);
	ck_assert_int_eq(fill(&h, 40, 48, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 40, 48, false), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 32, 40, true), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 0, 16, false), IPHOLES_OVERLAP);
	ck_assert_int_eq(fill(&h, 0, 16, true), IPHOLES_FILLED);
	ck_assert(ipholes_filled(&h));
	ipholes_done(&h);
}
END_TEST

START_TEST(pieces_have_a_limit)
{
	struct ipholes h;

	ipholes_init(&h);
	for (size_t i = 0; i < IPHOLES_MAX_PIECES; i++)
		ck_assert_int_eq(
		    fill(&h, i * 8, i * 8 + 8, true), IPHOLES_FILLED);
	ck_assert_int_eq(fill(&h, 60000, 60008, true), IPHOLES_TOO_MANY);
	ipholes_done(&h);
}
END_TEST

UNIT("ipholes", pieces_in_any_order_make_the_whole,
    the_same_piece_again_is_a_duplicate, any_other_overlap_is_reported,
    there_is_one_end_and_nothing_behind_it, pieces_have_a_limit)
