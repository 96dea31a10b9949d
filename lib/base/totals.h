/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TOTALS_H
#define TOTALS_H

#include "base/counter.h"
#include "base/record.h"

/*
 * Named counters gathered from the rooms, to be compared with what they were
 * or to be continued after a restart.
 */

enum { TOTALS_MOST = 320, TOTALS_NAME = 48 };

struct totals_entry {
	char name[TOTALS_NAME];
	uint64_t value;
	enum counter_kind kind; /* as gathered, not saved */
};

/* Embedded, zeroed at first; read it.  At the limit further names are
 * dropped: there are fewer in the house. */
struct totals {
	size_t count;
	struct totals_entry entries[TOTALS_MOST];
};

void totals_add(struct totals *t, const char *name, uint64_t value);

/* The same as a counter_output; `arg' is the totals. */
void totals_gather(
    void *arg, enum counter_kind kind, const char *name, uint64_t value);

/* All of them, in the order in which they came. */
void totals_output(const struct totals *t, counter_output *output, void *arg);

/* 0 if there is none of that name. */
uint64_t totals_get(const struct totals *t, const char *name);

/* The counts that survive a restart; loaded ones are added. */
void totals_save(struct record *r, const struct totals *t);
void totals_load(struct totals *t, struct cursor *c);

#endif
