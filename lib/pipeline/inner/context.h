/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "net/pairs.h"
#include "net/tcpreasm.h"
#include "txn/delivery.h"
#include "txn/outcome.h"

/*
 * What a tap knows around the thing that is judged: borrowed for one call.
 */

struct context {
	const struct tcpreasm *tcp;
	const struct pairs *pairs;
	nstime last_drop; /* packets were lost before us; INT64_MIN: never */
};

/* Fill what is known about a transaction whose time has come. */
void context_of_silence(const struct context *context,
    const struct outcome *outcome, struct delivery *delivery);

/* Its last octets were not acknowledged, however often they were resent. */
bool context_undelivered(const struct tcpreasm_facts *sent);

/* Whether the server's direction is on this mirror.  A lone RST may be a
 * firewall's in its name. */
bool context_two_way(const struct tcpreasm *tcp, uint64_t connection);

/* .. and it did not give way to another one, its end unseen. */
bool context_waiting(const struct tcpreasm *tcp, uint64_t connection);

/* When the client hung up, if it was the first to do so; else NSTIME_NEVER.
 * `end' is CLOSED or RESET. */
nstime context_hung_up(
    const struct tcpreasm *tcp, const struct tcpreasm_event *end);

#endif
