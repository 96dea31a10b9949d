/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/decode.h"

#include <stdlib.h>

#include "base/cursor.h"

/*
 * The first octet picks the datalink; then packets, each behind a length of
 * two octets and one that moves the time.  Each packet gets a buffer of its
 * exact size.
 */

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
touch(void *arg, const struct decode_event *event)
{
	const bool tcp = event->transport == DECODE_TCP;
	const struct slice payload =
	    tcp ? event->tcp.payload : event->udp.payload;
	uint64_t *sum = arg;

	if (event->transport == DECODE_ICMP)
		return;
	for (size_t i = 0; i < payload.len; i++)
		*sum += payload.p[i];
	if (payload.len >
	    (tcp ? event->tcp.payload_len : event->udp.payload_len))
		abort();
}

static void
input(struct decode *d, int datalink, struct slice octets, nstime now)
{
	uint8_t *exact = malloc(octets.len + (octets.len == 0));
	const struct packet packet = {
		.octets = slice_of(exact, octets.len),
		.len = octets.len,
		.datalink = datalink,
		.now = now,
	};

	struct glance glance;

	if (exact == NULL)
		return;
	if (octets.len > 0)
		memcpy(exact, octets.p, octets.len);
	decode_tick(d, now);
	if (glance_udp(&packet, &glance) && (now & 1) != 0)
		decode_glanced(d, &packet, &glance);
	else
		decode_input(d, &packet);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const int datalinks[] = { 1, 101, 0, 9, 51, 108, 113, 276, 105,
		127, 239, 258, 104, 252, 178, 50, 117, 109, 226, 192, 119, 163,
		197, 107, 100, 284, 285, 274, 166 };
	struct decode_limits limits = {
		.tunnels = true,
		.fragments = 16,
		.fragment_octets = 20000,
		.duplicates = 16,
		.key = { 1, 2 },
	};
	struct cursor c = cursor_over(slice_of(octets, len));
	const int datalink =
	    datalinks[cursor_u8(&c) % (sizeof(datalinks) / sizeof(*datalinks))];
	uint64_t sum = 0;
	struct decode *d;
	nstime now = 0;

	portset_add(&limits.tunnel_ports.vxlan, 4789);
	portset_add(&limits.tunnel_ports.geneve, 6081);
	d = decode_new(&limits, touch, &sum);
	if (d == NULL)
		return 0;
	while (c.rest.len > 0 && !c.bad) {
		const size_t wanted = cursor_u16(&c);

		now += cursor_u8(&c) * (20 * NSTIME_MS + 1);
		input(d, datalink, slice_first(c.rest, wanted), now);
		c.rest = slice_after(c.rest, wanted);
	}
	decode_free(d);
	return 0;
}
