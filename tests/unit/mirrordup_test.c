/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/mirrordup.h"

#include "unit/unit.h"

static const struct mirrordup_limits limits = {
	.packets = 64,
	.key = { 1, 2 },
};

/* A UDP header with a checksum, and payload. */
static uint8_t octets[700];

static struct ip
packet_of(uint8_t version, uint32_t id)
{
	memset(octets, 'x', sizeof(octets));
	return (struct ip){
		.from = { { 192, 0, 2, 1 }, version },
		.to = { { 192, 0, 2, 2 }, version },
		.protocol = IP_UDP,
		.identification = id,
		.payload = slice_of(octets, sizeof(octets)),
		.payload_len = sizeof(octets),
	};
}

/* Whether `other' is a duplicate of `one', 1 ms later. */
static bool
alike(const struct ip *one, const struct ip *other)
{
	struct mirrordup *m = mirrordup_new(&limits);
	bool result;

	ck_assert(!mirrordup_input(m, one, 0));
	result = mirrordup_input(m, other, NSTIME_MS);
	mirrordup_free(m);
	return result;
}

struct counts {
	uint64_t duplicate, forgotten;
};

static void
keep_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct counts *counts = arg;

	(void)kind;
	if (strcmp(name, "mirrordup.duplicate") == 0)
		counts->duplicate = value;
	else
		counts->forgotten = value;
}

START_TEST(the_same_packet_within_100_ms_is_a_duplicate)
{
	const struct ip ip = packet_of(4, 7);
	struct mirrordup *m = mirrordup_new(&limits);
	struct counts counts;

	ck_assert(!mirrordup_input(m, &ip, 0));
	ck_assert(mirrordup_input(m, &ip, 0));
	ck_assert(mirrordup_input(m, &ip, MIRRORDUP_WINDOW - 1));
	ck_assert(!mirrordup_input(m, &ip, MIRRORDUP_WINDOW));
	ck_assert(mirrordup_input(m, &ip, MIRRORDUP_WINDOW + 1));
	mirrordup_stats(m, keep_count, &counts);
	ck_assert_uint_eq(counts.duplicate, 3);
	ck_assert_uint_eq(counts.forgotten, 0);
	mirrordup_free(m);
}
END_TEST

START_TEST(a_source_that_is_a_little_behind_counts_too)
{
	const struct ip ip = packet_of(4, 7);
	struct mirrordup *m = mirrordup_new(&limits);

	ck_assert(!mirrordup_input(m, &ip, NSTIME_S));
	ck_assert(mirrordup_input(m, &ip, NSTIME_S - NSTIME_MS));
	mirrordup_free(m);
}
END_TEST

START_TEST(a_tcp_retransmission_has_a_new_id)
{
	struct ip ip = packet_of(4, 7), again = packet_of(4, 8);

	ip.protocol = again.protocol = IP_TCP;
	ck_assert(!alike(&ip, &again));
}
END_TEST

START_TEST(a_difference_at_the_ip_layer_makes_another_packet)
{
	const struct ip ip = packet_of(4, 7);
	struct ip other = ip;

	other.to.octets[3] = 9;
	ck_assert(!alike(&ip, &other));
	other = ip;
	other.offset = 8;
	ck_assert(!alike(&ip, &other));
	other = ip;
	other.more = true;
	ck_assert(!alike(&ip, &other));
	other = ip;
	other.payload_len++;
	ck_assert(!alike(&ip, &other));
	other = ip;
	other.protocol = IP_TCP;
	ck_assert(!alike(&ip, &other));
}
END_TEST

/* Whether a packet is another one when octet `at' of its payload differs. */
static bool
differs(struct ip ip, size_t at)
{
	static uint8_t copy[sizeof(octets)];
	struct ip other = ip;

	memcpy(copy, octets, sizeof(copy));
	copy[at] ^= 1;
	other.payload.p = copy;
	return !alike(&ip, &other);
}

START_TEST(a_payload_that_differs_anywhere_is_another_packet)
{
	for (size_t i = 0; i < sizeof(octets); i++) {
		ck_assert(differs(packet_of(6, 7), i));
		ck_assert(differs(packet_of(4, 0), i));
	}
}
END_TEST

/* .. but the beginning, since there are senders with one ID for all. */
START_TEST(an_ip_id_and_a_checksum_replace_most_of_the_payload)
{
	struct ip ip = packet_of(4, 7);

	for (size_t i = 0; i < 128; i++)
		ck_assert(differs(ip, i));
	ck_assert(!differs(ip, 128));
	octets[6] = octets[7] = 0;
	ck_assert(differs(ip, 128));
}
END_TEST

START_TEST(v6_and_packets_without_id_are_known_again)
{
	const struct ip v6 = packet_of(6, 0), v4 = packet_of(4, 0);

	ck_assert(alike(&v6, &v6));
	ck_assert(alike(&v4, &v4));
	ck_assert(!alike(&v4, &v6));
}
END_TEST

START_TEST(payloads_of_any_size_are_read_within_their_bounds)
{
	struct ip ip = packet_of(4, 7);

	for (size_t len = 0; len < 300; len++) {
		uint8_t *exact = unit_exact(slice_of(octets, len));

		ip.payload = slice_of(exact, len);
		ip.identification = len % 2;
		ck_assert(alike(&ip, &ip));
		free(exact);
	}
}
END_TEST

START_TEST(a_flood_forgets_early_and_counts_it)
{
	struct mirrordup *m = mirrordup_new(&limits);
	struct counts counts;

	for (uint16_t id = 1; id <= 1000; id++) {
		const struct ip ip = packet_of(4, id);

		ck_assert(!mirrordup_input(m, &ip, 0));
	}
	mirrordup_stats(m, keep_count, &counts);
	ck_assert_uint_eq(counts.forgotten, 1000 - 64);
	mirrordup_free(m);
}
END_TEST

START_TEST(a_reset_forgets_everything)
{
	const struct ip ip = packet_of(4, 7);
	struct mirrordup *m = mirrordup_new(&limits);

	mirrordup_input(m, &ip, 0);
	mirrordup_reset(m);
	ck_assert(!mirrordup_input(m, &ip, 0));
	mirrordup_free(m);
}
END_TEST

START_TEST(it_can_be_turned_off_and_on)
{
	const struct mirrordup_limits off = { .packets = 0 };
	const struct ip ip = packet_of(4, 7);
	struct mirrordup *m = mirrordup_new(&off);

	ck_assert(!mirrordup_input(m, &ip, 0));
	ck_assert(!mirrordup_input(m, &ip, 0));
	mirrordup_set(m, &limits);
	ck_assert(!mirrordup_input(m, &ip, 0));
	ck_assert(mirrordup_input(m, &ip, 0));
	mirrordup_set(m, &limits);
	ck_assert(mirrordup_input(m, &ip, 0));
	mirrordup_set(m, &off);
	ck_assert(!mirrordup_input(m, &ip, 0));
	mirrordup_reset(m);
	mirrordup_free(m);
}
END_TEST

UNIT("mirrordup", the_same_packet_within_100_ms_is_a_duplicate,
    a_source_that_is_a_little_behind_counts_too,
    a_tcp_retransmission_has_a_new_id,
    a_difference_at_the_ip_layer_makes_another_packet,
    a_payload_that_differs_anywhere_is_another_packet,
    an_ip_id_and_a_checksum_replace_most_of_the_payload,
    v6_and_packets_without_id_are_known_again,
    payloads_of_any_size_are_read_within_their_bounds,
    a_flood_forgets_early_and_counts_it, a_reset_forgets_everything,
    it_can_be_turned_off_and_on)
