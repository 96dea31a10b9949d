/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TIMERQ_H
#define TIMERQ_H

#include "base/nstime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Deadlines, earliest first; deadlines of one instant in the order they were
 * set.  An object with a deadline embeds a struct timerq_entry, zeroed at
 * first; the queue holds pointers and never owns an object.  The order depends
 * on nothing but the calls made, so a savefile replays exactly.
 *
 *	while ((e = timerq_due(q, now)) != NULL) {
 *		timerq_cancel(q, e);
 *		...
 *	}
 */

struct timerq_entry {
	uint32_t slot; /* private: its place, 0: not queued */
};

struct timerq;

/* NULL when out of memory.  The caller frees it; entries are not touched. */
struct timerq *timerq_new(void);
void timerq_free(struct timerq *q);

/*
 * Queue `entry' at `deadline', or move it there if it is queued.  False, and
 * the entry not queued, when out of memory (never for a move).
 */
bool timerq_set(struct timerq *q, struct timerq_entry *entry, nstime deadline);

/* The same, but those of one instant come in the order of `order'.  All
 * entries of a queue are set in one of the two ways. */
bool timerq_set_ordered(struct timerq *q, struct timerq_entry *entry,
    nstime deadline, uint64_t order);

/* Take `entry' out; nothing happens if it is not queued. */
void timerq_cancel(struct timerq *q, struct timerq_entry *entry);

static inline bool
timerq_queued(const struct timerq_entry *entry)
{
	return entry->slot != 0;
}

/* Of an entry that is queued. */
nstime timerq_deadline(
    const struct timerq *q, const struct timerq_entry *entry);

/* The earliest entry if it is due at or before `now', else NULL. */
struct timerq_entry *timerq_due(const struct timerq *q, nstime now);

/* One that will probably be due soon after the earliest, the nearer the smaller
 * `ahead' is (from 1 on), or NULL: something to prefetch. */
const struct timerq_entry *timerq_ahead(const struct timerq *q, size_t ahead);

/* The earliest deadline, or NSTIME_NEVER. */
nstime timerq_next_deadline(const struct timerq *q);

size_t timerq_count(const struct timerq *q);

#endif
