/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <net/ethernet.h>

#include "script/words.h"
#include "script/wrap.h"

/* Tunnels beyond those of wrap.c. */

enum { MPLS = 0x8847 };

static void
hex(struct octets *o, const char *text)
{
	if (!octets_hex(o, text))
		words_fail("no hexadecimal: %s", text);
}

static void
frame(struct octets *o, const struct wrap_parcel *inner)
{
	const struct octets f = wrap_frame(inner);

	octets_slice(o, octets_view(&f));
}

/* With a padding and a tag that nobody needs. */
static struct wrap_parcel
in_tzsp(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "01 00 0001 00 0a 01 c4 01");
	frame(&o, inner);
	return wrap_in_udp(value, 37008, &o);
}

static struct wrap_parcel
in_l2tp(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "4002");
	octets_u16(&o, (unsigned)inner->octets.len + 12);
	hex(&o, "0001 0002 ff03");
	octets_u16(&o, inner->ethertype == ETHERTYPE_IPV6 ? 0x57 : 0x21);
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_udp(value, 1701, &o);
}

/* Version 3: over UDP with a cookie of 8 octets and a sublayer, over IP
 * without. */
static struct wrap_parcel
in_l2tp3(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "0003 0000 00000007 0102030405060708 40000001");
	frame(&o, inner);
	return wrap_in_udp(value, 1701, &o);
}

static struct wrap_parcel
in_l2tp3ip(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "00000007");
	frame(&o, inner);
	return wrap_in_ip(value, 115, &o);
}

static struct wrap_parcel
in_mplsudp(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "000101ff");
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_udp(value, 6635, &o);
}

/* A pseudowire of Ethernet, with its control word. */
static struct wrap_parcel
in_pseudowire(const char *value, const struct wrap_parcel *inner)
{
	struct wrap_parcel outer = { .ethertype = MPLS };

	(void)value;
	hex(&outer.octets, "000101ff 00000000");
	frame(&outer.octets, inner);
	return outer;
}

static struct wrap_parcel
in_wccp(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "0000 883e 00000102");
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_ip(value, 47, &o);
}

static struct wrap_parcel
in_grensh(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "0000 894f 0fc2 0203 000001ff");
	frame(&o, inner);
	return wrap_in_ip(value, 47, &o);
}

static struct wrap_parcel
in_gue(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, inner->ethertype == ETHERTYPE_IPV6 ? "00290000" : "00040000");
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_udp(value, 6080, &o);
}

/* An access point's, its 802.11 frame with the first octets swapped. */
static struct wrap_parcel
in_capwap(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "00 100300 0000 0000");
	hex(&o, "0108 0000 020000000003 020000000001 020000000002 1000");
	hex(&o, "aaaa03 000000");
	octets_u16(&o, inner->ethertype);
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_udp(value, 5247, &o);
}

/* Between an IP header and what it carries: `before' and `behind', and
 * `protocol' in the place of the other, which *was is set to. */
static struct wrap_parcel
transport(const struct wrap_parcel *inner, unsigned protocol,
    struct octets *before, struct slice behind)
{
	const bool v6 = inner->ethertype == ETHERTYPE_IPV6;
	const struct slice packet = octets_view(&inner->octets);
	const size_t header = v6 ? 40 : (packet.p[0] & 0xf) * (size_t)4;
	const size_t len = packet.len + before->len + behind.len;
	struct wrap_parcel outer = { .ethertype = inner->ethertype };

	octets_slice(&outer.octets, slice_first(packet, header));
	outer.octets.p[v6 ? 6 : 9] = (uint8_t)protocol;
	octets_put_u16(
	    &outer.octets, v6 ? 4 : 2, (unsigned)(v6 ? len - header : len));
	if (!v6) {
		octets_put_u16(&outer.octets, 10, 0);
		octets_put_u16(&outer.octets, 10,
		    wrap_checksum(octets_view(&outer.octets), 0));
	}
	octets_slice(&outer.octets, octets_view(before));
	octets_slice(&outer.octets, slice_after(packet, header));
	octets_slice(&outer.octets, behind);
	return outer;
}

/* A fragment stays as it is: IPsec is done before. */
static bool
is_whole(const struct wrap_parcel *inner)
{
	const uint8_t *p = inner->octets.p;

	if (inner->ethertype == ETHERTYPE_IPV6)
		return p[6] != 44;
	return inner->ethertype == ETHERTYPE_IP && ((p[6] & 0x3f) | p[7]) == 0;
}

static unsigned
protocol_of(const struct wrap_parcel *inner)
{
	return inner->octets.p[inner->ethertype == ETHERTYPE_IPV6 ? 6 : 9];
}

static struct wrap_parcel
in_ah(const char *value, const struct wrap_parcel *inner)
{
	struct octets before = { .len = 0 };

	(void)value;
	if (!is_whole(inner))
		return *inner;
	octets_u8(&before, protocol_of(inner));
	hex(&before, "04 0000 00000100 00000001 000102030405060708090a0b");
	return transport(inner, 51, &before, slice_of(NULL, 0));
}

/* Without encryption, with a check value of 12 octets. */
static struct wrap_parcel
in_esp(const char *value, const struct wrap_parcel *inner)
{
	struct octets before = { .len = 0 }, behind = { .len = 0 };
	unsigned padding;

	(void)value;
	if (!is_whole(inner))
		return *inner;
	hex(&before, "00000100 00000001");
	padding = (unsigned)(10 - inner->octets.len % 4) % 4;
	for (unsigned i = 1; i <= padding; i++)
		octets_u8(&behind, i);
	octets_u8(&behind, padding);
	octets_u8(&behind, protocol_of(inner));
	hex(&behind, "000102030405060708090a0b");
	return transport(inner, 50, &before, octets_view(&behind));
}

static void
write_chunk(
    struct octets *o, unsigned flags, uint32_t tsn, struct slice payload)
{
	octets_u8(o, 0);
	octets_u8(o, flags);
	octets_u16(o, (unsigned)payload.len + 16);
	octets_u32(o, tsn);
	hex(o, "0001 0000 00000000");
	octets_slice(o, payload);
	while (o->len % 4 != 0)
		octets_u8(o, 0);
}

/* Directions of associations, and the next sequence number of each. */
static struct way {
	uint8_t from[16], to[16];
	uint32_t tsn;
} ways[64];

/* `addresses' and ports of the sender first, or last. */
static struct way *
way_of(struct slice addresses, struct slice ports, bool back)
{
	const size_t half = addresses.len / 2;
	struct way wanted = { .tsn = 1000 };
	struct way *w = ways;

	memcpy(
	    back ? wanted.to : wanted.from, addresses.p, half < 14 ? half : 14);
	memcpy(back ? wanted.from : wanted.to, addresses.p + half,
	    half < 14 ? half : 14);
	memcpy((back ? wanted.to : wanted.from) + 14, ports.p, 2);
	memcpy((back ? wanted.from : wanted.to) + 14, ports.p + 2, 2);
	while (w->tsn != 0 && memcmp(w, &wanted, 32) != 0)
		if (++w == ways + sizeof(ways) / sizeof(*ways))
			words_fail("too many associations");
	if (w->tsn == 0)
		*w = wanted;
	return w;
}

static void
write_sack(struct octets *o, const struct way *back)
{
	if (back->tsn == 1000)
		return;
	hex(o, "03 00 0010");
	octets_u32(o, back->tsn - 1);
	hex(o, "00010000 0000 0000");
}

/* SCTP in the place of UDP, which acknowledges all of the other side, its
 * message in chunks of `value' octets, or one. A checksum is not written:
 * nobody here reads it. */
static struct wrap_parcel
in_sctp(const char *value, const struct wrap_parcel *inner)
{
	const bool v6 = inner->ethertype == ETHERTYPE_IPV6;
	const struct slice packet = octets_view(&inner->octets);
	const size_t header = v6 ? 40 : (packet.p[0] & 0xf) * (size_t)4;
	const size_t each =
	    *value == '\0' ? 65000 : (size_t)words_number_of(value, 65000);
	struct slice message = slice_after(packet, header + 8);
	struct wrap_parcel headers = { .ethertype = inner->ethertype };
	struct octets body = { .len = 0 };
	const struct slice addresses =
	    v6 ? slice_between(packet, 8, 40) : slice_between(packet, 12, 20);
	const struct slice ports = slice_between(packet, header, header + 4);
	unsigned flags = 2;
	struct way *way;

	if (!is_whole(inner) || protocol_of(inner) != 17)
		return *inner;
	way = way_of(addresses, ports, false);
	octets_slice(&body, ports);
	hex(&body, "00000001 00000000");
	write_sack(&body, way_of(addresses, ports, true));
	while (message.len > each) {
		write_chunk(
		    &body, flags, way->tsn++, slice_first(message, each));
		message = slice_after(message, each);
		flags = 0;
	}
	write_chunk(&body, flags | 1, way->tsn++, message);
	octets_slice(&headers.octets, slice_first(packet, header));
	return transport(&headers, 132, &body, slice_of(NULL, 0));
}

/* VXLAN and Geneve on ports of the site's own. */
static struct wrap_parcel
in_vxlan_elsewhere(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "08000000 00000700");
	frame(&o, inner);
	return wrap_in_udp(value, 4799, &o);
}

static struct wrap_parcel
in_geneve_elsewhere(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	hex(&o, "0000 6558 00000700");
	frame(&o, inner);
	return wrap_in_udp(value, 6099, &o);
}

const struct wrap_row tunnelwrap_rows[] = {
	{ "tzsp", in_tzsp },
	{ "l2tp", in_l2tp },
	{ "l2tp3", in_l2tp3 },
	{ "l2tp3ip", in_l2tp3ip },
	{ "mplsudp", in_mplsudp },
	{ "pseudowire", in_pseudowire },
	{ "wccp", in_wccp },
	{ "grensh", in_grensh },
	{ "gue", in_gue },
	{ "capwap", in_capwap },
	{ "ah", in_ah },
	{ "esp", in_esp },
	{ "sctp", in_sctp },
	{ "vxlan4799", in_vxlan_elsewhere },
	{ "geneve6099", in_geneve_elsewhere },
	{ NULL, NULL },
};
