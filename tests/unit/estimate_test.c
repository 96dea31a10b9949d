/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/estimate.h"

#include "unit/saved.h"

#define RUN 3

static struct estimate estimate;

static void
sample(enum witness witness, nstime at, nstime ahead)
{
	struct offset_stamp stamp;
	bool changed;

	ck_assert(offset_stamp(at + ahead, NSTIME_S, at, at, &stamp));
	ck_assert(estimate_input(&estimate, witness, &stamp, RUN, &changed));
	ck_assert(changed);
}

static nstime
middle_of(enum witness witness)
{
	struct offset_estimate e;

	ck_assert_ptr_nonnull(estimate_offset(&estimate, witness));
	ck_assert(offset_estimate(estimate_offset(&estimate, witness), &e));
	return offset_middle(e.interval);
}

START_TEST(each_witness_has_an_estimate_of_its_own)
{
	estimate = (struct estimate){ .first = NULL };
	ck_assert(estimate_is_empty(&estimate));
	sample(WITNESS_DATE, 0, -3600 * NSTIME_S);
	sample(WITNESS_NTP, 0, 0);
	ck_assert(!estimate_is_empty(&estimate));
	ck_assert_int_eq(
	    middle_of(WITNESS_NTP) - middle_of(WITNESS_DATE), 3600 * NSTIME_S);
	estimate_done(&estimate);
}
END_TEST

START_TEST(muted_witnesses_lose_their_samples)
{
	estimate = (struct estimate){ .first = NULL };
	sample(WITNESS_DATE, 0, 0);
	sample(WITNESS_NTP, 0, 0);
	ck_assert(!estimate_mute(&estimate, 1u << WITNESS_SMB));
	ck_assert(estimate_mute(&estimate, 1u << WITNESS_NTP));
	ck_assert(!estimate_is_empty(&estimate));
	ck_assert_ptr_null(estimate_offset(&estimate, WITNESS_NTP));
	ck_assert(estimate_mute(&estimate, 1u << WITNESS_DATE));
	ck_assert(estimate_is_empty(&estimate));
	estimate_done(&estimate);
}
END_TEST

UNIT("estimate", each_witness_has_an_estimate_of_its_own,
    muted_witnesses_lose_their_samples)
