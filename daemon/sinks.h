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

/* Open what [alerts] sinks names.  NULL, logged, if one cannot be opened. */
struct sinks *sinks_new(
    const struct config *config, bool json, const struct log *log);

void sinks_alert(
    struct sinks *sinks, const struct alert_event *event, nstime now);
void sinks_note(struct sinks *sinks, int priority, const char *text);

/* Sum up what throttles hold back; log sinks that fail and that are back. */
void sinks_tick(struct sinks *sinks, nstime now);

/* Files are opened anew (logrotate). */
void sinks_reopen(struct sinks *sinks);

/* Log what each delivered, lost and holds. */
void sinks_report(struct sinks *sinks);

/* Deliver what is queued until `deadline' (CLOCK_MONOTONIC), end and free.
 * Returns how many records were not delivered. */
uint64_t sinks_finish(struct sinks *sinks, nstime deadline);

#endif
