/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SMB_H
#define SMB_H

#include "witness/witness.h"

enum { SMB_PORT = 445, SMB_ON_NETBIOS_PORT = 139 };

/*
 * SMB as a witness: the server's clock in its NEGOTIATE response, in clear
 * text even where the session is encrypted afterwards (MS-SMB2 2.2.4), and
 * with SMB1 its time zone too (MS-CIFS 2.2.4.52.2).  Nothing else of SMB is
 * looked at.
 */

enum smb_verdict {
	SMB_NEGOTIATED, /* *smb is filled */
	SMB_PARTIAL,    /* come back with more octets */
	SMB_FOREIGN     /* no NEGOTIATE response, or one without a time */
};

struct smb {
	nstime time; /* of the server's clock, UTC */
	bool has_zone;
	int zone; /* minutes east of UTC */
};

/* The precision of `time': servers' clocks tick that coarsely. */
#define SMB_RESOLUTION (16 * NSTIME_MS)

/* The first octets that the server sent on a TCP connection from port 445 or
 * 139. */
enum smb_verdict smb_stream(struct slice first, struct smb *smb);

/* As the row of this witness has it. */
enum witness_answer smb_read_stream(
    struct slice first, struct witness_reading *reading);

#endif
