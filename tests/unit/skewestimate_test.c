/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/skewestimate.h"

#include "unit.h"

static const struct siphash_key key = { 1, 2 };
static struct peers peers;
static struct select_result result;
static struct skew_estimate estimate;

static struct peer *
begin(void)
{
	const struct address address = { .version = 4,
		.octets = { 10, 0, 0, 1 } };

	ck_assert(peers_init(&peers, 10, &key, NULL));
	const struct peer_key own = peer_key(&address, STAMP_HOST);

	return peers_add(&peers, &own);
}

/* Three stamps of one witness, a second apart. */
static void
give_offset(struct peer *p, enum witness witness, nstime offset)
{
	for (unsigned i = 0; i < 3; i++) {
		const nstime now = i * NSTIME_S;
		struct offset_stamp stamp;
		bool changed;

		ck_assert(offset_stamp(now + offset, NSTIME_S + WITNESS_TRANSIT,
		    now, now, &stamp));
		ck_assert(
		    estimate_input(&p->estimate, witness, &stamp, 3, &changed));
	}
}

static bool
estimated(const struct peer *p, nstime zero)
{
	return skewestimate_of(&peers, p, zero, &result, &estimate);
}

START_TEST(a_peer_without_samples_has_none)
{
	const struct peer *p = begin();

	estimate.samples = 7;
	ck_assert(!estimated(p, 0));
	ck_assert_uint_eq(estimate.samples, 7);
	peers_done(&peers);
}
END_TEST

START_TEST(an_estimate_is_that_of_all_believed_witnesses)
{
	struct peer *p = begin();

	give_offset(p, WITNESS_DATE, 100 * NSTIME_S);
	ck_assert(estimated(p, 0));
	ck_assert_uint_eq(estimate.samples, 3);
	ck_assert_int_ge(estimate.offset, 99 * NSTIME_S);
	ck_assert_int_le(estimate.offset, 102 * NSTIME_S);
	ck_assert_uint_eq(estimate.witnesses, 1u << WITNESS_DATE);
	ck_assert_uint_eq(estimate.said_count, 1);
	ck_assert(estimate.said[0].believed);
	ck_assert(endpoint_address_equal(&estimate.peer, &p->key.address));
	peers_done(&peers);
}
END_TEST

START_TEST(offsets_are_against_zero)
{
	struct peer *p = begin();
	nstime offset, said;

	give_offset(p, WITNESS_DATE, 100 * NSTIME_S);
	ck_assert(estimated(p, 0));
	offset = estimate.offset;
	said = estimate.said[0].offset;
	ck_assert(estimated(p, 40 * NSTIME_S));
	ck_assert_int_eq(estimate.offset, offset - 40 * NSTIME_S);
	ck_assert_int_eq(estimate.said[0].offset, said - 40 * NSTIME_S);
	peers_done(&peers);
}
END_TEST

START_TEST(each_witness_speaks_for_itself)
{
	struct peer *p = begin();

	give_offset(p, WITNESS_DATE, 100 * NSTIME_S);
	give_offset(p, WITNESS_KERBEROS, 5000 * NSTIME_S);
	ck_assert(estimated(p, 0));
	ck_assert_uint_eq(estimate.said_count, 2);
	ck_assert_int_gt(
	    nstime_magnitude(estimate.said[0].offset - estimate.said[1].offset),
	    4000 * NSTIME_S);
	peers_done(&peers);
}
END_TEST

UNIT("skewestimate", a_peer_without_samples_has_none,
    an_estimate_is_that_of_all_believed_witnesses, offsets_are_against_zero,
    each_witness_speaks_for_itself)
