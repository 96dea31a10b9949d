/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WITNESS_H
#define WITNESS_H

#include <stdbool.h>

#include "base/nstime.h"
#include "base/slice.h"

/*
 * The protocols in which hosts tell the time of their clocks (DOMAIN 2.10):
 * one row each, which says all that the other rooms know of it.
 */

enum witness {
	WITNESS_DATE,     /* the Date header field */
	WITNESS_TLS,      /* gmt_unix_time, once learnt by agreement */
	WITNESS_NTP,      /* clients' once learnt by agreement */
	WITNESS_KERBEROS, /* KRB-ERROR */
	WITNESS_SMB,      /* NEGOTIATE response */
	WITNESS_NTLM,     /* a challenge in SIP */
	WITNESS_KINDS     /* how many there are */
};

/* Their names in that order: those that are heard unless configured. */
#define WITNESS_NAMES "date tls ntp kerberos smb ntlm"

/* How long a packet is on its way, unless it waits in a queue. */
#define WITNESS_TRANSIT (250 * NSTIME_MS)

struct witness_row {
	const char *name;  /* in the configuration, JSON and state: "ntp" */
	const char *label; /* in sentences: "NTP" */
	nstime transit;    /* how long a stamp may have been on its way */
	unsigned weight;   /* against those that say otherwise */
	bool in_sip;       /* whoever tells it speaks SIP */
};

/* Static. */
const struct witness_row *witness_row(enum witness witness);

const char *witness_name(enum witness witness);

/* False if none has that name. */
bool witness_parse(struct slice name, enum witness *witness);

#endif
