/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SECRETRING_H
#define SECRETRING_H

#include "tls/secrets.h"

/*
 * Secrets on their way from one thread to another, in order: one thread gives,
 * one takes, and neither waits for the other.  What was taken is wiped.
 */

struct secretring;

/* For so many, a power of two.  NULL when out of memory; the caller frees it,
 * when nobody uses it any more. */
struct secretring *secretring_new(size_t items);
void secretring_free(struct secretring *r);

/* Octets of memory that a ring for so many takes. */
size_t secretring_octets(size_t items);

/* Of the thread that gives.  False, and counted: there is no room. */
bool secretring_give(struct secretring *r, const struct secrets_item *item);

/* .. how many more there is room for, at least. */
size_t secretring_room(const struct secretring *r);

/* Of the thread that takes.  False: nothing is there.  The caller wipes
 * *item. */
bool secretring_take(struct secretring *r, struct secrets_item *item);

/* Of any thread: how many found no room. */
uint64_t secretring_lost(const struct secretring *r);

#endif
