/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATHER_H
#define GATHER_H

#include "incident/incident.h"
#include "incident/inner/bundle.h"
#include "incident/inner/pools.h"

/*
 * How parts become incidents: the state of the room, which incident.c feeds,
 * and the decisions about it.
 */

/* An incident that grows reports it once in this time. */
#define GATHER_REPORT NSTIME_S

TAILQ_HEAD(gather_bundles, bundle);

struct incident {
	struct incident_limits limits;
	finding_output *output;
	void *arg;
	struct lru *parts;
	struct reach *reach;
	struct pools *pools;
	struct timerq *waits;   /* parts to be looked at */
	struct timerq *reports; /* bundles with something new */
	struct gather_bundles bundles;
	size_t bundle_count;
	struct symptom **members; /* scratch: as many as there are parts */
	size_t member_room;
	struct evidence evidence; /* of the finding being reported */
	uint64_t full, no_memory;
};

/* Look at a part and those it has hosts in common with. */
void gather_decide(
    struct incident *i, struct symptom *part, nstime now, nstime wall);

/* A finding of the incident: kind, severity, key and subject are filled in,
 * and where `with' its evidence. */
void gather_tell(
    struct incident *i, struct bundle *b, struct finding finding, bool with);

/* The bundle has something new.  Without memory for its timer it reports with
 * the next of its parts. */
void gather_report_by(struct incident *i, struct bundle *b, nstime deadline);

void gather_forget(struct incident *i, struct bundle *b);

#endif
