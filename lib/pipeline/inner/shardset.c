/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/shardset.h"

void
shardset_hole(const struct shardset *s, nstime from, nstime until)
{
	for (unsigned i = 0; i < s->count; i++)
		callshard_hole(s->shards[i], from, until);
}

void
shardset_close(const struct shardset *s, nstime now)
{
	for (unsigned i = 0; i < s->count; i++)
		callshard_close(s->shards[i], now);
}

size_t
shardset_open(const struct shardset *s)
{
	size_t sum = 0;

	for (unsigned i = 0; i < s->count; i++)
		sum += callshard_open(s->shards[i]);
	return sum;
}

uint64_t
shardset_not_watched(const struct shardset *s, uint16_t port)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->count; i++)
		sum += callshard_not_watched(s->shards[i], port);
	return sum;
}

static void
hold(const struct shardset *s)
{
	if (s->hold != NULL)
		s->hold(s->arg);
}

static void
go_on(const struct shardset *s)
{
	if (s->go_on != NULL)
		s->go_on(s->arg);
}

struct slowest {
	struct txntable_waiting waiting[TXNTABLE_SLOWEST];
	size_t count, most;
};

static void
on_waiting(void *arg, const struct txntable_waiting *waiting)
{
	struct slowest *s = arg;
	size_t at = s->count;

	if (s->count == s->most) {
		if (at == 0 || s->waiting[at - 1].sent <= waiting->sent)
			return;
		at--;
	} else {
		s->count++;
	}
	for (; at > 0 && s->waiting[at - 1].sent > waiting->sent; at--)
		s->waiting[at] = s->waiting[at - 1];
	s->waiting[at] = *waiting;
}

void
shardset_slowest(const struct shardset *s, size_t most,
    txntable_waiting_output *output, void *arg)
{
	struct slowest slowest = {
		.most = most < TXNTABLE_SLOWEST ? most : TXNTABLE_SLOWEST
	};

	hold(s);
	for (unsigned i = 0; i < s->count; i++)
		callshard_slowest(s->shards[i], most, on_waiting, &slowest);
	for (size_t i = 0; i < slowest.count; i++)
		output(arg, &slowest.waiting[i]);
	go_on(s);
}

void
shardset_stats(const struct shardset *s, counter_output *output, void *arg)
{
	hold(s);
	for (unsigned i = 0; i < s->count; i++)
		callshard_stats(s->shards[i], output, arg);
	go_on(s);
}
