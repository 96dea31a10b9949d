/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_ALERTMANAGER_H
#define SINK_ALERTMANAGER_H

#include <stdatomic.h>

#include "outlet/post.h"
#include "outlet/sink.h"

/*
 * [alertmanager]: POST /api/v2/alerts, one sink for each member of a cluster,
 * since each has to hear of each alert and its end.  Active alerts are sent
 * again every minute; an alert keeps the labels that it was raised with.
 *
 * startsAt is always sent, or Alertmanager makes one up that may lie in the
 * future.  While our own clock is in doubt no times are sent at all: the alert
 * then lasts for as long as it is sent again.
 */

/* setup->argument is the member's URL.  NULL and errno set on failure. */
struct sink *sink_alertmanager_new(const struct sink_setup *setup);

/* Is our own clock in doubt?  For all sinks of this kind; any thread. */
void sink_alertmanager_doubt(bool doubted);

#endif
