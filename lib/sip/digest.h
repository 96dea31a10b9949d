/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIGEST_H
#define DIGEST_H

#include "base/slice.h"

/*
 * The nonce of a Digest challenge (RFC 3261 section 22.4), in WWW-Authenticate
 * or Proxy-Authenticate.  `octets' is a whole message; ask only where the
 * status is 401 or 407.  False, and *nonce untouched: there is none.  The
 * first of several challenges counts; borrowed.
 */
bool digest_nonce(struct slice octets, struct slice *nonce);

#endif
