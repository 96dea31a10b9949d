/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOGGEDOUTCOME_H
#define LOGGEDOUTCOME_H

#include "pipeline/event.h"

/*
 * A request that never left its server, or came to nothing in it, as the
 * server's own log shows: that is a transaction that timed out, whatever is
 * watched.
 */

/* The observation of an EVENT_LOGGED, the `number'th; it points to *outcome,
 * whose texts are borrowed from the event. */
void loggedoutcome_make(const struct event *e, uint64_t number,
    struct outcome *outcome, struct observation *observation);

#endif
