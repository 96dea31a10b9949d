/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RTCPJSON_H
#define RTCPJSON_H

#include "witness/witness.h"

/*
 * RTCP sender reports as agents write them in HEP (payload type 5): the same
 * fields as on the wire (see rtcp.h), in JSON, numbers as numbers or in quotes.
 * What is called ntp_timestamp_usec is the fraction of NTP as a rule; below
 * 1,000,000 it may as well be microseconds, so then the second alone counts.
 *
 * Asterisk writes seconds since 1970 with true microseconds, and an SSRC may be
 * negative.  captagent forgets to swap both words of the time on little-endian
 * machines, and names neither type nor SSRC where nothing was received.
 */

enum {
	RTCPJSON_MOST = 8192, /* octets; longer ones are not read */
	RTCPJSON_NAME = 256   /* a CNAME is shorter (RFC 3550 section 6.5) */
};

/* As the row of WITNESS_RTCP has it for datagrams, but that *name is filled
 * with the CNAME, which reading->speaker.name borrows.  `wall' is when it was
 * seen, which shows words that were not swapped. */
enum witness_answer rtcpjson_read(struct slice json, nstime wall,
    char name[RTCPJSON_NAME], struct witness_reading *reading);

#endif
