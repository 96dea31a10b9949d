/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include "sip/txntable.h"

/*
 * The scanner may match, but libosip2 judges what is reported (DESIGN section
 * 5): here it reads that in full.  Of AUTHORITY_RATE reports a second, that is,
 * and AUTHORITY_BURST at once: with more of them the same alerts only count.
 */

#define AUTHORITY_RATE 100
#define AUTHORITY_BURST 1000

struct authority;

/* NULL when out of memory; the caller frees it. */
struct authority *authority_new(const struct message_limits *limits);
void authority_free(struct authority *a);

/* As message_set(). */
bool authority_set(struct authority *a, const struct message_limits *limits);

/* Where libosip2 reads other texts in the request, they are put into *outcome:
 * borrowed until the next call. */
void authority_outcome(struct authority *a, struct txntable_outcome *outcome);

/* What libosip2 reads in a message that the scanner has read as *m: *full, or m
 * itself where it has nothing to say.  Borrowed likewise. */
const struct sip_message *authority_message(struct authority *a,
    struct slice octets, const struct sip_message *m, nstime now,
    struct sip_message *full);

struct authority_counts {
	uint64_t same;      /* libosip2 reads what the scanner did */
	uint64_t other;     /* it reads something else, and that is told */
	uint64_t refused;   /* it would not take it; told as it was read */
	uint64_t cut;       /* too long to be kept whole */
	uint64_t not_asked; /* there were too many */
};
void authority_counts(
    const struct authority *a, struct authority_counts *counts);

/* Only what should never be: other and refused. */
void authority_stats(
    const struct authority *a, counter_output *output, void *arg);

#endif
