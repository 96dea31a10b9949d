/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "base/siphash.h"
#include "base/textbuf.h"

/*
 * From, To and request URI are personal data: how much of them is shown is
 * decided here, for every output alike (DESIGN principle 9).
 */

enum identity_mode {
	IDENTITY_FULL,   /* as on the wire, escaped, but for passwords and
			  * headers in a URI */
	IDENTITY_DOMAIN, /* host part only; display name and user left out */
	IDENTITY_HASH    /* the user part as 8 hexadecimal digits of a hash */
};

struct identity {
	enum identity_mode mode;
	struct siphash_key key; /* IDENTITY_HASH: same key, same digits */
};

/* A From or To value, a Request-URI, or any text with one URI in it: display
 * names, user parts and URI parameters that name a person (epid, opaque,
 * gruu) are treated, the rest is kept. */
void identity_write(
    struct textbuf *t, const struct identity *identity, struct slice value);

/* A request's start line: METHOD URI SIP/2.0; a status line is kept. */
void identity_write_start_line(
    struct textbuf *t, const struct identity *identity, struct slice line);

#endif
