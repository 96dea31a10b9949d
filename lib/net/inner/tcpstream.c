/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpstream.h"

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
}

/* NULL when there is no room. */
static struct tcphole *
hole_of(struct tcpstream *s, struct tcpstream_store *store)
{
	if (s->hole == NULL)
		s->hole = tcphole_new(&store->holes, s);
	return s->hole;
}

void
tcpstream_done(struct tcpstream *s, struct tcpstream_store *store)
{
	if (s->hole != NULL)
		tcphole_free(&store->holes, s->hole);
	s->hole = NULL;
}

/* The end of each call that may have filled the hole. */
static void
settle(struct tcpstream *s, struct tcpstream_store *store)
{
	if (s->hole != NULL && tcphole_first(s->hole) == NULL &&
	    s->hole->beyond <= s->next)
		tcpstream_done(s, store);
}

void
tcpstream_start(struct tcpstream *s, uint32_t sequence)
{
	if (s->started)
		return;
	s->base = sequence;
	if (s->expected) {
		const int32_t missing = (int32_t)(sequence - s->high);

		if (missing > 0 && missing <= TCPSTREAM_NEAR)
			s->base = s->high;
		s->high = 0;
	}
	s->started = true;
}

int32_t
tcpstream_distance(const struct tcpstream *s, uint32_t sequence)
{
	return (int32_t)(sequence - (s->base + (uint32_t)s->next));
}

static uint64_t
highest(const struct tcpstream *s)
{
	return s->next + (uint32_t)(s->high - (uint32_t)s->next);
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
	const uint64_t high = highest(s);

	s->next += lost;
	s->last_gap = sink->now;
	if (high < s->next)
		s->high = (uint32_t)s->next;
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
	struct tcphole_store *const holes = &sink->store->holes;
	struct tcphole_chunk *chunk;

	while ((chunk = tcphole_first(s->hole)) != NULL &&
	    chunk->offset == s->next) {
		const struct run r = {
			.offset = chunk->offset,
			.octets = slice_of(chunk->octets, chunk->captured),
			.len = chunk->len,
		};

		tcphole_take(holes, s->hole);
		deliver(s, sink, r, chunk->now, chunk->wall);
		tcphole_drop(holes, chunk);
	}
}

/* Give up the hole at `next', but nothing at or after `offset'. */
static void
give_up(struct tcpstream *s, const struct tcpstream_sink *sink, uint64_t offset,
    enum tcpstream_reason reason)
{
	const struct tcphole_chunk *first = tcphole_first(s->hole);

	if (first != NULL && first->offset < offset)
		offset = first->offset;
	skip(s, sink, offset - s->next, reason);
	drain(s, sink);
}

/* False, and nothing kept, when there is no room. */
static bool
keep(struct tcpstream *s, const struct tcpstream_sink *sink,
    struct tcphole_chunk *before, struct run r)
{
	struct tcphole *const h = hole_of(s, sink->store);
	const struct tcphole_chunk chunk = {
		.offset = r.offset,
		.now = sink->now,
		.wall = sink->wall,
		.len = (uint32_t)r.len,
	};

	return h != NULL &&
	    tcphole_keep(&sink->store->holes, h, before, &chunk, r.octets);
}

/*
 * Hand on or keep what of `r' is new, piece by piece: each pass drops what
 * was delivered or is kept already, then takes what lies before the next
 * chunk.  Without room for a piece the hole before it is given up and it is
 * looked at again, so the end is always reached.  A piece costs a walk over
 * at most TCPHOLE_CHUNKS chunks and makes one more of them.
 */
static void
add(struct tcpstream *s, const struct tcpstream_sink *sink, struct run r)
{
	while (r.offset + r.len > s->next) {
		struct tcphole_chunk *before, *after;
		struct run piece;

		if (r.offset < s->next)
			r = run_after(r, s->next - r.offset);
		before = tcphole_before(s->hole, r.offset);
		if (before != NULL && before->offset + before->len > r.offset) {
			const uint64_t end = before->offset + before->len;

			if (end >= r.offset + r.len)
				return;
			r = run_after(r, end - r.offset);
			continue;
		}
		after = before != NULL ? TAILQ_NEXT(before, entry)
				       : tcphole_first(s->hole);
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
	const uint64_t high = highest(s);
	const uint64_t oldest = s->acks_seen ? s->acknowledged : high - 1;

	if (!s->acks_seen && (r.offset + r.len > high || r.len == 1)) {
		if (r.offset + r.len > high)
			s->resends = 0;
		return;
	}
	if (oldest < high && r.offset <= oldest && oldest < r.offset + r.len &&
	    !s->zero_window && s->resends < UINT8_MAX)
		s->resends++;
}

static bool
is_watched(const struct tcpstream *s)
{
	return s->hole != NULL && s->hole->beyond > s->next;
}

/* Wait a patience for what is missing although it was acknowledged; without
 * memory the next segment tries again. */
static void
watch_acknowledged(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	struct tcphole *h;

	if (s->acknowledged <= s->next || is_watched(s))
		return;
	h = hole_of(s, sink->store);
	if (h == NULL)
		return;
	h->beyond = s->acknowledged;
	h->beyond_since = sink->now;
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
	uint64_t high, end;

	if (!place(s, tcp, &r)) {
		sink->store->retransmitted += tcp->payload_len > 0;
		return;
	}
	high = highest(s);
	end = r.offset + r.len;
	if (s->fin && end > high) {
		sink->store->after_fin += r.len > 0;
		if (r.offset >= high)
			return;
		r = run_first(r, high - r.offset);
		end = high;
	}
	if (r.len > 0) {
		if (end <= s->next)
			sink->store->retransmitted++;
		count_resend(s, r);
		if (end > high)
			s->high = (uint32_t)end;
		add(s, sink, r);
	}
	if ((tcp->flags & TCP_FIN) != 0 && end >= highest(s)) {
		s->high = (uint32_t)end;
		s->fin = true;
	}
	watch_acknowledged(s, sink);
	settle(s, sink->store);
}

void
tcpstream_acknowledge(struct tcpstream *s, const struct tcpstream_sink *sink,
    const struct tcp *tcp)
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
	if (s->fin && acknowledged > highest(s))
		acknowledged = highest(s);
	if (s->acks_seen && acknowledged <= s->acknowledged)
		return;
	s->acks_seen = true;
	s->acknowledged = acknowledged;
	s->resends = 0;
	watch_acknowledged(s, sink);
}

static nstime
patience_ends(const struct tcpstream *s)
{
	return is_watched(s) ? s->hole->beyond_since + TCPSTREAM_PATIENCE
			     : NSTIME_NEVER;
}

static nstime
hole_ages(const struct tcpstream *s)
{
	const struct tcphole_chunk *first = tcphole_first(s->hole);

	return first == NULL ? NSTIME_NEVER : first->now + TCPSTREAM_HOLE_AGE;
}

void
tcpstream_tick(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	while (patience_ends(s) <= sink->now)
		give_up(s, sink, s->hole->beyond, TCPSTREAM_ACKNOWLEDGED);
	while (hole_ages(s) <= sink->now)
		give_up(s, sink, UINT64_MAX, TCPSTREAM_AGED);
	watch_acknowledged(s, sink);
	settle(s, sink->store);
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
	while (tcphole_first(s->hole) != NULL)
		give_up(s, sink, UINT64_MAX, TCPSTREAM_LIMITED);
	settle(s, sink->store);
}

void
tcpstream_end(struct tcpstream *s, const struct tcpstream_sink *sink)
{
	while (s->acknowledged > s->next)
		give_up(s, sink, s->acknowledged, TCPSTREAM_ENDED);
	while (tcphole_first(s->hole) != NULL)
		give_up(s, sink, UINT64_MAX, TCPSTREAM_ENDED);
	settle(s, sink->store);
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
