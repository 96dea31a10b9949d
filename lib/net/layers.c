/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/layers.h"

#include "net/datalink.h"
#include "net/inner/exported.h"
#include "net/inner/tcp.h"
#include "net/inner/udp.h"
#include "net/ip.h"

enum {
	ICMP_HEADER = 8,
	QUOTED = 8, /* octets of the quoted transport: ports, sequence */
	UDP_CHECKSUM = 6,
	TCP_CHECKSUM = 16,
	ICMP_CHECKSUM = 2
};

struct walk {
	struct slice whole; /* the packet */
	const struct layers_tunnels *tunnels;
	struct slice octets; /* of the next IP packet */
	size_t len;          /* .. on the wire */
	struct layers found;
};

static size_t
offset_of(const struct walk *w, struct slice part)
{
	return part.p == NULL ? w->whole.len : (size_t)(part.p - w->whole.p);
}

static bool
enter(struct walk *w, const struct tunnel *tunnel, struct slice captured,
    size_t len)
{
	struct slice inside;

	if (datalink_descend(tunnel->ethertype, tunnel->octets, &inside) !=
	    DATALINK_IP)
		return false;
	w->octets = inside;
	w->len = len - (captured.len - inside.len);
	return true;
}

static void
note_content(struct walk *w, enum layers_kind kind, struct slice content,
    size_t checksum)
{
	w->found.kind = kind;
	w->found.content = offset_of(w, content);
	w->found.end = w->found.content + content.len;
	w->found.checksum = w->found.transport + checksum;
}

/* True: *w is now at the packet in it.  The first piece of a datagram is
 * shorter than its header says. */
static bool
walk_udp(struct walk *w, const struct ip *ip)
{
	struct tunnel tunnel;
	struct udp udp;

	if (!udp_parse(
		ip->payload, ip->fragment ? UINT16_MAX : ip->payload_len, &udp))
		return false;
	if (!ip->fragment && w->tunnels->descend &&
	    tunnel_udp(&udp, &w->tunnels->ports, &tunnel) == TUNNEL_FOUND &&
	    enter(w, &tunnel, udp.payload, udp.payload_len))
		return true;
	w->found.from.port = udp.source_port;
	w->found.to.port = udp.destination_port;
	note_content(w, LAYERS_UDP, udp.payload, UDP_CHECKSUM);
	if (udp.checksum == 0)
		w->found.checksum = 0;
	return false;
}

static void
walk_tcp(struct walk *w, const struct ip *ip)
{
	struct tcp tcp;

	if (!tcp_parse(
		ip->payload, ip->fragment ? UINT16_MAX : ip->payload_len, &tcp))
		return;
	w->found.from.port = tcp.source_port;
	w->found.to.port = tcp.destination_port;
	w->found.flags = tcp.flags;
	w->found.sequence = tcp.sequence;
	w->found.acknowledgement = tcp.acknowledgement;
	note_content(w, LAYERS_TCP, tcp.payload, TCP_CHECKSUM);
}

/* Of what an error quotes, its headers may be shown. */
static void
walk_icmp(struct walk *w, const struct ip *ip)
{
	const struct slice quote = slice_after(ip->payload, ICMP_HEADER);
	size_t header = 0;

	if (ip->payload.len < ICMP_HEADER)
		return;
	if (quote.len > 0 && quote.p[0] >> 4 == 4)
		header = (size_t)(quote.p[0] & 15) * 4 + QUOTED;
	else if (quote.len > 0 && quote.p[0] >> 4 == 6)
		header = 40 + QUOTED;
	note_content(w, LAYERS_ICMP, slice_after(quote, header), ICMP_CHECKSUM);
}

/* True: *w is now at the packet in it. */
static bool
walk_transport(struct walk *w, const struct ip *ip)
{
	struct tunnel tunnel;

	if (ip->fragment && ip->offset > 0)
		return false;
	switch (ip->protocol) {
	case IP_UDP:
		return walk_udp(w, ip);
	case IP_TCP:
		walk_tcp(w, ip);
		return false;
	case IP_ICMP:
	case IP_ICMPV6:
		walk_icmp(w, ip);
		return false;
	default:
		return !ip->fragment && w->tunnels->descend &&
		    tunnel_ip(ip->protocol, ip->payload, &tunnel) ==
		    TUNNEL_FOUND &&
		    enter(w, &tunnel, ip->payload, ip->payload_len);
	}
}

/* A message that was exported without its packet. */
static bool
walk_exported(struct walk *w, struct slice *octets)
{
	struct exported pdu;

	switch (exported_parse(w->whole, &pdu)) {
	case EXPORTED_SIP:
		w->found.from = pdu.from;
		w->found.to = pdu.to;
		w->found.transport = offset_of(w, pdu.payload);
		note_content(w, LAYERS_UDP, pdu.payload, 0);
		w->found.checksum = 0;
		return true;
	case EXPORTED_PACKET:
		return datalink_descend(pdu.ethertype, pdu.payload, octets) ==
		    DATALINK_IP;
	default:
		return false;
	}
}

static bool
begin(struct walk *w, const struct packet *packet)
{
	const size_t len =
	    packet->len < packet->octets.len ? packet->octets.len : packet->len;

	w->octets = slice_of(NULL, 0);
	if (packet->datalink == DATALINK_EXPORTED
		? !walk_exported(w, &w->octets)
		: datalink_parse(packet->datalink, packet->octets,
		      &w->octets) != DATALINK_IP)
		return false;
	w->len = len - (packet->octets.len - w->octets.len);
	return true;
}

/* The tunnel that does not lead to IP, or is too deep, is content itself. */
bool
layers_find(const struct packet *packet, const struct layers_tunnels *tunnels,
    struct layers *layers)
{
	struct walk w = { .whole = packet->octets, .tunnels = tunnels };
	bool found;

	if (!begin(&w, packet))
		return false;
	found = w.found.transport > 0; /* it was exported */
	for (unsigned depth = 0; w.octets.len > 0 && depth < TUNNEL_MAX_DEPTH;
	     depth++) {
		struct ip ip;

		if (ip_parse(w.octets, w.len, &ip) != IP_OK)
			break;
		found = true;
		w.found = (struct layers){
			.kind = LAYERS_OTHER,
			.from.address = ip.from,
			.to.address = ip.to,
			.transport = offset_of(&w, ip.payload),
			.content = offset_of(&w, ip.payload),
			.end = offset_of(&w, ip.payload) + ip.payload.len,
			.fragment = ip.fragment,
		};
		if (!walk_transport(&w, &ip))
			break;
	}
	if (found)
		*layers = w.found;
	return found;
}
