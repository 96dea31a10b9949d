/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "fleet/fleetseat.h"
#include "host/thread.h"
#include "host/wallclock.h"

enum { SPOOL_MOST = 64 * 1024 * 1024, STATUS_MOST = 512 * 1024, ID = 128 };

#define ALONE_AFTER (10 * NSTIME_S)
#define PAUSE_MS 20

struct fleetlink_batch {
	STAILQ_ENTRY(fleetlink_batch) next;
	char id[ID]; /* empty: a key to be written as told */
	size_t len;
	uint8_t octets[];
};

STAILQ_HEAD(fleetlink_batches, fleetlink_batch);

struct fleetlink {
	struct fleetlink_setup setup;
	void *door;
	struct fleetseat *seat; /* NULL: it never judges */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t answered; /* the loop has told the alert */
	nstime logged;           /* of the thread */

	/* Under the lock: */
	struct fleetlink_batches spool, wanted;
	size_t spool_octets;
	const struct alert_event *alert; /* waits to be told */
	bool ending, prepared, connected;
	nstime heard; /* CLOCK_MONOTONIC: when the cluster was there last */
	char *status;
	uint64_t published, spool_full, failed, no_memory;
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

static void
add(struct fleetlink *l, struct fleetlink_batches *to, struct slice octets,
    const char *id)
{
	struct fleetlink_batch *b = malloc(sizeof(*b) + octets.len);

	if (b == NULL) {
		l->no_memory++;
		return;
	}
	snprintf(b->id, sizeof(b->id), "%s", id);
	b->len = octets.len;
	if (octets.len > 0)
		memcpy(b->octets, octets.p, octets.len);
	STAILQ_INSERT_TAIL(to, b, next);
}

static void
drop_first(struct fleetlink_batches *from)
{
	struct fleetlink_batch *b = STAILQ_FIRST(from);

	STAILQ_REMOVE_HEAD(from, next);
	free(b);
}

void
fleetlink_batch(struct fleetlink *l, struct slice batch, uint64_t sequence)
{
	char id[ID];

	if (!l->setup.senses)
		return;
	snprintf(id, sizeof(id), "%s.%llu.%llu", l->setup.fleet.name,
	    (unsigned long long)l->setup.run, (unsigned long long)sequence);
	lock(l);
	add(l, &l->spool, batch, id);
	l->spool_octets += batch.len;
	while (l->spool_octets > SPOOL_MOST) {
		l->spool_octets -= STAILQ_FIRST(&l->spool)->len;
		drop_first(&l->spool);
		l->spool_full++;
	}
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

/* Only we take from the head, but a full spool may drop it meanwhile. */
static struct fleetlink_batch *
take(struct fleetlink *l)
{
	struct fleetlink_batch *b;

	lock(l);
	b = STAILQ_FIRST(&l->spool);
	if (b != NULL) {
		STAILQ_REMOVE_HEAD(&l->spool, next);
		l->spool_octets -= b->len;
	}
	unlock(l);
	return b;
}

static void
give_back(struct fleetlink *l, struct fleetlink_batch *b)
{
	lock(l);
	STAILQ_INSERT_HEAD(&l->spool, b, next);
	l->spool_octets += b->len;
	l->failed++;
	unlock(l);
}

static int
send_one(struct fleetlink *l, const struct fleetlink_batch *b)
{
	static const uint8_t told[] = "told";
	char key[ID];
	uint64_t revision = FLEETDOOR_ANY;

	if (b->id[0] != '\0')
		return l->setup.door->publish(l->door, b->octets, b->len, b->id,
		    wallclock_monotonic() + wallclock_offset());
	snprintf(key, sizeof(key), "%.*s", (int)b->len, b->octets);
	return l->setup.door->put(
	    l->door, key, told, sizeof(told) - 1, &revision);
}

/* Keys of alerts that were told alone come before what made them. */
static bool
publish(struct fleetlink *l)
{
	struct fleetlink_batch *b;

	for (int i = 0; i < 64 && (b = take(l)) != NULL; i++) {
		if (send_one(l, b) != 0) {
			give_back(l, b);
			return false;
		}
		free(b);
		lock(l);
		l->published++;
		unlock(l);
	}
	return true;
}

static void
hear_wants(struct fleetlink *l)
{
	struct fleetdoor_message m;

	while (l->setup.door->wanted(l->door, &m) > 0) {
		lock(l);
		add(l, &l->wanted, slice_of(m.octets, m.len), "");
		unlock(l);
	}
}

static void
read_status(struct fleetlink *l)
{
	uint8_t *room = malloc(STATUS_MOST);
	uint64_t revision;
	int len;

	if (room == NULL)
		return;
	len = l->setup.door->get(
	    l->door, "status", room, STATUS_MOST - 1, &revision);
	if (len < 0) {
		free(room);
		return;
	}
	room[len] = '\0';
	lock(l);
	free(l->status);
	l->status = (char *)room;
	unlock(l);
}

/* At most once a minute. */
static void
log_fault(struct fleetlink *l, const char *what)
{
	const nstime now = wallclock_monotonic();

	if (l->logged != 0 && now - l->logged < 60 * NSTIME_S)
		return;
	l->logged = now;
	log_warning(
	    l->setup.log, "fleet: %s: %s", what, l->setup.door->error(l->door));
}

static bool
is_ready(struct fleetlink *l)
{
	const bool was = l->connected;
	const bool is = l->setup.door->connected(l->door);

	if (is && !l->prepared) {
		const int error = l->setup.door->prepare(l->door);

		if (error != 0)
			log_fault(l, "stream and bucket");
		l->prepared = error == 0;
	}
	lock(l);
	l->connected = is && l->prepared;
	if (l->connected)
		l->heard = wallclock_monotonic();
	unlock(l);
	if (l->connected != was)
		log_info(l->setup.log, "fleet: %s",
		    l->connected ? "connected" : l->setup.door->error(l->door));
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

static void *
run(void *arg)
{
	struct fleetlink *l = arg;
	nstime status = 0;

	while (!is_ending(l)) {
		bool idle = true;

		if (is_ready(l) && publish(l)) {
			hear_wants(l);
			if (l->seat != NULL)
				idle = !fleetseat_run(l->seat);
			if (wallclock_monotonic() - status > 2 * NSTIME_S) {
				read_status(l);
				status = wallclock_monotonic();
			}
		}
		if (idle)
			pause_thread();
	}
	if (l->connected) {
		publish(l);
		if (l->seat != NULL)
			fleetseat_leave(l->seat);
	}
	return NULL;
}

/* ---- the loop's side ---- */

void
fleetlink_poll(struct fleetlink *l)
{
	struct fleetlink_batches wanted = STAILQ_HEAD_INITIALIZER(wanted);
	const struct alert_event *alert;

	lock(l);
	STAILQ_CONCAT(&wanted, &l->wanted);
	alert = l->alert;
	unlock(l);
	while (!STAILQ_EMPTY(&wanted)) {
		const struct fleetlink_batch *b = STAILQ_FIRST(&wanted);

		l->setup.wanted(l->setup.arg, slice_of(b->octets, b->len));
		drop_first(&wanted);
	}
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
	char key[ID];

	fleetseat_key(event, key, sizeof(key));
	lock(l);
	add(l, &l->spool, slice_text(key), "");
	l->spool_octets += strlen(key);
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
open_link(struct fleetlink *l)
{
	const struct fleetlink_setup *s = &l->setup;
	const char *why = "out of memory";
	const struct fleetseat_setup seat = {
		.door = s->door,
		.name = s->fleet.name,
		.run = s->run,
		.joiner = s->joiner,
		.log = s->log,
		.tell = tell,
		.arg = l,
	};

	l->door = s->door->open(&s->fleet, &why);
	if (l->door != NULL && s->judges)
		l->seat = fleetseat_new(&seat, l->door);
	if (l->door != NULL && (!s->judges || l->seat != NULL) &&
	    thread_start(&l->thread, run, l) == 0)
		return true;
	log_error(s->log, "[fleet]: %s", why);
	return false;
}

static void
release(struct fleetlink *l)
{
	while (!STAILQ_EMPTY(&l->spool))
		drop_first(&l->spool);
	while (!STAILQ_EMPTY(&l->wanted))
		drop_first(&l->wanted);
	fleetseat_free(l->seat);
	if (l->door != NULL)
		l->setup.door->close(l->door);
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
	STAILQ_INIT(&l->spool);
	STAILQ_INIT(&l->wanted);
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

void
fleetlink_stats(const struct fleetlink *l, counter_output *output, void *arg)
{
	lock(l);
	output(arg, COUNTER_OTHER, "fleet.published", l->published);
	output(arg, COUNTER_EVENT, "fleet.publish_failed", l->failed);
	output(arg, COUNTER_LIMIT, "fleet.spool_full", l->spool_full);
	output(arg, COUNTER_LIMIT, "fleet.no_memory", l->no_memory);
	unlock(l);
}
