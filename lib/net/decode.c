/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/decode.h"

#include <stdlib.h>

#include "net/datalink.h"
#include "net/ip.h"
#include "net/inner/decodecounts.h"
#include "net/inner/esp.h"
#include "net/inner/exported.h"
#include "net/inner/ipfrag.h"
#include "net/inner/mirrordup.h"

struct decode {
	decode_output *output;
	void *arg;
	bool tunnels;
	struct tunnel_ports tunnel_ports;
	struct siphash_key key;
	struct ipfrag *fragments;
	struct mirrordup *duplicates;
	struct sctp *sctp;
	struct obstacles obstacles;
	struct decodecounts counts;
};

/* The decoder has come to an IP packet. */
struct decode_layer {
	const struct packet *packet;
	struct slice octets; /* captured of it */
	size_t len;          /* on the wire */
	uint64_t context;    /* of the tunnels it came through, 0: none */
};

struct decode *
decode_new(const struct decode_limits *limits, decode_output *output, void *arg)
{
	const struct ipfrag_limits fragments = {
		.datagrams = limits->fragments,
		.octets = limits->fragment_octets,
		.memory = limits->fragment_memory,
		.key = limits->key,
	};
	const struct mirrordup_limits duplicates = {
		.packets = limits->duplicates,
		.key = limits->key,
	};
	struct decode *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->output = output;
	d->arg = arg;
	d->tunnels = limits->tunnels;
	d->tunnel_ports = limits->tunnel_ports;
	d->key = limits->key;
	d->fragments = ipfrag_new(&fragments);
	d->duplicates = mirrordup_new(&duplicates);
	d->sctp = sctp_new();
	if (d->fragments == NULL || d->duplicates == NULL || d->sctp == NULL) {
		decode_free(d);
		return NULL;
	}
	return d;
}

void
decode_free(struct decode *d)
{
	if (d == NULL)
		return;
	ipfrag_free(d->fragments);
	mirrordup_free(d->duplicates);
	sctp_free(d->sctp);
	free(d);
}

/* Pieces of one datagram come through one tunnel; the same addresses and IP
 * ID in another one are another site's. */
static uint64_t
context_inside(const struct decode *d, uint64_t context, const struct ip *ip)
{
	uint8_t octets[40];

	memcpy(octets, &context, 8);
	memcpy(octets + 8, ip->from.octets, 16);
	memcpy(octets + 24, ip->to.octets, 16);
	return siphash(&d->key, slice_of(octets, sizeof(octets)));
}

/* Go on inside what `ip' carries: `captured' of `len' octets, less the headers
 * in front of the tunnelled packet. */
static bool
enter_tunnel(struct decode *d, const struct tunnel *tunnel, const struct ip *ip,
    struct slice captured, size_t len, struct decode_layer *layer)
{
	struct slice inside;
	const enum datalink_result result =
	    datalink_descend(tunnel->ethertype, tunnel->octets, &inside);

	if (result != DATALINK_IP) {
		d->counts.datalink[result]++;
		return false;
	}
	layer->octets = inside;
	layer->len = len - (captured.len - inside.len);
	layer->context = context_inside(d, layer->context, ip);
	return true;
}

static bool
tunnel_layer(struct decode *d, const struct ip *ip, struct decode_layer *layer)
{
	struct tunnel tunnel;
	enum tunnel_result result = TUNNEL_NONE;

	if (d->tunnels)
		result = tunnel_ip(ip->protocol, ip->payload, &tunnel);
	if (result == TUNNEL_FOUND)
		return enter_tunnel(
		    d, &tunnel, ip, ip->payload, ip->payload_len, layer);
	if (result == TUNNEL_NONE) {
		d->counts.other_protocol++;
		obstacle_count(&d->obstacles.protocol, ip->protocol);
	} else {
		d->counts.tunnel[result]++;
	}
	return false;
}

static void
tell(struct decode *d, const struct ip *ip, const struct decode_layer *layer,
    struct decode_event *event)
{
	event->packet = layer->packet;
	event->from.address = ip->from;
	event->to.address = ip->to;
	d->output(d->arg, event);
}

/* Pieces were judged one by one before they were put together. */
static bool
is_duplicate(struct decode *d, const struct ip *ip,
    const struct decode_layer *layer, bool reassembled)
{
	return !reassembled &&
	    mirrordup_input(d->duplicates, ip, layer->packet->now);
}

/* CAPWAP's own fragments.  True: *tunnel is whole now. */
static bool
join_piece(struct decode *d, const struct ip *outer, const struct udp *udp,
    const struct decode_layer *layer, struct tunnel *tunnel)
{
	const size_t header = udp->payload.len - tunnel->octets.len;
	struct ip whole, piece = *outer;

	piece.fragment = true;
	piece.more = tunnel->more;
	piece.offset = tunnel->offset;
	piece.identification =
	    (uint32_t)udp->source_port << 16 | tunnel->identification;
	piece.payload = tunnel->octets;
	piece.payload_len = udp->payload_len - header;
	if (!ipfrag_input(d->fragments, &piece,
		context_inside(d, layer->context, outer), layer->packet->now,
		&whole))
		return false;
	tunnel->octets = whole.payload;
	return true;
}

static bool
udp_layer(struct decode *d, const struct ip *ip, bool reassembled,
    struct decode_layer *layer)
{
	struct decode_event event = { .transport = DECODE_UDP };
	struct udp *udp = &event.udp;
	struct tunnel tunnel;
	enum tunnel_result result = TUNNEL_NONE;

	if (!udp_parse(ip->payload, ip->payload_len, udp)) {
		d->counts.bad_udp++;
		return false;
	}
	if (d->tunnels)
		result = tunnel_udp(udp, &d->tunnel_ports, &tunnel);
	if (result == TUNNEL_FOUND)
		return enter_tunnel(
		    d, &tunnel, ip, udp->payload, udp->payload_len, layer);
	if (result == TUNNEL_PIECE)
		return join_piece(d, ip, udp, layer, &tunnel) &&
		    enter_tunnel(d, &tunnel, ip, tunnel.octets,
			tunnel.octets.len, layer);
	if (result != TUNNEL_NONE) {
		d->counts.tunnel[result]++;
		return false;
	}
	if (is_duplicate(d, ip, layer, reassembled))
		return false;
	event.from.port = udp->source_port;
	event.to.port = udp->destination_port;
	event.truncated = udp->payload.len < udp->payload_len;
	tell(d, ip, layer, &event);
	return false;
}

static void
tcp_layer(struct decode *d, const struct ip *ip, bool reassembled,
    const struct decode_layer *layer)
{
	struct decode_event event = { .transport = DECODE_TCP };
	struct tcp *tcp = &event.tcp;

	if (!tcp_parse(ip->payload, ip->payload_len, tcp)) {
		d->counts.bad_tcp++;
		return;
	}
	if (is_duplicate(d, ip, layer, reassembled))
		return;
	event.from.port = tcp->source_port;
	event.to.port = tcp->destination_port;
	event.truncated = tcp->payload.len < tcp->payload_len;
	tell(d, ip, layer, &event);
}

/* The packet whose messages are reported. */
struct decode_sctp {
	struct decode *decode;
	const struct ip *ip;
	const struct decode_layer *layer;
};

static void
on_sctp(void *arg, const struct sctp_event *e)
{
	const struct decode_sctp *in = arg;
	struct decode_event event = {
		.transport = DECODE_SCTP,
		.from.port = e->source_port,
		.to.port = e->destination_port,
		.sctp = *e,
	};

	event.udp.payload = e->octets;
	event.udp.payload_len = e->octets.len;
	tell(in->decode, in->ip, in->layer, &event);
}

static void
sctp_layer(struct decode *d, const struct ip *ip, bool reassembled,
    const struct decode_layer *layer)
{
	struct decode_sctp in = { d, ip, layer };

	if (!is_duplicate(d, ip, layer, reassembled))
		sctp_input(d->sctp, ip, on_sctp, &in);
}

static void
icmp_layer(struct decode *d, const struct ip *ip, bool reassembled,
    const struct decode_layer *layer)
{
	struct decode_event event = { .transport = DECODE_ICMP };

	if (!icmp_parse(ip->payload, ip->from.version, &event.icmp)) {
		d->counts.other_icmp++;
		return;
	}
	if (!is_duplicate(d, ip, layer, reassembled))
		tell(d, ip, layer, &event);
}

/* True: the piece completed a datagram, which *ip is now. */
static bool
is_whole_now(struct decode *d, struct ip *ip, const struct decode_layer *layer)
{
	const nstime now = layer->packet->now;
	enum ip_result result;
	struct ip whole;

	if (mirrordup_input(d->duplicates, ip, now) ||
	    !ipfrag_input(d->fragments, ip, layer->context, now, &whole))
		return false;
	result = ip_skip_headers(&whole);
	if (result != IP_OK) {
		d->counts.ip[result]++;
		return false;
	}
	*ip = whole;
	return true;
}

/* Read one IP packet.  True: *layer is now the one inside it. */
static bool
ip_layer(struct decode *d, struct decode_layer *layer)
{
	struct ip ip;
	const enum ip_result result = ip_parse(layer->octets, layer->len, &ip);
	const bool reassembled = result == IP_OK && ip.fragment;

	if (result != IP_OK) {
		d->counts.ip[result]++;
		return false;
	}
	if (reassembled && !is_whole_now(d, &ip, layer))
		return false;
	if (ip.protocol == IP_ESP && d->tunnels && !esp_open(&ip)) {
		d->counts.tunnel[TUNNEL_ENCRYPTED]++;
		return false;
	}
	if (ip.protocol == IP_UDP)
		return udp_layer(d, &ip, reassembled, layer);
	if (ip.protocol == IP_TCP)
		tcp_layer(d, &ip, reassembled, layer);
	else if (ip.protocol == IP_SCTP)
		sctp_layer(d, &ip, reassembled, layer);
	else if (ip.protocol == (ip.from.version == 4 ? IP_ICMP : IP_ICMPV6))
		icmp_layer(d, &ip, reassembled, layer);
	else
		return tunnel_layer(d, &ip, layer);
	return false;
}

/* True: *octets is now the IP packet in it. */
static bool
exported_layer(struct decode *d, const struct packet *packet, size_t len,
    struct slice *octets)
{
	struct exported pdu;
	struct decode_event event;
	enum datalink_result result = DATALINK_IP;

	switch (exported_parse(packet->octets, &pdu)) {
	case EXPORTED_SIP:
		exported_event(&pdu, packet, len, &event);
		d->output(d->arg, &event);
		return false;
	case EXPORTED_PACKET:
		result = datalink_descend(pdu.ethertype, pdu.payload, octets);
		d->counts.datalink[result] += result != DATALINK_IP;
		return result == DATALINK_IP;
	case EXPORTED_OTHER:
		d->counts.other_pdu++;
		return false;
	case EXPORTED_MALFORMED:
		break;
	}
	d->counts.bad_pdu++;
	return false;
}

static bool
first_layer(struct decode *d, const struct packet *packet, size_t len,
    struct slice *octets)
{
	enum datalink_result result;

	if (packet->datalink == DATALINK_EXPORTED)
		return exported_layer(d, packet, len, octets);
	result = datalink_parse(packet->datalink, packet->octets, octets);
	if (result == DATALINK_IP)
		return true;
	d->counts.datalink[result]++;
	if (result == DATALINK_UNKNOWN)
		obstacle_count(
		    &d->obstacles.datalink, (uint32_t)packet->datalink);
	if (result == DATALINK_NOT_IP)
		obstacle_count(&d->obstacles.ethertype,
		    datalink_end(packet->datalink, packet->octets));
	return false;
}

/* From the layer that is packet number `depth' inside the others. */
static void
descend(struct decode *d, struct decode_layer *layer, unsigned depth)
{
	for (; depth < TUNNEL_MAX_DEPTH; depth++)
		if (!ip_layer(d, layer))
			return;
	d->counts.too_deep++;
}

static void
decode_part(struct decode *d, const struct packet *packet,
    const struct datalink_part *part)
{
	struct decode_layer layer = { .packet = packet };
	const enum datalink_result result =
	    datalink_part_parse(part, &layer.octets);

	if (result != DATALINK_IP) {
		d->counts.datalink[result]++;
		return;
	}
	layer.len = part->len - (part->octets.len - layer.octets.len);
	descend(d, &layer, 0);
}

void
decode_input(struct decode *d, const struct packet *packet)
{
	const struct slice octets = packet->octets;
	const size_t len = packet->len < octets.len ? octets.len : packet->len;
	struct decode_layer layer = { .packet = packet };
	struct datalink_part part;
	struct slice parts;

	if (datalink_parts(packet->datalink, octets, &parts)) {
		while (datalink_next_part(&parts, &part))
			decode_part(d, packet, &part);
		return;
	}
	if (!first_layer(d, packet, len, &layer.octets))
		return;
	layer.len = len - (octets.len - layer.octets.len);
	descend(d, &layer, 0);
}

void
decode_glanced(
    struct decode *d, const struct packet *packet, const struct glance *glance)
{
	const struct ip ip = {
		.from = endpoint_address(slice_first(glance->addresses, 4)),
		.to = endpoint_address(slice_after(glance->addresses, 4)),
		.protocol = IP_UDP,
		.identification = glance->identification,
		.payload = glance->datagram,
		.payload_len = glance->datagram_len,
	};
	struct decode_layer layer = { .packet = packet };

	if (udp_layer(d, &ip, false, &layer))
		descend(d, &layer, 1);
}

void
decode_ports(const struct decode_limits *limits, struct portset *ports)
{
	if (limits->tunnels)
		tunnel_add_ports(&limits->tunnel_ports, ports);
}

void
decode_tick(struct decode *d, nstime now)
{
	ipfrag_tick(d->fragments, now);
}

nstime
decode_next_deadline(const struct decode *d)
{
	return ipfrag_next_deadline(d->fragments);
}

void
decode_reset(struct decode *d)
{
	ipfrag_reset(d->fragments);
	mirrordup_reset(d->duplicates);
	sctp_reset(d->sctp);
}

void
decode_set(struct decode *d, const struct decode_limits *limits)
{
	const struct ipfrag_limits fragments = {
		.datagrams = limits->fragments,
		.octets = limits->fragment_octets,
		.memory = limits->fragment_memory,
	};
	const struct mirrordup_limits duplicates = {
		.packets = limits->duplicates,
	};

	d->tunnels = limits->tunnels;
	d->tunnel_ports = limits->tunnel_ports;
	ipfrag_set(d->fragments, &fragments);
	mirrordup_set(d->duplicates, &duplicates);
}

const struct obstacles *
decode_obstacles(const struct decode *d)
{
	return &d->obstacles;
}

void
decode_stats(const struct decode *d, counter_output *output, void *arg)
{
	decodecounts_write(&d->counts, output, arg);
	ipfrag_stats(d->fragments, output, arg);
	mirrordup_stats(d->duplicates, output, arg);
	sctp_stats(d->sctp, output, arg);
}
