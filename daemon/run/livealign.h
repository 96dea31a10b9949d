/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVEALIGN_H
#define LIVEALIGN_H

#include "net/packet.h"
#include "pipeline/judge.h"

/*
 * Whether the clocks that stamp the packets of several interfaces agree: they
 * may be those of the adapters.  The packets of one minute in ten are looked
 * at, up to a limit; none where there is a single interface.
 */

struct livealign;

/* NULL when out of memory; the caller frees it. */
struct livealign *livealign_new(void);
void livealign_free(struct livealign *l);

/* Only the stamp and the octets matter. */
void livealign_packet(struct livealign *l, const struct packet *packet);

/* A minute is over: let the judge know of every two interfaces whose clocks
 * differ, or agree.  The name of one that is not open is NULL. */
void livealign_minute(struct livealign *l, const char *const *names,
    size_t count, struct judge *judge, nstime now, nstime wall);

/* Answers may be out of place: the last look found a difference. */
bool livealign_differs(const struct livealign *l);

#endif
