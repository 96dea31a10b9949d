/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MRASBODY_H
#define MRASBODY_H

#include <stdbool.h>

#include "base/nstime.h"
#include "base/slice.h"

/*
 * The XML body of an MRAS request or response (MS-AVEDGEA, DOMAIN 3.3), read by
 * expat: of all of it only what shows whether it succeeded is kept.  The text
 * of elements is not looked at, but for the duration and the first octets of
 * the user name, which hold when the credentials end and nothing secret.
 *
 * Bounded: MRASBODY_OCTETS of input, depth and number of elements; a document
 * type declaration, and with it every entity, is refused.
 */

enum { MRASBODY_OCTETS = 65536, MRASBODY_PHRASE = 64 };

struct mrasbody {
	bool is_response;
	char reason_phrase[MRASBODY_PHRASE]; /* as sent; "": there is none */
	unsigned relays;                     /* mediaRelay elements */
	bool has_credentials;
	/* When the Edge issued the first credentials, by its own clock: when
	 * they end less their duration (DOMAIN 3.4). */
	bool has_issued;
	nstime issued;
};

/* False, and *body untouched, if it is no MRAS document that is whole. */
bool mrasbody_parse(struct slice octets, struct mrasbody *body);

/* "OK", in any case: the request got its credentials. */
bool mrasbody_succeeded(const struct mrasbody *body);

#endif
