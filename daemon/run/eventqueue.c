/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/eventqueue.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/prefetch.h"

enum { LINE = 64 }; /* of a cache: both threads write lines of their own */

/* So much is given or taken before the other thread hears of it: a line that
 * moves between processors with every event would cost more than the copy. */
enum { BATCH = 32 * 1024 };

/* So much of an entry is prefetched: a message's fields and first lines. */
enum { PREFETCHED = 16 * LINE };

/* An event larger than this part of the ring is not kept in it. */
enum { PART = 4 };

enum eventqueue_kind {
	ENTRY_EVENT,
	ENTRY_MARK,
	ENTRY_LARGE, /* a pointer to a copy */
	ENTRY_REST   /* nothing: the next one is at the front of the ring */
};

struct eventqueue_header {
	alignas(max_align_t) enum eventqueue_kind kind;
	size_t octets; /* with the header */
};

/*
 * Positions grow for ever; modulo the size they are places in the ring.  Each
 * thread has its own position, shows it to the other one by an atomic copy, and
 * remembers what it last saw of the other.
 */
struct eventqueue {
	size_t size; /* a power of two */
	uint8_t *ring;
	struct siphash_key key;

	alignas(LINE) size_t written;
	size_t taken_seen;
	struct slice lent;
	uint64_t lost; /* no memory */

	alignas(LINE) atomic_size_t given;

	alignas(LINE) size_t read;
	size_t given_seen, current;

	alignas(LINE) atomic_size_t taken;

	/* For a thread that waits; the other looks at these after it has shown
	 * its position, which both do in one total order. */
	alignas(LINE) atomic_bool giver_waits;
	atomic_size_t wanted; /* .. until so much is taken */
	atomic_bool taker_waits;
	atomic_bool ended;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static size_t
power_of_two(size_t least)
{
	size_t size = 64 * 1024;

	while (size < least)
		size *= 2;
	return size;
}

struct eventqueue *
eventqueue_new(size_t octets, const struct siphash_key *key)
{
	struct eventqueue *q = aligned_alloc(LINE, sizeof(*q));

	if (q == NULL)
		return NULL;
	memset(q, 0, sizeof(*q));
	q->size = power_of_two(octets);
	q->key = *key;
	q->ring = malloc(q->size);
	if (q->ring == NULL) {
		free(q);
		return NULL;
	}
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	return q;
}

void
eventqueue_free(struct eventqueue *q)
{
	struct eventqueue_entry entry;

	if (q == NULL)
		return;
	eventqueue_push(q);
	while (eventqueue_next(q, &entry))
		eventqueue_done(q);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

static struct eventqueue_header *
header_at(const struct eventqueue *q, size_t position)
{
	return (struct eventqueue_header *)(void *)(q->ring +
	    (position & (q->size - 1)));
}

static void *
content(struct eventqueue_header *h)
{
	return h + 1;
}

/* Whoever is about to wait holds the lock until it does.  The one that wakes
 * would only wait for it, were it still held. */
static void
wake(struct eventqueue *q)
{
	pthread_mutex_lock(&q->lock);
	pthread_mutex_unlock(&q->lock);
	pthread_cond_broadcast(&q->changed);
}

uint64_t
eventqueue_lost(const struct eventqueue *q)
{
	return q->lost;
}

bool
eventqueue_push(struct eventqueue *q)
{
	if (q->written == atomic_load_explicit(&q->given, memory_order_relaxed))
		return false;
	atomic_store(&q->given, q->written);
	if (atomic_load(&q->taker_waits))
		wake(q);
	return true;
}

static bool
has_room(struct eventqueue *q, size_t octets)
{
	if (q->written + octets - q->taken_seen <= q->size)
		return true;
	q->taken_seen = atomic_load_explicit(&q->taken, memory_order_acquire);
	return q->written + octets - q->taken_seen <= q->size;
}

/* Room for an entry in one piece; NULL: there is none. */
static void *
reserve(struct eventqueue *q, enum eventqueue_kind kind, size_t octets)
{
	const size_t align = sizeof(struct eventqueue_header);
	const size_t all = sizeof(struct eventqueue_header) +
	    (octets + align - 1) / align * align;
	const size_t rest = q->size - (q->written & (q->size - 1));
	const size_t skipped = all > rest ? rest : 0;
	struct eventqueue_header *h;

	if (!has_room(q, skipped + all))
		return NULL;
	if (skipped > 0)
		*header_at(q, q->written) =
		    (struct eventqueue_header){ ENTRY_REST, skipped };
	q->written += skipped;
	h = header_at(q, q->written);
	*h = (struct eventqueue_header){ kind, all };
	q->written += all;
	return content(h);
}

static void
push_batch(struct eventqueue *q)
{
	if (q->written -
		atomic_load_explicit(&q->given, memory_order_relaxed) >=
	    BATCH)
		eventqueue_push(q);
}

static void
make_keys(const struct eventqueue *q, struct event *copy)
{
	struct event_message *const in = &copy->message;

	if (copy->kind != EVENT_MESSAGE || in->keyed)
		return;
	in->keys = txnkey_all(&q->key, in->message);
	in->keyed = true;
}

/* Without memory it is lost; to wait for room would not bring it back. */
static bool
give_large(struct eventqueue *q, const struct event *event)
{
	struct event *copy = event_copy(event);
	struct event **place;

	if (copy == NULL) {
		q->lost++;
		return true;
	}
	make_keys(q, copy);
	place = reserve(q, ENTRY_LARGE, sizeof(copy));
	if (place == NULL)
		event_discard(copy);
	else
		*place = copy;
	return place != NULL;
}

/* All that a scanned message points to are its octets. */
static bool
is_lent(const struct eventqueue *q, const struct event *event)
{
	return event->kind == EVENT_MESSAGE &&
	    event->message.message->scanned &&
	    slice_within(event->message.octets, q->lent);
}

bool
eventqueue_give(struct eventqueue *q, const struct event *event)
{
	const bool lent = is_lent(q, event);
	const size_t octets = lent ? event_octets_lent() : event_octets(event);
	void *place;

	if (octets > q->size / PART) {
		if (!give_large(q, event))
			return false;
	} else {
		place = reserve(q, ENTRY_EVENT, octets);
		if (place == NULL)
			return false;
		make_keys(q,
		    lent ? event_place_lent(event, place)
			 : event_place(event, place));
	}
	push_batch(q);
	return true;
}

void
eventqueue_lend(struct eventqueue *q, struct slice area)
{
	q->lent = area;
}

size_t
eventqueue_given(const struct eventqueue *q)
{
	return q->written;
}

bool
eventqueue_mark(struct eventqueue *q, const struct eventqueue_mark *mark)
{
	struct eventqueue_mark *place = reserve(q, ENTRY_MARK, sizeof(*mark));

	if (place == NULL)
		return false;
	*place = *mark;
	push_batch(q);
	return true;
}

/* Is more on its way than what was given after `given'? */
static bool
is_before(struct eventqueue *q, size_t given)
{
	return q->written - atomic_load(&q->taken) > q->written - given;
}

void
eventqueue_wait_taken(struct eventqueue *q, size_t given)
{
	if (!is_before(q, given))
		return;
	eventqueue_push(q);
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->wanted, given);
	atomic_store(&q->giver_waits, true);
	while (is_before(q, given))
		pthread_cond_wait(&q->changed, &q->lock);
	atomic_store(&q->giver_waits, false);
	pthread_mutex_unlock(&q->lock);
}

void
eventqueue_wait_room(struct eventqueue *q)
{
	eventqueue_wait_taken(q, q->written - q->size / 2);
}

void
eventqueue_wait_empty(struct eventqueue *q)
{
	eventqueue_wait_taken(q, q->written);
}

void
eventqueue_end(struct eventqueue *q)
{
	eventqueue_push(q);
	atomic_store(&q->ended, true);
	if (atomic_load(&q->taker_waits))
		wake(q);
}

static bool
is_visible(struct eventqueue *q)
{
	if (q->read != q->given_seen)
		return true;
	q->given_seen = atomic_load_explicit(&q->given, memory_order_acquire);
	return q->read != q->given_seen;
}

bool
eventqueue_next(struct eventqueue *q, struct eventqueue_entry *entry)
{
	struct eventqueue_header *h;

	if (!is_visible(q))
		return false;
	h = header_at(q, q->read);
	if (h->kind == ENTRY_REST) {
		/* It was shown together with the entry behind it. */
		q->read += h->octets;
		h = header_at(q, q->read);
	}
	q->current = h->octets;
	*entry = (struct eventqueue_entry){ NULL, NULL };
	if (h->kind == ENTRY_MARK)
		entry->mark = content(h);
	else if (h->kind == ENTRY_LARGE)
		entry->event = *(struct event **)content(h);
	else
		entry->event = content(h);
	return true;
}

void
eventqueue_peek(
    const struct eventqueue *q, const struct event *ahead[EVENTQUEUE_AHEAD])
{
	size_t next = q->read + q->current;

	for (size_t i = 0; i < EVENTQUEUE_AHEAD; i++) {
		struct eventqueue_header *h = header_at(q, next);

		ahead[i] = NULL;
		if (next == q->given_seen)
			continue;
		if (h->kind == ENTRY_EVENT)
			ahead[i] = content(h);
		next += h->octets;
	}
	/* What the other thread wrote last is in its cache, if not farther. */
	for (size_t i = 0; next != q->given_seen && i < PREFETCHED; i += LINE)
		prefetch_read(q->ring + ((next + i) & (q->size - 1)));
}

/* `position' lies at most a ring behind or before what was read. */
static bool
is_taken(const struct eventqueue *q, size_t position)
{
	return q->read - position <= q->size;
}

/* The giver hears of it in batches, and when all was taken. */
static void
show_taken(struct eventqueue *q)
{
	const size_t shown =
	    atomic_load_explicit(&q->taken, memory_order_relaxed);

	if (q->read == shown ||
	    (q->read != q->given_seen && q->read - shown < BATCH))
		return;
	atomic_store(&q->taken, q->read);
	/* To wake it before that would only send it to sleep again. */
	if (atomic_load(&q->giver_waits) &&
	    is_taken(q, atomic_load(&q->wanted)))
		wake(q);
}

void
eventqueue_done(struct eventqueue *q)
{
	struct eventqueue_header *h = header_at(q, q->read);

	if (h->kind == ENTRY_LARGE)
		event_discard(*(struct event **)content(h));
	q->read += q->current;
	q->current = 0;
	show_taken(q);
}

bool
eventqueue_wait(struct eventqueue *q)
{
	if (is_visible(q))
		return true;
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->taker_waits, true);
	while (q->read == atomic_load(&q->given) && !atomic_load(&q->ended))
		pthread_cond_wait(&q->changed, &q->lock);
	atomic_store(&q->taker_waits, false);
	pthread_mutex_unlock(&q->lock);
	return is_visible(q);
}
