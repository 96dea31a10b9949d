/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALERTPARTS_H
#define ALERTPARTS_H

#include <sys/queue.h>

#include "alert/inner/episode.h"
#include "alert/inner/quota.h"
#include "base/table.h"
#include "base/timerq.h"

/* The parts of the room of alerts, for its own files. */

/* See handover.h. */
struct handover_entry {
	struct table_entry outage; /* by its subject, while it goes on */
	bool is_noted;             /* it is in the table */
	bool held;          /* healthy, but its server fails in another way */
	uint64_t successor; /* the id that it waits for; 0: none */
	TAILQ_ENTRY(alert_entry) leaving;
};

struct alert_entry {
	struct table_entry in_table; /* first: a table_entry is an entry */
	struct timerq_entry timer;
	nstime due; /* when it was set for last */
	TAILQ_ENTRY(alert_entry) idle;
	struct episode episode;
	struct handover_entry handover;
	bool is_counted; /* by the quota, while it is not idle */
	struct quota_host *host;
	size_t name_len;
	char name[];
};

TAILQ_HEAD(entry_list, alert_entry);

struct alert {
	struct alert_limits limits;
	struct episode_rules rules;
	alert_output *output;
	void *arg;
	struct table *table;
	struct quota quota;
	struct table *outages; /* and certificates: their handover.outage */
	struct timerq *timers;
	struct entry_list idle;     /* the one resolved longest ago first */
	struct entry_list leaving;  /* each waits for its successor */
	struct alert_entry **batch; /* entries due at one instant */
	size_t batch_size, active;
	uint64_t findings[FINDING_KINDS], raised[FINDING_KINDS];
	uint64_t full, folded, no_memory;
	struct fieldnames names; /* of evidence that was loaded */
};

#endif
