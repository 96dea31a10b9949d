/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPREASON_H
#define SIPREASON_H

#include "base/slice.h"

/*
 * The Reason header field (RFC 3326): Reason: STIR;cause=403;text="Stale Date"
 * (RFC 9410), any number of them, also joined by commas.
 */

/* Slices point into the octets that were searched; absent ones are empty. */
struct sipreason {
	struct slice protocol; /* "SIP", "STIR", "Q.850" */
	uint32_t cause;        /* 0: none, or no number */
	struct slice text;     /* without quotes */
};

/* Embedded; zeroed but for `rest', a whole message, trimmed. */
struct sipreason_walk {
	struct slice rest;
	struct slice values; /* private: of the field that is being read */
};

/* False, and *reason untouched: there is no more. */
bool sipreason_next(struct sipreason_walk *walk, struct sipreason *reason);

#endif
