/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef POOLS_H
#define POOLS_H

#include "skew/skew.h"

/*
 * The pools of the configuration, copied: which hosts are alike, so that one
 * that differs is noticed.
 */

struct pools;

/* NULL when out of memory; the caller frees it. */
struct pools *pools_new(const struct hosts_pool *configured, size_t count);
void pools_free(struct pools *p);

/* The pool that `host' is a member of, or NULL. */
struct pools_pool {
	char *name;
	struct address *members;
	size_t member_count;
};
const struct pools_pool *pools_find(
    const struct pools *p, const struct address *host);

#endif
