/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KERBEROS_H
#define KERBEROS_H

#include "witness/witness.h"

enum { KERBEROS_PORT = 88 };

/*
 * Kerberos as a witness (RFC 4120): a KRB-ERROR, which nobody encrypts, carries
 * the time of the server that sent it and often the client's.  AS-REP and
 * TGS-REP are distinguished by their application tag, as the success that the
 * client had; tickets are not read.
 */

enum kerberos_verdict {
	KERBEROS_ERROR,   /* *k is filled */
	KERBEROS_SUCCESS, /* AS-REP or TGS-REP; *k is untouched */
	KERBEROS_PARTIAL, /* streams only: come back with more octets */
	KERBEROS_FOREIGN  /* neither, or broken: no use to come back */
};

enum { KERBEROS_ERR_SKEW = 37 }; /* KRB_AP_ERR_SKEW: clock skew too great */

struct kerberos {
	int32_t error;
	nstime server_time; /* of the sender's clock, UTC */
	nstime server_resolution;
	bool has_client_time; /* of the clock of the one it was sent to */
	nstime client_time;
	nstime client_resolution;
	struct slice realm; /* of the server; borrowed, hostile text */
};

/* A datagram from UDP port 88. */
enum kerberos_verdict kerberos_parse(struct slice datagram, struct kerberos *k);

/* The first octets that the server sent on a TCP connection from port 88. */
enum kerberos_verdict kerberos_stream(struct slice first, struct kerberos *k);

/* As the row of this witness has them. */
enum witness_answer kerberos_read_datagram(
    struct slice datagram, struct witness_reading *reading);
enum witness_answer kerberos_read_stream(
    struct slice first, struct witness_reading *reading);

#endif
