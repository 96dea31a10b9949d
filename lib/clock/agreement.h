/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGREEMENT_H
#define AGREEMENT_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"
#include "witness/witness.h"

/*
 * Fields that hold the time, or random octets instead (TLS gmt_unix_time, a
 * client's NTP transmit timestamp, a user name of MRAS), are learned for each
 * teller (DOMAIN 2.4): where two readings differ from our clock by the same,
 * within 3 s, it is a clock (for random octets of 32 bits that happens 7 times
 * in 2^32).  A host may have programs of both kinds: then those readings count
 * that agree. Where only the low octet is random (GnuTLS 3.3 to 3.6.2),
 * readings agree within 256 s and are worth that much; after three readings
 * that disagree pairwise such an agreement proves nothing for a day.  A reading
 * equal to the one before proves nothing either: it may be a copy.
 *
 * No window of plausible times: clocks that are off by years count too.
 */

/* The host whose clock is read; port 0 for a client, since its ports change. */
struct agreement_teller {
	struct endpoint endpoint;
	enum witness witness;
	uint64_t speaker; /* one of several that speak from there, or 0 */
};

enum agreement_verdict {
	AGREEMENT_UNKNOWN, /* not yet, or it does not go with the others */
	AGREEMENT_REAL,
	AGREEMENT_RANDOM
};

/* In: a reading of its clock.  Out, where REAL: its interval,
 * [told, told + resolution), and what it was off at first: some fields tell
 * the time plus something that nobody knows, so that only changes count. */
struct agreement_reading {
	nstime told;
	nstime resolution; /* 1 s for TLS */
	nstime first;      /* out: how far the first that agreed was off */
	nstime wall, now;
};

struct agreement;

/* At most `tellers'; the longest unheard is forgotten first.  NULL when out
 * of memory; the caller frees it. */
struct agreement *agreement_new(
    size_t tellers, const struct siphash_key *key, struct budget_share *memory);
void agreement_free(struct agreement *a);

/* told and resolution of *reading are replaced where it is REAL, else
 * untouched. */
enum agreement_verdict agreement_input(struct agreement *a,
    const struct agreement_teller *teller, struct agreement_reading *reading);

/* Our own clock was stepped by `step' (positive: forward). */
void agreement_stepped(struct agreement *a, nstime step);

void agreement_set(struct agreement *a, size_t tellers);

/* agreement.evicted, agreement.random */
void agreement_stats(
    const struct agreement *a, counter_output *output, void *arg);

#endif
