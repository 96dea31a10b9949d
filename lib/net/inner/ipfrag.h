/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPFRAG_H
#define IPFRAG_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "net/ip.h"

/*
 * Datagrams put together from their fragments, IPv4 and IPv6 alike, by the
 * holes that are left (RFC 815), never by counting octets.  A fragment that
 * repeats one is a duplicate; one that overlaps another in any other way
 * kills the datagram (RFC 5722), and so does one that lies about its end.  A
 * killed datagram is remembered until its time is over, so that its later
 * pieces do not begin it again.
 *
 * At a limit the oldest datagram has to go: of this sender if it has more
 * than its share (an eighth), else of all.
 */

#define IPFRAG_TIMEOUT (30 * NSTIME_S)

struct ipfrag;

struct ipfrag_limits {
	size_t datagrams; /* being put together at a time, killed ones too */
	size_t octets;    /* held for all of them, bookkeeping included */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct ipfrag *ipfrag_new(const struct ipfrag_limits *limits);
void ipfrag_free(struct ipfrag *f);

/*
 * Add a fragment (fragment->fragment is set), copied.  `context' is the tunnel
 * it came in: the same addresses and ID in another tunnel are another
 * datagram.  True: it was the last one missing, and *whole is the datagram, no
 * fragment any more; its payload is borrowed until the next call.
 */
bool ipfrag_input(struct ipfrag *f, const struct ip *fragment, uint64_t context,
    nstime now, struct ip *whole);

/* Give up what began IPFRAG_TIMEOUT ago. */
void ipfrag_tick(struct ipfrag *f, nstime now);
nstime ipfrag_next_deadline(const struct ipfrag *f);

/* Forget all fragments: time was rebased. */
void ipfrag_reset(struct ipfrag *f);

void ipfrag_set(struct ipfrag *f, const struct ipfrag_limits *limits);
void ipfrag_stats(const struct ipfrag *f, counter_output *output, void *arg);

/* Octets held at present. */
size_t ipfrag_octets(const struct ipfrag *f);

#endif
