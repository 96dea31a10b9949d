/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANNERS_H
#define SCANNERS_H

#include "base/budget.h"
#include "base/record.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * Clients that knock at every door: one that within the window failed at more
 * than ten servers, none of which ever worked, scans.  Servers that worked do
 * not count: whoever lost his own network fails at all he knows.
 */

struct scanners;

/* At most `clients'; the longest unheard is forgotten first.  NULL when out of
 * memory; the caller frees it. */
struct scanners *scanners_new(
    size_t clients, const struct siphash_key *key, struct budget_share *memory);
void scanners_free(struct scanners *s);
void scanners_set(struct scanners *s, size_t clients);

/* `client' failed at `server', which never worked.  Is that a scan? */
bool scanners_input(struct scanners *s, const struct address *client,
    const struct endpoint *server, nstime window, nstime now);

/* State kept over a restart: the clients that failed last.  scanners_load() is
 * for an empty room; a `now' is shifted by `shift'. */
void scanners_save(const struct scanners *s, struct record *r);
void scanners_load(struct scanners *s, struct cursor *c, nstime shift);

uint64_t scanners_evicted(const struct scanners *s);

#endif
