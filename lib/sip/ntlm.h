/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NTLM_H
#define NTLM_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * The clock in an NTLM challenge (MS-NLMP 2.2.1.2, MsvAvTimestamp), which a
 * 401 or 407 carries as gssapi-data of WWW-Authenticate or Proxy-Authenticate
 * (MS-SIPAE).  Nothing else of the challenge is kept.
 */

/* The resolution of the time: servers' clocks tick that coarsely. */
#define NTLM_RESOLUTION (16 * NSTIME_MS)

/*
 * `octets' is a whole message; ask only where the status is 401 or 407. False,
 * and *time untouched: there is no such challenge in it, or it has no time.
 * The clock is the challenging server's, as with the Date of the same
 * response.
 */
bool ntlm_find(struct slice octets, nstime *time);

#endif
