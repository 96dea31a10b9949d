/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RTCP_H
#define RTCP_H

#include "witness/witness.h"

/*
 * RTCP sender reports as a witness (RFC 3550 section 6.4.1): beside its RTP, on
 * any port, an endpoint sends the time of its clock.  A relay may pass reports
 * on as they are, so the clock belongs to the one that SSRC and CNAME name, not
 * to whoever sent the packet.
 *
 * SRTCP that is encrypted (RFC 3711) is known by lengths that do not add up.
 * Without a clock of its own an endpoint counts from its start, which leaves
 * the highest bit clear (RFC 3550 section 4), or from 1970: neither is read.
 */

/* A datagram that begins like this, under the mask, may be a sender report:
 * version 2, type 200.  RTP never does: its payload type 72 is kept free for
 * that (RFC 3551 section 6). */
#define RTCP_MASK 0xc0ff
#define RTCP_SENDER_REPORT 0x80c8

/* The number of a sender report, and of the CNAME among descriptions. */
enum { RTCP_SR = 200, RTCP_CNAME = 1 };

struct rtcp {
	uint32_t ssrc;
	nstime time;        /* of the clock of that SSRC, UTC; its clock */
	nstime resolution;  /* .. showed [time, time + resolution) */
	uint32_t middle;    /* what a report about this one quotes of it */
	struct slice cname; /* of that SSRC; empty: none; borrowed, hostile */

	/* It got a report of another, which it quotes, and sent this so long
	 * after that. */
	bool answers;
	uint32_t other, quoted;
	nstime delay;
};

/* False, and *rtcp untouched: no sender report, or one that tells no time. */
bool rtcp_parse(struct slice datagram, struct rtcp *rtcp);

/* The stamp of NTP's in a report: fills time, resolution and middle.  False: it
 * is of no clock. */
bool rtcp_stamp(uint64_t stamp, struct rtcp *rtcp);

/* The first of its reports about others: fills other, quoted and delay, which
 * is in 1/65536 s; it answers if it quotes anything. */
void rtcp_block(
    struct rtcp *rtcp, uint32_t other, uint32_t quoted, uint32_t delay);

/* A report as a reading; its name is borrowed. */
void rtcp_tell(const struct rtcp *rtcp, struct witness_reading *reading);

/* As the row of this witness has it. */
enum witness_answer rtcp_read(
    struct slice datagram, struct witness_reading *reading);

#endif
