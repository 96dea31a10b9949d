/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * TLS on one connection, decrypted.  The first octet: bit 0 says that it was
 * picked up mid-way, bit 1 that secrets are waited for, bit 2 that the key log
 * comes at the end.  Then a key log with its length in two octets, and events
 * as handshake_fuzz has them.  There is a private key, too.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "tls/decrypt.h"
#include "unit/tlsvectors.h"

struct story {
	struct secrets *secrets;
	struct decrypt *decrypt;
	void *slot;
	bool guessed;
	uint64_t offsets[2];
	uint64_t ends[2]; /* of what was decrypted */
	nstime now;
	unsigned opened, refused;
};

static void
on_event(void *arg, const struct decrypt_event *e)
{
	struct story *story = arg;
	const struct tcpreasm_event *tcp = e->tcp;
	uint64_t *end = &story->ends[tcp->direction];

	story->opened += e->kind == DECRYPT_OPENED;
	story->refused += e->kind == DECRYPT_REFUSED;
	if (story->opened > 1 || story->refused > 1)
		abort();
	if (e->kind != DECRYPT_STREAM || tcp->fact != TCPREASM_DATA)
		return;
	if (tcp->octets.len == 0 || tcp->offset < *end || story->refused > 0)
		abort();
	*end = tcp->offset + e->size;
	if (*end > story->offsets[tcp->direction])
		abort();
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
		.now = story->now,
	};

	if (exact == NULL)
		return;
	if (octets.len > 0)
		memcpy(exact, octets.p, octets.len);
	story->now += NSTIME_MS;
	story->offsets[direction] += octets.len + lost;
	decrypt_input(story->decrypt, &event, &story->slot);
	decrypt_tick(story->decrypt, story->now);
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

static bool
begin(struct story *story, bool waits)
{
	const struct secrets_limits secrets_limits = { .sessions = 8,
		.resumptions = 8 };
	const struct decrypt_limits limits = {
		.connections = 4,
		.held = 50000,
		.connection = 30000,
		.handshakes = 100000,
		.wait = NSTIME_S / 10,
		.expected = waits,
	};
	struct privatekey *key;

	story->secrets = secrets_new(&secrets_limits);
	if (story->secrets == NULL)
		return false;
	if (privatekey_parse(slice_text(tlsvectors_key), NULL, &key) ==
	    PRIVATEKEY_READ)
		secrets_add_key(story->secrets, key);
	story->decrypt = decrypt_new(&limits, story->secrets, on_event, story);
	return story->decrypt != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(slice_of(octets, len));
	const uint8_t flags = cursor_u8(&c);
	const size_t log_len = cursor_u16(&c);
	const struct slice log = slice_first(c.rest, log_len);
	struct story story = { .guessed = (flags & 1) != 0 };
	struct keylog_lines lines = { .len = 0 };

	c.rest = slice_after(c.rest, log.len);
	if (!begin(&story, (flags & 2) != 0))
		return 0;
	if ((flags & 4) == 0)
		secrets_keylog(story.secrets, &lines, log);
	play(&story, c);
	if ((flags & 4) != 0)
		secrets_keylog(story.secrets, &lines, log);
	decrypt_tick(story.decrypt, story.now);
	tell(&story, TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, slice_of(NULL, 0),
	    0);
	if (story.slot != NULL)
		abort();
	decrypt_free(story.decrypt);
	secrets_free(story.secrets);
	return 0;
}
