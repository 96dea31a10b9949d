/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEAVY_H
#define HEAVY_H

#include "net/endpoint.h"

/*
 * Sources that many of the transactions which wait come from: an eighth or more
 * of a sample.  One is a host, or a /64 of IPv6, whose owner has all of its
 * addresses.  No hash is used, so nothing depends on a key.
 */

enum { HEAVY_MOST = 8, HEAVY_SAMPLE = 64 };

/* Embedded, zeroed at first. */
struct heavy {
	struct address sources[HEAVY_MOST]; /* private */
	size_t count;                       /* read it */
};

/* By `count' of them, HEAVY_SAMPLE at most; by few nothing is learnt. */
void heavy_learn(
    struct heavy *h, const struct address *const sample[], size_t count);

bool heavy_has(const struct heavy *h, const struct address *source);

#endif
