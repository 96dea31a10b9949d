/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_SYSLOG_H
#define SINK_SYSLOG_H

#include "outlet/sink.h"

/*
 * Text lines to the local syslog daemon, as syslog(3) writes them, but over a
 * socket of our own: syslog(3) does not return an error when no daemon listens,
 * and alerts would be lost without a count.  NULL and errno set on failure.
 */
struct sink *sink_syslog_new(const struct sink_setup *setup);

#endif
