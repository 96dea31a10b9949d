/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THIN_H
#define THIN_H

#include "base/counter.h"
#include "pipeline/observation.h"

/*
 * Observations that repeat what is known are left out: of one kind about one
 * pair the first ones pass, then one a second; a certificate once a minute; a
 * clock once a minute and whenever it reads otherwise than before.
 */

struct thin;

/* NULL when out of memory; the caller frees it. */
struct thin *thin_new(size_t known, const struct siphash_key *key);
void thin_free(struct thin *t);

/* Is it to be told? */
bool thin_passes(struct thin *t, const struct observation *o);

/* thin.left_out, thin.evicted */
void thin_stats(const struct thin *t, counter_output *output, void *arg);

#endif
