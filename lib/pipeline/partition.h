/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARTITION_H
#define PARTITION_H

#include "pipeline/joiner.h"

/*
 * One partition of a fleet: it joins the halves of its share of all calls, and
 * wants in full those that stay alone.
 *
 *	half of sensor A, half of sensor B -> nothing | a want to all sensors
 *
 * Where both directions of a call pass different sensors, halves are nearly all
 * that travels, so they are what is divided: by a hash of the call, which both
 * sensors find by themselves, so that the two halves of a transaction come to
 * one partition whatever addresses a NAT shows to either.  (The mapping of
 * subjects that NATS has would need the Call-ID in the subject.)
 *
 * Nothing is accused here.  An alert needs what all partitions know: legs and
 * hops of a call on several servers, the clocks of hosts and of sensors, which
 * sensor ever saw a server, which alerts have one cause.  All of that is told
 * as events and tallies to one leader, which has the joiner of joiner.h.
 *
 * A partition waits only for sensors that sent halves in the last seconds.  If
 * a half is late for another reason its call is wanted in vain: that costs some
 * octets, and no alert is wrong for it.
 */

struct partition;

struct partition_limits {
	unsigned number, of;
	size_t halves;  /* the longest waiting is forgotten */
	size_t sensors; /* others are refused */
	struct siphash_key key;
	struct budget_share *memory; /* of halves; borrowed; NULL: no bounds */
};

/* Wants for all sensors; the batch is borrowed until the callback returns. */
typedef void partition_output(void *arg, struct slice batch);

/* NULL when out of memory; the caller frees it. */
struct partition *partition_new(
    const struct partition_limits *limits, partition_output *output, void *arg);
void partition_free(struct partition *p);

/* As joiner_input(). */
enum joiner_answer partition_input(
    struct partition *p, struct slice batch, nstime received, nstime behind);

/* What another judge wants. */
void partition_wanted(struct partition *p, struct slice batch);

/* `received' as in joiner_input(): who is silent? */
void partition_tick(struct partition *p, nstime received);

/*
 * The state, all of it.  A successor that is given the batches behind the
 * latest one before the save, or any before it once more, goes on as if nothing
 * had happened.
 */
void partition_save(const struct partition *p, struct record *r);
bool partition_load(struct partition *p, struct cursor *c);

/* partition.refused, partition.broken, .. and those of the rooms in it. */
void partition_stats(
    const struct partition *p, counter_output *output, void *arg);

#endif
