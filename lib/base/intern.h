/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INTERN_H
#define INTERN_H

#include "base/budget.h"
#include "base/siphash.h"

/*
 * Texts that many objects have in common, each kept once and counted: a user
 * takes one and gives it back when done. There are never more texts than were
 * taken, so their users set the limit.
 */

struct intern;
struct interned;

/* NULL when out of memory.  The caller frees it, and all texts with it. */
struct intern *intern_new(
    const struct siphash_key *key, struct budget_share *memory);
void intern_free(struct intern *in);

/* NULL when out of memory. */
struct interned *intern_take(struct intern *in, struct slice text);

/* `text' must be taken; NULL is fine. */
void intern_give(struct intern *in, struct interned *text);

/* Borrowed until it is given back. */
struct slice intern_text(const struct interned *text);

/* How many different ones there are. */
size_t intern_count(const struct intern *in);

#endif
