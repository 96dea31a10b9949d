/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/shards.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/rounds.h"
#include "host/thread.h"
#include "pipeline/eventmerge.h"
#include "pipeline/shardstream.h"
#include "run/eventqueue.h"

enum {
	QUEUE = 512 * 1024,  /* more than fits near a processor is slower */
	HELD = 128 * 1024,   /* events that wait for slower shards */
	AT_ONCE = 64 * 1024, /* entries taken of one shard, so that the loop
			      * sees its other events in between */
	ROUND = 256,         /* entries between two looks at who asks */
	PATIENCE_MS = 20     /* .. at most, to look again */
};

struct shard {
	struct shards *all;
	pthread_t thread;
	bool runs;
	atomic_bool is_over;

	/* Of whoever holds the lock: the thread for each round, and the main
	 * thread when it asks or changes something. */
	struct rounds rounds;
	struct budget *budget;
	struct shardstream *stream;
	bool missing; /* what was to come back, since the last mark */
	nstime came;  /* of the main thread: how far it has said it is */

	struct eventqueue *in, *out;
};

struct shards {
	struct shards_setup setup;
	struct budget_share *memory; /* of what is on its way */
	size_t noted;                /* .. for the queues */
	struct eventmerge *merge;
	uint64_t sequence;
	uint64_t no_memory;
	int progress;           /* an eventfd, for a main thread that waits */
	atomic_bool is_awaited; /* .. as it does now */
	bool ends;              /* nobody wants what comes back */
	bool settles;           /* an event, at present */
	unsigned held;          /* times */
	struct callshard **rooms;
	unsigned count;
	struct shard shards[];
};

/* Of the threads. */

static void
wake_main(struct shards *all)
{
	eventfd_write(all->setup.wake, 1);
	if (atomic_load(&all->is_awaited))
		eventfd_write(all->progress, 1);
}

static void
on_settled(void *arg, const struct event *event)
{
	struct shard *s = arg;
	const uint64_t lost = eventqueue_lost(s->out);

	while (!eventqueue_give(s->out, event)) {
		eventqueue_push(s->out);
		wake_main(s->all);
		eventqueue_wait_room(s->out);
	}
	s->missing = s->missing || eventqueue_lost(s->out) != lost;
}

static void
take_mark(struct shard *s, const struct eventqueue_mark *mark)
{
	struct eventqueue_mark back = *mark;

	shardstream_reached(s->stream, mark->now, mark->offset);
	back.dropped = s->missing;
	/* One that finds no room is not missed: the next one says more. */
	if (eventqueue_mark(s->out, &back))
		s->missing = false;
}

static void
one_round(struct shard *s)
{
	struct eventqueue_entry entry;

	rounds_begin(&s->rounds);
	for (int n = 0; n < ROUND && eventqueue_next(s->in, &entry); n++) {
		if (entry.event != NULL)
			shardstream_input(s->stream, entry.event);
		else
			take_mark(s, entry.mark);
		eventqueue_done(s->in);
	}
	eventqueue_push(s->out);
	rounds_end(&s->rounds);
	wake_main(s->all);
}

static void *
run(void *arg)
{
	struct shard *s = arg;

	while (eventqueue_wait(s->in))
		one_round(s);
	atomic_store(&s->is_over, true);
	wake_main(s->all);
	return NULL;
}

/* Of the main thread. */

static void
settle(void *arg, const struct event *event)
{
	struct shards *all = arg;

	all->settles = true;
	matcher_settle(all->setup.matcher, event);
	all->settles = false;
}

static void
hold_back(struct shards *all, unsigned stream, const struct event *event)
{
	if (all->ends || eventmerge_input(all->merge, stream, event))
		return;
	matcher_dropped(all->setup.matcher, event->now);
}

static void
take(struct shards *all, unsigned i)
{
	struct eventqueue *queue = all->shards[i].out;
	struct eventqueue_entry entry;

	for (int n = 0; n < AT_ONCE && eventqueue_next(queue, &entry); n++) {
		if (entry.event != NULL) {
			hold_back(all, i + 1, entry.event);
		} else {
			all->shards[i].came = entry.mark->now;
			if (entry.mark->dropped)
				matcher_dropped(
				    all->setup.matcher, entry.mark->now);
		}
		eventqueue_done(queue);
	}
}

/* Whoever asks us something while an event is settled gets no other before. */
static void
take_all(struct shards *all)
{
	for (unsigned i = 0; i < all->count; i++)
		take(all, i);
	for (unsigned i = 0; i < all->count; i++)
		if (!all->settles && !all->ends)
			eventmerge_reached(
			    all->merge, i + 1, all->shards[i].came);
}

/* A shard may wait for us to take what it has: so that is done meanwhile. */
static void
wait_for_progress(void *arg)
{
	struct shards *all = arg;
	struct pollfd ready = { .fd = all->progress, .events = POLLIN };
	eventfd_t woken;

	take_all(all);
	poll(&ready, 1, PATIENCE_MS);
	eventfd_read(all->progress, &woken);
}

static void
give(struct shards *all, struct eventqueue *queue, const struct event *event)
{
	const uint64_t lost = eventqueue_lost(queue);

	if (!eventqueue_give(queue, event)) {
		atomic_store(&all->is_awaited, true);
		while (!eventqueue_give(queue, event)) {
			eventqueue_push(queue);
			wait_for_progress(all);
		}
		atomic_store(&all->is_awaited, false);
	}
	if (eventqueue_lost(queue) != lost) {
		all->no_memory++;
		matcher_dropped(all->setup.matcher, event->now);
	}
}

/* The number of each orders those of one packet again. */
static void
route(void *arg, const struct event *event)
{
	struct shards *all = arg;
	struct event numbered = *event;

	numbered.sequence = ++all->sequence;
	if (event->kind != EVENT_MESSAGE)
		hold_back(all, 0, &numbered);
	else
		give(all,
		    all->shards[callshard_number(all->setup.key,
				    event->message.message, all->count)]
			.in,
		    &numbered);
}

static void
hold(void *arg)
{
	struct shards *all = arg;

	if (all->held++ > 0)
		return;
	atomic_store(&all->is_awaited, true);
	for (unsigned i = 0; i < all->count; i++)
		rounds_pause(&all->shards[i].rounds, wait_for_progress, all);
	atomic_store(&all->is_awaited, false);
}

static void
go_on(void *arg)
{
	struct shards *all = arg;

	if (--all->held > 0)
		return;
	for (unsigned i = 0; i < all->count; i++)
		rounds_go_on(&all->shards[i].rounds);
}

/*
 * Together they may hold what the matcher would: of a budget the rooms that
 * they use are guaranteed a fifth, and may get half as much again of what is
 * guaranteed to none.
 */
static size_t
budget_of_one(const struct shards *all)
{
	const size_t percent = budget_guaranteed(100, BUDGET_TRANSACTIONS);
	const size_t transactions = budget_share_guaranteed(
	    budget_share(all->setup.budget, BUDGET_TRANSACTIONS));

	return transactions / percent * 100 / 3 * 2 / all->setup.count;
}

static void
set_limits(struct shard *s, struct config *config, struct config_rooms *rooms)
{
	const struct shards *all = s->all;
	size_t *const most = &rooms->matcher.transactions.transactions;

	budget_set(s->budget, budget_of_one(all));
	config_limits(config, all->setup.key, s->budget, rooms);
	*most = (*most + all->setup.count - 1) / all->setup.count;
}

static bool
prepare(struct shard *s, struct shards *all)
{
	struct config_rooms rooms = { .matcher.methods = NULL };

	s->all = all;
	s->came = INT64_MIN;
	rounds_init(&s->rounds);
	s->in = eventqueue_new(QUEUE, all->setup.key);
	s->out = eventqueue_new(QUEUE, all->setup.key);
	s->budget = budget_new(budget_of_one(all));
	if (s->in == NULL || s->out == NULL || s->budget == NULL)
		return false;
	budget_note(all->memory, (size_t)2 * QUEUE);
	all->noted += (size_t)2 * QUEUE;
	set_limits(s, all->setup.config, &rooms);
	s->stream = shardstream_new(&rooms.matcher, on_settled, s);
	return s->stream != NULL;
}

static bool
build(struct shards *all)
{
	all->progress = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	all->memory = budget_share(all->setup.budget, BUDGET_HANDOVER);
	all->merge = eventmerge_new(
	    all->setup.count + 1, HELD, all->memory, settle, all);
	all->rooms = calloc(all->setup.count, sizeof(all->rooms[0]));
	if (all->progress < 0 || all->merge == NULL || all->rooms == NULL)
		return false;
	while (all->count < all->setup.count) {
		struct shard *s = &all->shards[all->count++];

		if (!prepare(s, all))
			return false;
		all->rooms[all->count - 1] = shardstream_shard(s->stream);
	}
	return true;
}

struct shards *
shards_new(const struct shards_setup *setup)
{
	struct shards *all =
	    calloc(1, sizeof(*all) + setup->count * sizeof(all->shards[0]));

	if (all != NULL) {
		all->setup = *setup;
		if (build(all)) {
			matcher_share(setup->matcher,
			    &(struct shardset){
				.shards = all->rooms,
				.count = all->count,
				.route = route,
				.hold = hold,
				.go_on = go_on,
				.arg = all,
			    });
			return all;
		}
	}
	log_error(setup->log, "out of memory; lower [capture] matchers");
	shards_free(all);
	return NULL;
}

bool
shards_start(struct shards *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct shard *s = &all->shards[i];

		s->runs = thread_start(&s->thread, run, s) == 0;
		if (!s->runs)
			return false;
	}
	return true;
}

/* It may wait for what it has to be taken. */
static void
end_thread(struct shard *s)
{
	struct shards *all = s->all;

	eventqueue_end(s->in);
	atomic_store(&all->is_awaited, true);
	while (!atomic_load(&s->is_over))
		wait_for_progress(all);
	pthread_join(s->thread, NULL);
}

static void
end(struct shard *s)
{
	shardstream_free(s->stream);
	budget_free(s->budget);
	eventqueue_free(s->in);
	eventqueue_free(s->out);
	rounds_done(&s->rounds);
}

void
shards_free(struct shards *all)
{
	if (all == NULL)
		return;
	all->ends = true;
	for (unsigned i = 0; i < all->count; i++)
		if (all->shards[i].runs)
			end_thread(&all->shards[i]);
	for (unsigned i = 0; i < all->count; i++)
		end(&all->shards[i]);
	eventmerge_free(all->merge);
	budget_undo(all->memory, all->noted);
	if (all->progress >= 0)
		close(all->progress);
	free(all->rooms);
	free(all);
}

nstime
shards_tick(struct shards *all, nstime now, nstime ahead)
{
	const struct eventqueue_mark mark = { .now = now, .offset = ahead };

	/* A mark that finds no room is not missed: the next one says more. */
	for (unsigned i = 0; i < all->count; i++) {
		eventqueue_mark(all->shards[i].in, &mark);
		eventqueue_push(all->shards[i].in);
	}
	take_all(all);
	eventmerge_reached(all->merge, 0, now);
	return eventmerge_all_reached(all->merge);
}

void
shards_set(struct shards *all, struct config *config)
{
	hold(all);
	for (unsigned i = 0; i < all->count; i++) {
		struct shard *s = &all->shards[i];
		struct config_rooms rooms = { .matcher.methods = NULL };

		set_limits(s, config, &rooms);
		callshard_set(all->rooms[i], &rooms.matcher);
	}
	go_on(all);
}

void
shards_totals(struct shards *all, struct totals *totals)
{
	uint64_t lost = all->no_memory;

	hold(all);
	for (unsigned i = 0; i < all->count; i++)
		lost += eventqueue_lost(all->shards[i].out);
	go_on(all);
	totals_gather(totals, COUNTER_LIMIT, "shards.no_memory", lost);
	eventmerge_stats(all->merge, totals_gather, totals);
}
