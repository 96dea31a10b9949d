/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STAMP_H
#define STAMP_H

#include "net/endpoint.h"
#include "witness/witness.h"

/*
 * A stamp: one reading of another host's clock, carried by a packet.
 */

enum stamp_attribution {
	STAMP_HOST, /* the clock of the host that sent the packet */
	STAMP_VIA,  /* of that host, or of one behind it */
	STAMP_AGENT /* of one of several agents that send HEP from there */
};

struct stamp {
	struct address peer;
	enum witness witness;
	enum stamp_attribution attribution;
	uint32_t agent;    /* WITNESS_HEP: the number that the agent has */
	nstime told;       /* its clock's reading, UTC */
	nstime resolution; /* told is in [told, told + resolution) */
	nstime transit;    /* at most so long on its way; 0: as its row has */
	nstime wall;       /* when the packet was captured */
	nstime now;
	bool learnt;     /* its field was learned to hold the time */
	bool served;     /* by a time server: its source's time perhaps */
	bool tells_zone; /* SMB1 does */
	int zone;        /* minutes east of UTC */
};

#endif
