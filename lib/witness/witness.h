/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WITNESS_H
#define WITNESS_H

#include <stdbool.h>

#include "base/nstime.h"
#include "base/slice.h"
#include "base/textbuf.h"

/*
 * The protocols that carry the time of a host's clock (DOMAIN 2.10): one row
 * each, with all that the other rooms know of it.
 */

enum witness {
	WITNESS_DATE,     /* the Date header field */
	WITNESS_TLS,      /* gmt_unix_time, once learned by agreement */
	WITNESS_NTP,      /* clients' once learned by agreement */
	WITNESS_KERBEROS, /* KRB-ERROR */
	WITNESS_SMB,      /* NEGOTIATE response */
	WITNESS_NTLM,     /* a challenge in SIP */
	WITNESS_MRAS,     /* when a relay's credentials were issued */
	WITNESS_HEP,      /* the stamp of an agent, on its arrival */
	WITNESS_RTCP,     /* sender reports, once learned */
	WITNESS_NONCE,    /* of Digest challenges, once learned */
	WITNESS_HTTP,     /* the Date of HTTP responses */
	WITNESS_SYSLOG,   /* RFC 5424 */
	WITNESS_SNMP,     /* hrSystemDate */
	WITNESS_LDAP,     /* currentTime */
	WITNESS_ASREQ,    /* Kerberos AS-REQ: changes */
	WITNESS_EXPIRY,   /* of nonces: changes */
	WITNESS_TURN,     /* user names: changes */
	WITNESS_KINDS     /* how many there are */
};

/* Their names in that order: those that are heard unless configured. */
#define WITNESS_NAMES                                                          \
	"date tls ntp kerberos smb ntlm mras hep rtcp nonce http "             \
	"syslog snmp ldap asreq expiry turn"

/* How long a packet is on its way, unless it waits in a queue. */
#define WITNESS_TRANSIT (250 * NSTIME_MS)

/*
 * The clock readings in a datagram, or in the first octets that a server sent
 * on a connection.  Times are UTC; a time is in [time, time + resolution).
 */
struct witness_time {
	nstime time, resolution; /* resolution 0: there is none */
};

/* One of several that speak from the same address, whose clocks are learned
 * apart, and what shows how long a message was on its way. */
struct witness_speaker {
	bool passed_on;    /* perhaps: it may be of a host behind the sender */
	uint32_t number;   /* an SSRC, a class */
	struct slice name; /* empty: none; borrowed, hostile text */

	/* What an answer quotes of this, and what this quotes of its peer's
	 * message, `delay' after it came. */
	uint32_t sent;
	bool answers;
	uint32_t other, quoted;
	nstime delay;
};

struct witness_reading {
	struct witness_time sender, receiver; /* each its own clock */
	bool unproven;          /* the sender may make it up, so it counts once
				 * learned by agreement */
	bool behind;            /* it may always be of one behind the sender */
	bool has_zone;          /* the sender's time zone is known too */
	int zone;               /* minutes east of UTC */
	bool serves;            /* the receiver gets its time from the sender */
	bool asks;              /* .. or the sender asks the receiver for it */
	bool success;           /* the receiver's clock was no obstacle */
	bool refused;           /* the receiver was refused for its clock .. */
	int32_t error;          /* .. by this error .. */
	struct slice authority; /* .. of this realm; borrowed, hostile text */
	struct witness_speaker speaker;
};

enum witness_answer {
	WITNESS_TOLD,    /* *reading is filled */
	WITNESS_PARTIAL, /* streams only: come back with more octets */
	WITNESS_FOREIGN  /* nothing of the kind, or broken: no use to come back
			  */
};

/* How much of a direction of a stream is worth keeping for it. */
enum { WITNESS_STREAM = 4096 };

typedef enum witness_answer witness_read(
    struct slice octets, struct witness_reading *reading);

/*
 * Payloads that the capture filter lets through: those that have one of some
 * numbers, in network order, at an offset.
 */
enum { WITNESS_VALUES = 3, WITNESS_PATTERNS = 4, WITNESS_PORTS = 2 };
struct witness_octets {
	uint32_t at;
	unsigned octets; /* 1, 2 or 4; 0: any payload */
	unsigned count;
	uint32_t values[WITNESS_VALUES];
	uint32_t mask; /* the bits that are compared; 0: all */
};
struct witness_pattern {
	struct witness_octets when, is; /* both */
};

enum witness_side {
	WITNESS_SERVER,
	WITNESS_CLIENT,
	WITNESS_EITHER /* all is let through */
};

/* Where a witness is heard over one transport. */
struct witness_channel {
	uint16_t ports[WITNESS_PORTS]; /* the server's; 0: no more */
	bool anywhere; /* datagrams of any ports: by the first two octets */
	enum witness_side side; /* that tells its clock */
	struct witness_pattern patterns[WITNESS_PATTERNS];
	witness_read *read;
};

struct witness_row {
	const char *name;  /* in the configuration, JSON and state: "ntp" */
	const char *label; /* in sentences: "NTP" */
	nstime transit;    /* how long a stamp may have been on its way */
	unsigned weight;   /* against witnesses that disagree */
	bool in_sip;       /* a host that sends it speaks SIP */

	/* It is the time plus something that nobody knows, so that only its
	 * changes count, and they accuse nobody. */
	bool changes;
	struct witness_channel udp, tcp; /* on ports of its own */
	witness_read *challenge;         /* a whole 401 or 407 */
};

/* Static. */
const struct witness_row *witness_row(enum witness witness);

const char *witness_name(enum witness witness);

/* "date,ntp", of `witnesses', 1 << WITNESS_x; all of them are shorter than
 * WITNESS_LIST. */
enum { WITNESS_LIST = 128 };
void witness_write(struct textbuf *t, unsigned witnesses);

/* False if none has that name. */
bool witness_parse(struct slice name, enum witness *witness);

#endif
