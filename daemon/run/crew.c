/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crew.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/selection.h"
#include "host/thread.h"
#include "host/wallclock.h"
#include "pipeline/eventmerge.h"
#include "run/eventqueue.h"

enum {
	QUEUE_LEAST = 64 * 1024,
	HELD = 128 * 1024,   /* events that wait for slower threads */
	AT_ONCE = 64 * 1024, /* entries taken of one thread, so that the loop
			      * sees its other events in between */
	ROUND_MS = 20
};

struct worker {
	struct crew *crew;
	pthread_t thread;
	bool runs;
	int stop; /* an eventfd */

	/* Of whoever holds the lock: the thread for each round, and the main
	 * thread when it asks or changes something. */
	pthread_mutex_t lock;
	pthread_cond_t free;
	atomic_uint asked; /* the main thread waits for the lock */
	struct budget *budget;
	struct intake intake;
	nstime window; /* [capture] merge_window */
	struct interfaces *interfaces;
	struct reader *reader;
	int descriptors[INTERFACES_MOST]; /* -1: not open */
	uint64_t full;

	struct eventqueue *queue;
	size_t noted; /* for it, in the main thread's budget */
};

/* What there is to say of interfaces, the main thread says. */
static const struct log silent = { .silent = true };

struct crew {
	struct crew_setup setup;
	struct eventmerge *merge;
	int wake;     /* an eventfd */
	bool missing; /* events, since they were last collected */
	unsigned count;
	struct worker workers[];
};

static void
on_event(void *arg, const struct event *event)
{
	struct worker *w = arg;

	if (eventqueue_give(w->queue, event))
		return;
	w->full++;
	w->intake.missing = true;
}

static void
watch(void *arg, size_t slot, int descriptor)
{
	struct worker *w = arg;

	w->descriptors[slot] = descriptor;
}

/* Marks that find no room are not missed: the next one says more. */
static void
tell_time(struct worker *w)
{
	struct intake *in = &w->intake;
	const struct eventqueue_mark mark = {
		.now = in->reached,
		.offset = in->wall_offset,
		.dropped = in->missing,
	};

	if (eventqueue_mark(w->queue, &mark))
		in->missing = false;
	if (eventqueue_push(w->queue))
		eventfd_write(w->crew->wake, 1);
}

static void
read_round(struct worker *w)
{
	intake_tick(&w->intake, w->window);
	tell_time(w);
}

/* The main thread comes first: it asks rarely, and does not stay. */
static void
one_round(struct worker *w, struct pollfd *ready, nfds_t *count)
{
	pthread_mutex_lock(&w->lock);
	while (atomic_load(&w->asked) > 0)
		pthread_cond_wait(&w->free, &w->lock);
	read_round(w);
	*count = 1;
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (w->descriptors[i] >= 0)
			ready[(*count)++] =
			    (struct pollfd){ .fd = w->descriptors[i],
				    .events = POLLIN };
	pthread_mutex_unlock(&w->lock);
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	struct pollfd ready[1 + INTERFACES_MOST] = { { .fd = w->stop,
	    .events = POLLIN } };
	nfds_t count = 1;

	do {
		one_round(w, ready, &count);
		poll(ready, count, ROUND_MS);
	} while (ready[0].revents == 0);
	return NULL;
}

/* Wait for the end of its round, and keep it from the next one. */
static void
stop_rounds(struct worker *w)
{
	atomic_fetch_add(&w->asked, 1);
	pthread_mutex_lock(&w->lock);
	atomic_fetch_sub(&w->asked, 1);
}

static void
go_on(struct worker *w)
{
	pthread_cond_signal(&w->free);
	pthread_mutex_unlock(&w->lock);
}

/* All readers together have the part of one, and what they merge as well. */
static void
set_budget(struct worker *w, const struct config *config)
{
	const size_t readers = w->crew->setup.workers + 1;

	budget_set(w->budget, config->limits.memory / (2 * readers));
	budget_reserve(w->budget, BUDGET_MERGE,
	    interfaces_end(w->interfaces) > 1
		? config->limits.memory / (16 * readers)
		: 0);
}

static struct config_rooms
rooms_of(struct worker *w, struct config *config)
{
	struct config_rooms rooms = { .matcher.methods = NULL };

	set_budget(w, config);
	config_limits(config, w->crew->setup.key, w->budget, &rooms);
	return rooms;
}

/* A quarter of the memory is for the queues, a power of two for each; the
 * others for what waits for slower threads. */
static size_t
queue_octets(const struct crew_setup *setup)
{
	const size_t most =
	    budget_share_guaranteed(setup->memory) / 4 / setup->workers;
	size_t octets = QUEUE_LEAST;

	while (2 * octets <= most)
		octets *= 2;
	return octets;
}

static bool
prepare(struct worker *w, struct crew *crew)
{
	const struct crew_setup *setup = &crew->setup;
	const size_t octets = queue_octets(setup);
	struct config_rooms rooms;

	w->crew = crew;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->free, NULL);
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		w->descriptors[i] = -1;
	w->stop = eventfd(0, EFD_CLOEXEC);
	w->queue = eventqueue_new(octets, setup->key);
	w->interfaces = interfaces_new(&(struct interfaces_setup){
	    .output = intake_packet,
	    .output_arg = &w->intake,
	    .watch = watch,
	    .watch_arg = w,
	    .fanout = setup->fanout,
	    .log = &silent,
	});
	w->intake.interfaces = w->interfaces;
	w->budget = budget_new(setup->config->limits.memory);
	if (w->budget == NULL || w->interfaces == NULL || w->queue == NULL)
		return false;
	budget_note(setup->memory, octets);
	w->noted = octets;
	w->window = setup->config->capture.merge_window;
	rooms = rooms_of(w, setup->config);
	w->reader = reader_new(&rooms.reader,
	    &(struct reader_output){ .event = on_event, .arg = w });
	w->intake.reader = w->reader;
	return w->stop >= 0 && w->reader != NULL &&
	    intake_init(&w->intake, wallclock_monotonic());
}

struct crew *
crew_new(const struct crew_setup *setup)
{
	struct crew *crew = calloc(
	    1, sizeof(*crew) + setup->workers * sizeof(crew->workers[0]));
	bool made = crew != NULL;

	if (made) {
		crew->setup = *setup;
		crew->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		crew->merge = eventmerge_new(setup->workers + 1, HELD,
		    setup->memory, setup->output, setup->arg);
		made = crew->wake >= 0 && crew->merge != NULL;
	}
	while (made && crew->count < setup->workers) {
		struct worker *w = &crew->workers[crew->count++];

		made = prepare(w, crew);
	}
	if (made)
		return crew;
	log_error(setup->log, "out of memory; lower [capture] workers");
	crew_free(crew);
	return NULL;
}

static void
end(struct worker *w)
{
	if (w->runs) {
		eventfd_write(w->stop, 1);
		pthread_join(w->thread, NULL);
	}
	interfaces_free(w->interfaces);
	intake_done(&w->intake);
	reader_free(w->reader);
	budget_free(w->budget);
	eventqueue_free(w->queue);
	budget_undo(w->crew->setup.memory, w->noted);
	if (w->stop >= 0)
		close(w->stop);
	pthread_cond_destroy(&w->free);
	pthread_mutex_destroy(&w->lock);
}

void
crew_free(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (unsigned i = 0; i < crew->count; i++)
		end(&crew->workers[i]);
	eventmerge_free(crew->merge);
	if (crew->wake >= 0)
		close(crew->wake);
	free(crew);
}

int
crew_descriptor(const struct crew *crew)
{
	return crew->wake;
}

/* Readers of the merge: the main thread is 0. */
static void
merge_event(struct crew *crew, unsigned reader, const struct event *event)
{
	if (!eventmerge_input(crew->merge, reader, event))
		crew->missing = true;
}

void
crew_event(void *crew, const struct event *event)
{
	merge_event(crew, 0, event);
}

/* How far its thread has come; INT64_MIN: nothing new is known. */
static nstime
take(struct crew *crew, unsigned i)
{
	struct eventqueue *queue = crew->workers[i].queue;
	struct eventqueue_entry entry;
	nstime reached = INT64_MIN;

	for (int n = 0; n < AT_ONCE && eventqueue_next(queue, &entry); n++) {
		if (entry.event != NULL) {
			merge_event(crew, i + 1, entry.event);
		} else {
			reached = entry.mark->now;
			crew->missing = crew->missing || entry.mark->dropped;
		}
		eventqueue_done(queue);
	}
	return reached;
}

nstime
crew_collect(struct crew *crew, nstime own, bool *missing)
{
	eventfd_t woken;

	eventfd_read(crew->wake, &woken);
	for (unsigned i = 0; i < crew->count; i++) {
		const nstime reached = take(crew, i);

		if (reached != INT64_MIN)
			eventmerge_reached(crew->merge, i + 1, reached);
	}
	eventmerge_reached(crew->merge, 0, own);
	*missing = *missing || crew->missing;
	crew->missing = false;
	return eventmerge_all_reached(crew->merge);
}

int
crew_set(
    struct crew *crew, const struct options *options, struct config *config)
{
	int error = 0;

	for (unsigned i = 0; error == 0 && i < crew->count; i++) {
		struct worker *w = &crew->workers[i];
		struct config_rooms rooms;

		stop_rounds(w);
		w->window = config->capture.merge_window;
		error = selection_set(w->interfaces, options, config, &silent);
		rooms = rooms_of(w, config);
		reader_set(w->reader, &rooms.reader);
		intake_changed(&w->intake);
		if (error == 0 &&
		    !intake_order(
			&w->intake, budget_share(w->budget, BUDGET_MERGE)))
			error = -ENOMEM;
		go_on(w);
	}
	return error;
}

bool
crew_start(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];

		w->runs = thread_start(&w->thread, run, w) == 0;
		if (!w->runs)
			return false;
	}
	return true;
}

void
crew_stop(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		stop_rounds(&crew->workers[i]);
}

void
crew_go_on(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		go_on(&crew->workers[i]);
}

unsigned
crew_count(const struct crew *crew)
{
	return crew->count;
}

void
crew_keep(struct crew *crew, struct packetring *const *rings)
{
	for (unsigned i = 0; i < crew->count; i++)
		crew->workers[i].intake.ring = rings == NULL ? NULL : rings[i];
}

void
crew_look_after(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		stop_rounds(&crew->workers[i]);
		interfaces_look_after(crew->workers[i].interfaces);
		go_on(&crew->workers[i]);
	}
}

void
crew_clock_set(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];

		stop_rounds(w);
		intake_clock_set(&w->intake);
		go_on(w);
	}
}

void
crew_passages(struct crew *crew, struct passage passages[INTERFACES_MOST])
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];

		stop_rounds(w);
		for (size_t slot = 0; slot < INTERFACES_MOST; slot++) {
			struct passage *p = &w->intake.passages[slot];

			passages[slot].captured += p->captured;
			passages[slot].dropped += p->dropped;
			p->captured = 0;
			p->dropped = 0;
		}
		go_on(w);
	}
}

void
crew_counts(struct crew *crew, struct reader_counts *counts)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];
		struct reader_counts one;

		stop_rounds(w);
		reader_counts(w->reader, &one);
		go_on(w);
		counts->packets += one.packets;
		counts->messages += one.messages;
		counts->signalling += one.signalling;
		counts->recovered += one.recovered;
	}
}

void
crew_totals(struct crew *crew, struct totals *totals)
{
	uint64_t full = 0;

	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];

		stop_rounds(w);
		reader_stats(w->reader, totals_gather, totals);
		if (w->intake.merge != NULL)
			merge_stats(w->intake.merge, totals_gather, totals);
		full += w->full;
		go_on(w);
	}
	totals_gather(totals, COUNTER_LIMIT, "crew.full", full);
	eventmerge_stats(crew->merge, totals_gather, totals);
}

void
crew_unlisted(struct crew *crew, struct porttally *tally)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->workers[i];
		const struct porttally *one;

		stop_rounds(w);
		one = reader_unlisted(w->reader);
		for (size_t n = 0; n < one->count; n++)
			porttally_add(
			    tally, one->entries[n].port, one->entries[n].count);
		tally->others += one->others;
		go_on(w);
	}
}
