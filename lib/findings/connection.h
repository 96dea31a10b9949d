/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * connection-failure: attempts to reach a SIP server that came to nothing
 * (DESIGN section 8, DOMAIN 1.9).  It is what a mirror shows where SIP itself
 * is encrypted, or never got as far as the wire.
 *
 * `count' attempts at one server endpoint that failed in one way, within
 * `window', raise the finding; later ones add to it.  One attempt is one client
 * port and initial sequence number.  Segments quoted by ICMP are one attempt
 * for 64*T1 of a client port, and for as long as TCP sends that same segment
 * again.
 *
 * These are no failures:
 *   - attempts of a client that in between got through: it is impatient or
 *     unlucky, and its earlier failures are forgotten;
 *   - a scan: a client that within the window failed at more than ten server
 *     endpoints none of which ever worked.
 *
 * A connection that worked and then delivers nothing, or is reset or closed on
 * a request, is an attempt too; so is each further request on it.
 *
 * It is over when a client that had failed gets through as far as it did not
 * before; where nobody got through while it lasted, anybody's success will do.
 * That UDP works proves nothing about TCP, nor the other way round.
 *
 * Nothing here depends on seeing both directions.  Refusals and resets were
 * captured; that a SYN was not answered is shown by the client, which sent it
 * again (an answer that only this mirror does not show is followed by the
 * client's acknowledgement); that octets were not delivered likewise.  The
 * caller sees to that.
 */

struct connection;

enum connection_class {
	CONNECTION_REFUSED,
	CONNECTION_UNANSWERED,
	CONNECTION_UNREACHABLE,
	CONNECTION_BLACKHOLE, /* open, but what is sent is not acknowledged */
	/* The server reset it, either right after accepting it or before it
	 * answered, or on a request on one that had worked. */
	CONNECTION_RESET,
	CONNECTION_TLS_ALERT,
	CONNECTION_TLS_CLOSED, /* by either, in the middle of the handshake */
	CONNECTION_TLS_STALLED,
	CONNECTION_CLOSED, /* as RESET */
	CONNECTION_CLASSES
};

struct connection_limits {
	unsigned count;     /* 3, CONNECTION_COUNT at most */
	nstime window;      /* 5 min */
	nstime transaction; /* 64*T1 */
	nstime quiet;       /* 1 h: older failures are another trouble */
	size_t servers, clients;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

enum { CONNECTION_COUNT = 64 };

struct connection_failure {
	enum connection_class class;
	struct endpoint client, server;
	struct endpoint proxied; /* the client that a load balancer named;
				  * without an address: none */
	bool udp;
	uint32_t sequence; /* TCP, of what ICMP quotes; 0: unknown */
	bool worked;       /* something of that host was seen: no scan */
	/* This connection had worked: then `after' is the time since the last
	 * answer on it. */
	bool established;
	nstime after;
	bool handshake;             /* TLS had begun, and was not up yet */
	unsigned requests;          /* that it concerns; 0: one */
	const char *tls_version;    /* static; NULL: unknown or no TLS */
	int tls_alert;              /* -1: none */
	const char *tls_alert_name; /* static; NULL: none */
	bool alert_from_server;
	nstime now, wall;
	nstime began; /* the stamp of its first packet; 0: wall */
};

/* How far a connection got. */
enum connection_stage {
	CONNECTION_OPENED,   /* the server acknowledged the SYN */
	CONNECTION_ANSWERED, /* it sent octets (or UDP) */
	CONNECTION_SECURED,  /* .. and TLS is up, or there is none */
	CONNECTION_KEPT      /* it answered later requests as well, or ended
			      * with nothing open; reported repeatedly */
};

struct connection_success {
	enum connection_stage stage;
	struct endpoint client, server;
	nstime now, wall;
	bool udp;
};

struct connection *connection_new(
    const struct connection_limits *limits, finding_output *output, void *arg);
void connection_free(struct connection *c);

void connection_failed(
    struct connection *c, const struct connection_failure *failure);
void connection_worked(
    struct connection *c, const struct connection_success *success);

/* An answer over UDP; costs little. */
void connection_udp_worked(struct connection *c, const struct endpoint *client,
    const struct endpoint *server, nstime now, nstime wall);

void connection_set(
    struct connection *c, const struct connection_limits *limits);

/*
 * State kept over a restart: the servers that fail, the ones that ever worked,
 * and the ones where attempts failed that are too few to raise a finding, as
 * many as CONNECTION_SAVED; and the clients that may be scanning.  Those
 * attempts are older then by the time away. connection_load() is for an empty
 * room; false: it makes no sense, and the room is only good to be freed.
 */
enum { CONNECTION_SAVED = 2048 };
void connection_save(const struct connection *c, struct record *r);
bool connection_load(struct connection *c, struct cursor *from,
    const struct record_shift *shift);

/* connection.scans, connection.evicted, connection.no_memory */
void connection_stats(
    const struct connection *c, counter_output *output, void *arg);

#endif
