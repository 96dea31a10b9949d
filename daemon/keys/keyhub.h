/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYHUB_H
#define KEYHUB_H

#include "tls/secrets.h"

/*
 * What decrypts TLS, in several threads that capture.  Each has secrets of its
 * own, and borrows the private keys.  The main thread, which reads the key
 * logs, hands on every line; a session that one thread saw begin may be resumed
 * before another, so that each tells the main thread, and that the others.
 *
 * All functions are of the main thread but keyhub_take().
 */

struct keyhub;

struct keyhub_setup {
	struct secrets *secrets;       /* the main thread's; borrowed */
	unsigned others;               /* threads beside it, 1 or more */
	size_t octets;                 /* of memory, for all others together */
	size_t most;                   /* sessions that one of them keeps */
	const struct siphash_key *key; /* as of `secrets' */
};

/* They know what `secrets' knows.  NULL when out of memory; the caller frees
 * it, after all who decrypt by the others' secrets. */
struct keyhub *keyhub_new(const struct keyhub_setup *setup);
void keyhub_free(struct keyhub *h);

/* The secrets of another thread, from 0 on: borrowed by it. */
struct secrets *keyhub_secrets(struct keyhub *h, unsigned other);

/* Of that thread, or while it does not run: learn what has come. */
void keyhub_take(struct keyhub *h, unsigned other);

/* Hand on what threads have learnt. */
void keyhub_tick(struct keyhub *h);

/* Octets of memory that are set aside for the others. */
size_t keyhub_octets(const struct keyhub *h);

/* keyhub.lost: sessions whose resumption not all threads will know */
void keyhub_stats(const struct keyhub *h, counter_output *output, void *arg);

#endif
