/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPMASK_H
#define SIPMASK_H

#include "base/slice.h"
#include "sip/identity.h"

/*
 * Which octets of SIP may be shown in a savefile that is passed on.  Nothing
 * is shown that was not recognized: start lines, the names of header fields
 * and the values of those in a list.  Bodies, credentials (RFC 3261 section
 * 22), Identity (RFC 8224), unknown fields and whatever is no message stay
 * hidden, and so do passwords and header fields inside of URIs.  Unless
 * identities are shown in full, a URI shows its scheme, host and port.
 *
 * `shown' has an octet for each of `octets', all 0; those that may be shown
 * become 1.  The ends of lines are always shown.
 */

/* One message, perhaps cut short by the snapshot length. */
void sipmask_datagram(
    struct slice octets, enum identity_mode mode, uint8_t *shown);

/* Octets of a stream without a gap, which may begin and end anywhere: all is
 * hidden up to the first start line.  HTTP responses are read too. */
void sipmask_stream(
    struct slice octets, enum identity_mode mode, uint8_t *shown);

#endif
