/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSAGE_H
#define PASSAGE_H

#include "host/log.h"
#include "pipeline/judge.h"

/* Counts of packets captured and dropped on an interface.  Embedded, zeroed at
 * first. */
struct passage {
	nstime reached;             /* `now' of its last packet */
	uint64_t captured, dropped; /* since the minute began */
	uint64_t dropped_before;
};

/* A minute is over: log drops, and let the judge know.  `interface' is NULL
 * if there is none any more. */
void passage_minute(struct passage *p, const char *interface,
    struct judge *judge, nstime now, nstime wall, const struct log *log);

#endif
