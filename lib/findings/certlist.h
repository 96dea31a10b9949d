/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTLIST_H
#define CERTLIST_H

#include "base/budget.h"
#include "findings/certificate.h"

/*
 * The certificates that hosts showed, good ones too: the latest end-entity
 * certificate of each holder, from which the next to expire are listed.  It
 * makes no findings.  Bounded; the holder unseen for longest gives way.
 */

struct certlist;

struct certlist_limits {
	size_t holders;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct certlist *certlist_new(const struct certlist_limits *limits);
void certlist_free(struct certlist *l);
void certlist_set(struct certlist *l, const struct certlist_limits *limits);

/* Issuers' certificates of a chain are not kept. */
void certlist_input(struct certlist *l, const struct certificate_sight *sight);

struct certlist_entry {
	struct endpoint holder; /* a client: port 0 */
	enum tlsflow_side side;
	struct x509cert certificate;
	nstime wall; /* when it was seen last */
};

/* Fill `entries', at most `most' of those last seen, the next to expire first.
 * Returns how many. */
size_t certlist_list(
    const struct certlist *l, struct certlist_entry *entries, size_t most);

size_t certlist_count(const struct certlist *l);

/* certlist.evicted, certlist.no_memory */
void certlist_stats(
    const struct certlist *l, counter_output *output, void *arg);

#endif
