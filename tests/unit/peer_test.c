/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/peer.h"

#include "unit/saved.h"

static struct peer peer, loaded;

static void
begin(void)
{
	struct offset_stamp stamp;
	bool changed;

	peer = (struct peer){
		.key = { .address = { .version = 4, .octets = { 10, 0, 0, 7 } },
		    .attribution = STAMP_VIA },
		.state = PEER_RAISED,
		.side = PEER_AGAINST_US,
		.folded = true,
		.seen = 5 * NSTIME_S,
	};
	ck_assert(offset_stamp(0, NSTIME_S, 0, 0, &stamp));
	ck_assert(
	    estimate_input(&peer.estimate, WITNESS_DATE, &stamp, 3, &changed));
}

static bool
load(struct slice octets)
{
	const struct record_shift shift = { .now = 0 };
	struct cursor c = cursor_over(octets);

	estimate_done(&loaded.estimate);
	loaded = (struct peer){ .side = PEER_NO_SIDE };
	peer_load(&loaded, &c, &shift);
	return !c.bad;
}

START_TEST(a_peer_outlives_a_restart)
{
	const struct address client = { .version = 4,
		.octets = { 10, 1, 1, 1 } };
	struct record r;

	begin();
	peer_speaks_sip(&peer);
	peer_serves_time(&peer, &client);
	peer_told(&peer, FINDING_ERROR, 4 * NSTIME_S);
	peer.estimate.learnt = 1u << WITNESS_NTP;
	peer.estimate.own_ntp = true;
	peer.undecided.mixed = true;
	peer.undecided.since = 3 * NSTIME_S;
	record_init(&r, 1 << 16);
	peer_save(&peer, &r);
	saved_whole_or_not_at_all(&r, load);
	ck_assert_int_eq(loaded.state, PEER_RAISED);
	ck_assert_int_eq(loaded.side, PEER_AGAINST_US);
	ck_assert(loaded.folded && loaded.speaks_sip);
	ck_assert(endpoint_address_equal(&loaded.client, &client));
	ck_assert_int_eq(loaded.severity, FINDING_ERROR);
	ck_assert_int_eq(loaded.told, 4 * NSTIME_S);
	ck_assert(!estimate_is_empty(&loaded.estimate));
	ck_assert_uint_eq(loaded.estimate.learnt, peer.estimate.learnt);
	ck_assert(loaded.estimate.own_ntp && loaded.undecided.mixed);
	ck_assert_int_eq(loaded.undecided.since, 3 * NSTIME_S);
	estimate_done(&peer.estimate);
	estimate_done(&loaded.estimate);
	loaded = (struct peer){ .side = PEER_NO_SIDE };
}
END_TEST

START_TEST(a_raised_peer_without_samples_makes_no_sense)
{
	struct record r;

	begin();
	estimate_mute(&peer.estimate, 1u << WITNESS_DATE);
	record_init(&r, 1 << 16);
	peer_save(&peer, &r);
	ck_assert(!load(slice_of(r.octets, r.len)));
	record_done(&r);
}
END_TEST

START_TEST(a_peer_that_is_no_longer_folded_is_raised_alone)
{
	begin();
	peer_unfold(&peer);
	ck_assert(!peer.folded);
	ck_assert_int_eq(peer.state, PEER_RAISED);
	estimate_done(&peer.estimate);
}
END_TEST

START_TEST(an_agent_keeps_its_number)
{
	struct record r;

	begin();
	peer.key = peer_key_of_agent(&peer.key.address, 0x01020304);
	record_init(&r, 1 << 16);
	peer_save(&peer, &r);
	saved_whole_or_not_at_all(&r, load);
	ck_assert_int_eq(loaded.key.attribution, STAMP_AGENT);
	ck_assert_uint_eq(peer_agent(&loaded.key), 0x01020304);
	ck_assert_int_eq(memcmp(&loaded.key, &peer.key, sizeof(peer.key)), 0);
	estimate_done(&peer.estimate);
	estimate_done(&loaded.estimate);
	loaded = (struct peer){ .side = PEER_NO_SIDE };
}
END_TEST

enum {
	ATTRIBUTION = 1 + 4, /* behind an address of IPv4 */
	WHOLE = 0x80,
	ADDED = 4 + 1 + 1 + 1 + 8 + 8 /* octets of facts and indecision */
};

/* Without what was added since, and without the sign that it is there. */
START_TEST(what_an_older_version_saved_is_loaded)
{
	struct record r;

	begin();
	record_init(&r, 1 << 16);
	peer_save(&peer, &r);
	ck_assert_uint_eq(r.octets[ATTRIBUTION], WHOLE + STAMP_VIA);
	r.octets[ATTRIBUTION] -= WHOLE;
	r.len -= ADDED;
	saved_whole_or_not_at_all(&r, load);
	ck_assert_int_eq(loaded.key.attribution, STAMP_VIA);
	ck_assert_int_eq(loaded.state, PEER_RAISED);
	ck_assert_uint_eq(loaded.estimate.learnt, 0);
	estimate_done(&peer.estimate);
	estimate_done(&loaded.estimate);
	loaded = (struct peer){ .side = PEER_NO_SIDE };
}
END_TEST

START_TEST(an_attribution_that_there_is_not_makes_no_sense)
{
	struct record r;

	begin();
	record_init(&r, 1 << 16);
	peer_save(&peer, &r);
	for (unsigned n = STAMP_AGENT + 1; n < 256; n++) {
		if (n >= WHOLE && n <= WHOLE + STAMP_AGENT)
			continue;
		r.octets[ATTRIBUTION] = (uint8_t)n;
		ck_assert(!load(slice_of(r.octets, r.len)));
	}
	record_done(&r);
	estimate_done(&peer.estimate);
	estimate_done(&loaded.estimate);
	loaded = (struct peer){ .side = PEER_NO_SIDE };
}
END_TEST

UNIT("peer", an_agent_keeps_its_number, a_peer_outlives_a_restart,
    a_raised_peer_without_samples_makes_no_sense,
    a_peer_that_is_no_longer_folded_is_raised_alone,
    what_an_older_version_saved_is_loaded,
    an_attribution_that_there_is_not_makes_no_sense)
