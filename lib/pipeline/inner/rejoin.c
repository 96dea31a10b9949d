/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/rejoin.h"

#include <stdlib.h>

#include "base/lru.h"
#include "pipeline/inner/gist.h"
#include "pipeline/inner/twins.h"

struct rejoin_key {
	uint64_t flow;
	uint64_t second; /* of its directions */
};

struct rejoin_way {
	struct lru_entry entry;
	struct rejoin_key key;
	bool sctp;
	struct endpoint from, to;
	bool from_is_server, to_is_server;
	uint32_t base;
};

struct rejoin {
	event_output *output;
	void *arg;
	struct twins *twins;
	struct lru *ways;
	struct reader *reader;
	uint64_t segments;
	uint64_t unknown, broken, no_memory;
	uint8_t payload[GIST_PAYLOAD];
};

static bool
same_way(const struct table_entry *entry, const void *key)
{
	return memcmp(&((const struct rejoin_way *)entry)->key, key,
		   sizeof(struct rejoin_key)) == 0;
}

/* Its own events may be of what a sensor saw whole. */
static void
on_event(void *arg, const struct event *event)
{
	const struct rejoin *r = arg;

	if (twins_pass(r->twins, event))
		r->output(r->arg, event);
}

static bool
build_rooms(struct rejoin *r, const struct rejoin_limits *limits)
{
	struct reader_limits *reader = malloc(sizeof(*reader));
	const struct lru_setup ways = {
		.limit = limits->facts,
		.octets = sizeof(struct rejoin_way),
		.equal = same_way,
	};

	if (reader == NULL)
		return false;
	*reader = limits->reader;
	reader->apart = true;
	reader->muted = ~0U;
	reader->secrets = NULL;
	r->reader = reader_new(
	    reader, &(struct reader_output){ .event = on_event, .arg = r });
	free(reader);
	r->ways = lru_new(&ways, &limits->key);
	r->twins = twins_new(limits->facts, &limits->key);
	return r->reader != NULL && r->ways != NULL && r->twins != NULL;
}

struct rejoin *
rejoin_new(const struct rejoin_limits *limits, event_output *output, void *arg)
{
	struct rejoin *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->output = output;
	r->arg = arg;
	if (build_rooms(r, limits))
		return r;
	rejoin_free(r);
	return NULL;
}

void
rejoin_free(struct rejoin *r)
{
	if (r == NULL)
		return;
	reader_free(r->reader);
	lru_free(r->ways);
	twins_free(r->twins);
	free(r);
}

static struct rejoin_way *
find(const struct rejoin *r, uint64_t flow, bool second)
{
	const struct rejoin_key key = { flow, second };

	return lru_find(
	    r->ways, lru_hash(r->ways, slice_of(&key, sizeof(key))), &key);
}

static struct rejoin_way *
add(struct rejoin *r, uint64_t flow, bool second)
{
	const struct rejoin_key key = { flow, second };
	struct rejoin_way *way =
	    lru_add(r->ways, lru_hash(r->ways, slice_of(&key, sizeof(key))));

	if (way == NULL)
		r->no_memory++;
	else
		way->key = key;
	return way;
}

static void
take_ends(struct rejoin_way *way, const struct event_segment *s)
{
	way->sctp = s->sctp;
	way->from = s->from;
	way->to = s->to;
	way->from_is_server = s->from_is_server;
	way->to_is_server = s->to_is_server;
	way->base = s->base;
}

/* The ends of a segment were told now or before.  False: they were not. */
static bool
complete(struct rejoin *r, struct event *e)
{
	struct event_segment *s = &e->segment;
	struct rejoin_way *way = find(r, e->flow, s->second);

	if (way == NULL && s->told)
		way = add(r, e->flow, s->second);
	if (way == NULL) {
		r->unknown += !s->told;
		return false;
	}
	lru_use(r->ways, way);
	if (s->told) {
		take_ends(way, s);
		return true;
	}
	s->told = true;
	s->from = way->from;
	s->to = way->to;
	s->from_is_server = way->from_is_server;
	s->to_is_server = way->to_is_server;
	s->base = way->base;
	return true;
}

static void
on_segment(struct rejoin *r, const struct event *e, nstime now)
{
	const struct event_segment *s = &e->segment;
	const struct tcp tcp = {
		.sequence = s->sequence,
		.acknowledgement = s->acknowledgement,
		.flags = s->flags,
		.window = !s->closed,
		.payload = slice_of(r->payload, s->cut ? 0 : s->len),
		.payload_len = s->len,
	};

	if (!gist_read(s->content, s->len, r->payload)) {
		r->broken++;
		return;
	}
	if (s->sctp) {
		reader_chunk(r->reader, s, now, now);
		return;
	}
	reader_segment(r->reader,
	    &(struct tcpreasm_segment){
		.from = s->from,
		.to = s->to,
		.tcp = &tcp,
		.from_is_server = s->from_is_server,
		.to_is_server = s->to_is_server,
		.number = ++r->segments,
		.now = now,
		.wall = now,
	    });
}

/* The direction of a flow that goes from one to the other. */
static const struct rejoin_way *
find_from(const struct rejoin *r, uint64_t flow, const struct endpoint *from)
{
	for (int second = 0; second < 2; second++) {
		const struct rejoin_way *way = find(r, flow, second == 1);

		if (way != NULL && endpoint_equal(&way->from, from))
			return way;
	}
	return NULL;
}

static void
on_message(struct rejoin *r, struct event_message *m)
{
	const struct rejoin_way *way =
	    find_from(r, m->origin.flow, &m->origin.from);
	struct origin origin = m->origin;

	if (way == NULL)
		return;
	origin.flow_end += way->base;
	if (reader_message(
		r->reader, way->sctp, m->message->is_request, &origin))
		m->origin = origin;
}

void
rejoin_input(struct rejoin *r, struct event *e, nstime now)
{
	const bool is_segment = e->kind == EVENT_SEGMENT;

	if (is_segment && !complete(r, e))
		return;
	if (e->kind == EVENT_MESSAGE)
		on_message(r, &e->message);
	if (!twins_pass(r->twins, e))
		return;
	if (is_segment)
		on_segment(r, e, now);
	else
		r->output(r->arg, e);
}

uint64_t
rejoin_flow(struct rejoin *r, uint64_t flow, bool *by_client)
{
	const struct rejoin_way *first = find(r, flow, false);
	const struct rejoin_way *second = find(r, flow, true);
	const struct rejoin_way *way = first != NULL ? first : second;
	struct origin origin;

	if (way == NULL)
		return flow;
	origin = (struct origin){ .from = way->from, .to = way->to };
	if (!reader_place(r->reader, way->sctp, &origin))
		return flow;
	if (first == NULL || second == NULL)
		*by_client = origin.to_server;
	return origin.flow;
}

void
rejoin_dropped(struct rejoin *r, nstime now)
{
	reader_dropped(r->reader, now);
}

void
rejoin_tick(struct rejoin *r, nstime now)
{
	reader_tick(r->reader, now, now);
}

nstime
rejoin_next_deadline(const struct rejoin *r)
{
	return reader_next_deadline(r->reader);
}

void
rejoin_finish(struct rejoin *r, nstime now)
{
	reader_finish(r->reader, now, now);
}

/* The ends of a connection are told again. */
void
rejoin_save(const struct rejoin *r, nstime since, struct record *record)
{
	reader_save(r->reader, since, record);
}

void
rejoin_load(struct rejoin *r, struct cursor *c)
{
	r->segments = reader_load(r->reader, c);
}

void
rejoin_stats(const struct rejoin *r, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "rejoin.unknown", r->unknown);
	output(arg, COUNTER_EVENT, "rejoin.broken", r->broken);
	output(arg, COUNTER_LIMIT, "rejoin.evicted", lru_evicted(r->ways));
	output(arg, COUNTER_LIMIT, "rejoin.no_memory", r->no_memory);
	twins_stats(r->twins, output, arg);
}
