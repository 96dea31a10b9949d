/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACQUAINTANCE_H
#define ACQUAINTANCE_H

#include "base/counter.h"
#include "net/endpoint.h"

/*
 * Which clients and servers a judge knows: once in a while it is shown one
 * transaction of each pair that went well, so that it knows who speaks SIP, who
 * is a server, and that it works.
 */

struct acquaintance;

/* How often a pair is shown. */
#define ACQUAINTANCE_SHOWN (3600 * NSTIME_S)

/* NULL when out of memory; the caller frees it. */
struct acquaintance *acquaintance_new(
    size_t pairs, nstime each, const struct siphash_key *key);
void acquaintance_free(struct acquaintance *a);

/* True once in `each' for each pair; NULL: whoever is the client. */
bool acquaintance_is_new(struct acquaintance *a, const struct address *client,
    const struct endpoint *server, nstime now);

/* The pairs that are known; a load adds to what is there. */
void acquaintance_save(const struct acquaintance *a, struct record *r);
void acquaintance_load(struct acquaintance *a, struct cursor *c);

/* acquaintance.evicted */
void acquaintance_stats(
    const struct acquaintance *a, counter_output *output, void *arg);

#endif
