/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CROSSCHECK_H
#define CROSSCHECK_H

#include "txn/txntable.h"

/*
 * The scanner may match, but libosip2 judges what is reported (DESIGN section
 * 5): here it reads that in full.  Of CROSSCHECK_RATE reports a second, that
 * is, and CROSSCHECK_BURST at once: with more of them the same alerts only
 * count.
 */

#define CROSSCHECK_RATE 100
#define CROSSCHECK_BURST 1000

struct crosscheck;

/* NULL when out of memory; the caller frees it. */
struct crosscheck *crosscheck_new(const struct message_limits *limits);
void crosscheck_free(struct crosscheck *a);

/* As message_set(). */
bool crosscheck_set(struct crosscheck *a, const struct message_limits *limits);

/* Texts that libosip2 reads otherwise in the request are put into *outcome:
 * borrowed until the next call. */
void crosscheck_outcome(struct crosscheck *a, struct outcome *outcome);

/* A message that the scanner has read as *m, as libosip2 reads it: *full, or m
 * itself where libosip2 is not asked.  Borrowed likewise. */
const struct sip_message *crosscheck_message(struct crosscheck *a,
    struct slice octets, const struct sip_message *m, nstime now,
    struct sip_message *full);

struct crosscheck_counts {
	uint64_t same;      /* libosip2 reads what the scanner did */
	uint64_t other;     /* it reads something else, and that is used */
	uint64_t refused;   /* it would not take it; the scanner's is used */
	uint64_t cut;       /* too long to be kept whole */
	uint64_t not_asked; /* there were too many */
};
void crosscheck_counts(
    const struct crosscheck *a, struct crosscheck_counts *counts);

/* Only what should never be: other and refused. */
void crosscheck_stats(
    const struct crosscheck *a, counter_output *output, void *arg);

#endif
