/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OBSERVATION_H
#define OBSERVATION_H

#include "findings/skew.h"
#include "findings/timeout.h"

/*
 * What a tap saw, handed to the judge: a transaction's outcome with what the
 * tap knows around it, a stamp of somebody's clock, or a sign that something
 * is not visible.  Borrowed until the callback returns.
 */

enum observation_kind {
	OBSERVATION_TRANSACTION,
	OBSERVATION_CLOCK,
	OBSERVATION_TRUNCATED
};

struct observation {
	enum observation_kind kind;
	nstime now, wall;
	const struct txntable_outcome *outcome; /* TRANSACTION */
	struct timeout_witness witness;         /* TRANSACTION */
	struct skew_stamp stamp;                /* CLOCK */
};

typedef void observation_output(
    void *arg, const struct observation *observation);

#endif
