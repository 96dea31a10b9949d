/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/websocket.h"

#include <stdlib.h>

#include "net/proxyproto.h"

/*
 * A stream: its first octet says how many octets each segment has, the second
 * whether it is picked up mid-way and after how many segments one is lost.
 * What stands before it may be a PROXY header.
 */

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
on_message(void *arg, const struct framing_event *e)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < e->octets.len; i++)
		*sum += e->octets.p[i];
	if (e->octets.len > MOST)
		abort();
}

static void
input(struct websocket *w, struct slice segment, uint64_t offset, uint64_t *sum)
{
	uint8_t *exact = malloc(segment.len + (segment.len == 0));

	if (exact == NULL)
		return;
	if (segment.len > 0)
		memcpy(exact, segment.p, segment.len);
	websocket_begins(slice_of(exact, segment.len), true);
	websocket_input(
	    w, slice_of(exact, segment.len), offset, 1, 1, on_message, sum);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const size_t step = len < 2 ? 1 : (size_t)octets[0] + 1;
	const bool midway = len >= 2 && (octets[1] & 1) != 0;
	const size_t lost = len < 2 ? 0 : octets[1] >> 1;
	struct slice rest = slice_after(slice_of(octets, len), 2);
	struct websocket_stats stats = { 0 };
	struct holdings holdings = { .memory = NULL };
	struct websocket *w = websocket_new(MOST, midway, &stats, &holdings);
	struct proxyproto header;
	uint64_t sum = 0, offset = 0;

	if (w == NULL)
		return 0;
	if (proxyproto_parse(rest, &header) == PROXYPROTO_HEADER) {
		if (header.len > rest.len || header.len > PROXYPROTO_MOST)
			abort();
		rest = slice_after(rest, header.len);
	}
	for (size_t n = 1; rest.len > 0; n++) {
		const struct slice segment = slice_first(rest, step);

		if (lost > 0 && n == lost)
			websocket_gap(w);
		else
			input(w, segment, offset, &sum);
		offset += segment.len;
		rest = slice_after(rest, segment.len);
	}
	websocket_free(w);
	return 0;
}
