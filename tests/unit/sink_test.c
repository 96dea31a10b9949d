/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>

#include "host/wallclock.h"
#include "unit/await.h"
#include "unit/event.h"

enum { MOST = 64 };

/* Where everything goes in these tests: told to fail, or to wait. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool closed, waiting; /* deliver() waits while `held' */
	bool held;
	atomic_int fail;        /* tries that fail, of deliver() */
	atomic_int fail_reopen; /* of reopen() */
	atomic_uint tries, reopened;
	atomic_size_t count;
	char got[MOST][128];
} place = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

static struct evidence evidence;
static struct sink *sink;

static struct sink_record *
format(void *state, const struct alert_event *event)
{
	(void)state;
	return sink_record_text(LOG_ERR, event->subject);
}

static struct sink_record *
note(void *state, int priority, const char *text)
{
	(void)state;
	return sink_record_text(priority, slice_text(text));
}

static int
deliver(void *state, const struct sink_record *record)
{
	int error = 0;

	(void)state;
	pthread_mutex_lock(&place.lock);
	place.tries++;
	place.waiting = place.held;
	while (place.held)
		pthread_cond_wait(&place.changed, &place.lock);
	place.waiting = false;
	if (place.fail > 0) {
		place.fail--;
		error = -EIO;
	} else if (place.count < MOST) {
		snprintf(place.got[place.count++], sizeof(place.got[0]), "%.*s",
		    (int)record->len, record->octets);
	}
	pthread_mutex_unlock(&place.lock);
	return error;
}

static int
reopen(void *state)
{
	int error = 0;

	(void)state;
	pthread_mutex_lock(&place.lock);
	place.reopened++;
	if (place.fail_reopen > 0) {
		place.fail_reopen--;
		error = -ENOENT;
	}
	pthread_mutex_unlock(&place.lock);
	return error;
}

static void
close_place(void *state)
{
	(void)state;
	place.closed = true;
}

static const struct sink_kind kind = {
	.format = format,
	.note = note,
	.deliver = deliver,
	.reopen = reopen,
	.close = close_place,
};

static void
start(size_t limit, unsigned rate)
{
	sink = sink_new("place", &kind, NULL, limit, rate);
	ck_assert_ptr_nonnull(sink);
}

static void
hold(bool held)
{
	pthread_mutex_lock(&place.lock);
	place.held = held;
	pthread_cond_broadcast(&place.changed);
	pthread_mutex_unlock(&place.lock);
}

static void
alert(const char *subject, uint64_t number)
{
	struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, subject);

	event.id = number;
	sink_alert(sink, &event, number, 0);
}

static struct sink_counts
counts(void)
{
	struct sink_counts c;

	sink_count(sink, &c);
	return c;
}

/* Ends the sink within `patience'. */
static uint64_t
end(nstime patience, uint64_t *settled)
{
	const nstime deadline = wallclock_monotonic() + patience;
	uint64_t missing;

	sink_end(sink, deadline);
	ck_assert(
	    sink_ended(sink, deadline + 10 * NSTIME_S, &missing, settled));
	ck_assert(place.closed);
	return missing;
}

START_TEST(alerts_and_notes_are_delivered_in_order)
{
	uint64_t settled;

	start(10, 0);
	alert("a", 1);
	sink_note(sink, LOG_INFO, "b");
	alert("c", 2);
	ck_assert_uint_eq(end(10 * NSTIME_S, &settled), 0);
	ck_assert_uint_eq(place.count, 3);
	ck_assert_str_eq(place.got[0], "a");
	ck_assert_str_eq(place.got[1], "b");
	ck_assert_str_eq(place.got[2], "c");
	ck_assert_uint_eq(settled, UINT64_MAX);
	ck_assert_msg(place.reopened == 1, "it is opened before the first");
}
END_TEST

START_TEST(a_failed_delivery_is_tried_again)
{
	uint64_t settled;

	place.fail = 2;
	start(10, 0);
	alert("a", 1);
	await(counts().error == -EIO);
	await(counts().delivered == 1 && counts().error == 0);
	ck_assert_uint_eq(place.tries, 3);
	ck_assert_uint_eq(end(NSTIME_S, &settled), 0);
}
END_TEST

START_TEST(a_full_queue_loses_the_newest_and_tells_when_it_is_back)
{
	uint64_t settled;

	hold(true);
	start(3, 0);
	alert("a", 1);
	await(place.waiting);
	for (uint64_t i = 2; i <= 5; i++)
		alert("b", i);
	ck_assert_uint_eq(counts().queued, 3);
	ck_assert_uint_eq(counts().lost, 2);
	ck_assert_uint_eq(counts().settled, 0);
	hold(false);
	await(counts().delivered == 3);
	ck_assert_uint_eq(end(NSTIME_S, &settled), 0);
	ck_assert_uint_eq(place.count, 4);
	ck_assert_str_eq(place.got[1],
	    "2 alerts were lost here while this sink could not take them");
}
END_TEST

START_TEST(octets_that_wait_are_bounded)
{
	uint64_t settled;
	size_t one;

	hold(true);
	start(100, 0);
	alert("a", 1);
	await(place.waiting);
	one = counts().octets;
	ck_assert_uint_gt(one, 0);
	sink_set_octets(sink, 3 * one);
	for (uint64_t i = 2; i <= 5; i++)
		alert("b", i);
	ck_assert_uint_eq(counts().queued, 3);
	ck_assert_uint_eq(counts().lost, 2);
	ck_assert_uint_eq(counts().octets, 3 * one);
	hold(false);
	await(counts().delivered == 3);
	ck_assert_uint_eq(counts().octets, 0);
	end(NSTIME_S, &settled);
}
END_TEST

START_TEST(what_the_rate_holds_back_is_counted_as_waiting)
{
	uint64_t settled;

	start(100, 1);
	for (uint64_t i = 1; i <= 20; i++)
		alert("a", i);
	await(counts().queued == 0);
	ck_assert_uint_gt(counts().octets, 0);
	end(10 * NSTIME_S, &settled);
}
END_TEST

START_TEST(it_is_opened_anew_before_the_next_delivery)
{
	uint64_t settled;

	start(10, 0);
	await(place.reopened == 1);
	place.fail_reopen = 1;
	sink_reopen(sink);
	await(place.reopened == 3);
	alert("a", 1);
	ck_assert_uint_eq(end(10 * NSTIME_S, &settled), 0);
	ck_assert_str_eq(place.got[0], "a");
}
END_TEST

START_TEST(at_the_deadline_the_rest_is_given_up)
{
	uint64_t settled;

	start(10, 0);
	alert("a", 7);
	await(counts().delivered == 1);
	place.fail = 1000;
	alert("b", 8);
	alert("c", 9);
	ck_assert_uint_eq(end(150 * NSTIME_MS, &settled), 2);
	ck_assert_msg(settled == 7, "what was given up is not settled");
}
END_TEST

START_TEST(one_that_is_stuck_is_left_behind)
{
	uint64_t missing, settled;

	hold(true);
	start(10, 0);
	alert("a", 1);
	await(place.waiting);
	sink_end(sink, wallclock_monotonic());
	ck_assert(!sink_ended(sink, wallclock_monotonic(), &missing, &settled));
	ck_assert_uint_eq(missing, 1);
	ck_assert_uint_eq(settled, 0);
	hold(false);
	ck_assert(sink_ended(
	    sink, wallclock_monotonic() + 10 * NSTIME_S, &missing, &settled));
}
END_TEST

START_TEST(what_the_throttle_holds_back_is_told_when_there_is_room)
{
	uint64_t settled;

	start(100, 1);
	for (uint64_t i = 1; i <= 5; i++)
		alert("a", i);
	alert("late", 6);
	alert("later", 7);
	sink_tick(sink, NSTIME_S);
	await(place.count == 6);
	ck_assert_uint_eq(end(10 * NSTIME_S, &settled), 0);
	ck_assert_uint_eq(place.count, 7);
	ck_assert_str_eq(place.got[5], "late");
	ck_assert_str_eq(place.got[6], "later");
}
END_TEST

UNIT("sink", alerts_and_notes_are_delivered_in_order,
    a_failed_delivery_is_tried_again,
    a_full_queue_loses_the_newest_and_tells_when_it_is_back,
    octets_that_wait_are_bounded,
    what_the_rate_holds_back_is_counted_as_waiting,
    it_is_opened_anew_before_the_next_delivery,
    at_the_deadline_the_rest_is_given_up, one_that_is_stuck_is_left_behind,
    what_the_throttle_holds_back_is_told_when_there_is_room)
