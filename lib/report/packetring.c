/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetring.h"

#include <limits.h>
#include <stdlib.h>

#include "base/budget.h"
#include "net/hepframe.h"

enum {
	OVERHEAD = sizeof(struct packetring_packet) + BUDGET_OVERHEAD,
	TYPICAL = 512 /* octets a packet takes at least on average */
};

/* What agents handed on, as a source of packets. */
#define HANDED UINT_MAX

struct packetring {
	struct layers_tunnels tunnels;
	struct portset hep;
	struct budget_share *memory;
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
	r->hep = limits->hep;
	r->room = limits->octets / TYPICAL + 1;
	r->octets = limits->octets - limits->octets / TYPICAL * sizeof(void *);
	r->memory = limits->memory;
	r->slots = calloc(r->room, sizeof(*r->slots));
	if (r->slots == NULL) {
		free(r);
		return NULL;
	}
	budget_note(r->memory, r->room * sizeof(*r->slots));
	return r;
}

static void
forget_oldest(struct packetring *r)
{
	struct packetring_packet *oldest = r->slots[r->first];

	r->used -= OVERHEAD + oldest->packet.octets.len;
	budget_undo(r->memory, OVERHEAD + oldest->packet.octets.len);
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
	budget_undo(r->memory, r->room * sizeof(*r->slots));
	free(r->slots);
	free(r);
}

/* Room for a packet of so many octets, which the caller fills; NULL: there is
 * none. */
static struct packetring_packet *
add(struct packetring *r, size_t len)
{
	const size_t octets = OVERHEAD + len;
	struct packetring_packet *added;

	if (octets > r->octets) {
		r->too_long++;
		return NULL;
	}
	while (r->count == r->room || r->used + octets > r->octets)
		forget_oldest(r);
	added = malloc(sizeof(*added) + len);
	if (added == NULL) {
		r->no_memory++;
		return NULL;
	}
	r->slots[(r->first + r->count++) % r->room] = added;
	r->used += octets;
	budget_note(r->memory, octets);
	return added;
}

static bool
holds_hep(const struct packetring *r, const struct layers *l)
{
	return portset_has(&r->hep, l->to.port) ||
	    (l->kind == LAYERS_TCP && portset_has(&r->hep, l->from.port));
}

void
packetring_input(struct packetring *r, const struct packet *packet)
{
	const size_t len = packet->octets.len;
	struct packetring_packet *copy;
	struct layers layers;

	if (!layers_find(packet, &r->tunnels, &layers) || holds_hep(r, &layers))
		return;
	copy = add(r, len);
	if (copy == NULL)
		return;
	memcpy(copy + 1, packet->octets.p, len);
	*copy = (struct packetring_packet){
		.packet = *packet,
		.layers = layers,
	};
	copy->packet.octets = slice_of(copy + 1, len);
}

void
packetring_handed(struct packetring *r, const struct hepmsg *m,
    const struct address *agent, nstime wall)
{
	const struct layers_tunnels none = { .descend = false };
	const size_t len = hepframe_len(m);
	const nstime now =
	    r->count == 0 ? 0 : packetring_at(r, r->count - 1)->packet.now;
	struct packetring_packet *made;

	if (len == 0) {
		r->too_long++;
		return;
	}
	made = add(r, len);
	if (made == NULL)
		return;
	hepframe_write(m, (uint8_t *)(made + 1));
	*made = (struct packetring_packet){
		.packet = {
		    .octets = slice_of(made + 1, len),
		    .len = len,
		    .datalink = HEPFRAME_DATALINK,
		    .source = HANDED,
		    .now = now,
		    .wall = wall,
		},
		.agent = *agent,
		.agent_number = m->agent,
		.protocol = m->protocol,
	};
	layers_find(&made->packet, &none, &made->layers);
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

static bool
is_before(const struct packet *a, const struct packet *b)
{
	return a->now < b->now || (a->now == b->now && a->wall < b->wall);
}

/* The oldest that is left, of which `taken' is moved on; NULL: there is none.
 */
static const struct packetring_packet *
take_oldest(const struct packetring_set *set, size_t *taken)
{
	const struct packetring_packet *oldest = NULL;
	size_t ring = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct packetring_packet *p;

		if (taken[i] == packetring_count(set->rings[i]))
			continue;
		p = packetring_at(set->rings[i], taken[i]);
		if (oldest != NULL && !is_before(&p->packet, &oldest->packet))
			continue;
		oldest = p;
		ring = i;
	}
	taken[ring] += oldest != NULL;
	return oldest;
}

const struct packetring_packet **
packetring_all(const struct packetring_set *set, size_t *count)
{
	size_t taken[PACKETRING_SET] = { 0 }, all = 0;
	const struct packetring_packet **packets;

	for (size_t i = 0; i < set->count; i++)
		all += packetring_count(set->rings[i]);
	packets = all == 0 ? NULL : malloc(all * sizeof(*packets));
	if (packets == NULL)
		return NULL;
	for (size_t i = 0; i < all; i++)
		packets[i] = take_oldest(set, taken);
	*count = all;
	return packets;
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
