/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPDELIVERY_H
#define TCPDELIVERY_H

#include "net/inner/tcptable.h"

/*
 * What tcpreasm hands on of its connections: facts, and the octets of their
 * streams in order.  Where the memory behind holes is short, the stream whose
 * hole is there for the longest gives it up.
 */

/* Embedded. */
struct tcpdelivery {
	struct tcpstream_store store;  /* set its limits, read its counters */
	nstime now, wall_ahead;        /* set them: of the last segment; its
					* stamp less `now' */
	const struct tcpconn *current; /* set it: a segment of it is read, so it
					* gives up no hole meanwhile */
	tcpreasm_output *output;       /* private */
	void *arg;                     /* private */
};

void tcpdelivery_init(
    struct tcpdelivery *d, tcpreasm_output *output, void *arg);

/* A fact of the connection, of one direction. */
void tcpdelivery_tell(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_fact fact, enum tcpreasm_direction direction, nstime now);

/* What a segment of the other direction, with ACK, acknowledges of this one:
 * tell if the octets that are awaited came, and if resent ones did. */
void tcpdelivery_acknowledge(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_direction direction, const struct tcp *tcp, nstime now);

/* A segment of that direction: hand on what is in order, and tell if it is
 * resent too often (TCPREASM_UNDELIVERED). */
void tcpdelivery_input(struct tcpdelivery *d, struct tcpconn *c,
    enum tcpreasm_direction direction, const struct tcp *tcp, nstime now);

/* Give up the holes that are due. */
void tcpdelivery_tick(struct tcpdelivery *d, struct tcpconn *c, nstime now);

/* Give up all holes of both directions, and hand on what is behind them. */
void tcpdelivery_end(struct tcpdelivery *d, struct tcpconn *c, nstime now);

/* Let go of what both streams keep, without a word. */
void tcpdelivery_forget(struct tcpdelivery *d, struct tcpconn *c);

#endif
