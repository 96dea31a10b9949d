/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "findings/timeout.h"
#include "net/pairs.h"
#include "net/tcpreasm.h"

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
    const struct txntable_outcome *outcome, struct timeout_witness *witness);

/* Its last octets were not acknowledged, however often they were resent. */
bool context_undelivered(const struct tcpreasm_facts *sent);

#endif
