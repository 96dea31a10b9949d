/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARTSET_H
#define PARTSET_H

#include "pipeline/inner/part.h"

/*
 * The parts, in the order in which they take observations and time: what one of
 * them finds may be due at once in those behind it.
 */
enum partset_number {
	PARTSET_TIMEOUT,
	PARTSET_SLOW,
	PARTSET_VISIBILITY,
	PARTSET_SKEW,
	PARTSET_CONNECTION,
	PARTSET_SILENCE,
	PARTSET_CERTIFICATE,
	PARTSET_STALE,
	PARTSET_MRASFAILURE,
	PARTSET_MEDIA,
	PARTSET_DIAGNOSTICS,
	PARTSET_FANOUT,
	PARTSET_INCIDENT,
	PARTSET_ALERT,
	PARTSET_LEDGER,
	PARTSET_COUNT
};

/* Embedded; private but for the rooms. */
struct partset {
	void *rooms[PARTSET_COUNT];
	/* By kind of observation: the parts that hear it, up to PARTSET_COUNT.
	 */
	uint8_t hearers[OBSERVATION_KINDS][PARTSET_COUNT + 1];
	uint8_t due_parts[PARTSET_COUNT + 1]; /* with deadlines, likewise */
};

/* False: out of memory, and partset_done() is all that may follow. */
bool partset_init(struct partset *p, const struct judge_limits *limits,
    const struct part_output *outputs);
void partset_done(struct partset *p);
void partset_set(struct partset *p, const struct judge_limits *limits);

/* Static. */
const struct part *partset_row(size_t number);

/* Every part that hears this kind of observation takes it. */
void partset_input(struct partset *p, struct part_case *c);

/* .. of a predecessor: see struct part. */
void partset_recall(struct partset *p, struct part_case *c);

/* Alerts come first: they must not be missing where the record is full. */
void partset_save(const struct partset *p, struct record *r);

/* False: the record is broken, and the parts can only be freed.  Parts that are
 * not known are another version's. */
bool partset_load(
    struct partset *p, struct cursor *c, const struct record_shift *shift);

void partset_stats(const struct partset *p, counter_output *output, void *arg);

#endif
