/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetleader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/totals.h"
#include "fleet/fleetkey.h"
#include "fleet/fleetseat.h"
#include "fleet/fleetstatus.h"
#include "host/log.h"
#include "host/wallclock.h"

enum { VALUE = 160, MARKS = 256, WAIT_MS = 5 };

#define STATUS_EACH (2 * NSTIME_S)

/* How far everything was judged after which message of the stream. */
struct fleetleader_mark {
	nstime reached;
	uint64_t sequence;
};

struct fleetleader {
	struct fleetleader_setup setup;
	struct fleetseat *seat;
	struct joiner *joiner; /* NULL: another one leads */
	nstime status;
	struct fleetleader_mark marks[MARKS];
	size_t mark_count;
	struct totals gone; /* of joiners before */
	bool failed;        /* the cluster refused: another may go on */
};

/* ---- alerts ---- */

void
fleetleader_key(const struct alert_event *e, char *key, size_t size)
{
	const unsigned long long again =
	    e->state == ALERT_REFRESHED ? (unsigned long long)e->count : 0;

	snprintf(key, size, "alert.%016" PRIx64 ".%u.%s.%llu", e->id,
	    e->episode, alert_state_name(e->state), again);
}

/* False: it was told.  *again: somebody began to. */
static bool
claim(struct fleetleader *l, const char *key, bool *again)
{
	const struct fleetdoor_member *m = l->setup.member;
	char value[VALUE];
	uint64_t revision = 0;

	*again = false;
	if (fleetkey_put(m, key, "pending", &revision) == 0)
		return true;
	if (fleetkey_get(m, key, value, sizeof(value), &revision) < 0) {
		l->failed = true;
		return false;
	}
	*again = true;
	return strcmp(value, "told") != 0;
}

static void
add_name(void *arg, const char *name)
{
	struct textbuf *names = arg;

	textbuf_add(names, names->len > 0 ? "," : "");
	textbuf_add(names, name);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct fleetleader *l = arg;
	struct alert_event e = *event;
	struct endpoint subject;
	char key[VALUE], store[512];
	struct textbuf names;
	uint64_t any = FLEETDOOR_ANY;

	if (l->failed)
		return;
	fleetleader_key(event, key, sizeof(key));
	if (!claim(l, key, &e.repeated))
		return;
	textbuf_init(&names, store, sizeof(store));
	if (endpoint_parse(event->subject, &subject))
		joiner_seen_by(l->joiner, &subject.address, add_name, &names);
	if (names.len > 0)
		e.observer = textbuf_slice(&names);
	if (l->setup.tell(l->setup.arg, &e))
		l->failed =
		    fleetkey_put(l->setup.member, key, "told", &any) != 0;
	else
		l->failed = true;
}

static void
on_want(void *arg, struct slice batch)
{
	struct fleetleader *l = arg;
	const struct fleetdoor_member *m = l->setup.member;

	m->door->say(m->handle, FLEETDOOR_WANTED, batch.p, batch.len);
}

static void
on_sign(void *arg, enum joiner_sign sign, const struct joiner_sensor *sensor)
{
	static const char *const texts[] = {
		[JOINER_LOST] = "is silent; it is not waited for",
		[JOINER_BACK] = "is back",
		[JOINER_ODD] = "has an odd clock; its times are corrected",
		[JOINER_RIGHT] = "has the right time again",
		[JOINER_SHARED] = "is two of one name; the one that began "
				  "earlier is not heard meanwhile",
	};
	const struct fleetleader *l = arg;
	const nstime offset =
	    sensor->hosts_odd ? sensor->by_hosts : sensor->offset;

	log_info(l->setup.member->log, "fleet: sensor %s %s (%+.3f s)",
	    sensor->name, texts[sign], (double)offset / (double)NSTIME_S);
}

/* ---- the work of the seat ---- */

static void
end_work(void *arg)
{
	struct fleetleader *l = arg;

	if (l->joiner != NULL)
		joiner_stats(l->joiner, totals_gather, &l->gone);
	joiner_free(l->joiner);
	l->joiner = NULL;
}

static bool
begin_work(void *arg)
{
	struct fleetleader *l = arg;

	end_work(l);
	l->failed = false;
	l->mark_count = 0;
	l->joiner = joiner_new(&l->setup.joiner,
	    &(struct joiner_output){ on_alert, on_want, on_sign, l });
	return l->joiner != NULL;
}

static void
mark(struct fleetleader *l, uint64_t sequence)
{
	const nstime reached = joiner_reached(l->joiner);

	if (l->mark_count > 0 &&
	    !nstime_passed(
		l->marks[l->mark_count - 1].reached, NSTIME_S, reached))
		return;
	if (l->mark_count == MARKS)
		memmove(l->marks, l->marks + 1,
		    --l->mark_count * sizeof(l->marks[0]));
	l->marks[l->mark_count++] =
	    (struct fleetleader_mark){ reached, sequence };
}

/* The matcher is not saved: it needs the last minutes again. */
static uint64_t
read_from(const void *arg, uint64_t latest)
{
	const struct fleetleader *l = arg;
	const nstime from =
	    nstime_after(joiner_reached(l->joiner), -JOINER_REPLAY);
	uint64_t sequence =
	    l->mark_count > 0 ? l->marks[0].sequence : latest + 1;

	for (size_t i = 0; i < l->mark_count; i++)
		if (l->marks[i].reached <= from)
			sequence = l->marks[i].sequence;
	return sequence;
}

static bool
take(void *arg, const struct fleetdoor_message *m, nstime behind)
{
	struct fleetleader *l = arg;

	joiner_input(l->joiner, slice_of(m->octets, m->len), m->stored, behind);
	mark(l, m->sequence);
	return !l->failed;
}

static bool
pass_time(void *arg, nstime received)
{
	struct fleetleader *l = arg;

	joiner_tick(l->joiner, received);
	return !l->failed;
}

static void
save(const void *arg, struct record *r)
{
	const struct fleetleader *l = arg;

	joiner_save(l->joiner, r);
}

static bool
load(void *arg, struct cursor *c)
{
	struct fleetleader *l = arg;

	return joiner_load(l->joiner, c);
}

struct fleetleader *
fleetleader_new(const struct fleetleader_setup *setup)
{
	struct fleetleader *l = calloc(1, sizeof(*l));
	const struct fleetseat_setup seat = {
		.member = setup->member,
		.work = { begin_work, end_work, take, pass_time, save, load,
		    read_from, l },
		.part = FLEETDOOR_LEADER,
		.logs = true,
		.lease = "lease",
		.state = "state",
		.wait_ms = WAIT_MS,
	};

	if (l == NULL)
		return NULL;
	l->setup = *setup;
	l->seat = fleetseat_new(&seat);
	if (l->seat != NULL)
		return l;
	free(l);
	return NULL;
}

void
fleetleader_free(struct fleetleader *l)
{
	if (l == NULL)
		return;
	fleetseat_free(l->seat);
	free(l);
}

/* ---- what all may know ---- */

static void
write_status(struct fleetleader *l)
{
	const nstime now = wallclock_monotonic();
	uint64_t any = FLEETDOOR_ANY;
	char *text;

	if (!nstime_passed(l->status, STATUS_EACH, now))
		return;
	l->status = now;
	text = fleetstatus_write(
	    l->joiner, l->setup.member->name, l->setup.spread);
	if (text != NULL)
		fleetkey_put(l->setup.member, "status", text, &any);
	free(text);
}

bool
fleetleader_run(struct fleetleader *l)
{
	const bool busy = fleetseat_run(l->seat, true);

	if (l->joiner != NULL)
		write_status(l);
	return busy;
}

void
fleetleader_leave(struct fleetleader *l)
{
	fleetseat_leave(l->seat);
}

void
fleetleader_stats(
    const struct fleetleader *l, counter_output *output, void *arg)
{
	totals_output(&l->gone, output, arg);
	if (l->joiner != NULL)
		joiner_stats(l->joiner, output, arg);
}
