/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RECORD_H
#define RECORD_H

#include "base/cursor.h"
#include "base/nstime.h"

/*
 * State that survives a restart, as octets: numbers little-endian and of fixed
 * width, texts and parts with their length before them, an unkeyed checksum at
 * the end.  It is written into a buffer that grows up to a limit, and read
 * with a cursor, whose `bad' is set at the end if any of it was invalid.
 *
 * X_save() writes what X_load() reads, item by item:
 *
 * 	record_more(r, true) .. record_more(r, false)
 * 	while (record_read_more(c)) ..
 */

struct record {
	uint8_t *octets; /* owned; `len' of them */
	size_t len;
	size_t room, most; /* private */
	bool failed;       /* no room or no memory: it must not be used */
};

/* Empty, to grow up to `most' octets.  record_done() frees what it owns. */
void record_init(struct record *r, size_t most);
void record_done(struct record *r);

/* Octets that still fit. */
size_t record_left(const struct record *r);

void record_number(struct record *r, uint64_t n, size_t octets);
void record_octets(struct record *r, struct slice octets);

static inline void
record_u8(struct record *r, uint8_t n)
{
	record_number(r, n, 1);
}

static inline void
record_u32(struct record *r, uint32_t n)
{
	record_number(r, n, 4);
}

static inline void
record_u64(struct record *r, uint64_t n)
{
	record_number(r, n, 8);
}

static inline void
record_time(struct record *r, nstime t)
{
	record_number(r, (uint64_t)t, 8);
}

static inline void
record_flag(struct record *r, bool fact)
{
	record_number(r, fact, 1);
}

/* Another item follows, or none. */
static inline void
record_more(struct record *r, bool more)
{
	record_number(r, more, 1);
}

/* At most 65,535 octets of it. */
void record_text(struct record *r, struct slice text);

/* A part with its length before it: a reader skips parts that it does not know.
 * record_end() takes what record_begin() returned. */
size_t record_begin(struct record *r);
void record_end(struct record *r, size_t begun);

/* The end of all: the checksum of what is in it. */
void record_seal(struct record *r);

/* The content under the seal, borrowed. False if it is not whole. */
bool record_unseal(struct slice sealed, struct slice *content);

/*
 * How times are mapped on load.  `now' starts anew with the machine, and what
 * happened while nobody watched is not known: for what waits, the time away
 * did not pass.
 */
struct record_shift {
	nstime now;      /* at load */
	nstime watching; /* added to each saved `now': for what waits */
	nstime real;     /* .. with the time away: for what goes on anyhow */
};

/* Wall times end in 2116, and differences of two do not overflow. */
#define RECORD_MOST_TIME ((nstime)1 << 62)

/* 0 or 1, or it is bad. */
bool record_read_flag(struct cursor *c);

static inline bool
record_read_more(struct cursor *c)
{
	return record_read_flag(c);
}

/* Less than `limit', or it is bad. */
uint64_t record_read_below(struct cursor *c, size_t octets, uint64_t limit);

/* A signed number within `most' of 0, or it is bad. */
int64_t record_read_within(struct cursor *c, int64_t most);

/* A time within RECORD_MOST_TIME of 0, or it is bad. */
nstime record_read_time(struct cursor *c);

/* A `now' after its shift, within half of that. */
nstime record_read_now(struct cursor *c, nstime shift);

/* Borrowed; longer than `most' is bad. */
struct slice record_read_text(struct cursor *c, size_t most);

/* The same; control characters are bad: it will be shown. */
struct slice record_read_line(struct cursor *c, size_t most);

/* A part, to be read apart. */
struct cursor record_read_part(struct cursor *c);

#endif
