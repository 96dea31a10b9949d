/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MSDIAG_H
#define MSDIAG_H

#include "base/slice.h"

/*
 * The ms-diagnostics header field (MS-OCER 2.2.1.1): why a Microsoft server
 * refused, in its own words.  The first one counts.
 */

/* Slices point into the octets that were searched; absent ones are empty. */
struct msdiag {
	uint32_t id;         /* 1013, .. */
	struct slice reason; /* without quotes */
	struct slice source; /* the host that reports it; without quotes */
	struct slice whole;  /* the value of the field */
};

/* `octets' is a whole message; ask only of responses from 400 on.  False, and
 * *diag untouched: there is none. */
bool msdiag_find(struct slice octets, struct msdiag *diag);

#endif
