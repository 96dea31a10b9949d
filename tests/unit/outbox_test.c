/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/outbox.h"

#include "unit/event.h"
#include "unit/saved.h"

static struct outbox *outbox, *loaded;
static struct evidence evidence;
static uint64_t told[10];
static size_t told_count;

static void
start(void)
{
	told_count = 0;
	outbox = outbox_new(5, 100000, NULL);
	ck_assert_ptr_nonnull(outbox);
}

static uint64_t
add(void)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, "10.0.0.11");

	event_skew(&evidence, -3600400 * NSTIME_MS, "dst", -1000);
	return outbox_add(outbox, &event);
}

static bool
settle(uint64_t journal, uint64_t file)
{
	const struct outbox_reader readers[] = {
		{ "journal", journal },
		{ "json:/x", file },
	};

	return outbox_settle(outbox, readers, 2);
}

static void
on_again(void *arg, const struct alert_event *event, uint64_t number)
{
	ck_assert_ptr_eq(arg, &told_count);
	ck_assert(event->repeated);
	ck_assert_int_eq(event->kind, FINDING_CLOCK_SKEW);
	ck_assert_uint_eq(event->id, 0x9f2c61d0a4e87b15);
	ck_assert(slice_is(event->subject, "10.0.0.11"));
	ck_assert_int_eq(event->wall, EVENT_WALL);
	ck_assert(slice_is(evidence_get(event->evidence, "shape"), "dst"));
	told[told_count++] = number;
}

static void
again(const char *reader, uint64_t first, uint64_t last)
{
	told_count = 0;
	outbox_again(outbox, reader, on_again, &told_count);
	ck_assert_uint_eq(told_count, last + 1 - first);
	for (uint64_t i = first; i <= last; i++)
		ck_assert_uint_eq(told[i - first], i);
}

START_TEST(events_are_kept_until_all_readers_have_them)
{
	start();
	settle(0, 0);
	ck_assert_uint_eq(add(), 1);
	ck_assert_uint_eq(add(), 2);
	ck_assert_uint_eq(outbox_last(outbox), 2);
	ck_assert(settle(2, 0));
	again("json:/x", 1, 2);
	again("journal", 3, 2);
	ck_assert(settle(2, 1));
	again("json:/x", 2, 2);
	ck_assert(settle(2, 2));
	again("json:/x", 3, 2);
	ck_assert(!settle(2, 2));
	outbox_free(outbox);
}
END_TEST

START_TEST(what_a_reader_has_it_keeps)
{
	start();
	settle(0, 0);
	add();
	settle(1, 0);
	settle(0, 0);
	again("journal", 2, 1);
	again("json:/x", 1, 1);
	outbox_free(outbox);
}
END_TEST

START_TEST(nobody_waits_for_a_reader_that_left)
{
	const struct outbox_reader journal = { "journal", 1 };

	start();
	settle(0, 0);
	add();
	ck_assert(outbox_settle(outbox, &journal, 1));
	again("journal", 2, 1);
	again("json:/x", 2, 1);
	outbox_free(outbox);
}
END_TEST

START_TEST(at_the_limit_the_oldest_goes)
{
	start();
	settle(0, 0);
	for (unsigned i = 0; i < 7; i++)
		add();
	again("journal", 3, 7);
	outbox_free(outbox);
}
END_TEST

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	outbox_free(loaded);
	loaded = outbox_new(5, 100000, NULL);
	return outbox_load(loaded, &c);
}

START_TEST(after_a_restart_it_knows_who_has_what)
{
	struct record r;

	start();
	settle(0, 0);
	add();
	add();
	settle(2, 1);
	record_init(&r, 1 << 16);
	outbox_save(outbox, &r);
	saved_whole_or_not_at_all(&r, load);
	outbox_free(outbox);
	outbox = loaded;
	again("journal", 3, 2);
	again("json:/x", 2, 2);
	again("syslog", 3, 2);
	ck_assert_uint_eq(add(), 3);
	outbox_free(outbox);
}
END_TEST

UNIT("outbox", events_are_kept_until_all_readers_have_them,
    what_a_reader_has_it_keeps, nobody_waits_for_a_reader_that_left,
    at_the_limit_the_oldest_goes, after_a_restart_it_knows_who_has_what)
