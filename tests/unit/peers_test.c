/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/peers.h"

#include "unit.h"

#define HOUR (3600 * NSTIME_S)

static const struct siphash_key key = { 1, 2 };
static struct peers peers;

static struct peer *
add(unsigned n)
{
	const struct address address = { .version = 4,
		.octets = { 10, 0, 0, (uint8_t)n } };

	const struct peer_key own = peer_key(&address, STAMP_HOST);

	return peers_add(&peers, &own);
}

static void
give_offset(struct peer *p, nstime offset)
{
	struct offset_stamp stamp;
	bool changed;

	ck_assert(
	    offset_stamp(offset, NSTIME_S + WITNESS_TRANSIT, 0, 0, &stamp));
	ck_assert(
	    estimate_input(&p->estimate, WITNESS_DATE, &stamp, 3, &changed));
}

START_TEST(peers_are_found_by_address_and_attribution)
{
	struct peer_key behind;
	struct peer *p;

	ck_assert(peers_init(&peers, 10, &key, NULL));
	p = add(1);
	behind = peer_key(&p->key.address, STAMP_VIA);
	ck_assert_ptr_eq(peers_find(&peers, &p->key), p);
	ck_assert_ptr_eq(peers_host(&peers, &p->key.address), p);
	ck_assert_ptr_null(peers_find(&peers, &behind));
	peers_forget(&peers, p);
	ck_assert_uint_eq(peers.sides[PEER_NO_SIDE], 0);
	peers_done(&peers);
}
END_TEST

START_TEST(each_of_several_agents_is_a_peer_in_order_of_their_numbers)
{
	static const uint32_t numbers[] = { 0x01000000, 256, 0, 3 };
	static const uint32_t sorted[] = { 0, 3, 256, 0x01000000 };
	struct peer *host;

	ck_assert(peers_init(&peers, 10, &key, NULL));
	host = add(1);
	for (unsigned i = 0; i < 4; i++) {
		const struct peer_key agent =
		    peer_key_of_agent(&host->key.address, numbers[i]);

		ck_assert_ptr_null(peers_find(&peers, &agent));
		ck_assert_ptr_nonnull(peers_add(&peers, &agent));
	}
	ck_assert(peers_sort(&peers));
	ck_assert_uint_eq(peers.sorted_count, 5);
	ck_assert_ptr_eq(peers.sorted[0], host);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(
		    peer_agent(&peers.sorted[i + 1]->key), sorted[i]);
	peers_done(&peers);
}
END_TEST

START_TEST(one_that_is_heard_is_found_until_it_is_forgotten)
{
	struct peer *p;
	struct peer_key other;

	ck_assert(peers_init(&peers, 10, &key, NULL));
	p = add(1);
	peers_touch(&peers, p, HOUR, HOUR);
	ck_assert_ptr_eq(peers_find(&peers, &p->key), p);
	other = peer_key(&p->key.address, STAMP_VIA);
	ck_assert_ptr_null(peers_find(&peers, &other));
	other = peer_key_of_agent(&p->key.address, 1);
	ck_assert_ptr_null(peers_find(&peers, &other));
	/* These are kept in the same places. */
	other = p->key;
	for (unsigned i = 0; i < 2 * PEERS_RECENT; i++) {
		other.address.octets[2] = (uint8_t)(1 + i % 250);
		other.address.octets[3] = (uint8_t)(i * 7);
		ck_assert_ptr_null(peers_find(&peers, &other));
	}
	other = p->key;
	peers_forget(&peers, p);
	ck_assert_ptr_null(peers_find(&peers, &other));
	peers_done(&peers);
}
END_TEST

START_TEST(the_clear_one_longest_unseen_is_dispensable)
{
	struct peer *p[3];

	ck_assert(peers_init(&peers, 3, &key, NULL));
	for (unsigned i = 0; i < 3; i++)
		p[i] = add(i);
	ck_assert(!peers_has_room(&peers));
	peers_touch(&peers, p[0], HOUR, HOUR);
	ck_assert_ptr_eq(peers_dispensable(&peers, NULL, HOUR), p[1]);
	peers_pend(&peers, p[1], HOUR);
	ck_assert_ptr_eq(peers_dispensable(&peers, NULL, HOUR), p[2]);
	peers_done(&peers);
}
END_TEST

START_TEST(raised_servers_are_dispensable_after_a_day)
{
	struct peer *p;

	ck_assert(peers_init(&peers, 1, &key, NULL));
	p = add(1);
	peers_touch(&peers, p, HOUR, HOUR);
	peers_raise(&peers, p, false);
	ck_assert_ptr_null(peers_dispensable(&peers, NULL, 2 * HOUR));
	ck_assert_ptr_eq(peers_dispensable(&peers, NULL, 25 * HOUR), p);
	peers_raise(&peers, p, true);
	ck_assert_ptr_eq(peers_dispensable(&peers, NULL, 2 * HOUR), p);
	peers_done(&peers);
}
END_TEST

START_TEST(pending_ones_keep_their_order)
{
	struct peer *first, *second;

	ck_assert(peers_init(&peers, 3, &key, NULL));
	first = add(1);
	second = add(2);
	peers_pend(&peers, first, 0);
	peers_pend(&peers, second, 0);
	peers_touch(&peers, first, HOUR, HOUR);
	ck_assert_ptr_eq(TAILQ_FIRST(&peers.lists[PEER_PENDING]), first);
	peers_done(&peers);
}
END_TEST

START_TEST(the_worst_is_the_furthest_off)
{
	struct peer *p[3];

	ck_assert(peers_init(&peers, 3, &key, NULL));
	for (unsigned i = 0; i < 3; i++) {
		p[i] = add(i);
		give_offset(p[i], (i == 1 ? -3 : 1) * HOUR);
		peers_raise(&peers, p[i], false);
	}
	ck_assert_ptr_null(peers_worst(&peers, 0));
	for (unsigned i = 0; i < 3; i++)
		peers_raise(&peers, p[i], true);
	ck_assert_ptr_eq(peers_worst(&peers, 0), p[1]);
	ck_assert_ptr_eq(peers_worst(&peers, -3 * HOUR), p[0]);
	peers_done(&peers);
}
END_TEST

START_TEST(only_those_that_are_judged_vote)
{
	struct hosts *hosts = hosts_new(10, &key, NULL);
	struct consensus c;

	ck_assert(peers_init(&peers, 10, &key, NULL));
	for (unsigned i = 0; i < 5; i++) {
		struct peer *p = add(i);

		give_offset(p, HOUR);
		if (i > 0)
			peers_take_side(&peers, p, PEER_AGAINST_US);
	}
	ck_assert(peers_poll(&peers, hosts, 0, &c));
	ck_assert(c.odd_one_out);
	ck_assert_uint_eq(c.total, 4);
	ck_assert(peers_poll(&peers, hosts, HOUR, &c));
	ck_assert(!c.odd_one_out);
	peers_done(&peers);
	hosts_free(hosts);
}
END_TEST

UNIT("peers", each_of_several_agents_is_a_peer_in_order_of_their_numbers,
    peers_are_found_by_address_and_attribution,
    one_that_is_heard_is_found_until_it_is_forgotten,
    the_clear_one_longest_unseen_is_dispensable,
    raised_servers_are_dispensable_after_a_day, pending_ones_keep_their_order,
    the_worst_is_the_furthest_off, only_those_that_are_judged_vote)
