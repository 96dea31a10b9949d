/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVED_H
#define SAVED_H

#include "alert/outbox.h"
#include "base/totals.h"
#include "pipeline/judge.h"

/*
 * All that survives a restart, as octets: when it was saved, counters, alerts
 * that a sink may not have got, what the judge knows.  Sealed and of one
 * version: a damaged or foreign file is refused as a whole.
 */

enum { SAVED_BOOT = 16, SAVED_MOST = 8 * 1024 * 1024 };

struct saved {
	nstime now, wall;         /* when it was saved */
	uint8_t boot[SAVED_BOOT]; /* names the run of the machine; zeros: not
				   * known */
	struct totals totals;
};

/* The record is whole afterwards, unless r->failed. */
void saved_save(struct record *r, const struct saved *m,
    const struct outbox *outbox, const struct judge *judge);

/* The first half of a load: is it ours, and when is it from?  False: refused.
 * *rest borrows from `octets'. */
bool saved_open(struct slice octets, struct saved *m, struct cursor *rest);

/*
 * The shift of saved times.  `now' starts anew with the machine, and our wall
 * clock may have been set while we were away.  In the same run of the machine
 * `now' shows how long we were away, and *step how far the wall clock was set;
 * else the wall clock has to be believed: not backwards, and 30 days at most.
 */
struct record_shift saved_shift(const struct saved *saved, nstime now,
    nstime wall, const uint8_t boot[SAVED_BOOT], nstime *step);

/* The second half.  False: refused, and what was loaded into is only good to
 * be freed. */
bool saved_load(struct cursor *rest, const struct record_shift *shift,
    struct outbox *outbox, struct judge *judge);

#endif
