/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/siphash.h"
#include "sip/inner/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* The first octet says how the rest is cut into inputs: however it is, the
 * same messages must come out. */

#define MAX_MESSAGE 600

struct seen {
	uint64_t hash, messages, end;
};

static void
on_message(void *arg, const struct framing_event *event)
{
	static const struct siphash_key key;
	struct seen *seen = arg;

	if (event->octets.len > MAX_MESSAGE || event->octets.len == 0 ||
	    event->end < seen->end + event->octets.len)
		__builtin_trap();
	seen->messages++;
	seen->end = event->end;
	seen->hash = seen->hash * 31 + siphash(&key, event->octets);
}

static struct seen
frame(
    struct slice octets, size_t size, bool midway, struct framing_stats *stats)
{
	struct holdings holdings = { .memory = NULL };
	struct framing *f = framing_new(MAX_MESSAGE, midway, stats, &holdings);
	struct seen seen = { 0 };

	for (size_t at = 0; at < octets.len; at += size) {
		const struct slice some = slice_between(octets, at, at + size);
		uint8_t *exact = malloc(some.len);

		memcpy(exact, some.p, some.len);
		framing_input(
		    f, slice_of(exact, some.len), at, 0, 0, on_message, &seen);
		free(exact);
		if (framing_held(f) > 8192 + MAX_MESSAGE)
			__builtin_trap();
	}
	framing_free(f);
	return seen;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice stream = slice_after(slice_of(octets, len), 1);
	struct framing_stats a = { 0 }, b = { 0 };
	struct seen whole, cut;
	bool midway;

	if (stream.len == 0)
		return 0;
	midway = octets[0] & 1;
	whole = frame(stream, stream.len, midway, &a);
	cut = frame(stream, 1 + octets[0] / 2, midway, &b);
	framing_may_be_sip(stream);
	if (whole.hash != cut.hash || whole.end != cut.end ||
	    a.resynchronised != b.resynchronised || a.too_long != b.too_long ||
	    a.bad_length != b.bad_length)
		__builtin_trap();
	return 0;
}
