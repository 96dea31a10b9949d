/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPMSG_H
#define HEPMSG_H

#include "base/nstime.h"
#include "net/endpoint.h"

/*
 * HEP, the Homer Encapsulation Protocol, versions 1, 2 and 3: an agent hands on
 * a message of others, with its addresses and the time when it was seen.  One
 * HEP packet is a datagram; over TCP, where only version 3 tells its length,
 * one follows the other.
 *
 * Agents are not exact (DOMAIN 8.6), so what a packet leaves out is left out
 * here too, and the caller decides.
 */

enum {
	HEPMSG_PORT = 9060,
	HEPMSG_MOST = 65535 /* octets of a packet, and of its payload inflated
			     */
};

enum hepmsg_answer {
	HEPMSG_PARSED,
	HEPMSG_PARTIAL,  /* streams: come back with more octets */
	HEPMSG_MALFORMED /* no HEP, or broken: a stream cannot go on */
};

/* The kinds of payload that agents name and we know.  Whatever hep-js is not
 * told it sends as 0. */
enum hepmsg_payload { HEPMSG_UNTOLD = 0, HEPMSG_SIP = 1, HEPMSG_RTCP_JSON = 5 };

/* Slices are borrowed from the packet. */
struct hepmsg {
	unsigned version;
	struct endpoint from, to; /* no address: not told, or 0.0.0.0 */
	uint8_t protocol;         /* of IP; Kamailio sends 22 for TLS */
	uint8_t kind;             /* enum hepmsg_payload, or another */
	nstime stamp;             /* UTC by the agent's clock; 0: none */
	bool bad_stamp;           /* .. as its fraction is of seconds */
	uint32_t agent;           /* the number that the agent has, 0: none */
	struct slice key;         /* authentication key */
	struct slice payload;
	bool compressed; /* the payload: see hepmsg_inflate() */
};

/*
 * The whole of the first packet of a stream, or what came of it, or a datagram
 * (which may not be partial).  On HEPMSG_PARSED *len octets are done with.
 */
enum hepmsg_answer hepmsg_parse(
    struct slice octets, struct hepmsg *m, size_t *len);

/* Inflate a compressed payload (zlib or gzip) into `store' of HEPMSG_MOST
 * octets.  False: it is broken, or longer. */
bool hepmsg_inflate(struct slice compressed, uint8_t *store, size_t *len);

#endif
