/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RECORDQUEUE_H
#define RECORDQUEUE_H

#include "base/budget.h"
#include "net/tcpreasm.h"
#include "tls/inner/tlsrecord.h"

/*
 * Whole records, cut from both directions of a stream, and those of them that
 * wait until a secret is known, in the order in which they came.
 */

/* The octets that all connections together hold. */
struct recordqueue_budget {
	size_t limit, held;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
	uint64_t over; /* octets that were not held: above the limit */
};

/* A record, or a place where some are missing. */
struct recordqueue_item {
	enum tcpreasm_direction direction;
	bool missing;  /* no record: `octets' is what was seen of the last */
	uint64_t most; /* missing: so many records at most */
	uint8_t type;
	uint16_t version;
	struct slice octets; /* borrowed */
	uint64_t end;        /* offset after it in its direction */
	nstime now, wall;    /* of its first octet */
};

struct recordqueue_entry;

/* The records of one direction being cut. */
struct recordqueue_cut {
	struct tlsrecord record;
	struct slice rest; /* of the input, that is not cut yet */
	uint8_t *octets;   /* of a body that comes in parts */
	size_t used, room;
	nstime now, wall;
};

/* One connection's.  Embedded; private. */
struct recordqueue {
	struct recordqueue_cut cuts[2]; /* by direction */
	struct recordqueue_entry *first, *last;
	size_t held; /* octets in the queue */
};

/* `midway' by direction. */
void recordqueue_init(struct recordqueue *q, bool midway);
void recordqueue_done(struct recordqueue *q, struct recordqueue_budget *b);

/* Octets came in; cut them with recordqueue_cut_next() before more come. */
void recordqueue_input(struct recordqueue *q, const struct tcpreasm_event *e);

/* The next whole record; its octets are borrowed until the next call.  False:
 * more are needed. */
bool recordqueue_cut_next(struct recordqueue *q, struct recordqueue_budget *b,
    const struct tcpreasm_event *e, struct recordqueue_item *item);

/* Octets are missing; *item holds what that means for the records.  False:
 * nothing yet. */
bool recordqueue_gap(struct recordqueue *q, struct recordqueue_budget *b,
    const struct tcpreasm_event *e, struct recordqueue_item *item);

/* Did this direction begin as something else? */
bool recordqueue_foreign(
    const struct recordqueue *q, enum tcpreasm_direction direction);

/* Copy it to the end.  False: it is too much, `most' octets for one. */
bool recordqueue_hold(struct recordqueue *q, struct recordqueue_budget *b,
    size_t most, const struct recordqueue_item *item);

/* The first that is held, borrowed until it is dropped.  False: none is. */
bool recordqueue_first(
    const struct recordqueue *q, struct recordqueue_item *item);
void recordqueue_drop(struct recordqueue *q, struct recordqueue_budget *b);

#endif
