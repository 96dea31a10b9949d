/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/halves.h"

#include <stdlib.h>

#include "base/timerq.h"

/* leg 0: the call as a whole, which was wanted. */
struct halves_key {
	uint64_t call;
	uint64_t leg;
};

struct halves_half {
	struct lru_entry entry;
	struct timerq_entry timer;
	struct halves_key key;
	bool is_request, alone;
	struct wire_want want;
};

struct halves {
	struct halves_limits limits;
	halves_want *want;
	void *arg;
	struct lru *known;
	struct timerq *timers;
	uint64_t joined, alone, no_memory;
};

static bool
same_key(const struct table_entry *entry, const void *key)
{
	return memcmp(&((const struct halves_half *)entry)->key, key,
		   sizeof(struct halves_key)) == 0;
}

static void
on_done(void *arg, void *object)
{
	struct halves *h = arg;

	timerq_cancel(h->timers, &((struct halves_half *)object)->timer);
}

struct halves *
halves_new(const struct halves_limits *limits, halves_want *want, void *arg)
{
	struct halves *h = calloc(1, sizeof(*h));
	const struct lru_setup setup = {
		.limit = limits->halves,
		.octets = sizeof(struct halves_half),
		.memory = limits->memory,
		.equal = same_key,
		.done = on_done,
		.arg = h,
	};

	if (h == NULL)
		return NULL;
	h->limits = *limits;
	h->want = want;
	h->arg = arg;
	h->timers = timerq_new();
	h->known = lru_new(&setup, &limits->key);
	if (h->timers != NULL && h->known != NULL)
		return h;
	halves_free(h);
	return NULL;
}

void
halves_free(struct halves *h)
{
	if (h == NULL)
		return;
	lru_free(h->known);
	timerq_free(h->timers);
	free(h);
}

static struct halves_half *
find(const struct halves *h, uint64_t call, uint32_t leg)
{
	const struct halves_key key = { call, leg };

	return lru_find(
	    h->known, lru_hash(h->known, slice_of(&key, sizeof(key))), &key);
}

static struct halves_half *
add(struct halves *h, uint64_t call, uint32_t leg, nstime until)
{
	const struct halves_key key = { call, leg };
	struct halves_half *half =
	    lru_add(h->known, lru_hash(h->known, slice_of(&key, sizeof(key))));

	if (half == NULL) {
		h->no_memory++;
		return NULL;
	}
	half->key = key;
	if (timerq_set(h->timers, &half->timer, until))
		return half;
	lru_forget(h->known, half);
	h->no_memory++;
	return NULL;
}

static bool
is_wanted(const struct halves *h, uint64_t call)
{
	return find(h, call, 0) != NULL;
}

/* Each sensor remembers it as long as we do.  False: it was wanted before. */
static bool
note_wanted(struct halves *h, uint64_t call, nstime reached)
{
	if (is_wanted(h, call))
		return false;
	add(h, call, 0, nstime_after(reached, h->limits.kept));
	return true;
}

void
halves_asked(struct halves *h, const struct wire_want *call, nstime reached)
{
	note_wanted(h, call->call, reached);
}

void
halves_told(struct halves *h, const struct wire_want *call, nstime reached)
{
	if (note_wanted(h, call->call, reached))
		h->want(h->arg, call);
}

bool
halves_input(struct halves *h, const struct wire_half *in, nstime reached,
    struct wire_want *joined)
{
	const struct wire_want want = { in->call, in->client, in->server,
		true };
	struct halves_half *other = find(h, in->call, in->leg);
	struct halves_half *half;
	const nstime since = in->now > reached ? in->now : reached;

	if (is_wanted(h, in->call))
		return false;
	if (other != NULL) {
		if (other->is_request == in->is_request)
			return false; /* seen by two */
		h->joined++;
		*joined = in->is_request ? want : other->want;
		lru_forget(h->known, other);
		return true;
	}
	half = add(h, in->call, in->leg,
	    nstime_after(
		since, in->is_request ? h->limits.wait : h->limits.kept));
	if (half == NULL)
		return false;
	half->is_request = in->is_request;
	half->want = want;
	return false;
}

void
halves_tick(struct halves *h, nstime reached)
{
	struct timerq_entry *timer;

	while ((timer = timerq_due(h->timers, reached)) != NULL) {
		struct halves_half *half =
		    (struct halves_half *)(void *)((uint8_t *)timer -
			offsetof(struct halves_half, timer));
		const struct wire_want wanted = half->want;
		const bool alone = half->key.leg != 0 && half->is_request;

		lru_forget(h->known, half);
		if (!alone)
			continue;
		h->alone++;
		halves_told(h, &wanted, reached);
	}
}

/* What came without an address is no state of ours. */
static void
save_half(
    const struct halves *h, const struct halves_half *half, struct record *r)
{
	const struct wire_want *w = &half->want;
	const bool has_ends =
	    w->client.version != 0 && w->server.address.version != 0;

	record_u64(r, half->key.call);
	record_u32(r, (uint32_t)half->key.leg);
	record_time(r, timerq_deadline(h->timers, &half->timer));
	record_flag(r, half->is_request && has_ends);
	if (!half->is_request || !has_ends)
		return;
	endpoint_address_save(r, &w->client);
	endpoint_save(r, &w->server);
}

void
halves_save(const struct halves *h, struct record *r)
{
	for (const struct halves_half *half = lru_oldest(h->known);
	     half != NULL; half = lru_newer(half)) {
		record_more(r, true);
		save_half(h, half, r);
	}
	record_more(r, false);
}

void
halves_load(struct halves *h, struct cursor *c)
{
	while (record_read_more(c)) {
		const uint64_t call = cursor_le64(c);
		const uint32_t leg = cursor_le32(c);
		const nstime deadline = (nstime)cursor_le64(c);
		struct wire_want w = { .call = call, .suspect = true };
		const bool is_request = record_read_flag(c);
		struct halves_half *half;

		if (is_request) {
			w.client = endpoint_address_load(c);
			w.server = endpoint_load(c);
		}
		if (c->bad)
			return;
		half = find(h, call, leg) != NULL ? NULL
						  : add(h, call, leg, deadline);
		if (half == NULL)
			continue;
		half->is_request = is_request;
		half->want = w;
	}
}

void
halves_stats(const struct halves *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "halves.joined", h->joined);
	output(arg, COUNTER_OTHER, "halves.alone", h->alone);
	output(arg, COUNTER_LIMIT, "halves.evicted", lru_evicted(h->known));
	output(arg, COUNTER_LIMIT, "halves.no_memory", h->no_memory);
}
