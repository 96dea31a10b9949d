/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNIT_SEGMENTS_H
#define UNIT_SEGMENTS_H

#include "net/tcpreasm.h"
#include "unit/outcomes.h"

/* A reassembly and one connection on it, said in a few words. */

struct segments {
	struct tcpreasm *tcp;
	struct endpoint client, server;
	uint32_t next[2]; /* by enum tcpreasm_direction */
	uint64_t number;  /* of segments sent */
	nstime now;
};

static inline void
segments_begin(struct segments *s, tcpreasm_output *output, void *arg)
{
	const struct tcpreasm_limits limits = {
		.connections = 16,
		.octets = 1 << 20,
		.stream_octets = 1 << 16,
		.idle = 3600 * NSTIME_S,
		.linger = 60 * NSTIME_S,
	};

	*s = (struct segments){
		.client = outcomes_endpoint("192.0.2.1", 40000),
		.server = outcomes_endpoint("192.0.2.2", 5062),
		.next = { 1000, 5000 },
		.tcp = tcpreasm_new(&limits, output, arg),
	};
}

/* One segment; a millisecond goes by. */
static inline void
segments_send(struct segments *s, enum tcpreasm_direction direction,
    uint8_t flags, const char *octets)
{
	const struct tcp tcp = {
		.sequence = s->next[direction],
		.acknowledgement = s->next[!direction],
		.flags = flags,
		.window = 1000,
		.payload = slice_text(octets),
		.payload_len = strlen(octets),
	};
	const bool there = direction == TCPREASM_TO_SERVER;

	tcpreasm_tick(s->tcp, s->now);
	tcpreasm_input(s->tcp,
	    &(struct tcpreasm_segment){
		.from = there ? s->client : s->server,
		.to = there ? s->server : s->client,
		.tcp = &tcp,
		.from_is_server = !there,
		.to_is_server = there,
		.number = ++s->number,
		.now = s->now,
		.wall = s->now,
	    });
	s->next[direction] +=
	    (uint32_t)tcp.payload_len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
	s->now += NSTIME_MS;
}

static inline void
segments_open(struct segments *s)
{
	segments_send(s, TCPREASM_TO_SERVER, TCP_SYN, "");
	segments_send(s, TCPREASM_TO_CLIENT, TCP_SYN | TCP_ACK, "");
	segments_send(s, TCPREASM_TO_SERVER, TCP_ACK, "");
}

#endif
