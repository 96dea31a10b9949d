/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetseat.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleetstate.h"
#include "host/log.h"
#include "host/wallclock.h"
#include "pipeline/wire.h"

enum { TURN = 500 /* batches */ };

#define SAVE_EACH (10 * NSTIME_S)

/* A consumer that died with its server is made anew.  Sensors send several
 * times a second, if they send; where nothing comes it is asked for ever less
 * often. */
#define SILENCE (3 * NSTIME_S)
#define SILENCE_MOST (24 * NSTIME_S)

/* Any server of the cluster answers for all, so one that lags behind gives
 * older chunks than the head it is asked by: only what stays so is damaged. */
#define LAG (10 * NSTIME_S)

/* What a clock that is further off says is nothing. */
#define BEHIND_MOST (30 * 86400 * NSTIME_S)

struct fleetseat {
	struct fleetseat_setup setup;
	struct fleetlease lease;
	struct fleetstate state;
	struct wire_reader *reader;
	bool begun;
	uint64_t sequence; /* of the latest batch */
	nstime stored;     /* .. and when that was stored; 0: there is none */
	nstime came;       /* .. and came, CLOCK_MONOTONIC */
	nstime asked, silence;
	nstime saved;
	nstime ticked; /* as stored */
	/* The revision of a snapshot that was damaged, and since when it is. */
	uint64_t suspect;
	nstime suspected;
};

struct fleetseat *
fleetseat_new(const struct fleetseat_setup *setup)
{
	struct fleetseat *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->setup = *setup;
	s->reader = wire_reader_new();
	if (s->reader == NULL) {
		free(s);
		return NULL;
	}
	fleetlease_init(&s->lease, setup->member, setup->lease);
	fleetstate_init(&s->state, setup->member, setup->state);
	return s;
}

static void
end_work(struct fleetseat *s)
{
	const struct fleetdoor_member *m = s->setup.member;

	if (!s->begun)
		return;
	s->begun = false;
	s->setup.work.end(s->setup.work.arg);
	m->door->leave(m->handle, s->setup.part);
}

void
fleetseat_free(struct fleetseat *s)
{
	if (s == NULL)
		return;
	if (s->begun)
		s->setup.work.end(s->setup.work.arg);
	wire_reader_free(s->reader);
	free(s);
}

bool
fleetseat_is_held(const struct fleetseat *s)
{
	return s->begun;
}

const struct fleetlease *
fleetseat_lease(const struct fleetseat *s)
{
	return &s->lease;
}

/* ---- the state ---- */

static bool
save(struct fleetseat *s)
{
	const struct fleetseat_work *w = &s->setup.work;
	struct record r;
	int error;

	record_init(&r, FLEETSTATE_MOST);
	w->save(w->arg, &r);
	error = fleetstate_save(&s->state, &r, w->from(w->arg, s->sequence));
	record_done(&r);
	s->saved = wallclock_monotonic();
	return error == 0;
}

static bool
stays_damaged(struct fleetseat *s)
{
	const nstime now = wallclock_monotonic();

	if (s->suspect != s->state.revision) {
		s->suspect = s->state.revision;
		s->suspected = now;
	}
	return nstime_passed(s->suspected, LAG, now);
}

/* From where to read; 0: the cluster does not say, or not yet. */
static uint64_t
load(struct fleetseat *s)
{
	const struct fleetdoor_member *m = s->setup.member;
	const struct fleetseat_work *w = &s->setup.work;
	uint8_t *octets;
	uint64_t from, latest;
	size_t len;
	int error = fleetstate_load(&s->state, &octets, &len, &from);
	struct cursor c;

	if (error == 0 && octets != NULL) {
		c = cursor_over(slice_of(octets, len));
		error = w->load(w->arg, &c) ? 0 : -EBADMSG;
		free(octets);
	}
	if (error == -EBADMSG && stays_damaged(s)) {
		log_warning(m->log,
		    "fleet: the snapshot %s is damaged; its work begins anew",
		    s->setup.state);
		error = w->begin(w->arg) ? 0 : -ENOMEM;
	}
	if (error != 0)
		return 0;
	if (from > 0)
		return from;
	return m->door->latest(m->handle, &latest) == 0 ? latest + 1 : 0;
}

/* ---- the lease ---- */

static void
step_down(struct fleetseat *s)
{
	if (s->setup.logs)
		log_info(s->setup.member->log, "fleet: another one judges");
	end_work(s);
}

/* Its first snapshot says from where it began. */
static void
sit_down(struct fleetseat *s)
{
	const struct fleetdoor_member *m = s->setup.member;
	const struct fleetseat_work *w = &s->setup.work;
	uint64_t from = 0;

	s->stored = s->ticked = 0;
	s->silence = SILENCE;
	s->begun = w->begin(w->arg);
	if (s->begun)
		from = load(s);
	s->came = s->asked = wallclock_monotonic();
	s->sequence = from - 1;
	if (from == 0 || m->door->follow(m->handle, s->setup.part, from) != 0 ||
	    (s->state.revision == 0 && !save(s))) {
		end_work(s);
		fleetlease_give(&s->lease);
		return;
	}
	s->saved = wallclock_monotonic();
	if (s->setup.logs)
		log_info(m->log, "fleet: judging, from message %" PRIu64, from);
}

/* ---- batches ---- */

/* The cluster knows who may write to which subject, not what is in a batch. */
static bool
is_forged(const struct fleetseat *s, const struct fleetdoor_message *m)
{
	struct wire_header h;

	return m->sensor != NULL &&
	    wire_open(s->reader, slice_of(m->octets, m->len), &h) &&
	    strcmp(h.name, m->sensor) != 0;
}

/* Nothing of a forged one is taken; the work counts what makes no sense. */
static bool
take_batch(struct fleetseat *s, struct fleetdoor_message *m)
{
	nstime behind = m->sent == 0 ? 0 : m->stored - m->sent;

	if (behind > BEHIND_MOST || behind < -BEHIND_MOST)
		behind = 0;
	s->sequence = m->sequence;
	s->stored = m->stored;
	s->came = s->asked = wallclock_monotonic();
	s->silence = SILENCE;
	if (is_forged(s, m))
		m->len = 0;
	if (!s->setup.work.input(s->setup.work.arg, m, behind))
		return false;
	/* A sensor may have been silent in what is read again. */
	if (!nstime_passed(s->ticked, NSTIME_S, m->stored))
		return true;
	s->ticked = m->stored;
	return s->setup.work.tick(s->setup.work.arg, m->stored);
}

/* All that waits was read: silence is silence now. */
static bool
pass_time(struct fleetseat *s)
{
	const struct fleetdoor_member *m = s->setup.member;
	const nstime now = wallclock_monotonic();

	if (s->stored != 0 &&
	    !s->setup.work.tick(s->setup.work.arg, s->stored + now - s->came))
		return false;
	if (!nstime_passed(s->asked, s->silence, now))
		return true;
	s->asked = now;
	if (s->silence < SILENCE_MOST)
		s->silence *= 2;
	return m->door->follow(m->handle, s->setup.part, s->sequence + 1) == 0;
}

/* False: the seat is to be left. */
static bool
read_batches(struct fleetseat *s, bool *busy)
{
	const struct fleetdoor_member *member = s->setup.member;
	struct fleetdoor_message m;
	int got = 1;

	for (int i = 0; i < TURN; i++) {
		got = member->door->next(
		    member->handle, s->setup.part, &m, s->setup.wait_ms);
		if (got <= 0)
			return pass_time(s);
		*busy = true;
		if (!take_batch(s, &m))
			return false;
	}
	return true;
}

bool
fleetseat_run(struct fleetseat *s, bool wanted)
{
	const bool held = fleetlease_tick(&s->lease, wanted);
	bool busy = false, goes_on;

	if (held && !s->begun)
		sit_down(s);
	else if (!held && s->begun)
		step_down(s);
	if (!s->begun)
		return false;
	goes_on = read_batches(s, &busy);
	if (goes_on &&
	    nstime_passed(s->saved, SAVE_EACH, wallclock_monotonic()))
		goes_on = save(s);
	if (!goes_on) {
		step_down(s);
		fleetlease_give(&s->lease);
	}
	return busy;
}

void
fleetseat_leave(struct fleetseat *s)
{
	if (!s->begun)
		return;
	save(s);
	end_work(s);
	fleetlease_give(&s->lease);
}
