/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSSTORY_H
#define TLSSTORY_H

#include "base/textbuf.h"
#include "tls/tlsflow.h"
#include "unit/tlswire.h"

/*
 * One connection as the tests of tlsflow and tlsconn need it: octets of either
 * side go in, and what was told comes out as words, one for each event.
 */

static struct {
	struct tlsflow *flow;
	void *slot;
	bool guessed;
	uint64_t offsets[2]; /* by enum tcpreasm_direction */
	nstime now;
	char told[4096];
	struct tlsflow_event last;
	struct tlsflow_facts facts; /* at the last event */
	char sni[256];
} story;

static inline void
story_word(const char *word)
{
	struct textbuf t = { .text = story.told,
		.size = sizeof(story.told),
		.len = strlen(story.told) };

	textbuf_add(&t, t.len > 0 ? " " : "");
	textbuf_add(&t, word);
}

static inline void
story_output(void *arg, const struct tlsflow_event *e)
{
	static const char *const names[][2] = {
		[TLSFLOW_HELLO] = { "hello>", "<hello" },
		[TLSFLOW_CERTIFICATE] = { "certificate>", "<certificate" },
		[TLSFLOW_ALERT] = { "alert>", "<alert" },
		[TLSFLOW_ESTABLISHED] = { "established", "established" },
		[TLSFLOW_RECORD] = { "record>", "<record" },
		[TLSFLOW_STAMP] = { "stamp>", "<stamp" },
		[TLSFLOW_ENDED] = { "ended", "ended" },
	};

	(void)arg;
	story_word(names[e->kind][e->from]);
	if (e->sni.len > 0)
		textbuf_wire(&(struct textbuf){ .text = story.sni,
				 .size = sizeof(story.sni) },
		    e->sni);
	story.last = *e;
	story.facts = *e->facts;
}

static inline void
story_event(enum tcpreasm_fact fact, enum tcpreasm_direction direction,
    struct slice octets, uint64_t lost)
{
	static const struct endpoint client = { .port = 49152 };
	static const struct endpoint server = { .port = 5062 };
	const struct tcpreasm_event event = {
		.fact = fact,
		.connection = 1,
		.client = client,
		.server = server,
		.guessed = story.guessed,
		.direction = direction,
		.octets = octets,
		.offset = story.offsets[direction],
		.lost = lost,
		.now = story.now,
		.wall = story.now + NSTIME_S,
	};

	story.offsets[direction] += octets.len + lost;
	story.now += NSTIME_MS;
	tlsflow_input(story.flow, &event, &story.slot);
}

static inline void
story_end(void)
{
	if (story.flow == NULL)
		return;
	story_event(
	    TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, slice_of(NULL, 0), 0);
	tlsflow_free(story.flow);
	story.flow = NULL;
}

static inline void
story_begin(void)
{
	story_end();
	memset(&story, 0, sizeof(story));
	story.flow = tlsflow_new(
	    &(struct tlsflow_limits){ .octets = 1 << 20, .certificates = 16 },
	    story_output, NULL);
	ck_assert_ptr_nonnull(story.flow);
}

/* A segment, from a buffer of its exact size. */
static inline void
story_octets(enum tcpreasm_direction direction, struct slice octets)
{
	uint8_t *exact = unit_exact(octets);

	story_event(TCPREASM_DATA, direction, slice_of(exact, octets.len), 0);
	free(exact);
}

enum { CLIENT = TCPREASM_TO_SERVER, SERVER = TCPREASM_TO_CLIENT };

static inline void
story_record(int from, uint8_t type, struct slice body)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_record(&wire, type, 0x0303, body);
	story_octets((enum tcpreasm_direction)from, tlswire_slice(&wire));
}

static inline void
story_message(int from, uint8_t type, struct slice body)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_handshake(&wire, type, body);
	story_record(from, 22, tlswire_slice(&wire));
}

static inline void
story_client_hello(const struct tlswire_hello *hello)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_client_hello(&wire, hello);
	story_message(CLIENT, 1, tlswire_slice(&wire));
}

static inline void
story_server_hello(const struct tlswire_hello *hello)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_server_hello(&wire, hello);
	story_message(SERVER, 2, tlswire_slice(&wire));
}

static inline void
story_chain(int from, const struct tlswire_certificate *c, size_t n)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_chain(&wire, c, n);
	story_message(from, 11, tlswire_slice(&wire));
}

/* Application data, or what TLS 1.3 disguises as such. */
static inline void
story_data(int from, size_t octets)
{
	static const uint8_t zeros[20000];

	story_record(from, 23, slice_of(zeros, octets));
}

static inline void
story_ccs(int from)
{
	story_record(from, 20, slice_text("\x01"));
}

#endif
