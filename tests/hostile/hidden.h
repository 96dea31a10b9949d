/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HIDDEN_H
#define HIDDEN_H

#include "hostile/crafted.h"

/*
 * What a flood is to hide: a small site whose hosts talk all the time, most of
 * them in order.  Once the flood has begun
 *
 *	10.1.0.21:5062 no longer answers 10.1.0.11 (five requests, by UDP)
 *	10.1.0.31:5062 answers by a clock one hour behind
 *	10.1.0.41:5062 refuses 10.1.0.12
 *
 * and none of the others is to be accused.
 */

extern const struct crafted_port hidden_client, hidden_healthy;
extern const struct crafted_port hidden_stream_client, hidden_stream_server;
extern const struct crafted_port hidden_refused_client;

#define HIDDEN_TICK (100 * NSTIME_MS)

/* Sends what is due at this tick; the flood begins with number `begins'. */
void hidden_tick(struct crafted *c, uint64_t number, uint64_t begins);

#endif
