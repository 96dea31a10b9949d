/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DIAGNOSTICS_H
#define DIAGNOSTICS_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"

/*
 * sip-diagnostic: the reasons that Microsoft's servers and clients give for a
 * refusal (DESIGN section 8, DOMAIN 4).  Which ids are worth an alert, what
 * they mean and what to do is data (conf/diagnostics.conf); the others are
 * counted.
 */

struct diagnostics;

/* One id, as it is configured. */
struct diagnostics_row {
	uint32_t id;
	bool alert;
	enum finding_severity severity; /* of the alert */
	const char *meaning, *remedy;   /* owned by the configuration */
};

struct diagnostics_limits {
	/* Sorted by id; borrowed for the life of the room, or until
	 * diagnostics_set(). */
	const struct diagnostics_row *rows;
	size_t row_count;
	size_t calls; /* in which an id counts once */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

/* NULL when out of memory; the caller frees it. */
struct diagnostics *diagnostics_new(
    const struct diagnostics_limits *limits, finding_output *output, void *arg);
void diagnostics_free(struct diagnostics *d);
void diagnostics_set(
    struct diagnostics *d, const struct diagnostics_limits *limits);

/* The row of an id, or NULL. */
const struct diagnostics_row *diagnostics_find(
    const struct diagnostics_row *rows, size_t count, uint32_t id);

/* One diagnostic of a response from 400 on, though no copy of one.  Proxies
 * pass them on: of one call each id counts once. */
struct diagnostics_report {
	unsigned status;
	uint32_t id;
	struct slice reason, source, call_id;
	struct endpoint server, client; /* sender and receiver */
	nstime now, wall;
};
void diagnostics_input(
    struct diagnostics *d, const struct diagnostics_report *report);

/* One that counted before a restart: of its call that id counts no more. */
void diagnostics_recall(
    struct diagnostics *d, const struct diagnostics_report *report);

/* STIR refused a request (RFC 8224 section 6.2.2): 428, 436, 437, 438. */
void diagnostics_stir(struct diagnostics *d, unsigned status);

/* How often each id was seen that raises no alert: number `index' in order of
 * id; false: there are no more.  A STIR refusal has its status as id. */
struct diagnostics_count {
	uint32_t id;
	uint64_t count;
};
bool diagnostics_counted(
    const struct diagnostics *d, size_t index, struct diagnostics_count *count);

/* diagnostics.evicted, diagnostics.no_memory */
void diagnostics_stats(
    const struct diagnostics *d, counter_output *output, void *arg);

#endif
