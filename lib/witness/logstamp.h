/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGSTAMP_H
#define LOGSTAMP_H

#include "witness/witness.h"

/*
 * Syslog as a witness (RFC 5424 section 6.2.3): a message on UDP port 514 has
 * the time with its offset from UTC, to the microsecond, and the name of the
 * host that wrote it; a collector sends it further as it is.
 *
 * The older form (RFC 3164) is never read: local time without a zone or a year
 * would accuse whoever is right.
 */

enum { LOGSTAMP_PORT = 514 };

struct logstamp {
	nstime time;       /* UTC; the clock of its writer showed */
	nstime resolution; /* .. [time, time + resolution) */
	struct slice host; /* that wrote it; "-" if it has no name; borrowed */
};

/* False, and *stamp untouched: it is of no such form, or has no time. */
bool logstamp_parse(struct slice message, struct logstamp *stamp);

/* As the row of this witness has it. */
enum witness_answer logstamp_read(
    struct slice datagram, struct witness_reading *reading);

#endif
