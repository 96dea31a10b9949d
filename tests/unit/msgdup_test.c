/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/msgdup.h"

#include "unit/outcomes.h"

static const struct siphash_key key = { 1, 2 };
static struct msgdup *dup;
static uint16_t port;

static void
begin(void)
{
	dup = msgdup_new(2, &key);
	port = 5060;
	/* There are two readers. */
	ck_assert(!msgdup_input(
	    dup, 0, &(struct event_message){ .octets = slice_text("") }, 0));
	ck_assert(!msgdup_input(
	    dup, 1, &(struct event_message){ .octets = slice_text("-") }, 0));
}

static bool
input(unsigned reader, const char *text, nstime now)
{
	return msgdup_input(dup, reader,
	    &(struct event_message){
		.octets = slice_text(text),
		.origin = { .from = outcomes_endpoint("192.0.2.1", port),
		    .to = outcomes_endpoint("192.0.2.2", 5060) },
	    },
	    now);
}

START_TEST(what_two_readers_tell_at_once_is_one_message)
{
	begin();
	ck_assert(!input(0, "a", NSTIME_S));
	ck_assert(input(1, "a", NSTIME_S + MSGDUP_WINDOW));
	ck_assert(!input(1, "b", NSTIME_S));
	ck_assert(input(0, "b", NSTIME_S));
	msgdup_free(dup);
}
END_TEST

START_TEST(what_one_reader_tells_twice_was_sent_twice)
{
	begin();
	ck_assert(!input(0, "a", NSTIME_S));
	ck_assert(!input(0, "a", NSTIME_S + 1));
	ck_assert(input(1, "a", NSTIME_S + 2));
	msgdup_free(dup);
}
END_TEST

START_TEST(later_or_between_others_it_is_another_message)
{
	begin();
	ck_assert(!input(0, "a", NSTIME_S));
	ck_assert(!input(1, "a", NSTIME_S + MSGDUP_WINDOW + 1));
	port = 5070;
	ck_assert(!input(0, "a", NSTIME_S + MSGDUP_WINDOW + 1));
	msgdup_free(dup);
}
END_TEST

START_TEST(with_one_reader_nothing_is_remembered)
{
	dup = msgdup_new(2, &key);
	port = 5060;
	ck_assert(!input(3, "a", NSTIME_S));
	ck_assert(!input(4, "a", NSTIME_S));
	ck_assert(input(3, "a", NSTIME_S));
	msgdup_free(dup);
}
END_TEST

START_TEST(the_oldest_gives_way)
{
	begin();
	ck_assert(!input(0, "a", NSTIME_S));
	ck_assert(!input(0, "b", NSTIME_S));
	ck_assert(!input(0, "c", NSTIME_S));
	ck_assert(!input(1, "a", NSTIME_S));
	ck_assert(input(1, "c", NSTIME_S));
	msgdup_free(dup);
}
END_TEST

UNIT("msgdup", what_two_readers_tell_at_once_is_one_message,
    what_one_reader_tells_twice_was_sent_twice,
    later_or_between_others_it_is_another_message,
    with_one_reader_nothing_is_remembered, the_oldest_gives_way)
