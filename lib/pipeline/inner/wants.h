/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WANTS_H
#define WANTS_H

#include "pipeline/wire.h"

/*
 * What a judge asks of its sensors: calls of which it must know all, and
 * servers that failed lately, of which healthy answers matter too.  Sensors are
 * reminded of servers, since they may begin anew.
 */

struct wants;

typedef void wants_output(void *arg, struct slice batch);

/* NULL when out of memory; the caller frees it. */
struct wants *wants_new(size_t servers, const struct siphash_key *key,
    wants_output *output, void *arg);
void wants_free(struct wants *w);

void wants_call(struct wants *w, const struct wire_want *want);
void wants_server(struct wants *w, const struct endpoint *server, nstime now);

/* Send what has come together. */
void wants_send(struct wants *w, nstime now);

/* wants.calls, wants.servers_evicted */
void wants_stats(const struct wants *w, counter_output *output, void *arg);

#endif
