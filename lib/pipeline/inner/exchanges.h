/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXCHANGES_H
#define EXCHANGES_H

#include "net/portset.h"
#include "pipeline/inner/context.h"
#include "tls/tlsflow.h"

/*
 * Requests and answers on encrypted connections, by size and time alone
 * (DOMAIN 1.9): a record of 400 octets or more from the client is a request,
 * whatever comes back in its time is its answer.  Keep-alives are smaller.
 *
 * Not timed: the flights of a TLS 1.3 handshake, what was sent while another
 * one is waiting, and for 64*T1 what follows something the server sent unasked
 * (it may be a response to it); still, that and what comes back are reported as
 * an exchange.  A second message of the server right after an answer counts as
 * unasked.
 *
 * A request is unanswered where TCP acknowledged it, the server's direction has
 * no hole since, and no packets were dropped; else it is reported as unseen.  A
 * request whose connection ended before its time is forgotten, since
 * connection-failure reports it.
 */

enum { EXCHANGES_REQUEST = 400 }; /* octets of the smallest request */

struct exchanges;

struct exchanges_limits {
	struct portset ports; /* of servers whose requests are timed */
	nstime patience;      /* 64*T1 and the grace */
	nstime transaction;   /* 64*T1: a client may hang up after this */
};

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN. */
struct exchanges *exchanges_new(
    const struct exchanges_limits *limits, context_output *output, void *arg);
void exchanges_free(struct exchanges *x);
void exchanges_set(struct exchanges *x, const struct exchanges_limits *limits);

/* An event of TLS on a connection to a SIP port; *slot is this room's. */
void exchanges_tls(struct exchanges *x, const struct context *context,
    const struct tlsflow_event *event, void **slot);

/*
 * Octets of this direction were lost before us.  Where the server's answers are
 * missing, the requests reported as unanswered since its latest are DOUBTED,
 * each by itself.
 */
void exchanges_gap(
    struct exchanges *x, const struct tcpreasm_event *gap, void **slot);

/* The connection is FORGOTTEN. */
void exchanges_forget(struct exchanges *x, void **slot);

void exchanges_tick(struct exchanges *x, const struct context *context,
    nstime now, nstime wall);
nstime exchanges_next_deadline(const struct exchanges *x);

/* exchanges.unknown_loss, exchanges.no_memory */
void exchanges_stats(
    const struct exchanges *x, counter_output *output, void *arg);

#endif
