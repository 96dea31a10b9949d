/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MEDIA_H
#define MEDIA_H

#include "base/budget.h"
#include "base/counter.h"
#include "findings/finding.h"
#include "sip/identity.h"
#include "sip/mediasec.h"

/*
 * media-encryption: a call was refused since the two sides do not agree
 * whether media is encrypted (DESIGN section 8, DOMAIN 5).  A 488 for another
 * reason is none: it takes diagnostic 52017, the older phrase, or two levels
 * in the SDPs of both that cannot agree.
 *
 * The level of each call's offer is remembered, and the last that each user
 * asked for, so that the refuser's is known too.
 */

/* Lync's clients refuse with this diagnostic (DOMAIN 5). */
enum { MEDIA_LEVELS_DONT_MATCH = 52017 };

struct media;

struct media_limits {
	size_t calls; /* whose offers are remembered */
	size_t users; /* whose last levels are */
	struct identity identity;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct media *media_new(
    const struct media_limits *limits, finding_output *output, void *arg);
void media_free(struct media *m);
void media_set(struct media *m, const struct media_limits *limits);

/* An SDP in an INVITE, or (is_answer) in a response to one. */
struct media_offer {
	bool is_answer;
	struct slice call_id, from, to; /* values of the fields */
	enum mediasec_level level;
};
void media_offer(struct media *m, const struct media_offer *offer);

/* A 488 to an INVITE, though no copy of one.  A copy that a proxy passes on is
 * recognized by its Call-ID. */
struct media_refusal {
	unsigned status;
	struct slice phrase; /* of the status line */
	struct slice head;   /* the message without its body */
	uint32_t diagnostic; /* 0: none */
	struct slice reason; /* of the diagnostic */
	struct slice call_id, from, to;
	nstime now, wall;
};
void media_refused(struct media *m, const struct media_refusal *refusal);

/* A refusal of before a restart: of its call it is not told again. */
void media_recall(struct media *m, const struct media_refusal *refusal);

/* media.evicted, media.no_memory */
void media_stats(const struct media *m, counter_output *output, void *arg);

#endif
