/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NONCE_H
#define NONCE_H

#include "witness/witness.h"

/*
 * Digest nonces as a witness: some registrars put the time into the nonce of
 * each challenge, by forms that their sources show (the table in nonce.c).  A
 * nonce of such a form may as well be random, so it has to be learned; a word
 * of it that is an expiry tells only changes.
 */

struct nonce {
	const char *maker; /* whose form it is; static */
	bool expires;      /* `time' is when it ends, not now */
	nstime time;
	nstime resolution;
};

/* False, and *nonce untouched: no known form. */
bool nonce_parse(struct slice value, struct nonce *nonce);

/* As the rows of two witnesses have them: a whole 401 or 407. */
enum witness_answer nonce_read(
    struct slice message, struct witness_reading *reading);
enum witness_answer nonce_read_expiry(
    struct slice message, struct witness_reading *reading);

#endif
