/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLOCKS_H
#define CLOCKS_H

#include "net/decode.h"
#include "net/tcpreasm.h"
#include "pipeline/inner/crosscheck.h"
#include "pipeline/observation.h"
#include "tls/tlsflow.h"

/*
 * What packets tell about clocks (DOMAIN 2.10): the witnesses of every
 * protocol, each to be switched off, become stamps; fields that may as well
 * hold random octets do once they are learnt by agreement.  Refusals for the
 * time come along: they stand in the same messages.
 */

struct clocks;

struct clocks_limits {
	unsigned muted; /* witnesses that are not looked at: 1 << WITNESS_x */
	size_t tellers; /* hosts that may tell random octets */
	struct siphash_key key;
};

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN. */
struct clocks *clocks_new(
    const struct clocks_limits *limits, observation_output *output, void *arg);
void clocks_free(struct clocks *c);
void clocks_set(struct clocks *c, const struct clocks_limits *limits);

/* A SIP message and what the transactions made of it. */
struct clocks_message {
	const struct sip_message *message;
	struct slice octets;
	const struct origin *origin;
	struct txntable_input input;
	struct crosscheck *crosscheck; /* for a message that was scanned */
};
void clocks_message(struct clocks *c, const struct clocks_message *message);

/* Is there a witness to be read on this port? */
bool clocks_udp_port(const struct clocks *c, uint16_t port);
bool clocks_tcp_port(const struct clocks *c, uint16_t port);

/* A datagram from or to one. */
void clocks_datagram(struct clocks *c, const struct decode_event *event);

/* Every event of a connection to one; *slot is this room's. */
void clocks_stream(
    struct clocks *c, const struct tcpreasm_event *event, void **slot);

/* A TLSFLOW_STAMP. */
void clocks_tls(struct clocks *c, const struct tlsflow_event *event);

/* Our own clock was stepped by `step' (positive: forward). */
void clocks_stepped(struct clocks *c, nstime step);

/* opening.*, agreement.*, sipdate.* */
void clocks_stats(const struct clocks *c, counter_output *output, void *arg);

#endif
