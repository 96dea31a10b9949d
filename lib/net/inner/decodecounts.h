/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DECODECOUNTS_H
#define DECODECOUNTS_H

#include "base/counter.h"
#include "net/datalink.h"
#include "net/ip.h"
#include "net/inner/tunnel.h"

/* What a decoder dropped, by its reason.  Embedded, zeroed at first. */
struct decodecounts {
	uint64_t datalink[DATALINK_RESULTS];
	uint64_t ip[IP_RESULTS];
	uint64_t tunnel[TUNNEL_RESULTS];
	uint64_t too_deep, other_protocol, other_pdu, bad_pdu;
	uint64_t bad_udp, bad_tcp, other_icmp;
};

/* datalink.*, ip.*, tunnel.*, exported.*, udp.*, tcp.*, icmp.* */
void decodecounts_write(
    const struct decodecounts *counts, counter_output *output, void *arg);

#endif
