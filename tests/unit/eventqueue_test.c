/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/eventqueue.h"

#include <pthread.h>

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };

enum { RING = 64 * 1024, MANY = 200000 };

static struct event
numbered(uint64_t number)
{
	return (struct event){ .kind = EVENT_PACKET, .packet = number };
}

static void
give_message(struct eventqueue *q, const char *text, size_t len)
{
	const struct sip_message m = { .start_line = slice_of(text, len) };
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .octets = slice_of(text, len), .message = &m },
	};

	ck_assert(eventqueue_give(q, &event));
}

START_TEST(what_is_given_comes_out_in_order_once_it_was_pushed)
{
	struct eventqueue *q = eventqueue_new(RING, &key);
	const struct eventqueue_mark mark = { .now = 7, .ahead = 8 };
	const struct event first = numbered(1), last = numbered(2);
	const struct event *ahead[EVENTQUEUE_AHEAD];
	struct eventqueue_entry entry;

	ck_assert(!eventqueue_push(q));
	ck_assert(eventqueue_give(q, &first));
	ck_assert(eventqueue_mark(q, &mark));
	ck_assert(eventqueue_give(q, &last));
	ck_assert(!eventqueue_next(q, &entry));
	ck_assert(eventqueue_push(q));
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_uint_eq(entry.event->packet, 1);
	ck_assert_ptr_null(entry.mark);
	eventqueue_peek(q, ahead);
	ck_assert_ptr_null(ahead[0]); /* a mark */
	ck_assert_uint_eq(ahead[1]->packet, 2);
	eventqueue_done(q);
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_ptr_null(entry.event);
	ck_assert_int_eq(entry.mark->ahead, 8);
	eventqueue_peek(q, ahead);
	ck_assert_uint_eq(ahead[0]->packet, 2);
	ck_assert_ptr_null(ahead[1]);
	eventqueue_done(q);
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_uint_eq(entry.event->packet, 2);
	eventqueue_peek(q, ahead);
	ck_assert_ptr_null(ahead[0]);
	eventqueue_done(q);
	ck_assert(!eventqueue_next(q, &entry));
	eventqueue_free(q);
}
END_TEST

START_TEST(a_full_ring_refuses_until_something_is_taken)
{
	struct eventqueue *q = eventqueue_new(RING, &key);
	struct eventqueue_entry entry;
	uint64_t given = 0, taken = 0;
	struct event event = numbered(0);

	for (; eventqueue_give(q, &event); event = numbered(given))
		given++;
	ck_assert_uint_gt(given, RING / (2 * sizeof(event)));
	ck_assert_uint_lt(given, RING / sizeof(event) + 1);
	eventqueue_push(q);
	while (eventqueue_next(q, &entry)) {
		ck_assert_uint_eq(entry.event->packet, taken++);
		eventqueue_done(q);
	}
	ck_assert_uint_eq(taken, given);
	ck_assert(eventqueue_give(q, &event));
	eventqueue_free(q);
}
END_TEST

START_TEST(a_message_larger_than_the_ring_passes_whole)
{
	struct eventqueue *q = eventqueue_new(RING, &key);
	struct eventqueue_entry entry;
	const size_t len = 3 * RING;
	char *text = malloc(len);

	memset(text, 'a', len);
	give_message(q, text, len);
	give_message(q, text, len);
	memset(text, 'b', len);
	eventqueue_push(q);
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_uint_eq(entry.event->message.octets.len, len);
	ck_assert_int_eq(entry.event->message.octets.p[len - 1], 'a');
	eventqueue_done(q);
	ck_assert_uint_eq(eventqueue_lost(q), 0);
	/* The second one is freed with the queue. */
	eventqueue_free(q);
	free(text);
}
END_TEST

/* Of a small one and of one that is not kept in the ring. */
START_TEST(a_message_comes_with_the_keys_of_its_transaction)
{
	static char text[RING];
	struct eventqueue *q = eventqueue_new(RING, &key);
	const struct sip_message m = { .start_line = slice_of(text, 4) };
	const struct txnkey_all made = txnkey_all(&key, &m);
	struct eventqueue_entry entry;

	give_message(q, text, 4);
	give_message(q, text, sizeof(text));
	eventqueue_push(q);
	for (int i = 0; i < 2; i++) {
		ck_assert(eventqueue_next(q, &entry));
		ck_assert(entry.event->message.keyed);
		ck_assert_uint_eq(entry.event->message.keys.transaction.a,
		    made.transaction.a);
		eventqueue_done(q);
	}
	eventqueue_free(q);
}
END_TEST

static void *
give_many(void *arg)
{
	struct eventqueue *q = arg;
	char text[700];

	memset(text, 'x', sizeof(text));
	for (unsigned i = 0; i < MANY; i++) {
		const struct sip_message m = { .cseq = i };
		const struct event event = {
			.kind = EVENT_MESSAGE,
			.message = { .octets = slice_of(text, i % 700),
			    .message = &m },
		};

		while (!eventqueue_give(q, &event))
			eventqueue_wait_room(q);
	}
	eventqueue_wait_empty(q);
	eventqueue_end(q);
	return NULL;
}

START_TEST(two_threads_lose_nothing_and_both_come_to_their_end)
{
	struct eventqueue *q = eventqueue_new(RING, &key);
	struct eventqueue_entry entry;
	pthread_t giver;
	unsigned taken = 0;

	ck_assert_int_eq(pthread_create(&giver, NULL, give_many, q), 0);
	while (eventqueue_wait(q))
		while (eventqueue_next(q, &entry)) {
			ck_assert_uint_eq(
			    entry.event->message.message->cseq, taken);
			ck_assert_uint_eq(
			    entry.event->message.octets.len, taken % 700);
			taken++;
			eventqueue_done(q);
		}
	ck_assert_uint_eq(taken, MANY);
	pthread_join(giver, NULL);
	eventqueue_free(q);
}
END_TEST

START_TEST(a_message_in_lent_octets_is_not_copied)
{
	static const char text[] = "OPTIONS of some octets";
	struct eventqueue *q = eventqueue_new(RING, &key);
	struct sip_message m = { .scanned = true, .method = slice_of(text, 7) };
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .octets = slice_text(text), .message = &m },
	};
	struct eventqueue_entry entry;

	eventqueue_lend(q, slice_of(text, sizeof(text)));
	ck_assert_uint_eq(eventqueue_given(q), 0);
	ck_assert(eventqueue_give(q, &event));
	ck_assert_uint_gt(eventqueue_given(q), 0);
	m.scanned = false; /* what was unfolded lies elsewhere */
	ck_assert(eventqueue_give(q, &event));
	m = (struct sip_message){ .cseq = 0 };
	eventqueue_push(q);
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_ptr_eq(entry.event->message.octets.p, text);
	ck_assert_ptr_eq(entry.event->message.message->method.p, text);
	eventqueue_done(q);
	ck_assert(eventqueue_next(q, &entry));
	ck_assert_ptr_ne(entry.event->message.octets.p, text);
	ck_assert(slice_is(entry.event->message.message->method, "OPTIONS"));
	eventqueue_done(q);
	eventqueue_free(q);
}
END_TEST

enum { LENT = 4 };

/* Each of the numbers is written again once it was given back. */
static void *
lend_many(void *arg)
{
	struct eventqueue *q = arg;
	static uint32_t numbers[LENT];
	size_t given[LENT] = { 0 };

	eventqueue_lend(q, slice_of(numbers, sizeof(numbers)));
	for (unsigned i = 0; i < MANY; i++) {
		const struct sip_message m = { .scanned = true, .cseq = i };
		const struct event event = {
			.kind = EVENT_MESSAGE,
			.message = { .octets = slice_of(&numbers[i % LENT], 4),
			    .message = &m },
		};

		eventqueue_wait_taken(q, given[i % LENT]);
		numbers[i % LENT] = i;
		while (!eventqueue_give(q, &event))
			eventqueue_wait_room(q);
		given[i % LENT] = eventqueue_given(q);
	}
	eventqueue_wait_empty(q);
	eventqueue_end(q);
	return NULL;
}

START_TEST(lent_octets_stay_until_they_were_taken)
{
	struct eventqueue *q = eventqueue_new(RING, &key);
	struct eventqueue_entry entry;
	pthread_t giver;
	unsigned taken = 0, wrong = 0;

	ck_assert_int_eq(pthread_create(&giver, NULL, lend_many, q), 0);
	while (eventqueue_wait(q))
		while (eventqueue_next(q, &entry)) {
			wrong += memcmp(entry.event->message.octets.p, &taken,
				     sizeof(taken)) != 0;
			taken++;
			eventqueue_done(q);
		}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(taken, MANY);
	pthread_join(giver, NULL);
	eventqueue_free(q);
}
END_TEST

UNIT("eventqueue", what_is_given_comes_out_in_order_once_it_was_pushed,
    a_full_ring_refuses_until_something_is_taken,
    a_message_larger_than_the_ring_passes_whole,
    a_message_comes_with_the_keys_of_its_transaction,
    two_threads_lose_nothing_and_both_come_to_their_end,
    a_message_in_lent_octets_is_not_copied,
    lent_octets_stay_until_they_were_taken)
