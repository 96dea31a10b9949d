/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPLIES_H
#define REPLIES_H

#include "pipeline/inner/crosscheck.h"
#include "pipeline/observation.h"
#include "txn/txntable.h"

/*
 * Reads what SIP messages carry beside their transactions: whether a relay gave
 * its credentials, how media is to be encrypted and who refused that, and what
 * STIR refused.  No state: every message that the transactions take for new is
 * read on its own.
 */

struct replies_message {
	const struct sip_message *message;
	struct slice octets;
	const struct origin *origin;
	enum txntable_match match;
	struct crosscheck *crosscheck; /* for a message that was scanned */
};

void replies_read(
    const struct replies_message *in, observation_output *output, void *arg);

#endif
