/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HELLOSTAMP_H
#define HELLOSTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/*
 * The time in a TLS hello (gmt_unix_time, RFC 5246 section 7.4.1.2), from the
 * segment that begins with it alone: for ports where nothing else of TLS is
 * followed.  It may as well be random octets.
 */

struct hellostamp {
	bool from_server;
	uint32_t told; /* seconds since 1970, never 0 */
};

/* False, and *hello untouched: it begins with no hello. */
bool hellostamp_read(struct slice segment, struct hellostamp *hello);

#endif
