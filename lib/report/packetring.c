/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetring.h"

#include <stdlib.h>

enum {
	OVERHEAD = sizeof(struct packetring_packet) + 32, /* malloc's too */
	TYPICAL = 512 /* octets a packet takes at least on average */
};

struct packetring {
	struct layers_tunnels tunnels;
	size_t octets, used;
	struct packetring_packet **slots;
	size_t room, first, count;
	uint64_t too_long, no_memory;
};

struct packetring *
packetring_new(const struct packetring_limits *limits)
{
	struct packetring *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->tunnels = limits->tunnels;
	r->room = limits->octets / TYPICAL + 1;
	r->octets = limits->octets - limits->octets / TYPICAL * sizeof(void *);
	r->slots = calloc(r->room, sizeof(*r->slots));
	if (r->slots == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

static void
forget_oldest(struct packetring *r)
{
	struct packetring_packet *oldest = r->slots[r->first];

	r->used -= OVERHEAD + oldest->packet.octets.len;
	r->slots[r->first] = NULL;
	r->first = (r->first + 1) % r->room;
	r->count--;
	free(oldest);
}

void
packetring_free(struct packetring *r)
{
	if (r == NULL)
		return;
	while (r->count > 0)
		forget_oldest(r);
	free(r->slots);
	free(r);
}

void
packetring_input(struct packetring *r, const struct packet *packet)
{
	const size_t len = packet->octets.len, octets = OVERHEAD + len;
	struct layers layers;
	struct packetring_packet *copy;

	if (!layers_find(packet, &r->tunnels, &layers))
		return;
	if (octets > r->octets) {
		r->too_long++;
		return;
	}
	while (r->count == r->room || r->used + octets > r->octets)
		forget_oldest(r);
	copy = malloc(sizeof(*copy) + len);
	if (copy == NULL) {
		r->no_memory++;
		return;
	}
	memcpy(copy + 1, packet->octets.p, len);
	*copy = (struct packetring_packet){ *packet, layers };
	copy->packet.octets = slice_of(copy + 1, len);
	r->slots[(r->first + r->count++) % r->room] = copy;
	r->used += octets;
}

size_t
packetring_count(const struct packetring *r)
{
	return r->count;
}

const struct packetring_packet *
packetring_at(const struct packetring *r, size_t at)
{
	return r->slots[(r->first + at) % r->room];
}

struct slice
packetring_content(const struct packetring_packet *p)
{
	return slice_between(
	    p->packet.octets, p->layers.content, p->layers.end);
}

void
packetring_stats(const struct packetring *r, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "packetring.too_long", r->too_long);
	output(arg, COUNTER_LIMIT, "packetring.no_memory", r->no_memory);
}
