/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ASREQ_H
#define ASREQ_H

#include "witness/witness.h"

/*
 * Kerberos AS-REQ as a witness of changes (RFC 4120 section 5.4.1): a client
 * asks for a ticket that ends at a time of its own, so long after its own now
 * as its program is made (MIT 24 h, Heimdal 182 d 15 h; Windows always asks for
 * 2037, which never changes).  How long is not known; when that jumps, its
 * clock did.
 */

struct asreq {
	nstime till;  /* UTC, in whole seconds */
	bool machine; /* its principal is a host or a service, not a user: other
		       * programs ask for these */
};

/* A datagram to UDP port 88. */
bool asreq_parse(struct slice datagram, struct asreq *request);

/* As the row of this witness has them: a datagram, and the first octets that a
 * client sends over TCP, behind their length. */
enum witness_answer asreq_read_datagram(
    struct slice datagram, struct witness_reading *reading);
enum witness_answer asreq_read_stream(
    struct slice first, struct witness_reading *reading);

#endif
