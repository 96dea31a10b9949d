/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpstream.h"

#include <stdlib.h>

/* Octets kept behind a hole.  The last len - captured of them were cut off by
 * the snaplen. */
struct tcpstream_chunk {
	TAILQ_ENTRY(tcpstream_chunk) entry;
	uint64_t offset;
	nstime now, wall;
	uint32_t len, captured;
	uint8_t octets[];
};

/* A part of a segment: octets.len of its len octets were captured. */
struct run {
	uint64_t offset;
	struct slice octets;
	size_t len;
};

void
tcpstream_init(struct tcpstream *s)
{
	*s = (struct tcpstream){ .last_gap = INT64_MIN };
	TAILQ_INIT(&s->chunks);
}

static size_t
cost_of(size_t captured)
{
	return sizeof(struct tcpstream_chunk) + captured;
}

static void
take_out(struct tcpstream *s, struct tcpstream_store *store,
    struct tcpstream_chunk *chunk)
{
	const size_t cost = cost_of(chunk->captured);

	TAILQ_REMOVE(&s->chunks, chunk, entry);
	s->chunk_count--;
	s->held -= (uint32_t)cost;
	store->held -= cost;
}

void
tcpstream_done(struct tcpstream *s, struct tcpstream_store *store)
{
	while (!TAILQ_EMPTY(&s->chunks)) {
		struct tcpstream_chunk *chunk = TAILQ_FIRST(&s->chunks);

		take_out(s, store, chunk);
		budget_release(store->memory, chunk, cost_of(chunk->captured));
	}
}

void
tcpstream_start(struct tcpstream *s, uint32_t sequence)
{
	if (s->started)
		return;
	s->base = sequence;
	if (s->expected) {
		const uint32_t first = (uint32_t)s->high;
		const int32_t missing = (int32_t)(sequence - first);

		if (missing > 0 && missing <= TCPSTREAM_NEAR)
			s->base = first;
		s->high = 0;
	}
	s->started = true;
}

int32_t
tcpstream_distance(const struct tcpstream *s, uint32_t sequence)
{
	return (int32_t)(sequence - (s->base + (uint32_t)s->next));
}

static struct run
run_after(struct run r, size_t len)
{
	return (struct run){
		.offset = r.offset + len,
		.octets = slice_after(r.octets, len),
		.len = r.len - len,
	};
}

static struct run
run_first(struct run r, size_t len)
{
	r.octets = slice_first(r.octets, len);
	r.len = len < r.len ? len : r.len;
	return r;
}

static void
skip(struct tcpstream *s, const struct tcpstream_sink *sink, uint64_t lost,
    enum tcpstream_reason reason)
{
	const struct tcpstream_piece piece = {
		.offset = s->next,
		.lost = lost,
		.now = sink->now,
		.wall = sink->wall,
	};

	s->next += lost;
	s->lost += lost;
	s->last_gap = sink->now;
	if (s->high < s->next)
		s->high = s->next;
	sink->store->gaps[reason]++;
	sink->output(sink->arg, &piece);
}

static void
deliver(struct tcpstream *s, const struct tcpstream_sink *sink, struct run r,
    nstime now, nstime wall)
{
	const struct tcpstream_piece piece = {
		.offset = s->next,
		.octets = r.octets,
		.now = now,
		.wall = wall,
	};

	s->next += r.octets.len;
	if (r.octets.len > 0)
		sink->output(sink->arg, &piece);
	if (r.octets.len < r.len)
		skip(s, sink, r.len - r.octets.len, TCPSTREAM_TRUNCATED);
}

/* Hand on the chunks that are next in order. */
static void
drain(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	struct tcpstream_chunk *chunk;

	while ((chunk = TAILQ_FIRST(&s->chunks)) != NULL &&
	    chunk->offset == s->next) {
		const struct run r = {
			.offset = chunk->offset,
			.octets = slice_of(chunk->octets, chunk->captured),
			.len = chunk->len,
		};

		take_out(s, sink->store, chunk);
		deliver(s, sink, r, chunk->now, chunk->wall);
		budget_release(
		    sink->store->memory, chunk, cost_of(chunk->captured));
	}
}

/* Give up the hole at `next', but nothing at or after `offset'. */
static void
give_up(struct tcpstream *s, const struct tcpstream_sink *sink, uint64_t offset,
    enum tcpstream_reason reason)
{
	const struct tcpstream_chunk *first = TAILQ_FIRST(&s->chunks);

	if (first != NULL && first->offset < offset)
		offset = first->offset;
	skip(s, sink, offset - s->next, reason);
	drain(s, sink);
}

/* The last chunk that begins at or before `offset', NULL if none does. */
static struct tcpstream_chunk *
chunk_before(const struct tcpstream *s, uint64_t offset)
{
	struct tcpstream_chunk *chunk = TAILQ_FIRST(&s->chunks);

	if (chunk == NULL || chunk->offset > offset)
		return NULL;
	chunk = TAILQ_LAST(&s->chunks, tcpstream_chunks);
	while (chunk->offset > offset)
		chunk = TAILQ_PREV(chunk, tcpstream_chunks, entry);
	return chunk;
}

static struct tcpstream_chunk *
new_chunk(struct tcpstream_store *store, size_t cost)
{
	struct tcpstream_chunk *chunk = NULL;

	do {
		if (store->held + cost <= store->octets)
			chunk = budget_alloc(store->memory, cost);
	} while (chunk == NULL && store->make_room != NULL &&
	    store->make_room(store->arg));
	return chunk;
}

/* False, and nothing kept, when there is no room. */
static bool
keep(struct tcpstream *s, const struct tcpstream_sink *sink,
    struct tcpstream_chunk *before, struct run r)
{
	struct tcpstream_store *store = sink->store;
	const size_t cost = cost_of(r.octets.len);
	struct tcpstream_chunk *chunk;

	if (s->chunk_count >= TCPSTREAM_CHUNKS ||
	    s->held + cost > store->stream_octets)
		return false;
	chunk = new_chunk(store, cost);
	if (chunk == NULL)
		return false;
	chunk->offset = r.offset;
	chunk->now = sink->now;
	chunk->wall = sink->wall;
	chunk->len = (uint32_t)r.len;
	chunk->captured = (uint32_t)r.octets.len;
	if (r.octets.len > 0)
		memcpy(chunk->octets, r.octets.p, r.octets.len);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&s->chunks, before, chunk, entry);
	else
		TAILQ_INSERT_HEAD(&s->chunks, chunk, entry);
	s->chunk_count++;
	s->held += (uint32_t)cost;
	store->held += cost;
	return true;
}

/*
 * Hand on or keep what of `r' is new, piece by piece: each pass drops what
 * was delivered or is kept already, then takes what lies before the next
 * chunk.  Without room for a piece the hole before it is given up and it is
 * looked at again, so the end is always reached.  A piece costs a walk over
 * at most TCPSTREAM_CHUNKS chunks and makes one more of them.
 */
static void
add(struct tcpstream *s, const struct tcpstream_sink *sink, struct run r)
{
	while (r.offset + r.len > s->next) {
		struct tcpstream_chunk *before, *after;
		struct run piece;

		if (r.offset < s->next)
			r = run_after(r, s->next - r.offset);
		before = chunk_before(s, r.offset);
		if (before != NULL && before->offset + before->len > r.offset) {
			const uint64_t end = before->offset + before->len;

			if (end >= r.offset + r.len)
				return;
			r = run_after(r, end - r.offset);
			continue;
		}
		after = before != NULL ? TAILQ_NEXT(before, entry)
				       : TAILQ_FIRST(&s->chunks);
		piece =
		    after == NULL ? r : run_first(r, after->offset - r.offset);
		if (piece.offset == s->next) {
			deliver(s, sink, piece, sink->now, sink->wall);
			drain(s, sink);
		} else if (!keep(s, sink, before, piece)) {
			give_up(s, sink, piece.offset, TCPSTREAM_LIMITED);
			continue;
		}
		r = run_after(r, piece.len);
		if (r.len == 0)
			return;
	}
}

/*
 * Was the oldest unacknowledged octet sent once more?  Without any
 * acknowledgement to go by (one-way mirror), the latest octet is taken for it,
 * and single octets are keep-alives. A probe of a zero window proves nothing.
 */
static void
count_resend(struct tcpstream *s, struct run r)
{
	const uint64_t oldest = s->acks_seen ? s->acknowledged : s->high - 1;

	if (!s->acks_seen && (r.offset + r.len > s->high || r.len == 1)) {
		if (r.offset + r.len > s->high)
			s->resends = 0;
		return;
	}
	if (oldest < s->high && r.offset <= oldest &&
	    oldest < r.offset + r.len && !s->zero_window &&
	    s->resends < UINT8_MAX)
		s->resends++;
}

/* Wait a patience for what is missing although it was acknowledged. */
static void
watch_acknowledged(struct tcpstream *s, nstime now)
{
	if (s->acknowledged <= s->next || s->beyond > s->next)
		return;
	s->beyond = s->acknowledged;
	s->beyond_since = now;
}

/* False if nothing of the payload can be at an offset of this stream. */
static bool
place(const struct tcpstream *s, const struct tcp *tcp, struct run *r)
{
	const uint32_t sequence =
	    tcp->sequence + ((tcp->flags & TCP_SYN) != 0 ? 1 : 0);
	const int64_t offset =
	    (int64_t)s->next + tcpstream_distance(s, sequence);

	*r = (struct run){
		.octets = slice_first(tcp->payload, tcp->payload_len),
		.len = tcp->payload_len,
	};
	if (r->len > TCPSTREAM_NEAR)
		return false;
	if (offset >= 0) {
		r->offset = (uint64_t)offset;
		return true;
	}
	if (r->len < (size_t)-offset)
		return false;
	*r = run_after(*r, (size_t)-offset);
	r->offset = 0;
	return true;
}

void
tcpstream_input(struct tcpstream *s, const struct tcpstream_sink *sink,
    const struct tcp *tcp)
{
	struct run r;
	uint64_t end;

	if (!place(s, tcp, &r)) {
		sink->store->retransmitted += tcp->payload_len > 0;
		return;
	}
	end = r.offset + r.len;
	if (s->fin && end > s->high) {
		sink->store->after_fin += r.len > 0;
		if (r.offset >= s->high)
			return;
		r = run_first(r, s->high - r.offset);
		end = s->high;
	}
	if (r.len > 0) {
		if (end <= s->next)
			sink->store->retransmitted++;
		count_resend(s, r);
		if (end > s->high)
			s->high = end;
		add(s, sink, r);
	}
	if ((tcp->flags & TCP_FIN) != 0 && end >= s->high) {
		s->high = end;
		s->fin = true;
	}
	watch_acknowledged(s, sink->now);
}

void
tcpstream_acknowledge(struct tcpstream *s, const struct tcp *tcp, nstime now)
{
	const int64_t offset =
	    (int64_t)s->next + tcpstream_distance(s, tcp->acknowledgement);
	uint64_t acknowledged;

	s->zero_window = tcp->window == 0;
	if (!s->started) {
		if (!s->expected)
			s->high = tcp->acknowledgement;
		s->base = tcp->acknowledgement;
		s->expected = true;
		return;
	}
	if (offset < 0 || offset - (int64_t)s->next > TCPSTREAM_NEAR)
		return;
	acknowledged = (uint64_t)offset;
	if (s->fin && acknowledged > s->high)
		acknowledged = s->high;
	if (s->acks_seen && acknowledged <= s->acknowledged)
		return;
	s->acks_seen = true;
	s->acknowledged = acknowledged;
	s->resends = 0;
	watch_acknowledged(s, now);
}

static nstime
patience_ends(const struct tcpstream *s)
{
	if (s->beyond <= s->next)
		return NSTIME_NEVER;
	return s->beyond_since + TCPSTREAM_PATIENCE;
}

static nstime
hole_ages(const struct tcpstream *s)
{
	const struct tcpstream_chunk *first = TAILQ_FIRST(&s->chunks);

	return first == NULL ? NSTIME_NEVER : first->now + TCPSTREAM_HOLE_AGE;
}

void
tcpstream_tick(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	while (patience_ends(s) <= sink->now)
		give_up(s, sink, s->beyond, TCPSTREAM_ACKNOWLEDGED);
	while (hole_ages(s) <= sink->now)
		give_up(s, sink, UINT64_MAX, TCPSTREAM_AGED);
	watch_acknowledged(s, sink->now);
}

nstime
tcpstream_deadline(const struct tcpstream *s)
{
	const nstime patience = patience_ends(s), age = hole_ages(s);

	return patience < age ? patience : age;
}

void
tcpstream_yield(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	while (!TAILQ_EMPTY(&s->chunks))
		give_up(s, sink, UINT64_MAX, TCPSTREAM_LIMITED);
}

void
tcpstream_end(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	while (s->acknowledged > s->next)
		give_up(s, sink, s->acknowledged, TCPSTREAM_ENDED);
	while (!TAILQ_EMPTY(&s->chunks))
		give_up(s, sink, UINT64_MAX, TCPSTREAM_ENDED);
}

void
tcpstream_stats(
    const struct tcpstream_store *store, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "tcpreasm.gap_acknowledged",
	    store->gaps[TCPSTREAM_ACKNOWLEDGED]);
	output(arg, COUNTER_EVENT, "tcpreasm.gap_aged",
	    store->gaps[TCPSTREAM_AGED]);
	output(arg, COUNTER_LIMIT, "tcpreasm.gap_limited",
	    store->gaps[TCPSTREAM_LIMITED]);
	output(arg, COUNTER_EVENT, "tcpreasm.gap_ended",
	    store->gaps[TCPSTREAM_ENDED]);
	output(arg, COUNTER_EVENT, "tcpreasm.gap_truncated",
	    store->gaps[TCPSTREAM_TRUNCATED]);
}
