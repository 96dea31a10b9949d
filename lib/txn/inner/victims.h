/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef VICTIMS_H
#define VICTIMS_H

#include "txn/inner/heavy.h"
#include "txn/inner/suspects.h"

/*
 * Which unanswered transaction gives way to another: one that is cheap to fake.
 * First a single copy of a source that has many; then, but not to such a
 * source, a repeated one of one that has, and the earliest single copy of any;
 * and, to a transaction of hosts that have worked, the earliest repeated one.
 * Never one whose own hosts have worked.
 *
 * So a flood from few sources makes room for itself, and for everybody else.
 * One from many sources cannot be told from many clients: then what was
 * repeated stays.
 */

typedef bool victims_worked(
    void *arg, const struct address *client, const struct address *server);

/* Embedded; private. */
struct victims {
	struct suspects single;   /* a single copy, as far as known */
	struct suspects spared;   /* likewise, when others had many */
	struct suspects repeated; /* several */
	struct heavy heavy;
	unsigned taken; /* since it was learnt who has many */
};

/* What it keeps is drawn from `memory', which may be NULL. */
void victims_init(struct victims *v, struct budget_share *memory);
void victims_done(struct victims *v);

/* It has begun. */
void victims_add(struct victims *v, struct txn *t);

/* For a transaction of this origin.  `worked' NULL: no hosts have.  NULL: none
 * gives way. */
struct txn *victims_take(struct victims *v, const struct origin *newcomer,
    victims_worked *worked, void *arg);

#endif
