/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSCONN_H
#define TLSCONN_H

#include "tls/inner/certcache.h"
#include "tls/inner/handshake.h"
#include "tls/inner/tlsrecord.h"
#include "tls/tlsflow.h"

/*
 * This interprets the records of one connection: the inner half of tlsflow, for
 * its use only.
 */

/* Shared by all connections of a tlsflow. */
struct tlsconn_shared {
	struct handshake_budget budget;
	struct certcache *certificates;
	tlsflow_output *output;
	void *arg;
	uint64_t malformed, chains_cut;
};

/* One direction of the stream. */
struct tlsconn_half {
	struct handshake handshake;
	struct tlsrecord record;
	uint8_t alert[2];          /* as much of it as came */
	bool hello : 1, chain : 1; /* reported */
};

/* Tens of thousands are kept: fields without a comment are as in
 * tlsflow_facts. */
struct tlsconn {
	struct tlsconn_half halves[2]; /* by enum tcpreasm_direction */
	uint16_t offered, version, cipher;
	uint8_t encrypts : 2; /* bits of tlsflow_side: it does by now */
	bool client_hello : 1, server_hello : 1;
	bool sslv2 : 1, resumed : 1;
	bool certificate_asked : 1;
	bool lost : 1;
	bool swapped : 1;       /* the TLS client is what TCP calls server */
	bool full : 1;          /* the server sent more than a hello */
	bool retried : 1;       /* it asked for another hello: TLS 1.3 */
	bool client_flight : 1; /* TLS 1.3: the client spoke encrypted */
	bool server_after : 1;  /* .. and the server after it */
	bool ended : 1;
};

/* An event of the reassembly, and the connection it is about. */
struct tlsconn_input {
	struct tlsconn_shared *shared;
	struct tlsconn *connection;
	const struct tcpreasm_event *tcp;
	struct slice rest;         /* octets of it that are not cut yet */
	struct tlsconn_half *half; /* the direction of the event */
	enum tlsflow_side from;
};

/* Set half and from. */
void tlsconn_direct(struct tlsconn_input *in);

/* A part of a record came in. */
void tlsconn_part(struct tlsconn_input *in, const struct tlsrecord_part *part);

struct tlsflow_facts tlsconn_facts(const struct tlsconn *c);

/* Report ENDED, if it was not reported. */
void tlsconn_end(struct tlsconn_input *in);

/* Give back what is held for it. */
void tlsconn_done(struct tlsconn *c, struct handshake_budget *budget);

#endif
