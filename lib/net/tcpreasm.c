/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tcpreasm.h"

#include <stdlib.h>

#include "net/inner/tcpadopt.h"
#include "net/inner/tcpdelivery.h"
#include "net/inner/tcptable.h"

/* DOMAIN 1.9: when a SYN counts as unanswered. */
#define SYN_PATIENCE (7 * NSTIME_S)
enum { SYN_COPIES = 3 };

/* A segment that an error quotes is this near to what was sent: one in 32,768
 * guesses is. */
enum { QUOTE_NEAR = 65536 };

struct tcpreasm {
	struct tcptable table;
	struct timerq *timers;
	struct tcpdelivery delivery;
	uint64_t evicted[TCPTABLE_QUEUES];
	uint64_t bad_flags, stray, bad_reset, after_end, unknown, no_memory;
	uint64_t replaced;
};

static void
tell(struct tcpreasm *t, struct tcpconn *c, enum tcpreasm_fact fact,
    enum tcpreasm_direction direction, nstime now)
{
	tcpdelivery_tell(&t->delivery, c, fact, direction, now);
}

static void
forget(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	tell(t, c, TCPREASM_FORGOTTEN, TCPREASM_TO_SERVER, now);
	tcpdelivery_forget(&t->delivery, c);
	timerq_cancel(t->timers, &c->timer);
	tcptable_remove(&t->table, c);
}

/* It is over; only its facts stay. */
static void
end(struct tcpreasm *t, struct tcpconn *c, enum tcpconn_state state, nstime now)
{
	tcpdelivery_end(&t->delivery, c, now);
	timerq_cancel(t->timers, &c->timer);
	c->state = state;
	tcptable_touch(&t->table, c, TCPTABLE_ENDED, now);
}

static void
evict(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	t->evicted[c->queue]++;
	tcpdelivery_end(&t->delivery, c, now);
	forget(t, c, now);
}

static void
make_room(struct tcpreasm *t, nstime now)
{
	struct tcpconn *c;

	while ((c = tcptable_evictable(&t->table)) != NULL)
		evict(t, c, now);
}

/* At the limit, or of the budget, others go first. */
static struct tcpconn *
add(struct tcpreasm *t, const struct tcpreasm_segment *segment,
    bool server_sent)
{
	struct tcpconn *c, *other;

	make_room(t, segment->now);
	while ((c = tcptable_add(&t->table, segment, server_sent)) == NULL &&
	    (other = tcptable_dispensable(&t->table, NULL)) != NULL)
		evict(t, other, segment->now);
	return c;
}

/* NULL if the segment is not worth a connection. */
static struct tcpconn *
pick_up(struct tcpreasm *t, const struct tcpreasm_segment *segment)
{
	const struct tcp *tcp = segment->tcp;
	const bool syn = (tcp->flags & TCP_SYN) != 0;
	bool server_sent;
	struct tcpconn *c;

	if (!syn && (tcp->payload_len == 0 || (tcp->flags & TCP_RST) != 0)) {
		t->unknown++;
		return NULL;
	}
	if (syn)
		server_sent = (tcp->flags & TCP_ACK) != 0;
	else
		server_sent = segment->from_is_server && !segment->to_is_server;
	c = add(t, segment, server_sent);
	if (c == NULL) {
		t->no_memory++;
		return NULL;
	}
	c->guessed = !syn;
	c->state = syn ? TCPCONN_HALF_OPEN : TCPCONN_OPEN;
	return c;
}

/* The old connection gives way.  If it was not over, something was not seen:
 * nothing may be proven by absence on it. */
static void
replace(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	tcptable_hide(&t->table, c);
	t->replaced++;
	if (c->state == TCPCONN_HALF_OPEN || c->state == TCPCONN_UNANSWERED) {
		forget(t, c, now);
		return;
	}
	if (c->state != TCPCONN_OPEN)
		return;
	end(t, c, TCPCONN_ENDED, now);
	for (int d = 0; d < 2; d++)
		c->streams[d].last_gap = now;
	tell(t, c, TCPREASM_REPLACED, TCPREASM_TO_SERVER, now);
}

static void
opened(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	c->state = TCPCONN_OPEN;
	tcptable_touch(&t->table, c, TCPTABLE_FRESH, now);
	tell(t, c, TCPREASM_OPENED, TCPREASM_TO_CLIENT, now);
}

static void
unanswered(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	end(t, c, TCPCONN_UNANSWERED, now);
	tell(t, c, TCPREASM_UNANSWERED, TCPREASM_TO_SERVER, now);
}

/* An attempt that was reported as unanswered is not reported again. */
static void
on_reset(struct tcpreasm *t, struct tcpconn *c, const struct tcp *tcp,
    enum tcpreasm_direction direction, nstime now)
{
	const enum tcpconn_state state = c->state;

	if (!tcpconn_resets(c, direction, tcp)) {
		t->bad_reset++;
		return;
	}
	c->streams[direction].segments++;
	end(t, c, TCPCONN_ENDED, now);
	if (state == TCPCONN_OPEN || direction == TCPREASM_TO_SERVER)
		tell(t, c, TCPREASM_RESET, direction, now);
	else if (state == TCPCONN_HALF_OPEN)
		tell(t, c, TCPREASM_REFUSED, direction, now);
}

/*
 * Follow a connection that is not open yet.  The client's acknowledgement
 * implies the SYN-ACK that a one-way mirror does not show. False if the
 * segment changes nothing.
 */
static bool
on_connecting(struct tcpreasm *t, struct tcpconn *c, const struct tcp *tcp,
    enum tcpreasm_direction direction, nstime now)
{
	if ((tcp->flags & TCP_ACK) != 0) {
		if (!tcpconn_acknowledges(c, direction, tcp))
			return false;
		opened(t, c, now);
		return true;
	}
	if ((tcp->flags & TCP_SYN) == 0)
		return false;
	if (direction == TCPREASM_TO_SERVER && c->syn_copies < SYN_COPIES &&
	    ++c->syn_copies == SYN_COPIES && c->state == TCPCONN_HALF_OPEN)
		unanswered(t, c, now);
	return true;
}

static void
set_timer(struct tcpreasm *t, struct tcpconn *c)
{
	const nstime a = tcpstream_deadline(&c->streams[0]);
	const nstime b = tcpstream_deadline(&c->streams[1]);
	nstime deadline = a < b ? a : b;

	if (c->state == TCPCONN_HALF_OPEN && c->last + SYN_PATIENCE < deadline)
		deadline = c->last + SYN_PATIENCE;
	if (deadline == NSTIME_NEVER)
		timerq_cancel(t->timers, &c->timer);
	else if (!timerq_queued(&c->timer) ||
	    timerq_deadline(t->timers, &c->timer) != deadline)
		timerq_set_ordered(t->timers, &c->timer, deadline, c->id);
}

static void
close_or_set_timer(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	if (!tcpconn_finished(c)) {
		set_timer(t, c);
		return;
	}
	end(t, c, TCPCONN_ENDED, now);
	tell(t, c, TCPREASM_CLOSED, TCPREASM_TO_SERVER, now);
}

static void
touch(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	const bool carried = c->streams[0].next > 0 || c->streams[1].next > 0;
	struct tcpconn *other;

	if (c->state != TCPCONN_OPEN)
		return;
	tcptable_touch(
	    &t->table, c, carried ? TCPTABLE_CARRYING : TCPTABLE_FRESH, now);
	while (carried && !tcptable_carries(&t->table, c) &&
	    (other = tcptable_dispensable(&t->table, c)) != NULL)
		evict(t, other, now);
}

static void
on_segment(struct tcpreasm *t, struct tcpconn *c,
    const struct tcpreasm_segment *segment)
{
	const struct tcp *tcp = segment->tcp;
	const nstime now = segment->now;
	const enum tcpreasm_direction direction = tcpconn_direction(c, segment);
	struct tcpstream *s = &c->streams[direction];

	if (c->state == TCPCONN_ENDED) {
		t->after_end++;
		return;
	}
	if ((tcp->flags & TCP_RST) != 0) {
		on_reset(t, c, tcp, direction, now);
		return;
	}
	if (!tcpconn_near(c, direction, tcp) ||
	    (c->state != TCPCONN_OPEN &&
		!on_connecting(t, c, tcp, direction, now))) {
		t->stray++;
		return;
	}
	tcpconn_start(c, direction, tcp);
	s->segments++;
	if ((tcp->flags & TCP_ACK) != 0)
		tcpdelivery_acknowledge(&t->delivery, c, !direction, tcp, now);
	tcpdelivery_input(&t->delivery, c, direction, tcp, now);
	if (s->fin && c->hung_up == NSTIME_NEVER) {
		c->hung_up = now;
		c->client_hung_up = direction == TCPREASM_TO_SERVER;
	}
	touch(t, c, now);
	close_or_set_timer(t, c, now);
}

void
tcpreasm_input(struct tcpreasm *t, const struct tcpreasm_segment *segment)
{
	const uint8_t flags = segment->tcp->flags;
	struct tcpconn *c;

	t->delivery.now = segment->now;
	t->delivery.wall_ahead = segment->wall - segment->now;
	if ((flags & TCP_SYN) != 0 && (flags & (TCP_FIN | TCP_RST)) != 0) {
		t->bad_flags++;
		return;
	}
	c = tcptable_find(&t->table, segment);
	if (c != NULL && tcpconn_usurped(c, segment)) {
		replace(t, c, segment->now);
		c = NULL;
	}
	if (c == NULL)
		c = pick_up(t, segment);
	if (c == NULL)
		return;
	t->delivery.current = c;
	on_segment(t, c, segment);
	t->delivery.current = NULL;
}

static void
on_timer(struct tcpreasm *t, struct tcpconn *c, nstime now)
{
	if (c->state == TCPCONN_HALF_OPEN && now - c->last >= SYN_PATIENCE) {
		unanswered(t, c, now);
		return;
	}
	tcpdelivery_tick(&t->delivery, c, now);
	close_or_set_timer(t, c, now);
}

void
tcpreasm_tick(struct tcpreasm *t, nstime now)
{
	struct timerq_entry *due;
	struct tcpconn *c;

	while ((due = timerq_due(t->timers, now)) != NULL)
		on_timer(t, tcpconn_of_timer(due), now);
	while ((c = tcptable_expired(&t->table, now)) != NULL) {
		tcpdelivery_end(&t->delivery, c, now);
		forget(t, c, now);
	}
}

nstime
tcpreasm_next_deadline(const struct tcpreasm *t)
{
	const nstime timer = timerq_next_deadline(t->timers);
	const nstime idle = tcptable_next_deadline(&t->table);

	return timer < idle ? timer : idle;
}

void
tcpreasm_flush(struct tcpreasm *t, nstime now)
{
	struct tcpconn *c;

	TAILQ_FOREACH (c, &t->table.all, by_age)
		tcpdelivery_end(&t->delivery, c, now);
}

struct tcpreasm *
tcpreasm_new(
    const struct tcpreasm_limits *limits, tcpreasm_output *output, void *arg)
{
	struct tcpreasm *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	tcpdelivery_init(&t->delivery, output, arg);
	t->timers = timerq_new();
	if (!tcptable_init(&t->table, limits) || t->timers == NULL) {
		tcpreasm_free(t);
		return NULL;
	}
	tcpreasm_set(t, limits);
	return t;
}

void
tcpreasm_free(struct tcpreasm *t)
{
	struct tcpconn *c;

	if (t == NULL)
		return;
	while ((c = TAILQ_FIRST(&t->table.all)) != NULL)
		forget(t, c, t->delivery.now);
	tcptable_done(&t->table);
	timerq_free(t->timers);
	free(t);
}

void
tcpreasm_set(struct tcpreasm *t, const struct tcpreasm_limits *limits)
{
	struct tcphole_store *const holes = &t->delivery.store.holes;

	holes->octets = limits->octets;
	holes->stream_octets = limits->stream_octets;
	holes->memory = limits->holes;
	tcptable_set(&t->table, limits);
}

/* The connection between the two, and the direction from the first. */
static struct tcpconn *
find(struct tcpreasm *t, const struct endpoint *from, const struct endpoint *to,
    enum tcpreasm_direction *direction)
{
	const struct tcpreasm_segment segment = { .from = *from, .to = *to };
	struct tcpconn *c = tcptable_find(&t->table, &segment);

	if (c != NULL)
		*direction = tcpconn_direction(c, &segment);
	return c;
}

bool
tcpreasm_has_sent(struct tcpreasm *t, const struct endpoint *from,
    const struct endpoint *to, uint32_t sequence)
{
	enum tcpreasm_direction direction;
	const struct tcpconn *c = find(t, from, to, &direction);
	const struct tcpstream *s;
	int32_t distance;

	if (c == NULL)
		return false;
	s = &c->streams[direction];
	distance = tcpstream_distance(s, sequence);
	return s->started && distance <= QUOTE_NEAR && distance >= -QUOTE_NEAR;
}

bool
tcpreasm_ends(const struct tcpreasm *t, uint64_t connection,
    struct endpoint *client, struct endpoint *server)
{
	const struct tcpconn *c = tcptable_find_id(&t->table, connection);

	if (c == NULL)
		return false;
	*client = tcpconn_client(c);
	*server = tcpconn_server(c);
	return true;
}

bool
tcpreasm_place(struct tcpreasm *t, const struct endpoint *from,
    const struct endpoint *to, uint32_t sequence, struct tcpreasm_event *event)
{
	enum tcpreasm_direction direction;
	struct tcpconn *c = find(t, from, to, &direction);

	if (c != NULL)
		tcpconn_place(c, direction, sequence, event);
	return c != NULL;
}

bool
tcpreasm_facts(const struct tcpreasm *t, uint64_t connection,
    enum tcpreasm_direction direction, struct tcpreasm_facts *facts)
{
	const struct tcpconn *c = tcptable_find_id(&t->table, connection);

	if (c == NULL)
		return false;
	tcpconn_facts(c, direction, facts);
	return true;
}

bool
tcpreasm_await(struct tcpreasm *t, uint64_t connection,
    enum tcpreasm_direction direction, uint64_t offset)
{
	struct tcpconn *c = tcptable_find_id(&t->table, connection);
	struct tcpstream *s;

	if (c == NULL)
		return false;
	s = &c->streams[direction];
	s->awaited = offset;
	return s->acknowledged >= offset;
}

void
tcpreasm_each_open(const struct tcpreasm *t, size_t most,
    tcpreasm_open_output *output, void *arg)
{
	tcpadopt_each(&t->table, most, output, arg);
}

void **
tcpreasm_adopt(
    struct tcpreasm *t, const struct tcpreasm_open *open, uint64_t number)
{
	struct tcpconn *c = tcpadopt_add(&t->table, open, number);

	return c == NULL ? NULL : &c->user;
}

void
tcpreasm_stats(const struct tcpreasm *t, counter_output *output, void *arg)
{
	const struct tcpstream_store *store = &t->delivery.store;

	output(arg, COUNTER_EVENT, "tcpreasm.bad_flags", t->bad_flags);
	output(arg, COUNTER_EVENT, "tcpreasm.unknown_connection", t->unknown);
	output(arg, COUNTER_LIMIT, "tcpreasm.no_memory", t->no_memory);
	output(arg, COUNTER_EVENT, "tcpreasm.stray", t->stray);
	output(arg, COUNTER_EVENT, "tcpreasm.bad_reset", t->bad_reset);
	output(arg, COUNTER_EVENT, "tcpreasm.after_end", t->after_end);
	output(arg, COUNTER_EVENT, "tcpreasm.after_fin", store->after_fin);
	output(
	    arg, COUNTER_EVENT, "tcpreasm.retransmitted", store->retransmitted);
	output(arg, COUNTER_EVENT, "tcpreasm.replaced", t->replaced);
	output(arg, COUNTER_LIMIT, "tcpreasm.evicted_fresh",
	    t->evicted[TCPTABLE_FRESH]);
	output(arg, COUNTER_LIMIT, "tcpreasm.evicted_ended",
	    t->evicted[TCPTABLE_ENDED]);
	output(arg, COUNTER_LIMIT, "tcpreasm.evicted_carrying",
	    t->evicted[TCPTABLE_CARRYING]);
	tcpstream_stats(store, output, arg);
}

size_t
tcpreasm_memory(const struct tcpreasm *t)
{
	return sizeof(*t) + t->delivery.store.holes.held +
	    tcptable_count(&t->table) * TCPCONN_MOST_OCTETS;
}
