/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOLDBACK_H
#define HOLDBACK_H

#include "alert/alert.h"
#include "alert/throttle.h"

/*
 * The alerts that a sink may not write yet, since its throttle holds them back.
 * Each is written as raised when there is room again, the gravest first, unless
 * it is over by then.  At the limit the least grave give way and are only
 * counted: the next that is heard of such an alert is written as raised, and
 * its end not at all.  Embedded.
 */

enum { HOLDBACK_MOST = 256, HOLDBACK_UNTOLD = 4096 };

struct holdback_alert {
	uint64_t id;
	enum finding_kind kind;
	enum finding_severity severity;
	uint64_t order; /* private: of their coming */
	void *record;   /* the sink's, owned */
	char subject[THROTTLE_SUBJECT];
};

/* Zeroed but for throttle (throttle_init()). */
struct holdback {
	struct throttle throttle;
	size_t count;                                /* private */
	uint64_t order;                              /* private */
	struct holdback_alert alerts[HOLDBACK_MOST]; /* private */
	uint64_t untold[HOLDBACK_UNTOLD]; /* private: ids that gave way */
	size_t next_untold;               /* private */
};

enum holdback_answer {
	HOLDBACK_TELL,   /* as it is */
	HOLDBACK_RAISED, /* as raised: it was not written until now */
	HOLDBACK_KEEP,   /* not now: give its record to holdback_keep() */
	HOLDBACK_DROP    /* never: not written and over; or counted */
};

/* May it be written?  *old is a record that was held back, to be freed, or
 * NULL. */
enum holdback_answer holdback_ask(struct holdback *h,
    const struct alert_event *event, nstime now, void **old);

/* Hold back the record to be written of it as raised.  Returns a record that
 * had to give way, to be freed; or NULL. */
void *holdback_keep(
    struct holdback *h, const struct alert_event *event, void *record);

/* The next record that may be written now, the caller's; NULL: none. */
void *holdback_next(struct holdback *h, nstime now);

/* Any record, to be freed; NULL: none is left. */
void *holdback_take(struct holdback *h);

#endif
