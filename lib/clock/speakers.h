/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SPEAKERS_H
#define SPEAKERS_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * Whose clock is told by what may have been passed on: a sender report that a
 * media relay forwarded, a challenge that a proxy handed down, a log line that
 * a collector sent further (DOMAIN 2.12).  Such a thing names its speaker.  The
 * first host that sends it for a speaker is taken for the nearest; whoever
 * sends for the same speaker within an hour passes it on, and is a relay.
 *
 * An answer that quotes what its peer sent shows how long it was on its way:
 * no longer than since that passed us, less what the peer kept it for.
 */

struct speakers;

struct speakers_claim {
	uint64_t name;   /* a hash of what the speaker calls itself */
	uint32_t number; /* 0: none */
	bool own;        /* that is the address of the source */
	struct address source;
	nstime now;
};

enum speakers_verdict {
	SPEAKERS_OWN,      /* the source speaks for itself */
	SPEAKERS_PERHAPS,  /* or for somebody behind it */
	SPEAKERS_PASSED_ON /* of no worth for the source */
};

/* At most `limit' of them; the longest unheard is forgotten first.  NULL when
 * out of memory; the caller frees it. */
struct speakers *speakers_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory);
void speakers_free(struct speakers *s);
void speakers_set(struct speakers *s, size_t limit);

/*
 * OWN: its name is the address of the source; or its number is in use elsewhere
 * under another name, which is how a relay makes reports of its own: rtpengine
 * takes the number of the phone.  What comes from a relay and is not its own is
 * PASSED_ON.
 */
enum speakers_verdict speakers_input(
    struct speakers *s, const struct speakers_claim *claim);

/* `number' sent what answers quote as `sent'. */
void speakers_sent(
    struct speakers *s, uint32_t number, uint32_t sent, nstime now);

/* The longest that an answer may have been on its way: it quotes what `number'
 * sent, and was kept for `delay'.  0: not known. */
nstime speakers_transit(const struct speakers *s, uint32_t number,
    uint32_t quoted, nstime delay, nstime now);

/* speakers.evicted, speakers.passed_on */
void speakers_stats(
    const struct speakers *s, counter_output *output, void *arg);

#endif
