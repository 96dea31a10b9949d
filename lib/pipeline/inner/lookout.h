/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOOKOUT_H
#define LOOKOUT_H

#include "base/counter.h"
#include "pipeline/event.h"

/*
 * Servers of which a judge is to know all for a while, as far as a rate allows:
 * what they answer shows that a trouble is over.
 */

struct lookout;

/* NULL when out of memory; the caller frees it. */
struct lookout *lookout_new(const struct siphash_key *key);
void lookout_free(struct lookout *l);

void lookout_server(
    struct lookout *l, const struct endpoint *server, nstime until);

/* Is the call of this message to be told? */
bool lookout_message(struct lookout *l, const struct event *event);

/* lookout.evicted */
void lookout_stats(const struct lookout *l, counter_output *output, void *arg);

#endif
