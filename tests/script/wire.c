/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/wire.h"

#include <netinet/in.h>

#include "script/hepwrap.h"
#include "script/wrap.h"

/* Parts of one line are this far apart. */
static const nstime PART_GAP = 100 * NSTIME_US;

static uint64_t
part_list(const char *text)
{
	uint64_t parts = 0;
	const size_t len = strcspn(text, ",");

	if (*text == '\0')
		return 0;
	parts = UINT64_C(1)
	    << words_number_of(octets_text("%.*s", (int)len, text), 63);
	return parts | part_list(text + len + (text[len] == ','));
}

/* The first fragment again, or 16 octets across its end. */
static void
overlap_option(struct wire_how *how, const char *overlap)
{
	const bool whole = strcmp(overlap, "whole") == 0;

	how->overlap_differs = strcmp(overlap, "differs") == 0;
	if (!whole && !how->overlap_differs && strcmp(overlap, "same") != 0)
		words_fail("overlap= is 'whole', 'same' or 'differs'");
	if (how->fragment < 8)
		words_fail("overlap= is for fragments=");
	how->overlap_at = whole ? 0 : how->fragment - 8;
	how->overlap_len = whole ? how->fragment : 16;
}

void
wire_options(struct wire_how *how, struct words *w)
{
	const char *unseen = words_value(w, "unseen");
	const char *overlap = words_value(w, "overlap");

	*how = (struct wire_how){
		.unseen = words_has(w, "unseen"),
		.unseen_parts = unseen == NULL ? 0 : part_list(unseen),
		.reversed = words_has(w, "reversed"),
		.fragment = words_number(w, "fragments", 0, 65000) & ~7ul,
		.missing = (unsigned)words_number(w, "missing", 0, 1000),
		.ttl = (unsigned)words_number(w, "ttl", 64, 255),
		.duplicate = words_has(w, "duplicate"),
		.duplicate_ttl =
		    (unsigned)words_number(w, "duplicate-ttl", 0, 255),
		.duplicate_vlan = words_value(w, "duplicate-vlan"),
		.duplicate_after =
		    words_duration_or(w, "duplicate-after", 50 * NSTIME_US),
		.snap = words_number(w, "snap", SIZE_MAX, SIZE_MAX - 1),
	};
	if (overlap != NULL)
		overlap_option(how, overlap);
}

bool
wire_is_unseen(const struct wire *wire, const struct address *from,
    const struct address *to)
{
	for (size_t i = 0; i < wire->unseen_count; i++)
		if (endpoint_address_equal(&wire->unseen[i].from, from) &&
		    endpoint_address_equal(&wire->unseen[i].to, to))
			return true;
	return false;
}

/* An IP packet on the mirror: wrapped, framed, stored. */
static void
capture(struct wire *wire, nstime time, struct wrap_parcel parcel,
    const char *extra_wrap, size_t snap)
{
	const size_t before = wire->file.snaplen;
	struct octets packet;

	for (size_t i = wire->wraps; i > 0; i--)
		parcel = wrap_in(wire->wrap[i - 1], parcel);
	if (extra_wrap != NULL)
		parcel = wrap_in(octets_text("vlan:%s", extra_wrap), parcel);
	packet = wrap_datalink(wire->link, &parcel);
	if (snap < before)
		wire->file.snaplen = snap;
	savefile_add(&wire->file, wire->start + time, &packet);
	wire->file.snaplen = before;
}

/* One IP packet: where it goes, and what a second mirror port adds. */
struct sending {
	struct wire *wire;
	const struct wire_how *how;
	nstime time;
	const struct address *from, *to;
	unsigned protocol, id;
};

static void
send_ip(const struct sending *s, unsigned part, unsigned place,
    unsigned fragment, struct slice payload)
{
	const struct wire_how *how = s->how;
	const nstime time = s->time + place * PART_GAP;
	struct wrap_fields fields = {
		.id = s->id,
		.ttl = how->ttl,
		.fragment = fragment,
	};

	if (how->unseen || (part < 64 && how->unseen_parts >> part & 1) ||
	    wire_is_unseen(s->wire, s->from, s->to))
		return;
	capture(s->wire, time,
	    wrap_ip(s->from, s->to, s->protocol, &fields, payload), NULL,
	    how->snap);
	if (!how->duplicate)
		return;
	if (how->duplicate_ttl != 0)
		fields.ttl = how->duplicate_ttl;
	capture(s->wire, time + how->duplicate_after,
	    wrap_ip(s->from, s->to, s->protocol, &fields, payload),
	    how->duplicate_vlan, how->snap);
}

static void
send_overlap(const struct sending *s, struct slice segment, unsigned place)
{
	const size_t at = s->how->overlap_at;
	struct octets again = { .len = 0 };

	octets_slice(
	    &again, slice_between(segment, at, at + s->how->overlap_len));
	if (s->how->overlap_differs)
		again.p[0] ^= 0x20;
	send_ip(s, 0, place, 0x2000u | (unsigned)(at / 8), octets_view(&again));
}

static void
send_fragments(const struct sending *s, struct slice segment)
{
	const struct wire_how *how = s->how;
	const size_t size = how->fragment;
	const unsigned count = (unsigned)((segment.len + size - 1) / size);

	if (size < 8 || count > 60)
		words_fail("fragments=%zu gives %u fragments", size, count);
	for (unsigned place = 0; place < count; place++) {
		const unsigned i = how->reversed ? count - 1 - place : place;
		const unsigned more = i + 1 < count ? 0x2000 : 0;

		if (how->overlap_len > 0 && place + 1 == count)
			send_overlap(s, segment, place);
		if (i + 1 != how->missing)
			send_ip(s, i + 1, place + 1,
			    more | (unsigned)(i * size / 8),
			    slice_between(segment, i * size, (i + 1) * size));
	}
}

void
wire_parcel(struct wire *wire, const struct wire_how *how, nstime time,
    unsigned part, const struct address *from, const struct address *to,
    unsigned protocol, struct slice segment, struct octets *quotable)
{
	static unsigned id;
	const struct sending s = {
		.wire = wire,
		.how = how,
		.time = time,
		.from = from,
		.to = to,
		.protocol = protocol,
		.id = ++id & 0x7fff,
	};
	const struct wrap_fields fields = { .id = s.id, .ttl = how->ttl - 1 };

	if (quotable != NULL)
		*quotable =
		    wrap_ip(from, to, protocol, &fields, segment).octets;
	if (how->fragment != 0)
		send_fragments(&s, segment);
	else
		send_ip(&s, part, part - 1, 0, segment);
}

void
wire_udp(struct wire *wire, const struct wire_how *how, nstime time,
    const struct endpoint *from, const struct endpoint *to,
    struct slice payload, struct octets *quotable)
{
	struct octets o = { .len = 0 };
	unsigned sum;

	if (wire->agent_count > 0 && quotable != NULL) {
		hepwrap_send(wire, how, time, from, to, IPPROTO_UDP, payload);
		return;
	}
	octets_u16(&o, from->port);
	octets_u16(&o, to->port);
	octets_u16(&o, (unsigned)payload.len + 8);
	octets_u16(&o, 0);
	octets_slice(&o, payload);
	sum = wrap_transport_checksum(
	    &from->address, &to->address, IPPROTO_UDP, octets_view(&o));
	octets_put_u16(&o, 6, sum == 0 ? 0xffff : sum);
	wire_parcel(wire, how, time, 1, &from->address, &to->address,
	    IPPROTO_UDP, octets_view(&o), quotable);
}

void
wire_tcp(struct wire *wire, const struct wire_how *how, nstime time,
    unsigned part, const struct wire_tcp *tcp, struct octets *quotable)
{
	const struct address *from = &tcp->from->address;
	const struct address *to = &tcp->to->address;
	struct octets o = { .len = 0 };

	if (wire->agent_count > 0)
		return;
	octets_u16(&o, tcp->from->port);
	octets_u16(&o, tcp->to->port);
	octets_u32(&o, tcp->sequence);
	octets_u32(&o, tcp->flags & WIRE_ACK ? tcp->acknowledged : 0);
	octets_u16(&o, 0x5000 | tcp->flags);
	octets_u16(&o, 64240);
	octets_u32(&o, 0);
	octets_slice(&o, tcp->payload);
	octets_put_u16(&o, 16,
	    wrap_transport_checksum(from, to, IPPROTO_TCP, octets_view(&o)));
	wire_parcel(wire, how, time, part, from, to, IPPROTO_TCP,
	    octets_view(&o), quotable);
}

struct unreachable {
	const char *name;
	unsigned v4, v6; /* codes */
};

static const struct unreachable *
unreachable_named(const char *name)
{
	static const struct unreachable kinds[] = {
		{ "net-unreachable", 0, 0 },
		{ "host-unreachable", 1, 3 },
		{ "port-unreachable", 3, 4 },
		{ "prohibited", 13, 1 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	words_fail("'%s' is none of net-unreachable host-unreachable "
		   "port-unreachable prohibited",
	    name);
}

void
wire_icmp(struct wire *wire, const struct wire_how *how, nstime time,
    const struct address *from, const struct address *to, const char *what,
    struct slice quoted)
{
	const struct unreachable *kind = unreachable_named(what);
	const bool v6 = from->version == 6;
	struct octets o = { .len = 0 };

	if (wire->agent_count > 0)
		return;
	octets_u8(&o, v6 ? 1 : 3);
	octets_u8(&o, v6 ? kind->v6 : kind->v4);
	octets_u16(&o, 0);
	octets_u32(&o, 0);
	octets_slice(&o, quoted);
	octets_put_u16(&o, 2,
	    v6 ? wrap_transport_checksum(
		     from, to, IPPROTO_ICMPV6, octets_view(&o))
	       : wrap_checksum(octets_view(&o), 0));
	wire_parcel(wire, how, time, 1, from, to,
	    v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, octets_view(&o), NULL);
}

void
wire_hex(struct wire *wire, nstime time, const struct octets *packet)
{
	savefile_add(&wire->file, wire->start + time, packet);
}
