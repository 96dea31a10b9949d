/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PACKET_H
#define PACKET_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * One captured packet, as a capture or a savefile hands it over.  `octets' is
 * borrowed until the call that got the packet returns.
 */

struct packet {
	struct slice octets; /* what was captured: caplen octets */
	size_t len;          /* what was on the wire; octets.len or more */
	int datalink;    /* a LINKTYPE_/DLT_ value, as in pcap-linktype(7) */
	unsigned source; /* which interface or savefile, from 0 */
	uint64_t number; /* its place in the capture, from 1, ever growing */
	nstime wall;     /* the stamp: UTC since the epoch */
	bool unstamped;  /* .. which it has not: `wall' is that of the latest
			  * packet that has one, or 0 */
	bool zoneless;   /* nobody knows of which zone the stamp is */
	nstime now;      /* monotonic, drives timers (DESIGN principle 2) */
};

#endif
