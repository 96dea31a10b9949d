/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STEPS_H
#define STEPS_H

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "capture/savefile.h"
#include "net/datalink.h"
#include "net/decode.h"
#include "net/ip.h"

/*
 * The packets of a savefile for tools that share them among several readers:
 * each with its time as replay has it, and hashes by which it may be shared.
 */

static const struct log steps_quiet = { .verbose = false };

/* TLS is not decrypted here, so secrets in a savefile are left alone. */
static const struct format_secrets steps_unheard = { NULL, NULL };

static const struct siphash_key steps_key = { 1, 2 };

/* Its octets behind it. */
struct step {
	struct step *next;
	bool rebased; /* before it, at `rebased_at' */
	nstime rebased_at;
	uint64_t outer;    /* of its addresses outside of tunnels */
	uint64_t pair;     /* of its addresses: both directions alike */
	uint64_t way;      /* .. each direction by itself: one is even */
	uint64_t directed; /* the same, but `pair' for TCP */
	uint64_t flow;     /* of its addresses and ports, both alike */
	struct packet packet;
	uint8_t octets[];
};

static inline uint64_t
steps_hash(const struct endpoint *a, const struct endpoint *b)
{
	const int order = endpoint_compare(a, b);
	struct endpoint pair[2];

	memset(pair, 0, sizeof(pair));
	pair[order > 0] = *a;
	pair[order <= 0] = *b;
	return siphash(&steps_key, slice_of(pair, sizeof(pair)));
}

static inline struct endpoint
steps_host(const struct address *address)
{
	struct endpoint e;

	memset(&e, 0, sizeof(e));
	e.address = *address;
	return e;
}

/* Without ports: fragments show none. */
static inline void
steps_share(struct step *step, const struct address *from,
    const struct address *to, bool both)
{
	const struct endpoint a = steps_host(from), b = steps_host(to);

	step->pair = step->flow = steps_hash(&a, &b);
	step->way = step->pair << 1 | (endpoint_compare(&a, &b) > 0);
	step->directed = both ? step->pair : step->way;
}

static inline void
steps_transport(void *arg, const struct decode_event *e)
{
	struct step *step = *(struct step **)arg;
	const bool quoted = e->transport == DECODE_ICMP;

	steps_share(step, quoted ? &e->icmp.from.address : &e->from.address,
	    quoted ? &e->icmp.to.address : &e->to.address,
	    e->transport != DECODE_UDP);
	/* One about a flow is believed by who sees that flow. */
	step->flow = quoted ? steps_hash(&e->icmp.from, &e->icmp.to)
			    : steps_hash(&e->from, &e->to);
}

/* By the addresses inside of tunnels.  Fragments, of which only some show them,
 * go by those outside: what came before a packet does not count. */
static inline void
steps_shares(struct decode *decode, struct step *step, struct step **current)
{
	struct slice octets;
	struct ip ip;

	if (datalink_parse(step->packet.datalink, step->packet.octets,
		&octets) != DATALINK_IP ||
	    ip_parse(octets, octets.len, &ip) != IP_OK)
		return;
	steps_share(step, &ip.from, &ip.to, ip.protocol != IP_UDP);
	step->outer = step->pair;
	*current = step;
	decode_reset(decode);
	decode_input(decode, &step->packet);
}

/* As in replay.c: a step back of more than a second rebases `now'. */
static inline void
steps_set_time(struct step *step, const struct step *before, nstime *shift)
{
	struct packet *packet = &step->packet;
	const nstime now = before == NULL ? packet->wall : before->packet.now;

	if (packet->unstamped) {
		packet->now = now;
		packet->wall = now - *shift;
		return;
	}
	if (now - (packet->wall + *shift) > NSTIME_S) {
		*shift = now - packet->wall;
		step->rebased = true;
		step->rebased_at = now;
	}
	packet->now = packet->wall + *shift > now ? packet->wall + *shift : now;
}

static inline struct step *
steps_copy(const struct packet *packet)
{
	struct step *step = calloc(1, sizeof(*step) + packet->octets.len);

	if (step == NULL)
		abort();
	step->packet = *packet;
	if (packet->octets.len > 0)
		memcpy(step->octets, packet->octets.p, packet->octets.len);
	step->packet.octets = slice_of(step->octets, packet->octets.len);
	return step;
}

static inline struct step *
steps_read(struct savefile *savefile, const struct decode_limits *limits,
    nstime resolution)
{
	struct step *first = NULL, *last = NULL, *current = NULL;
	struct packet packet = { .source = 0 };
	nstime shift = 0;
	bool passed;
	struct decode *decode = decode_new(limits, steps_transport, &current);

	while (savefile_next(savefile, &packet, &passed) == SAVEFILE_PACKET) {
		struct step *step = steps_copy(&packet);

		step->packet.wall -= step->packet.wall % resolution;
		step->packet.number =
		    last == NULL ? 1 : last->packet.number + 1;
		steps_set_time(step, last, &shift);
		steps_shares(decode, step, &current);
		if (last == NULL)
			first = step;
		else
			last->next = step;
		last = step;
	}
	decode_free(decode);
	return first;
}

static inline void
steps_free(struct step *steps)
{
	struct step *step;

	while ((step = steps) != NULL) {
		steps = step->next;
		free(step);
	}
}

#endif
