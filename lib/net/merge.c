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
	struct merge_limits limits;
	merge_output *output;
	void *arg;
	struct timerq *queue;
	nstime *reached; /* the latest stamp of each source */
	nstime left;     /* of the last packet that left */
	size_t octets;
	uint64_t early, late, no_memory;
};

struct merge *
merge_new(const struct merge_limits *limits, merge_output *output, void *arg)
{
	struct merge *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->limits = *limits;
	m->output = output;
	m->arg = arg;
	m->left = INT64_MIN;
	m->queue = timerq_new();
	m->reached = calloc(limits->sources, sizeof(*m->reached));
	if (m->queue != NULL && m->reached != NULL)
		return m;
	merge_free(m);
	return NULL;
}

static struct held *
first(const struct merge *m)
{
	struct timerq_entry *entry = timerq_due(m->queue, NSTIME_NEVER);

	return (struct held *)(void *)entry;
}

static void
drop(struct merge *m, struct held *held)
{
	timerq_cancel(m->queue, &held->order);
	m->octets -= sizeof(*held) + held->packet.octets.len;
	free(held);
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	while (m->queue != NULL && first(m) != NULL)
		drop(m, first(m));
	timerq_free(m->queue);
	free(m->reached);
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

	if (packet->source < m->limits.sources &&
	    packet->now > m->reached[packet->source])
		m->reached[packet->source] = packet->now;
	if (held == NULL ||
	    !timerq_set(m->queue, &held->order, held->packet.now)) {
		free(held);
		m->no_memory++;
		return;
	}
	m->octets += sizeof(*held) + packet->octets.len;
	while (m->octets > m->limits.octets) {
		release(m, first(m));
		m->early++;
	}
}

nstime
merge_passed(const struct merge *m, nstime now)
{
	nstime passed = now;

	for (unsigned i = 0; i < m->limits.sources; i++) {
		nstime reached = now - m->limits.window;

		if (m->reached[i] > reached)
			reached = m->reached[i];
		if (reached < passed)
			passed = reached;
	}
	return passed;
}

void
merge_tick(struct merge *m, nstime now)
{
	const nstime passed = merge_passed(m, now);

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
	output(arg, "merge.early", m->early);
	output(arg, "merge.late", m->late);
	output(arg, "merge.no_memory", m->no_memory);
}
