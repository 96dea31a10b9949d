/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NTP_H
#define NTP_H

#include "witness/witness.h"

enum { NTP_PORT = 123 };

/*
 * NTP and SNTP as a witness (RFC 5905, RFC 4330, MS-SNTP): a datagram from or
 * to UDP port 123 carries the time of its sender's clock.  Modes 1 to 5,
 * versions 1 to 4; extension fields and authenticators are not looked at.
 */

struct ntp {
	uint8_t version, mode, leap, stratum;
	bool from_client;  /* modes 1 and 3: the stamp may be made up, so it
			    * counts only once it is learned by agreement */
	bool serves;       /* modes 2, 4 and 5: it gives the time to others */
	bool synchronised; /* a server claims to be: neither leap 3 nor
			    * stratum 0 or 16.  False: do not judge its time.
			    * Always true of clients, who need not know */
	bool has_time;     /* false: a zero stamp, or one of long ago */
	nstime time;       /* of the sender's clock, UTC; its clock showed */
	nstime resolution; /* .. [time, time + resolution) */
};

/* Unix counts from 1970, NTP's era 0 from 1900: seconds between them. */
#define NTP_ERA_0 2208988800U

/* Many clocks tick that coarsely. */
#define NTP_RESOLUTION (16 * NSTIME_MS)

/* False, and *ntp untouched: it is no such datagram. */
bool ntp_parse(struct slice datagram, struct ntp *ntp);

/* A stamp of NTP's as UTC, and how exact it is where a program and not the
 * system wrote it. */
nstime ntp_time(uint64_t stamp);
nstime ntp_resolution(nstime time);

/* As the row of this witness has it. */
enum witness_answer ntp_read(
    struct slice datagram, struct witness_reading *reading);

#endif
