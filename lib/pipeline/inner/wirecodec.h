/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIRECODEC_H
#define WIRECODEC_H

#include "pipeline/wire.h"

/*
 * The fields of wire.h, each described once: the same call writes a field where
 * `out' is set, and reads it where it is not.  Numbers are LEB128, times are
 * differences to the batch's own, addresses are written once and then referred
 * to by their number.  What is read is bounded by the cursor, and latches `bad'
 * as a cursor does.
 */

enum { WIRECODEC_ADDRESSES = 1024 };

/* What the fields before were, so that the next may be shorter. */
struct wirecodec_before {
	unsigned addresses;       /* that were written */
	struct address four, six; /* the latest of each version */
	uint16_t port;
	char method[WIRE_METHOD];
};

struct wirecodec {
	struct record *out; /* NULL: `in' is read */
	struct cursor in;
	nstime now, wall;             /* of the batch: all times relate to it */
	nstime shift_now, shift_wall; /* added to each time that is read */
	bool timeless; /* times, and numbers of one sensor, are left out */
	struct wirecodec_before before;
	struct address address[WIRECODEC_ADDRESSES];
};

void wirecodec_number(struct wirecodec *c, uint64_t *n, uint64_t most);
/* One whose octets are all used: a hash. */
void wirecodec_fixed(struct wirecodec *c, uint64_t *n, size_t octets);
void wirecodec_signed(struct wirecodec *c, int64_t *n);
void wirecodec_flag(struct wirecodec *c, bool *fact);

/* Times are within 30 days of the batch: they are written as if they were, and
 * bad beyond it when read. */
void wirecodec_now(struct wirecodec *c, nstime *now);
void wirecodec_wall(struct wirecodec *c, nstime *wall);

/* The same, of what may never have been: INT64_MIN and NSTIME_NEVER pass. */
void wirecodec_once(struct wirecodec *c, nstime *now);

/* To the microsecond before. */
void wirecodec_fine(struct wirecodec *c, nstime *now);

/* The reading of another clock: the same with RECORD_MOST_TIME. */
void wirecodec_told(struct wirecodec *c, nstime *told);

/* The same, to the unit before. */
void wirecodec_told_in(struct wirecodec *c, nstime *told, nstime unit);

/* Cut at `most' when written, bad beyond it when read; then borrowed. */
void wirecodec_text(struct wirecodec *c, struct slice *text, size_t most);

/* NUL-terminated in a field of `size' octets; read: no control characters. */
void wirecodec_chars(struct wirecodec *c, char *text, size_t size);
void wirecodec_octets(struct wirecodec *c, uint8_t *octets, size_t len);
void wirecodec_address(struct wirecodec *c, struct address *a);
void wirecodec_endpoint(struct wirecodec *c, struct endpoint *e);

/* A field of any integer or enum type, at most `most'. */
#define WIRECODEC_FIELD(c, field, most)                                        \
	do {                                                                   \
		uint64_t field_number = (uint64_t)(field);                     \
		wirecodec_number(c, &field_number, most);                      \
		(field) = (__typeof__(field))field_number;                     \
	} while (0)

#endif
