/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SNMP_H
#define SNMP_H

#include "witness/witness.h"

/*
 * SNMP as a witness: an agent that is asked for hrSystemDate.0 (RFC 2790)
 * answers with its local time and the offset of its zone from UTC
 * (DateAndTime, RFC 2579).  Without that offset it is not read.  Versions 1,
 * 2c, and 3 where it is not encrypted.
 */

enum { SNMP_PORT = 161 };

struct snmp {
	nstime time;       /* UTC; the agent's clock showed */
	nstime resolution; /* .. [time, time + resolution) */
	int zone;          /* minutes east of UTC */
};

/* False, and *snmp untouched: no such answer. */
bool snmp_parse(struct slice datagram, struct snmp *snmp);

/* As the row of this witness has it. */
enum witness_answer snmp_read(
    struct slice datagram, struct witness_reading *reading);

#endif
