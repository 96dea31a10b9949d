/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/merge.h"

#include <stdlib.h>

#include "base/timerq.h"

struct held {
	struct timerq_entry order; /* its deadline is the packet's now */
	struct packet packet;
	uint8_t octets[];
};

struct merge {
	struct budget_share *memory;
	merge_output *output;
	void *arg;
	struct timerq *queue;
	nstime left; /* of the last packet that left */
	size_t octets;
	uint64_t early, late, no_memory;
};

struct merge *
merge_new(struct budget_share *memory, merge_output *output, void *arg)
{
	struct merge *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->memory = memory;
	m->output = output;
	m->arg = arg;
	m->left = INT64_MIN;
	m->queue = timerq_new();
	if (m->queue != NULL)
		return m;
	free(m);
	return NULL;
}

static struct held *
first(const struct merge *m)
{
	struct timerq_entry *entry = timerq_due(m->queue, NSTIME_NEVER);

	return (struct held *)(void *)entry;
}

static size_t
cost(const struct held *held)
{
	return sizeof(*held) + held->packet.octets.len + BUDGET_OVERHEAD;
}

static void
drop(struct merge *m, struct held *held)
{
	timerq_cancel(m->queue, &held->order);
	m->octets -= cost(held);
	budget_undo(m->memory, cost(held));
	free(held);
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	while (first(m) != NULL)
		drop(m, first(m));
	timerq_free(m->queue);
	free(m);
}

static void
release(struct merge *m, struct held *held)
{
	m->left = held->packet.now;
	m->output(m->arg, &held->packet);
	drop(m, held);
}

/* A packet that comes after younger ones left is handed on as if it came
 * with the last of them: time only moves forward. */
static struct held *
copy(struct merge *m, const struct packet *packet)
{
	struct held *held = calloc(1, sizeof(*held) + packet->octets.len);

	if (held == NULL)
		return NULL;
	held->packet = *packet;
	if (packet->octets.len > 0)
		memcpy(held->octets, packet->octets.p, packet->octets.len);
	held->packet.octets = slice_of(held->octets, packet->octets.len);
	if (held->packet.now < m->left) {
		held->packet.now = m->left;
		m->late++;
	}
	return held;
}

void
merge_input(struct merge *m, const struct packet *packet)
{
	struct held *held = copy(m, packet);

	if (held == NULL ||
	    !timerq_set(m->queue, &held->order, held->packet.now)) {
		free(held);
		m->no_memory++;
		return;
	}
	m->octets += cost(held);
	budget_note(m->memory, cost(held));
	while (m->octets > budget_share_guaranteed(m->memory)) {
		release(m, first(m));
		m->early++;
	}
}

void
merge_tick(struct merge *m, nstime passed)
{
	while (first(m) != NULL && first(m)->packet.now <= passed)
		release(m, first(m));
}

void
merge_flush(struct merge *m)
{
	while (first(m) != NULL)
		release(m, first(m));
}

void
merge_stats(const struct merge *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "merge.early", m->early);
	output(arg, COUNTER_EVENT, "merge.late", m->late);
	output(arg, COUNTER_LIMIT, "merge.no_memory", m->no_memory);
}
