/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HALVES_H
#define HALVES_H

#include "base/counter.h"
#include "pipeline/wire.h"

/*
 * Halves of transactions, joined: a request that one sensor saw without a
 * response, and a response that another saw without its request.  Of a request
 * that is alone for long the whole call is wanted; and so is each call that a
 * sensor tells of by itself.
 */

struct halves;

struct halves_limits {
	size_t halves;
	nstime wait; /* how long the other half may take */
	nstime kept; /* and how long a response, or a want, is remembered */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

typedef void halves_want(void *arg, const struct wire_want *want);

/* NULL when out of memory; the caller frees it. */
struct halves *halves_new(
    const struct halves_limits *limits, halves_want *want, void *arg);
void halves_free(struct halves *h);

/* `reached': how far all sensors are.  True: it is the other half of one, and
 * *joined is their call, as its request shows it. */
bool halves_input(struct halves *h, const struct wire_half *half,
    nstime reached, struct wire_want *joined);

/* A sensor told a message of this call. */
void halves_told(
    struct halves *h, const struct wire_want *call, nstime reached);

/* Another judge wants it: nobody is asked again. */
void halves_asked(
    struct halves *h, const struct wire_want *call, nstime reached);

void halves_tick(struct halves *h, nstime reached);

/* What waits; a load adds to what is there. */
void halves_save(const struct halves *h, struct record *r);
void halves_load(struct halves *h, struct cursor *c);

/* halves.joined, halves.alone, halves.evicted, halves.no_memory */
void halves_stats(const struct halves *h, counter_output *output, void *arg);

#endif
