/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetring.h"

#include "net/ip.h"
#include "unit/wire.h"

static struct wire w;
static struct packetring *ring;

static void
begin(size_t octets)
{
	packetring_free(ring);
	ring = packetring_new(&(struct packetring_limits){ .octets = octets });
	ck_assert_ptr_nonnull(ring);
}

static void
input(uint64_t number, const char *payload)
{
	wire_begin(&w, payload);
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	packetring_input(ring,
	    &(struct packet){
		.octets = wire_slice(&w),
		.len = wire_slice(&w).len,
		.datalink = 1,
		.number = number,
	    });
}

static uint64_t
number_at(size_t at)
{
	return packetring_at(ring, at)->packet.number;
}

START_TEST(packets_are_copied_in_their_order)
{
	begin(100000);
	input(1, "one");
	input(2, "two");
	ck_assert_uint_eq(packetring_count(ring), 2);
	ck_assert_uint_eq(number_at(0), 1);
	ck_assert_uint_eq(number_at(1), 2);
	ck_assert_mem_eq(
	    packetring_at(ring, 0)->packet.octets.p + 42, "one", 3);
	ck_assert_uint_eq(packetring_at(ring, 0)->layers.to.port, 5062);
}
END_TEST

START_TEST(content_ends_before_the_padding_of_a_frame)
{
	uint8_t frame[60] = { 0 };
	struct slice content;

	begin(2000);
	input(1, "one");
	memcpy(frame, wire_slice(&w).p, wire_slice(&w).len);
	packetring_input(ring,
	    &(struct packet){
		.octets = slice_of(frame, sizeof(frame)),
		.len = sizeof(frame),
		.datalink = 1,
	    });
	content = packetring_content(packetring_at(ring, 1));
	ck_assert_uint_eq(content.len, 3);
	ck_assert_mem_eq(content.p, "one", 3);
}
END_TEST

START_TEST(the_oldest_make_room)
{
	begin(20000);
	for (uint64_t i = 1; i <= 1000; i++)
		input(i, "some octets");
	ck_assert_uint_gt(packetring_count(ring), 10);
	ck_assert_uint_lt(packetring_count(ring), 60);
	ck_assert_uint_eq(number_at(packetring_count(ring) - 1), 1000);
	ck_assert_uint_eq(number_at(0), 1001 - packetring_count(ring));
}
END_TEST

static void
find_count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	if (strcmp(name, "packetring.too_long") == 0)
		*(uint64_t *)arg = value;
}

START_TEST(one_that_is_too_long_is_counted)
{
	static char payload[3000];
	uint64_t count = 0;

	memset(payload, 'a', sizeof(payload) - 1);
	begin(2000);
	input(1, "one");
	input(2, payload);
	ck_assert_uint_eq(packetring_count(ring), 1);
	packetring_stats(ring, find_count, &count);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(without_ip_it_is_not_kept)
{
	begin(2000);
	wire_begin(&w, "hello");
	wire_hex(&w, "020000000002 020000000001 0806");
	packetring_input(
	    ring, &(struct packet){ .octets = wire_slice(&w), .datalink = 1 });
	ck_assert_uint_eq(packetring_count(ring), 0);
}
END_TEST

/* Its messages come apart, without the key that it holds. */
START_TEST(packets_of_hep_are_not_kept)
{
	struct packetring_limits limits = { .octets = 2000 };

	portset_add(&limits.hep, 5062);
	packetring_free(ring);
	ring = packetring_new(&limits);
	input(1, "HEP3");
	ck_assert_uint_eq(packetring_count(ring), 0);
}
END_TEST

START_TEST(what_an_agent_handed_on_is_a_packet_too)
{
	static const uint8_t octets[] = { 10, 0, 0, 50 };
	const struct address a = endpoint_address(slice_of(octets, 4));
	struct hepmsg m = {
		.from = { a, 5060 },
		.to = { a, 5062 },
		.agent = 7,
		.payload = slice_text("SIP/2.0 200 OK\r\n\r\n"),
	};
	const struct packetring_packet *p;

	begin(2000);
	packetring_handed(ring, &m, &a, NSTIME_S);
	p = packetring_at(ring, 0);
	ck_assert(slice_equal(packetring_content(p), m.payload));
	ck_assert_int_eq(p->packet.wall, NSTIME_S);
	ck_assert_uint_eq(p->layers.to.port, 5062);
	ck_assert_uint_eq(p->agent_number, 7);
	m.to.address.version = 6;
	packetring_handed(ring, &m, &a, NSTIME_S);
	ck_assert_uint_eq(packetring_count(ring), 1);
}
END_TEST

static void
input_at(struct packetring *into, nstime now, nstime at)
{
	packetring_input(into,
	    &(struct packet){
		.octets = wire_slice(&w),
		.len = wire_slice(&w).len,
		.datalink = 1,
		.now = now,
		.wall = at,
	    });
}

START_TEST(rings_are_read_as_one_by_time)
{
	struct packetring *const both[] = {
		ring = (packetring_free(ring),
		    packetring_new(
			&(struct packetring_limits){ .octets = 20000 })),
		packetring_new(&(struct packetring_limits){ .octets = 20000 })
	};
	const struct packetring_set set = { both, 2 };
	static const nstime walls[] = { 1, 2, 3, 4, 9 };
	const struct packetring_packet **all;
	size_t count;

	ck_assert_ptr_null(packetring_all(&set, &count));
	wire_begin(&w, "one");
	wire_udp(&w, 5060, 5062);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, ETHERNET_IPV4);
	input_at(both[1], 10, 1);
	input_at(both[0], 20, 3);
	input_at(both[0], 30, 4);
	input_at(both[1], 20, 2);
	input_at(both[1], 30, 9);
	all = packetring_all(&set, &count);
	ck_assert_uint_eq(count, 5);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(all[i]->packet.wall, walls[i]);
	free(all);
	packetring_free(both[1]);
}
END_TEST

/* Otherwise it would come before all that other threads captured. */
START_TEST(what_was_handed_on_comes_after_the_latest_packet)
{
	static const uint8_t octets[] = { 10, 0, 0, 50 };
	const struct address a = endpoint_address(slice_of(octets, 4));
	const struct hepmsg m = {
		.from = { a, 5060 },
		.to = { a, 5062 },
		.payload = slice_text("SIP/2.0 200 OK\r\n\r\n"),
	};

	begin(2000);
	input(1, "one");
	input_at(ring, 10, 1);
	packetring_handed(ring, &m, &a, NSTIME_S);
	ck_assert_int_eq(packetring_at(ring, 2)->packet.now, 10);
}
END_TEST

UNIT("packetring", rings_are_read_as_one_by_time,
    what_was_handed_on_comes_after_the_latest_packet,
    packets_of_hep_are_not_kept, what_an_agent_handed_on_is_a_packet_too,
    packets_are_copied_in_their_order,
    content_ends_before_the_padding_of_a_frame, the_oldest_make_room,
    one_that_is_too_long_is_counted, without_ip_it_is_not_kept)
