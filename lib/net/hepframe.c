/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/hepframe.h"

#include "net/inetsum.h"
#include "net/ip.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	UDP_HEADER = 8,
	TTL = 64,
	IPV4_CHECKSUM = 10, /* offsets in the headers */
	UDP_CHECKSUM = 6
};

static bool
is_ipv6(const struct hepmsg *m)
{
	return m->from.address.version == 6;
}

static size_t
ip_header(const struct hepmsg *m)
{
	return is_ipv6(m) ? IPV6_HEADER : IPV4_HEADER;
}

size_t
hepframe_len(const struct hepmsg *m)
{
	const size_t len = ip_header(m) + UDP_HEADER + m->payload.len;

	return m->from.address.version != m->to.address.version ||
		len > UINT16_MAX
	    ? 0
	    : len;
}

static void
put(uint8_t **at, const void *octets, size_t len)
{
	memcpy(*at, octets, len);
	*at += len;
}

static void
put_u16(uint8_t **at, size_t value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(at, octets, sizeof(octets));
}

static void
put_ipv4(const struct hepmsg *m, uint8_t **at, size_t len)
{
	const uint8_t version_and_length[] = { 0x45, 0 };
	const uint8_t ttl_and_protocol[] = { TTL, IP_UDP };
	uint8_t *const header = *at;
	uint8_t *checksum = header + IPV4_CHECKSUM;

	put(at, version_and_length, 2);
	put_u16(at, IPV4_HEADER + len);
	put_u16(at, 0); /* identification */
	put_u16(at, 0); /* flags and offset */
	put(at, ttl_and_protocol, 2);
	put_u16(at, 0); /* checksum */
	put(at, m->from.address.octets, 4);
	put(at, m->to.address.octets, 4);
	put_u16(&checksum, (uint16_t)~inetsum(slice_of(header, IPV4_HEADER)));
}

static void
put_ipv6(const struct hepmsg *m, uint8_t **at, size_t len)
{
	const uint8_t version_and_flow[] = { 0x60, 0, 0, 0 };
	const uint8_t protocol_and_ttl[] = { IP_UDP, TTL };

	put(at, version_and_flow, 4);
	put_u16(at, len);
	put(at, protocol_and_ttl, 2);
	put(at, m->from.address.octets, 16);
	put(at, m->to.address.octets, 16);
}

/* RFC 768: with the addresses, the protocol and the length. */
static uint16_t
udp_checksum(const struct hepmsg *m, struct slice datagram)
{
	uint16_t sum = inetsum_add(IP_UDP, (uint16_t)datagram.len);

	sum = inetsum_add(sum, inetsum(slice_of(m->from.address.octets, 16)));
	sum = inetsum_add(sum, inetsum(slice_of(m->to.address.octets, 16)));
	sum = (uint16_t)~inetsum_add(sum, inetsum(datagram));
	return sum == 0 ? UINT16_MAX : sum;
}

void
hepframe_write(const struct hepmsg *m, uint8_t *octets)
{
	const size_t len = UDP_HEADER + m->payload.len;
	uint8_t *datagram = octets + ip_header(m);
	uint8_t *checksum = datagram + UDP_CHECKSUM;

	if (is_ipv6(m))
		put_ipv6(m, &octets, len);
	else
		put_ipv4(m, &octets, len);
	put_u16(&octets, m->from.port);
	put_u16(&octets, m->to.port);
	put_u16(&octets, len);
	put_u16(&octets, 0); /* checksum */
	put(&octets, m->payload.p, m->payload.len);
	put_u16(&checksum, udp_checksum(m, slice_of(datagram, len)));
}
