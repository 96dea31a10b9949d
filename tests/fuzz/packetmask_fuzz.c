/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetmask.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "net/datalink.h"

/*
 * The first octet picks datalink and identities; then packets, each behind a
 * length of two octets and one that is skipped, as for decode.  They are masked
 * together: every octet is the packet's own, the one that overwrites, or of a
 * checksum.
 */

enum { MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static bool
is_checksum(const struct layers *l, size_t at)
{
	return l->checksum > 0 && (at == l->checksum || at == l->checksum + 1);
}

static void
examine(const struct packetmask_packet *p)
{
	const struct slice octets = p->packet->packet.octets;
	const struct layers *l = &p->packet->layers;

	if (l->content > l->end || l->end > octets.len)
		abort();
	for (size_t i = 0; i < octets.len; i++)
		if (!is_checksum(l, i) && p->octets[i] != octets.p[i] &&
		    (p->octets[i] != PACKETMASK_OCTET || i < l->content))
			abort();
}

static void
mask(const struct packetring *ring, enum identity_mode mode)
{
	struct packetmask_packet packets[MOST];
	const size_t held = packetring_count(ring);
	const size_t count = held < MOST ? held : MOST;

	for (size_t i = 0; i < count; i++) {
		packets[i].packet = packetring_at(ring, i);
		packets[i].octets =
		    malloc(packets[i].packet->packet.octets.len);
	}
	if (packetmask(packets, count, mode))
		for (size_t i = 0; i < count; i++)
			examine(&packets[i]);
	for (size_t i = 0; i < count; i++)
		free(packets[i].octets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const int datalinks[] = { 1, 101, 113, 276, DATALINK_EXPORTED };
	struct packetring_limits limits = { .octets = 1 << 20,
		.tunnels.descend = true };
	struct cursor c = cursor_over(slice_of(octets, len));
	const uint8_t first = cursor_u8(&c);
	struct packetring *ring;

	portset_add(&limits.tunnels.ports.vxlan, 4789);
	portset_add(&limits.tunnels.ports.geneve, 6081);
	ring = packetring_new(&limits);
	if (ring == NULL)
		return 0;
	while (c.rest.len > 0 && !c.bad) {
		const size_t wanted = cursor_u16(&c);
		struct packet packet = { .datalink = datalinks[first % 5] };

		cursor_take(&c, 1);
		packet.octets =
		    cursor_take(&c, wanted < c.rest.len ? wanted : c.rest.len);
		packet.len = packet.octets.len;
		if (packet.len > 0)
			packetring_input(ring, &packet);
	}
	mask(ring, first & 0x80 ? IDENTITY_DOMAIN : IDENTITY_FULL);
	packetring_free(ring);
	return 0;
}
