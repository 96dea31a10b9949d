/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EPISODE_H
#define EPISODE_H

#include "alert/alert.h"

/*
 * The life of one alert (DESIGN section 8), episode after episode: idle,
 * waiting (an incident may join it), active, idle.  It is embedded; alert.c
 * keeps many of them, and their timers.
 *
 * An episode that begins while the alert flaps is not emitted at first: it is
 * active, and is raised in the sinks when the reminder allows, if it still
 * lasts by then.  An episode that was not raised is not resolved there either.
 */

enum episode_life { EPISODE_IDLE, EPISODE_WAITING, EPISODE_ACTIVE };

enum { EPISODE_SUBJECT = 200 };

/* Zeroed at first, but for kind and id. */
struct episode {
	struct budget_share *memory; /* set it: borrowed, NULL: no bounds */
	enum finding_kind kind;
	uint64_t id;
	enum episode_life life;
	unsigned number; /* episodes raised so far, emitted or not */
	bool folds;      /* it covers the alerts beyond a quota */
	nstime first_seen;
	/* The rest is private. */
	enum finding_severity severity, told_severity;
	enum alert_reason reason; /* why the last one ended */
	bool told, news, flapping;
	bool joined;       /* by an incident, before it was raised */
	uint64_t incident; /* the incident's id; 0: none */
	uint64_t count, told_count, burst; /* burst: since a pause */
	uint64_t successor;                /* JOINED */
	nstime wait_until, last, raised, told_at, resolved; /* now */
	nstime last_seen;
	struct evidence *first, *latest; /* owned; latest NULL: the first's */
	size_t subject_len;
	char subject[EPISODE_SUBJECT + 1];
};

struct episode_rules {
	nstime join, reminder, flap;
	alert_output *output;
	void *arg;
};

/* Free its memory. */
void episode_done(struct episode *e);

/* Take in one finding of this alert.  False when out of memory: it was taken
 * without its evidence, or not at all if the alert was idle. */
bool episode_input(struct episode *e, const struct episode_rules *rules,
    const struct finding *finding);

/* It goes on in the alert of that id, which was raised. */
void episode_join(struct episode *e, const struct episode_rules *rules,
    uint64_t successor, nstime now, nstime wall);

/* Do all that is due at `now'; a wait is over, due or not. */
void episode_fire(struct episode *e, const struct episode_rules *rules,
    nstime now, nstime wall);

/* Show an active one in its present state; nothing changes by it. */
void episode_show(const struct episode *e, alert_output *output, void *arg,
    nstime now, nstime wall);

/* State kept over a restart: kind and id are the caller's.  False: the record
 * makes no sense; episode_done() is due then. */
void episode_save(struct record *r, const struct episode *e);
bool episode_load(struct episode *e, struct cursor *c,
    const struct record_shift *shift, struct fieldnames *names);

/* When to fire next, or NSTIME_NEVER. */
nstime episode_deadline(
    const struct episode *e, const struct episode_rules *rules);

#endif
