/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crewworker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/selection.h"
#include "host/thread.h"
#include "host/wallclock.h"

enum { ROUND_MS = 20 };

/* What there is to say of interfaces, the main thread says. */
static const struct log silent = { .silent = true };

static void
on_event(void *arg, const struct event *event)
{
	struct crewworker *w = arg;

	if (eventqueue_give(w->queue, event))
		return;
	w->full++;
	w->intake.missing = true;
}

static void
watch(void *arg, size_t slot, int descriptor)
{
	struct crewworker *w = arg;

	w->descriptors[slot] = descriptor;
}

/* Marks that find no room are not missed: the next one says more. */
static void
tell_time(struct crewworker *w)
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
		eventfd_write(*w->setup.wake, 1);
}

static void
read_round(struct crewworker *w)
{
	if (w->setup.keys != NULL)
		keyhub_take(w->setup.keys, w->setup.number);
	intake_tick(&w->intake, w->window);
	tell_time(w);
}

static void
one_round(struct crewworker *w, struct pollfd *ready, nfds_t *count)
{
	rounds_begin(&w->rounds);
	read_round(w);
	*count = 1;
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (w->descriptors[i] >= 0)
			ready[(*count)++] =
			    (struct pollfd){ .fd = w->descriptors[i],
				    .events = POLLIN };
	rounds_end(&w->rounds);
}

static void *
run(void *arg)
{
	struct crewworker *w = arg;
	struct pollfd ready[1 + INTERFACES_MOST] = { { .fd = w->stop,
	    .events = POLLIN } };
	nfds_t count = 1;

	do {
		one_round(w, ready, &count);
		poll(ready, count, ROUND_MS);
	} while (ready[0].revents == 0);
	return NULL;
}

void
crewworker_pause(struct crewworker *w)
{
	rounds_pause(&w->rounds, NULL, NULL);
}

void
crewworker_go_on(struct crewworker *w)
{
	rounds_go_on(&w->rounds);
}

/* All readers together have the part of one, and what they merge as well. */
static void
set_budget(struct crewworker *w, const struct config *config)
{
	const size_t readers = w->setup.readers;

	budget_set(w->budget, config->limits.memory / (2 * readers));
	budget_reserve(w->budget, BUDGET_MERGE,
	    interfaces_end(w->interfaces) > 1
		? config->limits.memory / (16 * readers)
		: 0);
}

static struct config_rooms
rooms_of(struct crewworker *w, struct config *config)
{
	struct config_rooms rooms = { .matcher.methods = NULL };

	set_budget(w, config);
	config_limits(config, w->setup.key, w->budget, &rooms);
	return rooms;
}

bool
crewworker_init(struct crewworker *w, const struct crewworker_setup *setup)
{
	struct config_rooms rooms;

	w->setup = *setup;
	rounds_init(&w->rounds);
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		w->descriptors[i] = -1;
	w->stop = eventfd(0, EFD_CLOEXEC);
	w->queue = eventqueue_new(setup->queue, setup->key);
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
	budget_note(setup->memory, setup->queue);
	w->noted = setup->queue;
	w->window = setup->config->capture.merge_window;
	rooms = rooms_of(w, setup->config);
	if (setup->keys != NULL)
		rooms.reader.secrets =
		    keyhub_secrets(setup->keys, setup->number);
	w->reader = reader_new(&rooms.reader,
	    &(struct reader_output){ .event = on_event, .arg = w });
	w->intake.reader = w->reader;
	return w->stop >= 0 && w->reader != NULL &&
	    intake_init(&w->intake, wallclock_monotonic());
}

void
crewworker_done(struct crewworker *w)
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
	budget_undo(w->setup.memory, w->noted);
	if (w->stop >= 0)
		close(w->stop);
	rounds_done(&w->rounds);
}

bool
crewworker_start(struct crewworker *w)
{
	w->runs = thread_start(&w->thread, run, w) == 0;
	return w->runs;
}

int
crewworker_set(
    struct crewworker *w, const struct options *options, struct config *config)
{
	int error = selection_set(w->interfaces, options, config, &silent);
	const struct config_rooms rooms = rooms_of(w, config);

	w->window = config->capture.merge_window;
	reader_set(w->reader, &rooms.reader);
	intake_changed(&w->intake);
	if (error == 0 &&
	    !intake_order(&w->intake, budget_share(w->budget, BUDGET_MERGE)))
		error = -ENOMEM;
	return error;
}
