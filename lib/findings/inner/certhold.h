/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTHOLD_H
#define CERTHOLD_H

#include "findings/certificate.h"

/*
 * Certificates that seem to be bad by a clock that nobody vouches for: they
 * wait until it is known whether that is right.
 */

enum { CERTHOLD_MOST = 64 };

/* Embedded, zeroed at first; private. */
struct certhold {
	struct certhold_entry {
		struct certificate_sight sight;
		struct x509cert certificate;
		nstime until;
	} entries[CERTHOLD_MOST]; /* the first to come first */
	size_t count;
};

/* Hold a copy.  One that is held already, at the same place in the same
 * holder's chain, is not held twice.  False: it is full. */
bool certhold_add(
    struct certhold *h, const struct certificate_sight *sight, nstime until);

/* Certificates shown in handshakes with `server' are due now, before all
 * others. */
void certhold_hurry(
    struct certhold *h, const struct endpoint *server, nstime now);

/* A good one took the place of the one that `holder' showed at this depth. */
void certhold_drop(
    struct certhold *h, const struct endpoint *holder, unsigned depth);

/* Take the first that is due, into *taken, until there is none: false. */
bool certhold_take(
    struct certhold *h, nstime now, struct certhold_entry *taken);

nstime certhold_next_deadline(const struct certhold *h);

/* State kept over a restart, loaded into an empty one.  A `now' is shifted by
 * `shift'. */
void certhold_save(const struct certhold *h, struct record *r);
void certhold_load(struct certhold *h, struct cursor *c, nstime shift);

#endif
