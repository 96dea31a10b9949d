/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SLAB_H
#define SLAB_H

#include <stddef.h>

#include "base/budget.h"

/*
 * Objects of one size, many at a time: a room that makes and drops a million
 * of them asks malloc once for a few hundred.  An object given back is used
 * again, last in, first out; memory goes back to the system with the slab.
 * Objects begin on a cache line, or in its middle, and all lie within SLAB_SPAN
 * octets: so much address space is reserved, none of it memory before it is
 * used.
 */

#define SLAB_SPAN ((size_t)1 << (sizeof(size_t) < 8 ? 26 : 34))

struct slab;

/* Its memory is drawn from `memory', borrowed.  NULL when out of memory.  The
 * caller frees it with slab_free(). */
struct slab *slab_new(size_t object_octets, struct budget_share *memory);

/* Frees every object it ever handed out, given back or not. */
void slab_free(struct slab *s);

/* An object with undefined contents, or NULL when out of memory: then it helps
 * to give one back. */
void *slab_take(struct slab *s);

/* `object' must come from this slab and be in use. */
void slab_give(struct slab *s, void *object);

#endif
