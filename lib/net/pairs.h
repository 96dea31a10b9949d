/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PAIRS_H
#define PAIRS_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * Facts about ordered pairs of addresses, from one host to another: the number
 * of packets on SIP ports and the last ICMP unreachable about them. It answers
 * two questions at a verdict: is the reverse direction on this mirror at all,
 * and was the server unreachable?  Pairs of which one answered the other are
 * forgotten after all that never did, up to half of the limit: anybody can
 * forge a packet.
 */

struct pairs;

struct pairs_facts {
	uint32_t packets;          /* from -> to; stays at its highest */
	nstime last;               /* when the last of them was seen */
	nstime unreachable_at;     /* INT64_MIN: never */
	uint16_t unreachable_port; /* of `to'; 0: the host or its network */
	bool worked;
};

struct pairs_limits {
	size_t pairs; /* at the limit one unused for long is forgotten */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct pairs *pairs_new(const struct pairs_limits *limits);
void pairs_free(struct pairs *p);

/* The pair comes next, or after the one that comes next: prefetch its bucket,
 * then its entry. */
void pairs_expect(const struct pairs *p, const struct address *from,
    const struct address *to);
void pairs_expect_entry(const struct pairs *p, const struct address *from,
    const struct address *to);

void pairs_input(struct pairs *p, const struct address *from,
    const struct address *to, nstime now);

/* ICMP reported to `from' that it cannot reach `to' (port 0: at all). */
void pairs_unreachable(struct pairs *p, const struct address *from,
    const struct endpoint *to, nstime now);

/* `from' answers `to': packets of theirs came just before.  They have worked
 * once that is so for a second: a burst of forged packets does not do. */
void pairs_answer(struct pairs *p, const struct address *from,
    const struct address *to, nstime now);

/* Did ICMP report, at `since' or later, that `to' cannot be reached, or that
 * port of it? */
static inline bool
pairs_unreachable_since(
    const struct pairs_facts *facts, uint16_t port, nstime since)
{
	return facts->unreachable_at >= since &&
	    (facts->unreachable_port == 0 || facts->unreachable_port == port);
}

/* Zeros if the pair is unknown. */
void pairs_facts(const struct pairs *p, const struct address *from,
    const struct address *to, struct pairs_facts *facts);

void pairs_set(struct pairs *p, const struct pairs_limits *limits);
void pairs_stats(const struct pairs *p, counter_output *output, void *arg);

#endif
