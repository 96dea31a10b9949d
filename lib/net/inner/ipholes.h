/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPHOLES_H
#define IPHOLES_H

#include <sys/queue.h>

#include "base/slice.h"

/*
 * The pieces of one datagram and the holes between them (RFC 815), for
 * ipfrag.  Embedded; a datagram has at most IPHOLES_MAX_PIECES.
 */

#define IPHOLES_MAX_DATAGRAM 65535
#define IPHOLES_MAX_PIECES 256 /* 64 KiB over an MTU of 576 are 119 */

struct ipholes {
	TAILQ_HEAD(ipholes_pieces, ipholes_piece) pieces; /* private */
	size_t count, holes, end;                         /* private */
	size_t octets; /* of memory held by the pieces */
};

enum ipholes_result {
	IPHOLES_FILLED,
	IPHOLES_DUPLICATE, /* that very piece is there */
	IPHOLES_OVERLAP,   /* it contradicts what is there, or the end */
	IPHOLES_TOO_MANY,
	IPHOLES_NO_MEMORY
};

/* One hole, without end.  Call ipholes_done() to free the pieces. */
void ipholes_init(struct ipholes *h);
void ipholes_done(struct ipholes *h);

/* Memory that a piece of so many octets takes. */
size_t ipholes_cost(size_t octets);

/* Put in a copy of `octets' (at least one) that begin at `begin'; the whole
 * is at most IPHOLES_MAX_DATAGRAM.  `more': they are not the end. */
enum ipholes_result ipholes_fill(
    struct ipholes *h, size_t begin, struct slice octets, bool more);

/* No hole is left. */
bool ipholes_filled(const struct ipholes *h);

/* Copy all pieces to where they belong from `to' on; the number of octets up
 * to the end, which must be known. */
size_t ipholes_copy(const struct ipholes *h, uint8_t *to);

#endif
