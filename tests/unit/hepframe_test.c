/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/hepframe.h"

#include "net/inetsum.h"
#include "net/layers.h"
#include "unit/unit.h"

#define PAYLOAD "SIP/2.0 200 OK\r\n\r\n!"

static const uint8_t address[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
static uint8_t octets[65536];

static struct hepmsg
message(unsigned octets_of_address)
{
	const struct address a =
	    endpoint_address(slice_of(address, octets_of_address));

	return (struct hepmsg){
		.from = { a, 5060 },
		.to = { a, 5062 },
		.payload = slice_text(PAYLOAD),
	};
}

/* What was written, as any packet is read. */
static struct layers
read_again(const struct hepmsg *m)
{
	const struct layers_tunnels none = { .descend = false };
	const struct packet packet = {
		.octets = slice_of(octets, hepframe_len(m)),
		.len = hepframe_len(m),
		.datalink = HEPFRAME_DATALINK,
	};
	struct layers layers;

	hepframe_write(m, octets);
	ck_assert(layers_find(&packet, &none, &layers));
	ck_assert_int_eq(layers.kind, LAYERS_UDP);
	ck_assert(slice_equal(
	    slice_between(packet.octets, layers.content, layers.end),
	    m->payload));
	return layers;
}

/* The sum of everything that a checksum covers, itself too, is -0. */
static uint16_t
datagram_sum(const struct hepmsg *m, size_t header)
{
	const size_t len = 8 + m->payload.len;
	uint16_t sum = inetsum_add(17, (uint16_t)len);

	sum = inetsum_add(sum, inetsum(slice_of(m->from.address.octets, 16)));
	sum = inetsum_add(sum, inetsum(slice_of(m->to.address.octets, 16)));
	return inetsum_add(sum, inetsum(slice_of(octets + header, len)));
}

START_TEST(a_message_is_a_datagram_of_ipv4)
{
	const struct hepmsg m = message(4);
	const struct layers layers = read_again(&m);

	ck_assert(endpoint_equal(&layers.from, &m.from));
	ck_assert(endpoint_equal(&layers.to, &m.to));
	ck_assert_uint_eq(inetsum(slice_of(octets, 20)), UINT16_MAX);
	ck_assert_uint_eq(datagram_sum(&m, 20), UINT16_MAX);
}
END_TEST

START_TEST(or_of_ipv6)
{
	const struct hepmsg m = message(16);
	const struct layers layers = read_again(&m);

	ck_assert(endpoint_equal(&layers.from, &m.from));
	ck_assert(endpoint_equal(&layers.to, &m.to));
	ck_assert_uint_eq(datagram_sum(&m, 40), UINT16_MAX);
}
END_TEST

START_TEST(some_fit_into_none)
{
	struct hepmsg m = message(4);

	m.payload.len = 65507;
	ck_assert_uint_eq(hepframe_len(&m), 65535);
	m.payload.len = 65508;
	ck_assert_uint_eq(hepframe_len(&m), 0);
	m = message(4);
	m.to.address.version = 6;
	ck_assert_uint_eq(hepframe_len(&m), 0);
}
END_TEST

UNIT(
    "hepframe", a_message_is_a_datagram_of_ipv4, or_of_ipv6, some_fit_into_none)
