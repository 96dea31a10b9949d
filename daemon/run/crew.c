/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crew.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pipeline/eventmerge.h"
#include "run/crewworker.h"

enum {
	QUEUE_LEAST = 64 * 1024,
	HELD = 128 * 1024,  /* events that wait for slower threads */
	AT_ONCE = 64 * 1024 /* entries taken of one thread, so that the loop
			     * sees its other events in between */
};

struct crew {
	struct crew_setup setup;
	struct eventmerge *merge;
	int wake;     /* an eventfd */
	bool missing; /* events, since they were last collected */
	unsigned count;
	struct crewworker workers[];
};

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
prepare(struct crew *crew)
{
	const struct crew_setup *setup = &crew->setup;
	const unsigned number = crew->count++;
	struct crewworker *const w = &crew->workers[number];

	w->told = INT64_MIN;
	return crewworker_init(w,
	    &(struct crewworker_setup){
		.readers = setup->workers + 1,
		.fanout = setup->fanout,
		.config = setup->config,
		.key = setup->key,
		.memory = setup->memory,
		.queue = queue_octets(setup),
		.keys = setup->keys,
		.number = number,
		.wake = &crew->wake,
	    });
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
	while (made && crew->count < setup->workers)
		made = prepare(crew);
	if (made)
		return crew;
	log_error(setup->log, "out of memory; lower [capture] workers");
	crew_free(crew);
	return NULL;
}

void
crew_free(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (unsigned i = 0; i < crew->count; i++)
		crewworker_done(&crew->workers[i]);
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

static void
take(struct crew *crew, unsigned i)
{
	struct crewworker *const w = &crew->workers[i];
	struct eventqueue_entry entry;

	for (int n = 0; n < AT_ONCE && eventqueue_next(w->queue, &entry); n++) {
		if (entry.event != NULL) {
			merge_event(crew, i + 1, entry.event);
		} else {
			w->told = entry.mark->now;
			crew->missing = crew->missing || entry.mark->dropped;
		}
		eventqueue_done(w->queue);
	}
}

/* All is taken before any of it is handed on: what one thread lost may have
 * been the answer to what another one saw. */
nstime
crew_collect(struct crew *crew, nstime own)
{
	eventfd_t woken;

	eventfd_read(crew->wake, &woken);
	for (unsigned i = 0; i < crew->count; i++)
		take(crew, i);
	if (crew->missing)
		crew->setup.missing(crew->setup.arg);
	crew->missing = false;
	for (unsigned i = 0; i < crew->count; i++)
		eventmerge_reached(crew->merge, i + 1, crew->workers[i].told);
	eventmerge_reached(crew->merge, 0, own);
	return eventmerge_all_reached(crew->merge);
}

int
crew_set(
    struct crew *crew, const struct options *options, struct config *config)
{
	int error = 0;

	for (unsigned i = 0; error == 0 && i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];

		crewworker_pause(w);
		error = crewworker_set(w, options, config);
		crewworker_go_on(w);
	}
	return error;
}

bool
crew_start(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		if (!crewworker_start(&crew->workers[i]))
			return false;
	return true;
}

void
crew_stop(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		crewworker_pause(&crew->workers[i]);
}

void
crew_go_on(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		crewworker_go_on(&crew->workers[i]);
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
		crewworker_pause(&crew->workers[i]);
		interfaces_look_after(crew->workers[i].interfaces);
		crewworker_go_on(&crew->workers[i]);
	}
}

void
crew_clock_set(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];

		crewworker_pause(w);
		intake_clock_set(&w->intake);
		crewworker_go_on(w);
	}
}

void
crew_passages(struct crew *crew, struct passage passages[INTERFACES_MOST])
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];

		crewworker_pause(w);
		for (size_t slot = 0; slot < INTERFACES_MOST; slot++) {
			struct passage *p = &w->intake.passages[slot];

			passages[slot].captured += p->captured;
			passages[slot].dropped += p->dropped;
			p->captured = 0;
			p->dropped = 0;
		}
		crewworker_go_on(w);
	}
}

void
crew_counts(struct crew *crew, struct reader_counts *counts)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];
		struct reader_counts one;

		crewworker_pause(w);
		reader_counts(w->reader, &one);
		crewworker_go_on(w);
		counts->packets += one.packets;
		counts->messages += one.messages;
		counts->signalling += one.signalling;
		counts->recovered += one.recovered;
	}
}

void
crew_decrypted(struct crew *crew, struct decrypt_counts *counts)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];
		struct decrypt_counts one = { .opened = 0 };

		crewworker_pause(w);
		reader_decrypted(w->reader, &one);
		crewworker_go_on(w);
		counts->opened += one.opened;
		for (size_t n = 0; n < DECRYPT_REASONS; n++)
			counts->refused[n] += one.refused[n];
	}
}

void
crew_totals(struct crew *crew, struct totals *totals)
{
	uint64_t full = 0;

	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];

		crewworker_pause(w);
		reader_stats(w->reader, totals_gather, totals);
		if (w->intake.merge != NULL)
			merge_stats(w->intake.merge, totals_gather, totals);
		full += w->full;
		crewworker_go_on(w);
	}
	totals_gather(totals, COUNTER_LIMIT, "crew.full", full);
	eventmerge_stats(crew->merge, totals_gather, totals);
	if (crew->setup.keys != NULL)
		keyhub_stats(crew->setup.keys, totals_gather, totals);
}

void
crew_unlisted(struct crew *crew, struct porttally *tally)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct crewworker *w = &crew->workers[i];
		const struct porttally *one;

		crewworker_pause(w);
		one = reader_unlisted(w->reader);
		for (size_t n = 0; n < one->count; n++)
			porttally_add(
			    tally, one->entries[n].port, one->entries[n].count);
		tally->others += one->others;
		crewworker_go_on(w);
	}
}
