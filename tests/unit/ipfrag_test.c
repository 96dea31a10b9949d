/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/ipfrag.h"

#include "unit/unit.h"

static const uint8_t zeros[70000];
static struct ip whole;

static struct ipfrag *
ipfrag_of(size_t datagrams, size_t octets)
{
	const struct ipfrag_limits limits = {
		.datagrams = datagrams,
		.octets = octets,
		.key = { 1, 2 },
	};

	return ipfrag_new(&limits);
}

/* From 192.0.2.`host'. */
static struct ip
fragment_of(uint8_t host, uint16_t id, size_t offset, size_t len, bool more)
{
	return (struct ip){
		.from = { { 192, 0, 2, host }, 4 },
		.to = { { 192, 0, 2, 200 }, 4 },
		.protocol = IP_UDP,
		.fragment = true,
		.more = more,
		.offset = (uint16_t)offset,
		.identification = id,
		.payload = slice_of(zeros, len),
		.payload_len = len,
	};
}

static bool
add(struct ipfrag *f, const struct ip *fragment, nstime now)
{
	return ipfrag_input(f, fragment, 0, now, &whole);
}

static bool
input(struct ipfrag *f, uint16_t id, size_t offset, size_t len, bool more,
    nstime now)
{
	const struct ip fragment = fragment_of(1, id, offset, len, more);

	return add(f, &fragment, now);
}

struct wanted {
	const char *name;
	uint64_t value;
};

static void
find_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct wanted *wanted = arg;

	(void)kind;
	if (strcmp(name, wanted->name) == 0)
		wanted->value = value;
}

static uint64_t
count(const struct ipfrag *f, const char *name)
{
	struct wanted wanted = { name, UINT64_MAX };

	ipfrag_stats(f, find_count, &wanted);
	return wanted.value;
}

START_TEST(the_last_piece_makes_it_whole)
{
	struct ipfrag *f = ipfrag_of(8, 100000);

	ck_assert(!input(f, 1, 0, 16, true, 0));
	ck_assert(!input(f, 1, 24, 4, false, 0));
	ck_assert(input(f, 1, 16, 8, true, 0));
	ck_assert_uint_eq(whole.payload.len, 28);
	ck_assert_uint_eq(whole.payload_len, 28);
	ck_assert_uint_eq(whole.protocol, IP_UDP);
	ck_assert_uint_eq(whole.from.octets[3], 1);
	ck_assert(!whole.fragment);
	ck_assert_uint_eq(ipfrag_octets(f), 0);
	ck_assert_int_eq(ipfrag_next_deadline(f), NSTIME_NEVER);
	ipfrag_free(f);
}
END_TEST

START_TEST(ids_protocols_and_tunnels_are_kept_apart)
{
	struct ipfrag *f = ipfrag_of(80, 1000000);
	struct ip last = fragment_of(1, 1, 8, 8, false);

	ck_assert(!input(f, 1, 0, 8, true, 0));
	ck_assert(!input(f, 2, 8, 8, false, 0));
	last.protocol = IP_TCP;
	ck_assert(!add(f, &last, 0));
	last.protocol = IP_UDP;
	ck_assert(!ipfrag_input(f, &last, 7, 0, &whole));
	ck_assert(add(f, &last, 0));
	ipfrag_free(f);
}
END_TEST

START_TEST(v6_takes_the_protocol_of_the_first_piece)
{
	struct ipfrag *f = ipfrag_of(8, 100000);
	struct ip first = fragment_of(1, 1, 0, 8, true);
	struct ip last = fragment_of(1, 1, 8, 8, false);

	first.from.version = first.to.version = 6;
	last.from.version = last.to.version = 6;
	first.protocol = 60;
	last.protocol = 99;
	ck_assert(!add(f, &last, 0));
	ck_assert(add(f, &first, 0));
	ck_assert_uint_eq(whole.protocol, 60);
	ipfrag_free(f);
}
END_TEST

START_TEST(a_duplicate_changes_nothing)
{
	struct ipfrag *f = ipfrag_of(8, 100000);

	input(f, 1, 0, 8, true, 0);
	ck_assert(!input(f, 1, 0, 8, true, 0));
	ck_assert_uint_eq(count(f, "ipfrag.duplicate"), 1);
	ck_assert(input(f, 1, 8, 8, false, 0));
	ipfrag_free(f);
}
END_TEST

START_TEST(an_overlap_kills_the_datagram_for_its_time)
{
	struct ipfrag *f = ipfrag_of(8, 100000);

	input(f, 1, 0, 24, true, 0);
	ck_assert(!input(f, 1, 16, 8, false, 0));
	ck_assert_uint_eq(count(f, "ipfrag.overlap"), 1);
	ck_assert_uint_eq(ipfrag_octets(f), 0);
	ck_assert(!input(f, 1, 0, 8, true, 1));
	ck_assert(!input(f, 1, 8, 8, false, 1));
	ck_assert_uint_eq(count(f, "ipfrag.killed"), 2);

	ck_assert(!input(f, 1, 0, 8, true, IPFRAG_TIMEOUT));
	ck_assert(input(f, 1, 8, 8, false, IPFRAG_TIMEOUT));
	ck_assert_uint_eq(count(f, "ipfrag.timed_out"), 0);
	ipfrag_free(f);
}
END_TEST

START_TEST(time_runs_out_after_30_seconds)
{
	struct ipfrag *f = ipfrag_of(8, 100000);

	input(f, 1, 0, 8, true, 5);
	input(f, 1, 16, 8, true, 20 * NSTIME_S);
	ck_assert_int_eq(ipfrag_next_deadline(f), 5 + IPFRAG_TIMEOUT);
	ipfrag_tick(f, 4 + IPFRAG_TIMEOUT);
	ck_assert_uint_eq(count(f, "ipfrag.timed_out"), 0);
	ipfrag_tick(f, 5 + IPFRAG_TIMEOUT);
	ck_assert_uint_eq(count(f, "ipfrag.timed_out"), 1);
	ck_assert_uint_eq(ipfrag_octets(f), 0);
	ipfrag_free(f);
}
END_TEST

START_TEST(useless_fragments_are_named)
{
	struct ipfrag *f = ipfrag_of(8, 100000);
	struct ip cut = fragment_of(1, 1, 0, 8, true);

	cut.payload_len = 16;
	ck_assert(!add(f, &cut, 0));
	ck_assert(!input(f, 1, 8, 0, false, 0));
	ck_assert(!input(f, 1, 8, 9, true, 0));
	ck_assert(!input(f, 1, 65528, 8, false, 0));
	ck_assert(!input(f, 1, 65528, 7, false, 0));
	ck_assert_uint_eq(count(f, "ipfrag.truncated"), 1);
	ck_assert_uint_eq(count(f, "ipfrag.empty"), 1);
	ck_assert_uint_eq(count(f, "ipfrag.unaligned"), 1);
	ck_assert_uint_eq(count(f, "ipfrag.overlong"), 1);
	ipfrag_free(f);
}
END_TEST

START_TEST(the_largest_datagram_comes_through)
{
	struct ipfrag *f = ipfrag_of(8, 1000000);

	ck_assert(!input(f, 1, 32768, 32767, false, 0));
	ck_assert(input(f, 1, 0, 32768, true, 0));
	ck_assert_uint_eq(whole.payload.len, 65535);
	ipfrag_free(f);
}
END_TEST

START_TEST(one_sender_gets_an_eighth)
{
	struct ipfrag *f = ipfrag_of(80, 1000000);
	const struct ip other = fragment_of(2, 1, 0, 8, true);
	const struct ip others_last = fragment_of(2, 1, 8, 8, false);

	ck_assert(!add(f, &other, 0));
	for (uint16_t id = 0; id < 1000; id++)
		input(f, id, 0, 8, true, 0);
	ck_assert_uint_eq(count(f, "ipfrag.sender_limit"), 990);
	ck_assert_uint_eq(count(f, "ipfrag.limit"), 0);
	ck_assert(input(f, 999, 8, 8, false, 0));
	ck_assert(!input(f, 0, 8, 8, false, 0));
	ck_assert(add(f, &others_last, 0));
	ipfrag_free(f);
}
END_TEST

START_TEST(many_senders_get_no_more_than_there_is)
{
	struct ipfrag *f = ipfrag_of(1000, 50000);

	for (unsigned i = 0; i < 20000; i++) {
		struct ip fragment = fragment_of(
		    (uint8_t)i, (uint16_t)i, i % 7 * 1024, 1024, true);

		fragment.from.octets[2] = (uint8_t)(i % 50);
		add(f, &fragment, 0);
		ck_assert_uint_le(ipfrag_octets(f), 50000);
	}
	ck_assert_uint_gt(count(f, "ipfrag.limit"), 0);
	ipfrag_free(f);
}
END_TEST

START_TEST(the_oldest_cannot_grow_past_the_limit)
{
	struct ipfrag *f = ipfrag_of(1000, 80000);

	for (size_t i = 0; i < 60; i++) {
		const struct ip filler =
		    fragment_of((uint8_t)(2 + i), 1, 0, 1024, true);

		input(f, 1, i * 1024, 1024, true, 0);
		add(f, &filler, 0);
		ck_assert_uint_le(ipfrag_octets(f), 80000);
	}
	ipfrag_free(f);
}
END_TEST

START_TEST(a_reset_forgets_everything)
{
	struct ipfrag *f = ipfrag_of(8, 100000);

	input(f, 1, 0, 8, true, 0);
	ipfrag_reset(f);
	ck_assert(!input(f, 1, 8, 8, false, 0));
	ck_assert_uint_eq(count(f, "ipfrag.timed_out"), 0);
	ipfrag_free(f);
}
END_TEST

START_TEST(lower_limits_hold_from_the_next_fragment_on)
{
	const struct ipfrag_limits lower = { .datagrams = 8, .octets = 1000 };
	struct ipfrag *f = ipfrag_of(800, 100000);

	for (uint16_t id = 0; id < 10; id++)
		input(f, id, 0, 800, true, 0);
	ipfrag_set(f, &lower);
	input(f, 10, 0, 8, true, 0);
	ck_assert_uint_le(ipfrag_octets(f), 1000);
	ipfrag_free(f);
}
END_TEST

UNIT("ipfrag", the_last_piece_makes_it_whole,
    ids_protocols_and_tunnels_are_kept_apart,
    v6_takes_the_protocol_of_the_first_piece, a_duplicate_changes_nothing,
    an_overlap_kills_the_datagram_for_its_time, time_runs_out_after_30_seconds,
    useless_fragments_are_named, the_largest_datagram_comes_through,
    one_sender_gets_an_eighth, many_senders_get_no_more_than_there_is,
    the_oldest_cannot_grow_past_the_limit, a_reset_forgets_everything,
    lower_limits_hold_from_the_next_fragment_on)
