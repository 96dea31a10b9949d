/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "base/budget.h"
#include "clock/offset.h"
#include "witness/witness.h"

/*
 * How far one host's clock is from ours: an estimate for each of its witnesses,
 * so that one with another time is never averaged with the rest.
 * select.h selects the ones to be believed.
 */

/* Embedded; zeroed, it has no samples.  Read the offsets: `next' and `witness'
 * of each are set. */
struct estimate {
	struct offset *first; /* owned; in order of witness; NULL: no samples */
	struct budget_share *memory; /* borrowed; NULL: no bounds */
	unsigned learnt; /* 1 << WITNESS_x: their fields had to be learned */
	bool own_ntp;    /* not all of NTP was what it serves to others */
};

void estimate_done(struct estimate *e);

/* NULL: no samples. */
const struct offset *estimate_offset(
    const struct estimate *e, enum witness witness);

/* It asked for the time with a stamp of its own clock. */
void estimate_own_ntp(struct estimate *e);

/* The latest stamp of that witness had to be learned to be one, or had not. */
void estimate_learnt(struct estimate *e, enum witness witness, bool learnt);

/* Add a stamp of one witness; *changed is what offset_input() returns.  False
 * when out of memory: the stamp is lost. */
bool estimate_input(struct estimate *e, enum witness witness,
    const struct offset_stamp *stamp, unsigned run, bool *changed);

/* As offset_rebase(). */
void estimate_rebase(struct estimate *e, nstime step);

/* Drop the samples of these witnesses (1 << WITNESS_x).  True if there were
 * any. */
bool estimate_mute(struct estimate *e, unsigned witnesses);

/* Has no witness a sample? */
bool estimate_is_empty(const struct estimate *e);

/* State kept over a restart, loaded into an empty one.  A `now' is shifted by
 * `shift'. */
void estimate_save(struct record *r, const struct estimate *e);
void estimate_load(struct estimate *e, struct cursor *c, nstime shift);

/* The same of all but the samples, which older versions did not save. */
void estimate_save_facts(struct record *r, const struct estimate *e);
void estimate_load_facts(struct estimate *e, struct cursor *c);

#endif
