/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * TLS on one connection, from segments to certificates.  The first octet says
 * whether it was picked up mid-way; then events: an octet (bit 0 is the
 * direction, bits 1 and 2 say data, gap, closed or reset), a length of two
 * octets, and of data that many.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "tls/tlsflow.h"

struct story {
	struct tlsflow *flow;
	void *slot;
	bool guessed;
	uint64_t offsets[2];
	nstime now;
	unsigned ended;
};

static void
check_text(const char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text < 0x20 || *text == 0x7f)
			abort();
}

static void
on_event(void *arg, const struct tlsflow_event *e)
{
	struct story *story = arg;

	if (e->kind == TLSFLOW_ENDED && ++story->ended > 1)
		abort();
	if (e->kind == TLSFLOW_RECORD &&
	    (e->end > story->offsets[e->tcp->direction] || e->end < e->octets))
		abort();
	if (e->kind != TLSFLOW_CERTIFICATE)
		return;
	if (e->depth >= e->chain || e->chain > 10)
		abort();
	if (e->certificate != NULL)
		check_text(e->certificate->subject);
}

static void
tell(struct story *story, enum tcpreasm_fact fact,
    enum tcpreasm_direction direction, struct slice octets, uint64_t lost)
{
	uint8_t *exact = malloc(octets.len + (octets.len == 0));
	const struct tcpreasm_event event = {
		.fact = fact,
		.connection = 1,
		.guessed = story->guessed,
		.direction = direction,
		.octets = slice_of(exact, octets.len),
		.offset = story->offsets[direction],
		.lost = lost,
		.now = story->now++,
	};

	if (exact == NULL)
		return;
	if (octets.len > 0)
		memcpy(exact, octets.p, octets.len);
	story->offsets[direction] += octets.len + lost;
	tlsflow_input(story->flow, &event, &story->slot);
	free(exact);
}

static void
play(struct story *story, struct cursor c)
{
	static const enum tcpreasm_fact facts[] = { TCPREASM_DATA, TCPREASM_GAP,
		TCPREASM_CLOSED, TCPREASM_RESET };

	while (!c.bad && c.rest.len > 0) {
		const uint8_t what = cursor_u8(&c);
		const enum tcpreasm_fact fact = facts[what >> 1 & 3];
		const size_t len = cursor_u16(&c);
		struct slice octets = slice_of(NULL, 0);

		if (fact == TCPREASM_DATA) {
			octets = slice_first(c.rest, len);
			c.rest = slice_after(c.rest, len);
		}
		tell(story, fact, (enum tcpreasm_direction)(what & 1), octets,
		    fact == TCPREASM_GAP ? len : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct tlsflow_limits limits = { .octets = 100000,
		.certificates = 4 };
	struct cursor c = cursor_over(slice_of(octets, len));
	struct story story = { .guessed = (cursor_u8(&c) & 1) != 0 };

	story.flow = tlsflow_new(&limits, on_event, &story);
	if (story.flow == NULL)
		return 0;
	play(&story, c);
	tell(&story, TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, slice_of(NULL, 0),
	    0);
	if (story.slot != NULL)
		abort();
	tlsflow_free(story.flow);
	return 0;
}
