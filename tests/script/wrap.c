/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/wrap.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>

#include "script/linkwrap.h"
#include "script/words.h"

enum { MPLS = 0x8847, PPPOE = 0x8864, QINQ = 0x88a8 };

unsigned
wrap_checksum(struct slice octets, uint32_t sum)
{
	for (size_t i = 0; i < octets.len; i++)
		sum += i % 2 == 0 ? (uint32_t)octets.p[i] << 8 : octets.p[i];
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return ~sum & 0xffff;
}

static size_t
address_octets(const struct address *a)
{
	return a->version == 4 ? 4 : 16;
}

unsigned
wrap_transport_checksum(const struct address *from, const struct address *to,
    unsigned protocol, struct slice segment)
{
	struct octets pseudo = { .len = 0 };

	octets_add(&pseudo, from->octets, address_octets(from));
	octets_add(&pseudo, to->octets, address_octets(to));
	octets_u32(&pseudo, (uint32_t)segment.len);
	octets_u32(&pseudo, protocol);
	octets_slice(&pseudo, segment);
	return wrap_checksum(octets_view(&pseudo), 0);
}

static void
write_v4(struct octets *o, const struct address *from, const struct address *to,
    unsigned protocol, const struct wrap_fields *fields, size_t len)
{
	octets_u16(o, 0x4500);
	octets_u16(o, (unsigned)len + 20);
	octets_u16(o, fields->id);
	octets_u16(o, fields->fragment);
	octets_u8(o, fields->ttl);
	octets_u8(o, protocol);
	octets_u16(o, 0);
	octets_add(o, from->octets, 4);
	octets_add(o, to->octets, 4);
	octets_put_u16(o, 10, wrap_checksum(octets_view(o), 0));
}

static void
write_v6(struct octets *o, const struct address *from, const struct address *to,
    unsigned protocol, const struct wrap_fields *fields, size_t len)
{
	const bool fragment = fields->fragment != 0;

	octets_u32(o, 0x60000000);
	octets_u16(o, (unsigned)len + (fragment ? 8 : 0));
	octets_u8(o, fragment ? 44 : protocol);
	octets_u8(o, fields->ttl);
	octets_add(o, from->octets, 16);
	octets_add(o, to->octets, 16);
	if (!fragment)
		return;
	octets_u16(o, protocol << 8);
	/* IPv4 counts 8 octets a unit under 3 flags, IPv6 above them. */
	octets_u16(o,
	    (fields->fragment & 0x1fff) << 3 |
		(fields->fragment & 0x2000 ? 1u : 0u));
	octets_u32(o, fields->id);
}

struct wrap_parcel
wrap_ip(const struct address *from, const struct address *to, unsigned protocol,
    const struct wrap_fields *fields, struct slice payload)
{
	struct wrap_parcel parcel = { .ethertype = ETHERTYPE_IP };

	if (from->version != to->version)
		words_fail("IPv4 on one side, IPv6 on the other");
	if (payload.len > 65000)
		words_fail("%zu octets do not fit into a packet", payload.len);
	if (from->version == 4) {
		write_v4(
		    &parcel.octets, from, to, protocol, fields, payload.len);
	} else {
		parcel.ethertype = ETHERTYPE_IPV6;
		write_v6(
		    &parcel.octets, from, to, protocol, fields, payload.len);
	}
	octets_slice(&parcel.octets, payload);
	return parcel;
}

static void
write_ethernet(struct octets *o, const struct wrap_parcel *parcel)
{
	static const uint8_t macs[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };

	octets_add(o, macs, sizeof(macs));
	octets_u16(o, parcel->ethertype);
}

struct octets
wrap_frame(const struct wrap_parcel *parcel)
{
	struct octets o = { .len = 0 };

	write_ethernet(&o, parcel);
	octets_slice(&o, octets_view(&parcel->octets));
	return o;
}

/* Outer addresses: "A>B", by default 198.51.100.1 to 198.51.100.2. */
static void
outer_addresses(const char *text, struct address *from, struct address *to)
{
	const char *arrow;

	if (*text == '\0')
		text = "198.51.100.1>198.51.100.2";
	arrow = strchr(text, '>');
	if (arrow == NULL ||
	    !endpoint_address_parse(
		slice_of(text, (size_t)(arrow - text)), from) ||
	    !endpoint_address_parse(slice_text(arrow + 1), to))
		words_fail("'%s' is no pair of addresses like "
			   "192.0.2.1>192.0.2.2",
		    text);
}

struct wrap_parcel
wrap_in_ip(const char *value, unsigned protocol, const struct octets *payload)
{
	static unsigned id = 0x8000;
	const struct wrap_fields fields = { .id = ++id & 0xffff, .ttl = 64 };
	struct address from, to;

	outer_addresses(value, &from, &to);
	return wrap_ip(&from, &to, protocol, &fields, octets_view(payload));
}

struct wrap_parcel
wrap_in_udp(const char *value, unsigned port, const struct octets *payload)
{
	struct octets o = { .len = 0 };

	octets_u16(&o, 49152);
	octets_u16(&o, port);
	octets_u16(&o, (unsigned)payload->len + 8);
	octets_u16(&o, 0);
	octets_slice(&o, octets_view(payload));
	return wrap_in_ip(value, IPPROTO_UDP, &o);
}

static struct wrap_parcel
tagged(const char *value, unsigned ethertype, const struct wrap_parcel *inner)
{
	struct wrap_parcel outer = { .ethertype = ethertype };

	octets_u16(&outer.octets, (unsigned)words_number_of(value, 4095));
	octets_u16(&outer.octets, inner->ethertype);
	octets_slice(&outer.octets, octets_view(&inner->octets));
	return outer;
}

static struct wrap_parcel
in_vlan(const char *value, const struct wrap_parcel *inner)
{
	return tagged(value, ETHERTYPE_VLAN, inner);
}

static struct wrap_parcel
in_qinq(const char *value, const struct wrap_parcel *inner)
{
	return tagged(value, QINQ, inner);
}

static struct wrap_parcel
in_mpls(const char *value, const struct wrap_parcel *inner)
{
	const uint32_t label = (uint32_t)words_number_of(value, 0xfffff);
	const uint32_t bottom = inner->ethertype == MPLS ? 0 : 0x100;
	struct wrap_parcel outer = { .ethertype = MPLS };

	octets_u32(&outer.octets, label << 12 | bottom | 64);
	octets_slice(&outer.octets, octets_view(&inner->octets));
	return outer;
}

static struct wrap_parcel
in_pppoe(const char *value, const struct wrap_parcel *inner)
{
	const unsigned protocol = inner->ethertype == ETHERTYPE_IPV6 ? 0x57
	    : inner->ethertype == MPLS                               ? 0x281
								     : 0x21;
	struct wrap_parcel outer = { .ethertype = PPPOE };

	octets_u16(&outer.octets, 0x1100);
	octets_u16(&outer.octets, (unsigned)words_number_of(value, 0xffff));
	octets_u16(&outer.octets, (unsigned)inner->octets.len + 2);
	octets_u16(&outer.octets, protocol);
	octets_slice(&outer.octets, octets_view(&inner->octets));
	return outer;
}

static struct wrap_parcel
in_ipip(const char *value, const struct wrap_parcel *inner)
{
	return wrap_in_ip(value,
	    inner->ethertype == ETHERTYPE_IPV6 ? IPPROTO_IPV6 : IPPROTO_IPIP,
	    &inner->octets);
}

static struct wrap_parcel
in_gre(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	octets_u16(&o, 0);
	octets_u16(&o, inner->ethertype);
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_ip(value, IPPROTO_GRE, &o);
}

static struct wrap_parcel
in_erspan1(const char *value, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct octets o = { .len = 0 };

	octets_u16(&o, 0);
	octets_u16(&o, 0x88be);
	octets_slice(&o, octets_view(&frame));
	return wrap_in_ip(value, IPPROTO_GRE, &o);
}

/* GRE with a sequence number, then ERSPAN: version, VLAN 0, session 1. */
static struct octets
erspan_header(unsigned protocol, unsigned version)
{
	static uint32_t sequence;
	struct octets o = { .len = 0 };

	octets_u16(&o, 0x1000);
	octets_u16(&o, protocol);
	octets_u32(&o, sequence++);
	octets_u16(&o, version << 12);
	octets_u16(&o, 1);
	octets_u32(&o, 0);
	return o;
}

static struct wrap_parcel
in_erspan2(const char *value, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct octets o = erspan_header(0x88be, 1);

	octets_slice(&o, octets_view(&frame));
	return wrap_in_ip(value, IPPROTO_GRE, &o);
}

static struct wrap_parcel
in_erspan3(const char *value, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct octets o = erspan_header(0x22eb, 2);

	octets_u32(&o, 0); /* no group tag, no platform header */
	octets_slice(&o, octets_view(&frame));
	return wrap_in_ip(value, IPPROTO_GRE, &o);
}

static struct wrap_parcel
in_vxlan(const char *value, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct octets o = { .len = 0 };

	octets_u32(&o, 0x08000000);
	octets_u32(&o, 7 << 8);
	octets_slice(&o, octets_view(&frame));
	return wrap_in_udp(value, 4789, &o);
}

static struct wrap_parcel
in_geneve(const char *value, const struct wrap_parcel *inner)
{
	const struct octets frame = wrap_frame(inner);
	struct octets o = { .len = 0 };

	octets_u16(&o, 0);
	octets_u16(&o, 0x6558);
	octets_u32(&o, 7 << 8);
	octets_slice(&o, octets_view(&frame));
	return wrap_in_udp(value, 6081, &o);
}

static struct wrap_parcel
in_gtp(const char *value, const struct wrap_parcel *inner)
{
	struct octets o = { .len = 0 };

	octets_u16(&o, 0x30ff);
	octets_u16(&o, (unsigned)inner->octets.len);
	octets_u32(&o, 7);
	octets_slice(&o, octets_view(&inner->octets));
	return wrap_in_udp(value, 2152, &o);
}

static const struct wrap_row own_rows[] = {
	{ "vlan", in_vlan },
	{ "qinq", in_qinq },
	{ "mpls", in_mpls },
	{ "pppoe", in_pppoe },
	{ "ipip", in_ipip },
	{ "gre", in_gre },
	{ "erspan1", in_erspan1 },
	{ "erspan2", in_erspan2 },
	{ "erspan3", in_erspan3 },
	{ "vxlan", in_vxlan },
	{ "geneve", in_geneve },
	{ "gtp", in_gtp },
	{ NULL, NULL },
};

struct wrap_parcel
wrap_in(const char *wrapper, struct wrap_parcel inner)
{
	const struct wrap_row *const tables[] = { own_rows, shimwrap_rows,
		tunnelwrap_rows };
	const size_t len = strcspn(wrapper, ":");
	const char *value = wrapper[len] == ':' ? wrapper + len + 1 : "";

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct wrap_row *r = tables[i]; r->name != NULL; r++)
			if (strlen(r->name) == len &&
			    memcmp(r->name, wrapper, len) == 0)
				return r->wrap(value, &inner);
	words_fail("'%s' is no wrapper; see tests/scenario/README", wrapper);
}

static void
write_sll(struct octets *o, const struct wrap_parcel *parcel)
{
	static const uint8_t sender[] = { 2, 0, 0, 0, 0, 1, 0, 0 };

	octets_u16(o, 0);
	octets_u16(o, 1);
	octets_u16(o, 6);
	octets_add(o, sender, sizeof(sender));
	octets_u16(o, parcel->ethertype);
}

static void
write_sll2(struct octets *o, const struct wrap_parcel *parcel)
{
	static const uint8_t sender[] = { 2, 0, 0, 0, 0, 1, 0, 0 };

	octets_u16(o, parcel->ethertype);
	octets_u16(o, 0);
	octets_u32(o, 2);
	octets_u16(o, 1);
	octets_u16(o, 0x0006);
	octets_add(o, sender, sizeof(sender));
}

static void
write_null(struct octets *o, const struct wrap_parcel *parcel)
{
	const uint32_t family = parcel->ethertype == ETHERTYPE_IPV6 ? 30 : 2;

	octets_add(o, &family, sizeof(family));
}

static void
write_loop(struct octets *o, const struct wrap_parcel *parcel)
{
	octets_u32(o, parcel->ethertype == ETHERTYPE_IPV6 ? 30 : 2);
}

static void
write_nothing(struct octets *o, const struct wrap_parcel *parcel)
{
	(void)o;
	(void)parcel;
}

static const struct wrap_link own_links[] = {
	{ "ethernet", DLT_EN10MB, false, "", write_ethernet },
	{ "sll", DLT_LINUX_SLL, false, "", write_sll },
	{ "sll2", DLT_LINUX_SLL2, false, "", write_sll2 },
	{ "raw", DLT_RAW, true, "", write_nothing },
	{ "null", DLT_NULL, true, "", write_null },
	{ "loop", DLT_LOOP, true, "", write_loop },
	{ NULL, 0, false, NULL, NULL },
};

const struct wrap_link *
wrap_link_named(const char *name)
{
	const struct wrap_link *const tables[] = { own_links, linkwrap_rows };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct wrap_link *l = tables[i]; l->name != NULL;
		     l++)
			if (strcmp(l->name, name) == 0)
				return l;
	words_fail("'%s' is no datalink; see tests/scenario/README", name);
}

struct octets
wrap_datalink(const struct wrap_link *link, const struct wrap_parcel *parcel)
{
	struct octets o = { .len = 0 };

	if (link->datalink == LINKWRAP_EXPORTED)
		return linkwrap_export(parcel);
	if (link->bare && parcel->ethertype != ETHERTYPE_IP &&
	    parcel->ethertype != ETHERTYPE_IPV6)
		words_fail("this datalink carries IP and nothing else");
	linkwrap_header(link, parcel, &o);
	octets_slice(&o, octets_view(&parcel->octets));
	return o;
}
