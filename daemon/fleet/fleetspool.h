/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSPOOL_H
#define FLEETSPOOL_H

#include <stdint.h>
#include <sys/queue.h>

#include "base/slice.h"

/*
 * What waits between the loop and the link's thread, first in, first out; its
 * user locks it.
 */

enum { FLEETSPOOL_ID = 128 };

struct fleetspool_batch {
	STAILQ_ENTRY(fleetspool_batch) next;
	char id[FLEETSPOOL_ID]; /* empty: none */
	unsigned part;
	size_t len;
	uint8_t octets[];
};

/* Embedded; fleetspool_init() before all else. */
struct fleetspool {
	STAILQ_HEAD(, fleetspool_batch) batches;
	size_t octets, most;
	uint64_t full, no_memory;
};

/* Beyond `most' octets the first ones are dropped, and counted. */
void fleetspool_init(struct fleetspool *s, size_t most);
void fleetspool_done(struct fleetspool *s);

/* Copied. */
void fleetspool_add(
    struct fleetspool *s, struct slice octets, unsigned part, const char *id);

/* The first, for the caller to free or to put back; NULL: there is none. */
struct fleetspool_batch *fleetspool_take(struct fleetspool *s);
void fleetspool_put_back(struct fleetspool *s, struct fleetspool_batch *b);

#endif
