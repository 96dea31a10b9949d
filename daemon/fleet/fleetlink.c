/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/totals.h"
#include "fleet/fleetagree.h"
#include "fleet/fleetkey.h"
#include "fleet/fleetleader.h"
#include "fleet/fleetspool.h"
#include "fleet/fleetspread.h"
#include "host/thread.h"
#include "host/wallclock.h"

enum {
	SPOOL_MOST = 64 * 1024 * 1024,
	WANTED_MOST = 1024 * 1024,
	STATUS_MOST = 512 * 1024
};

#define ALONE_AFTER (10 * NSTIME_S)
#define PAUSE_MS 20
#define PREPARE_EACH (10 * NSTIME_S)
#define PREPARE_AGAIN (500 * NSTIME_MS)

struct fleetlink {
	struct fleetlink_setup setup;
	struct fleetdoor_member member;
	struct fleetleader *leader; /* NULL: it never judges */
	struct fleetspread *spread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t answered;    /* the loop has told the alert */
	nstime logged, prepare_due; /* of the thread */

	/* Under the lock: */
	struct fleetspool spool, wanted;
	const struct alert_event *alert; /* waits to be told */
	bool ending, prepared, connected;
	nstime heard; /* CLOCK_MONOTONIC: when the cluster was there last */
	char *status;
	struct totals joined;
	uint64_t published, failed, too_large;
	size_t drawn;
};

static void
lock(const struct fleetlink *l)
{
	pthread_mutex_lock((pthread_mutex_t *)(uintptr_t)&l->lock);
}

static void
unlock(const struct fleetlink *l)
{
	pthread_mutex_unlock((pthread_mutex_t *)(uintptr_t)&l->lock);
}

void
fleetlink_batch(
    struct fleetlink *l, struct slice batch, unsigned part, uint64_t sequence)
{
	char id[FLEETSPOOL_ID];

	if (!l->setup.senses)
		return;
	snprintf(id, sizeof(id), "%s.%llu.%u.%llu", l->setup.fleet.name,
	    (unsigned long long)l->setup.run, part,
	    (unsigned long long)sequence);
	lock(l);
	fleetspool_add(&l->spool, batch, part, id);
	unlock(l);
}

/* ---- the thread ---- */

/* The loop tells it; false: we are ending. */
static bool
tell(void *arg, const struct alert_event *event)
{
	struct fleetlink *l = arg;
	bool told;

	lock(l);
	l->alert = event;
	while (l->alert != NULL && !l->ending)
		pthread_cond_wait(&l->answered, &l->lock);
	told = l->alert == NULL;
	l->alert = NULL;
	unlock(l);
	return told;
}

/* At most once a minute. */
static void
log_fault(struct fleetlink *l, const char *what)
{
	const nstime now = wallclock_monotonic();

	if (l->logged != 0 && now - l->logged < 60 * NSTIME_S)
		return;
	l->logged = now;
	log_warning(l->setup.log, "fleet: %s: %s", what,
	    l->setup.door->error(l->member.handle));
}

/* Only we take from the head, but a full spool may drop it meanwhile. */
static struct fleetspool_batch *
take(struct fleetlink *l, struct fleetspool *from)
{
	struct fleetspool_batch *b;

	lock(l);
	b = fleetspool_take(from);
	unlock(l);
	return b;
}

/* False: the cluster is to be tried again later.  It will never take what is
 * too large for it: those behind must not wait for that. */
static bool
settle(struct fleetlink *l, struct fleetspool_batch *b, int error)
{
	const bool over = error == 0 || error == -EMSGSIZE;

	lock(l);
	l->published += error == 0;
	l->too_large += error == -EMSGSIZE;
	l->failed += !over;
	if (!over)
		fleetspool_put_back(&l->spool, b);
	unlock(l);
	if (error != 0)
		log_fault(l,
		    error == -EMSGSIZE ? "a batch is lost"
				       : "a batch is not taken");
	if (over)
		free(b);
	return over;
}

static int
send_one(struct fleetlink *l, const struct fleetspool_batch *b)
{
	char key[FLEETSPOOL_ID];
	uint64_t revision = FLEETDOOR_ANY;

	if (b->id[0] != '\0')
		return l->setup.door->publish(l->member.handle, b->part,
		    b->octets, b->len, b->id,
		    wallclock_monotonic() + wallclock_offset());
	snprintf(key, sizeof(key), "%.*s", (int)b->len, b->octets);
	return fleetkey_put(&l->member, key, "told", &revision);
}

/* Keys of alerts that were told alone come before what made them. */
static bool
publish(struct fleetlink *l)
{
	struct fleetspool_batch *b;

	for (int i = 0; i < 64 && (b = take(l, &l->spool)) != NULL; i++)
		if (!settle(l, b, send_one(l, b)))
			return false;
	return true;
}

static void
hear_wants(struct fleetlink *l)
{
	struct fleetdoor_message m;

	while (
	    l->setup.door->heard(l->member.handle, FLEETDOOR_WANTED, &m) > 0) {
		const struct slice batch = slice_of(m.octets, m.len);

		if (l->spread != NULL)
			fleetspread_wanted(l->spread, batch);
		lock(l);
		fleetspool_add(&l->wanted, batch, FLEETDOOR_LEADER, "");
		unlock(l);
	}
}

static void
read_status(struct fleetlink *l)
{
	char *text = malloc(STATUS_MOST);
	uint64_t revision;

	if (text == NULL)
		return;
	if (fleetkey_get(&l->member, "status", text, STATUS_MOST, &revision) <
	    0) {
		free(text);
		return;
	}
	lock(l);
	free(l->status);
	l->status = text;
	unlock(l);
}

/* 0, or an error; of one that waits for a judge to say it, none. */
static int
make_ready(struct fleetlink *l)
{
	const int made = l->setup.door->prepare(l->member.handle);
	int agreed;

	if (made < 0) {
		log_fault(l, "stream and bucket");
		return made;
	}
	if (made > 0)
		log_info(l->setup.log,
		    "fleet: stream or bucket was not there, and is made");
	agreed = fleetagree(&l->member, l->setup.partitions, l->leader != NULL);
	return agreed == -ENOENT ? 0 : agreed;
}

/* Stream and bucket, and what all must agree about.  They may be removed while
 * we run; but a cluster that does not answer for a while, as one does that has
 * to find a leader, is left to those that read and write. */
static void
prepare(struct fleetlink *l)
{
	const nstime now = wallclock_monotonic();
	int error;

	if (now < l->prepare_due)
		return;
	error = make_ready(l);
	l->prepared =
	    error == 0 || (l->prepared && error != -EINVAL && error != -EPERM);
	l->prepare_due = nstime_after(now,
	    l->prepared || error == -EINVAL ? PREPARE_EACH : PREPARE_AGAIN);
}

static bool
is_ready(struct fleetlink *l)
{
	const bool was = l->connected;
	const bool is = l->setup.door->connected(l->member.handle);

	if (is)
		prepare(l);
	else if (!was)
		log_fault(l, "no connection");
	lock(l);
	l->connected = is && l->prepared;
	if (l->connected)
		l->heard = wallclock_monotonic();
	unlock(l);
	if (l->connected != was)
		log_info(l->setup.log, "fleet: %s%s",
		    l->connected ? "connected" : "not connected: ",
		    l->connected ? "" : l->setup.door->error(l->member.handle));
	return l->connected;
}

static void
pause_thread(void)
{
	nanosleep(&(struct timespec){ 0, PAUSE_MS * 1000000L }, NULL);
}

static bool
is_ending(struct fleetlink *l)
{
	bool ending;

	lock(l);
	ending = l->ending;
	unlock(l);
	return ending;
}

/* False: there was nothing to do. */
static bool
judge(struct fleetlink *l)
{
	bool busy;

	if (l->leader == NULL)
		return false;
	busy = fleetleader_run(l->leader);
	return fleetspread_run(l->spread) || busy;
}

static void
count_joined(struct fleetlink *l)
{
	struct totals now = { 0 };

	if (l->leader == NULL)
		return;
	fleetleader_stats(l->leader, totals_gather, &now);
	fleetspread_stats(l->spread, totals_gather, &now);
	lock(l);
	if (l->setup.memory != NULL)
		l->drawn = budget_used(l->setup.memory);
	l->joined = now;
	unlock(l);
}

static void *
run(void *arg)
{
	struct fleetlink *l = arg;
	nstime status = 0;

	while (!is_ending(l)) {
		bool idle = true;

		if (is_ready(l) && publish(l)) {
			hear_wants(l);
			idle = !judge(l);
			if (wallclock_monotonic() - status > 2 * NSTIME_S) {
				read_status(l);
				count_joined(l);
				status = wallclock_monotonic();
			}
		}
		if (idle)
			pause_thread();
	}
	if (l->connected) {
		publish(l);
		if (l->leader != NULL) {
			fleetspread_leave(l->spread);
			fleetleader_leave(l->leader);
		}
	}
	return NULL;
}

/* ---- the loop's side ---- */

void
fleetlink_poll(struct fleetlink *l)
{
	struct fleetspool_batch *b;
	const struct alert_event *alert;

	while ((b = take(l, &l->wanted)) != NULL) {
		l->setup.wanted(l->setup.arg, slice_of(b->octets, b->len));
		free(b);
	}
	lock(l);
	alert = l->alert;
	unlock(l);
	if (alert == NULL)
		return;
	l->setup.alert(l->setup.arg, alert);
	lock(l);
	l->alert = NULL;
	pthread_cond_signal(&l->answered);
	unlock(l);
}

bool
fleetlink_is_alone(const struct fleetlink *l)
{
	bool alone;

	lock(l);
	alone = !l->connected &&
	    nstime_passed(l->heard, ALONE_AFTER, wallclock_monotonic());
	unlock(l);
	return alone;
}

void
fleetlink_told_alone(struct fleetlink *l, const struct alert_event *event)
{
	char key[FLEETSPOOL_ID];

	fleetleader_key(event, key, sizeof(key));
	lock(l);
	fleetspool_add(&l->spool, slice_text(key), FLEETDOOR_LEADER, "");
	unlock(l);
}

char *
fleetlink_status(const struct fleetlink *l)
{
	char *copy;

	lock(l);
	copy = l->status == NULL ? NULL : strdup(l->status);
	unlock(l);
	return copy;
}

static bool
make_judge(struct fleetlink *l)
{
	const struct fleetlink_setup *s = &l->setup;

	l->spread = fleetspread_new(&(struct fleetspread_setup){
	    .member = &l->member,
	    .partitions = s->partitions,
	    .halves = s->halves,
	    .sensors = s->joiner.sensors,
	    .key = s->joiner.key,
	    .memory = s->joiner.halves_memory,
	});
	l->leader = fleetleader_new(&(struct fleetleader_setup){
	    .member = &l->member,
	    .joiner = s->joiner,
	    .spread = l->spread,
	    .tell = tell,
	    .arg = l,
	});
	return l->spread != NULL && l->leader != NULL;
}

static bool
open_link(struct fleetlink *l)
{
	const struct fleetlink_setup *s = &l->setup;
	const char *why = "out of memory";

	l->member = (struct fleetdoor_member){ .door = s->door,
		.handle = s->door->open(&s->fleet, &why),
		.name = s->fleet.name,
		.run = s->run,
		.log = s->log };
	if (l->member.handle != NULL && (!s->judges || make_judge(l)) &&
	    thread_start(&l->thread, run, l) == 0)
		return true;
	log_error(s->log, "[fleet]: %s", why);
	return false;
}

static void
release(struct fleetlink *l)
{
	fleetspool_done(&l->spool);
	fleetspool_done(&l->wanted);
	fleetleader_free(l->leader);
	fleetspread_free(l->spread);
	if (l->member.handle != NULL)
		l->setup.door->close(l->member.handle);
	pthread_cond_destroy(&l->answered);
	pthread_mutex_destroy(&l->lock);
	free(l->status);
	free(l);
}

struct fleetlink *
fleetlink_new(const struct fleetlink_setup *setup)
{
	struct fleetlink *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->setup = *setup;
	fleetspool_init(&l->spool, SPOOL_MOST);
	fleetspool_init(&l->wanted, WANTED_MOST);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->answered, NULL);
	l->heard = wallclock_monotonic();
	if (open_link(l))
		return l;
	release(l);
	return NULL;
}

void
fleetlink_free(struct fleetlink *l)
{
	if (l == NULL)
		return;
	lock(l);
	l->ending = true;
	pthread_cond_signal(&l->answered);
	unlock(l);
	pthread_join(l->thread, NULL);
	release(l);
}

size_t
fleetlink_drawn(const struct fleetlink *l)
{
	size_t drawn;

	lock(l);
	drawn = l->drawn;
	unlock(l);
	return drawn;
}

void
fleetlink_stats(const struct fleetlink *l, counter_output *output, void *arg)
{
	lock(l);
	output(arg, COUNTER_OTHER, "fleet.published", l->published);
	output(arg, COUNTER_EVENT, "fleet.publish_failed", l->failed);
	output(arg, COUNTER_LIMIT, "fleet.too_large", l->too_large);
	output(arg, COUNTER_LIMIT, "fleet.spool_full", l->spool.full);
	output(arg, COUNTER_LIMIT, "fleet.wanted_full", l->wanted.full);
	output(arg, COUNTER_LIMIT, "fleet.no_memory",
	    l->spool.no_memory + l->wanted.no_memory);
	totals_output(&l->joined, output, arg);
	unlock(l);
}
