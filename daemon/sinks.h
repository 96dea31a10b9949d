/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINKS_H
#define SINKS_H

#include "config.h"
#include "sink.h"

/*
 * All sinks of the configuration (DESIGN section 9):
 *
 *	auto		journal where journald is, else syslog
 *	journal, syslog, stdout, json:FILE
 */

struct sinks;

/* NULL when out of memory.  `json': standard output is a sink too, and has
 * JSON lines. */
struct sinks *sinks_new(bool json, const struct log *log);

/*
 * Open what [alerts] sinks names.  What stands there before and after is
 * kept, and its file opened anew (logrotate); the others get LEAVE to deliver
 * what they have.  0, or -errno, logged, and nothing has changed.
 */
int sinks_set(struct sinks *sinks, const struct config *config);

void sinks_alert(
    struct sinks *sinks, const struct alert_event *event, nstime now);
void sinks_note(struct sinks *sinks, int priority, const char *text);

/* Once a second: sum up what throttles hold back; log sinks that fail or
 * stand still, and that are back. */
void sinks_tick(struct sinks *sinks, nstime now);

/* Log what each delivered, lost and holds. */
void sinks_report(struct sinks *sinks);

/* Deliver what is queued until `deadline' (CLOCK_MONOTONIC), end and free.
 * Returns how many records were not delivered. */
uint64_t sinks_finish(struct sinks *sinks, nstime deadline);

#endif
