/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EMPTYHINT_H
#define EMPTYHINT_H

#include "host/log.h"
#include "pipeline/reader.h"

/*
 * A daemon that has seen no signalling since its start logs the commonest
 * reason, and what to do: after ten seconds, then once an hour as long as more
 * packets of that kind come.
 */

/* Embedded, zeroed at first.  Private. */
struct emptyhint {
	nstime due;      /* 0: not begun */
	nstime logged;   /* 0: never */
	uint64_t before; /* arrived until the start */
	uint64_t count;  /* packets, at the latest look */
	bool over;       /* signalling was seen */
};

/* Is it time to call emptyhint_tick()?  `now' is monotonic. */
bool emptyhint_is_due(const struct emptyhint *h, nstime now);

/* `counts' are those of all readers, `reader' is one of them.  `arrived'
 * packets came to all interfaces since they exist, whether or not they passed
 * the filter; 0: unknown. */
void emptyhint_tick(struct emptyhint *h, const struct reader_counts *counts,
    const struct reader *reader, uint64_t arrived, nstime now,
    const struct log *log);

#endif
