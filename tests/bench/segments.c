/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/segments.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

/* Few connections on TCP, as between servers, so that segments fill up. */
enum { CLIENTS = 500, TCP_CLIENTS = 10, SERVERS = 4, TCP_SERVERS = 2 };
enum { SEGMENT = 1400, ETHERNET = 14, IP = 20, UDP = 8, TCP = 20 };
enum { CALLS = 4000, VOICE = 172, VOICE_PORT = 16384 };

struct side {
	uint32_t next;
	size_t held;
	uint8_t octet[SEGMENT];
};

struct segments {
	bool tcp;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	uint16_t id;
	nstime wall;
	struct side side[TCP_CLIENTS][TCP_SERVERS][2]; /* [1]: the client's */
};

static void
put16(uint8_t *p, unsigned n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static void
put32(uint8_t *p, uint32_t n)
{
	put16(p, n >> 16);
	put16(p + 2, n & 0xffff);
}

static void
write_ip(struct segments *s, uint8_t *ip, const struct segments_pair *pair,
    bool to_server, unsigned protocol, size_t len)
{
	const uint32_t client = 0x0a010000 + pair->client;
	const uint32_t server = 0x0a020001 + pair->server;
	uint32_t sum = 0;

	memset(ip, 0, IP);
	put16(ip, 0x4500);
	put16(ip + 2, (unsigned)(IP + len));
	put16(ip + 4, s->id++);
	ip[8] = 64;
	ip[9] = (uint8_t)protocol;
	put32(ip + 12, to_server ? client : server);
	put32(ip + 16, to_server ? server : client);
	for (int i = 0; i < IP; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	sum = (sum >> 16) + (sum & 0xffff);
	put16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
}

/* Most senders fill it in, and what needs no checksum is read otherwise. */
static void
put_udp_checksum(uint8_t *ip, size_t len)
{
	uint32_t sum = 17 + (uint32_t)len;

	for (size_t i = 12; i < IP + len; i++)
		sum += i % 2 == 0 ? (uint32_t)ip[i] << 8 : ip[i];
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	put16(ip + IP + 6, sum == 0xffff ? 0xffff : ~sum & 0xffff);
}

static void
write_packet(struct segments *s, const uint8_t *packet, size_t len)
{
	const struct pcap_pkthdr header = {
		.ts = { .tv_sec = s->wall / NSTIME_S,
		    .tv_usec = s->wall % NSTIME_S / NSTIME_US },
		.caplen = (bpf_u_int32)len,
		.len = (bpf_u_int32)len,
	};

	pcap_dump((u_char *)s->dumper, &header, packet);
}

static void
begin_frame(uint8_t *packet)
{
	static const uint8_t ethernet[ETHERNET] = { 2, 0, 0, 0, 0, 2, 2, 0, 0,
		0, 0, 1, 8, 0 };

	memcpy(packet, ethernet, ETHERNET);
}

static void
send_datagram(struct segments *s, const struct segments_pair *pair,
    bool to_server, const unsigned ports[2], const struct octets *payload)
{
	uint8_t packet[ETHERNET + IP + UDP + sizeof(payload->octet)];
	uint8_t *udp = packet + ETHERNET + IP;

	begin_frame(packet);
	write_ip(s, packet + ETHERNET, pair, to_server, 17, UDP + payload->len);
	put16(udp, ports[0]);
	put16(udp + 2, ports[1]);
	put16(udp + 4, (unsigned)(UDP + payload->len));
	put16(udp + 6, 0);
	memcpy(udp + UDP, payload->octet, payload->len);
	put_udp_checksum(packet + ETHERNET, UDP + payload->len);
	write_packet(s, packet, ETHERNET + IP + UDP + payload->len);
}

static void
send_udp(struct segments *s, const struct segments_pair *pair, bool to_server,
    const struct octets *message)
{
	static const unsigned there[] = { 5060, 5062 }, back[] = { 5062, 5060 };

	send_datagram(s, pair, to_server, to_server ? there : back, message);
}

static void
send_segment(struct segments *s, const struct segments_pair *pair,
    bool to_server, unsigned flags)
{
	struct side *both = s->side[pair->client][pair->server];
	struct side *from = &both[to_server];
	uint8_t packet[ETHERNET + IP + TCP + SEGMENT];
	uint8_t *tcp = packet + ETHERNET + IP;

	begin_frame(packet);
	write_ip(s, packet + ETHERNET, pair, to_server, 6, TCP + from->held);
	put16(tcp, to_server ? 40000 : 5062);
	put16(tcp + 2, to_server ? 5062 : 40000);
	put32(tcp + 4, from->next);
	put32(tcp + 8, both[!to_server].next);
	put16(tcp + 12, 0x5000 | flags);
	put16(tcp + 14, 65535);
	put32(tcp + 16, 0);
	memcpy(tcp + TCP, from->octet, from->held);
	write_packet(s, packet, ETHERNET + IP + TCP + from->held);
	from->next += (uint32_t)from->held + (flags & 2 ? 1 : 0);
	from->held = 0;
}

static void
send_tcp(struct segments *s, const struct segments_pair *pair, bool to_server,
    const struct octets *message)
{
	struct side *both = s->side[pair->client][pair->server];
	struct side *from = &both[to_server];
	size_t sent = 0;

	if (both[1].next == 0) {
		both[0].next = 5000;
		both[1].next = 1000;
		send_segment(s, pair, true, 2);
		send_segment(s, pair, false, 18);
		send_segment(s, pair, true, 16);
	}
	while (sent < message->len) {
		const size_t room = SEGMENT - from->held;
		const size_t rest = message->len - sent;
		const size_t now = rest < room ? rest : room;

		memcpy(from->octet + from->held, message->octet + sent, now);
		from->held += now;
		sent += now;
		if (room == now)
			send_segment(s, pair, to_server, 24);
	}
}

struct segments *
segments_open(const char *path, bool tcp)
{
	struct segments *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->tcp = tcp;
	s->pcap = pcap_open_dead(DLT_EN10MB, 65535);
	s->dumper = s->pcap == NULL ? NULL : pcap_dump_open(s->pcap, path);
	if (s->dumper != NULL)
		return s;
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	free(s);
	return NULL;
}

struct segments_pair
segments_pair(const struct segments *s, uint64_t i)
{
	const unsigned clients = s->tcp ? TCP_CLIENTS : CLIENTS;

	return (struct segments_pair){
		.client = (unsigned)(i % clients),
		.server =
		    (unsigned)(i / clients % (s->tcp ? TCP_SERVERS : SERVERS)),
	};
}

void
segments_send(struct segments *s, const struct segments_pair *pair,
    bool to_server, const struct octets *message, nstime wall)
{
	s->wall = wall;
	if (s->tcp)
		send_tcp(s, pair, to_server, message);
	else
		send_udp(s, pair, to_server, message);
}

void
segments_voice(struct segments *s, uint64_t i, nstime wall)
{
	const uint64_t call = i % CALLS, number = i / CALLS;
	const struct segments_pair pair = segments_pair(s, call / 2);
	const unsigned port = VOICE_PORT + 2 * (unsigned)call;
	struct octets rtp;

	rtp.len = VOICE;
	memset(rtp.octet, 0, 12);
	rtp.octet[0] = 0x80;
	put16(rtp.octet + 2, number & 0xffff);
	put32(rtp.octet + 4, (uint32_t)(160 * number));
	put32(rtp.octet + 8, (uint32_t)call);
	memset(rtp.octet + 12, (int)(number & 0x7f), VOICE - 12);
	s->wall = wall;
	send_datagram(s, &pair, call % 2 == 0,
	    (const unsigned[]){ port, port + 20000 }, &rtp);
}

void
segments_finish(struct segments *s)
{
	for (unsigned i = 0; s->tcp && i < TCP_CLIENTS * TCP_SERVERS * 2; i++) {
		const struct segments_pair pair = {
			.client = i / 2 % TCP_CLIENTS,
			.server = i / 2 / TCP_CLIENTS,
		};

		if (s->side[pair.client][pair.server][i % 2].held > 0)
			send_segment(s, &pair, i % 2 == 1, 24);
	}
	pcap_dump_close(s->dumper);
	pcap_close(s->pcap);
	free(s);
}
