/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "net/tcpreasm.h"
#include "pipeline/observation.h"

/*
 * The knowledge of a reader about the connection that is being looked at:
 * borrowed for one call.
 */

struct context {
	const struct tcpreasm *tcp;
	nstime last_drop; /* packets were lost before us; INT64_MIN: never */
};

/* An observation of a room that follows connections.  `flow' is the connection,
 * or 0 where there is none. */
typedef void context_output(
    void *arg, uint64_t flow, const struct observation *observation);

/* Its last octets were not acknowledged, however often they were resent. */
bool context_undelivered(const struct tcpreasm_facts *sent);

/* Whether both directions are on this mirror.  A lone RST may be a firewall's
 * in the server's name. */
bool context_two_way(const struct tcpreasm *tcp, uint64_t connection);

/* The same, and no other connection took its place before its end was seen. */
bool context_waiting(const struct tcpreasm *tcp, uint64_t connection);

/* When the client hung up, if it was the first to do so; else NSTIME_NEVER.
 * `end' is CLOSED or RESET. */
nstime context_hung_up(
    const struct tcpreasm *tcp, const struct tcpreasm_event *end);

/* The same of the server. */
nstime context_server_hung_up(
    const struct tcpreasm *tcp, const struct tcpreasm_event *end);

#endif
