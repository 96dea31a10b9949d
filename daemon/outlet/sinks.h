/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINKS_H
#define SINKS_H

#include "alert/outbox.h"
#include "base/budget.h"
#include "host/log.h"
#include "outlet/post.h"
#include "outlet/sink.h"

/*
 * All sinks of the configuration (DESIGN section 9), opened by the rows of
 * sinktable.h.
 */

struct sinks;

/* NULL when out of memory.  `json': standard output is a sink too, and has
 * JSON lines. */
struct sinks *sinks_new(bool json, const struct log *log);

struct sinks_wanted {
	const char *sinks; /* as in [alerts], single blanks between */
	unsigned facility; /* as in syslog(3), not shifted */
	unsigned rate;     /* alerts a second to each; 0: all */

	/* Where alerts are posted: URLs, single blanks between, or "". */
	const char *alertmanagers, *webhook;
	struct post_setup alertmanager_post, webhook_post; /* but for url */
	const char *webhook_secret; /* the path of its key's file, or "" */

	struct budget_share *memory; /* what is queued; NULL: no bounds */
};

/*
 * Open what [alerts] sinks names.  A sink that was open before is
 * kept, and its file opened anew (logrotate); one that is no longer named
 * delivers what is queued and ends.  0, or -errno, logged, and nothing has
 * changed.
 */
int sinks_set(struct sinks *sinks, const struct sinks_wanted *wanted);

/* Send an alert to all of them, with this host as its observer.  `number': see
 * sink.h. */
void sinks_alert(struct sinks *sinks, const struct alert_event *event,
    uint64_t number, nstime now);

/* To one of them alone, if there is one of that name. */
void sinks_again(struct sinks *sinks, const char *name,
    const struct alert_event *event, uint64_t number, nstime now);

/* An alert that is active, for the sinks that repeat what is. */
void sinks_renew(struct sinks *sinks, const struct alert_event *event);

/* Which alerts each sink has settled, of those up to number `last'.  Names are
 * borrowed until the sinks change.  Returns the number of sinks, OUTBOX_READERS
 * at most. */
size_t sinks_settled(
    struct sinks *sinks, uint64_t last, struct outbox_reader *readers);

void sinks_note(struct sinks *sinks, int priority, const char *text);

/* Once a second: sum up what throttles hold back; log each sink that begins
 * to fail or stall, and each that is back. */
void sinks_tick(struct sinks *sinks, nstime now);

/* Show what each delivered, lost and holds. */
typedef void sinks_output(
    void *arg, const char *name, const struct sink_counts *counts);
void sinks_each(struct sinks *sinks, sinks_output *output, void *arg);

/* Log what each delivered, lost and holds. */
void sinks_report(struct sinks *sinks);

/* The end: deliver what is queued until `deadline' (CLOCK_MONOTONIC).  Then
 * only sinks_settled() may be asked. */
void sinks_finish(struct sinks *sinks, nstime deadline);
void sinks_free(struct sinks *sinks);

#endif
