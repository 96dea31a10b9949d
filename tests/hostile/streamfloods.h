/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STREAMFLOODS_H
#define STREAMFLOODS_H

#include "hostile/crafted.h"

/* Hostile TCP and TLS; see struct flood. */

/* SYNs to servers that are nowhere, or to one. */
void streamfloods_syns(struct crafted *c, uint64_t n);

/* SYN and RST in the name of a Front End that works, which so looks as if it
 * scanned. */
void streamfloods_scans(struct crafted *c, uint64_t n);

/* Three refused connections of a client and a server of their own. */
void streamfloods_refusals(struct crafted *c, uint64_t n);

/* A ClientHello, and half of a long one. */
void streamfloods_hellos(struct crafted *c, uint64_t n);
void streamfloods_half_hellos(struct crafted *c, uint64_t n);

/* A server of its own shows an expired certificate of its own. */
void streamfloods_certificates(struct crafted *c, uint64_t n);

/* Octets behind a gap that never fills. */
void streamfloods_holes(struct crafted *c, uint64_t n);

/* The first 40,000 octets of a message of 65,000. */
void streamfloods_halves(struct crafted *c, uint64_t n);

#endif
