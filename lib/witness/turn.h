/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TURN_H
#define TURN_H

#include "witness/witness.h"

/*
 * TURN user names as a witness of changes: a web service hands out
 * credentials whose user name begins with the time at which they end,
 * "SECONDS:NAME" (the TURN REST API), so long after the service's own now as it
 * is configured.  Clients show them to the TURN server in clear text (RFC
 * 8656). The clock is that of the service, which is not seen: somebody behind
 * the TURN server.
 */

enum { TURN_PORT = 3478 };

/* A datagram to a TURN server.  False, and *end untouched: no request with such
 * a name. */
bool turn_parse(struct slice datagram, nstime *end);

/* As the row of this witness has it. */
enum witness_answer turn_read(
    struct slice datagram, struct witness_reading *reading);

#endif
