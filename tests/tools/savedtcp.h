/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVEDTCP_H
#define SAVEDTCP_H

#include <pcap/pcap.h>
#include <stdio.h>

#include "net/decode.h"
#include "net/tcpreasm.h"

/*
 * The TCP of a savefile, on any port, put in order for a tool.
 */

struct savedtcp {
	struct tcpreasm *tcp;
};

static inline void
savedtcp_transport(void *arg, const struct decode_event *e)
{
	struct savedtcp *saved = arg;

	if (e->transport != DECODE_TCP)
		return;
	tcpreasm_input(saved->tcp,
	    &(struct tcpreasm_segment){
		.from = e->from,
		.to = e->to,
		.tcp = &e->tcp,
		.truncated = e->truncated,
		.from_is_server = e->from.port < e->to.port,
		.to_is_server = e->to.port < e->from.port,
		.number = e->packet->number,
		.now = e->packet->now,
		.wall = e->packet->wall,
	    });
}

/* Connections go on however the stamps jump. */
static inline nstime
savedtcp_forward(nstime last, nstime wall)
{
	return wall > last && wall - last < 60 * NSTIME_S ? wall - last : 0;
}

static inline nstime
savedtcp_packets(pcap_t *pcap, struct savedtcp *saved, struct decode *decode)
{
	struct pcap_pkthdr *header;
	const u_char *octets;
	nstime now = 0, last = 0;
	uint64_t number = 0;

	while (pcap_next_ex(pcap, &header, &octets) == 1) {
		const nstime wall = header->ts.tv_sec * NSTIME_S +
		    header->ts.tv_usec * NSTIME_US;
		const struct packet packet = {
			.octets = slice_of(octets, header->caplen),
			.len = header->len,
			.datalink = pcap_datalink(pcap),
			.number = ++number,
			.wall = wall,
			.now = now += savedtcp_forward(last, wall),
		};

		last = wall;
		decode_input(decode, &packet);
		tcpreasm_tick(saved->tcp, now);
	}
	return now;
}

/* False: it cannot be read, which was said. */
static inline bool
savedtcp_read(const char *name, tcpreasm_output *output, void *arg)
{
	static const struct tcpreasm_limits tcp_limits = {
		.connections = 100000,
		.octets = 64 << 20,
		.stream_octets = 4 << 20,
		.idle = 1000000 * NSTIME_S,
		.linger = 1000000 * NSTIME_S,
	};
	static const struct decode_limits limits = {
		.tunnels = true,
		.fragments = 1000,
		.fragment_octets = 16 << 20,
		.duplicates = 1024,
	};
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(name, error);
	struct decode *decode;
	struct savedtcp saved;

	if (pcap == NULL) {
		fprintf(stderr, "%s\n", error);
		return false;
	}
	saved.tcp = tcpreasm_new(&tcp_limits, output, arg);
	decode = decode_new(&limits, savedtcp_transport, &saved);
	tcpreasm_flush(saved.tcp, savedtcp_packets(pcap, &saved, decode));
	tcpreasm_free(saved.tcp);
	decode_free(decode);
	pcap_close(pcap);
	return true;
}

#endif
