/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTCACHE_H
#define CERTCACHE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "tls/inner/x509cert.h"

/*
 * The same certificates come with every handshake: the latest seen are kept,
 * the refused ones too, and not parsed again.  New ones are parsed at a bounded
 * rate, so that nobody can keep us busy by making them up.
 */

enum { CERTCACHE_RATE = 1000, CERTCACHE_BURST = 4000 }; /* a second */

struct certcache;

/* At most `limit' certificates; the longest unseen is forgotten first.  NULL
 * when out of memory; the caller frees it. */
struct certcache *certcache_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory);
void certcache_free(struct certcache *cache);
void certcache_set(struct certcache *cache, size_t limit);

/* Borrowed until the next call; NULL if it is refused, or too many are new. */
const struct x509cert *certcache_find(
    struct certcache *cache, struct slice der, nstime now);

/* certcache.refused, certcache.evicted, certcache.too_many */
void certcache_stats(
    const struct certcache *cache, counter_output *output, void *arg);

#endif
