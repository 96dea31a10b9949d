/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipstream.h"

#include "unit/unit.h"

#define OPTIONS "OPTIONS sip:b SIP/2.0\r\nContent-Length: 0\r\n\r\n"

static unsigned messages;
static uint64_t last_end;
static void *user;

static void
hear(void *arg, const struct streampart *part,
    const struct framing_event *message)
{
	(void)arg;
	(void)part;
	messages++;
	last_end = message->end;
}

static struct sipstream *
stream(void)
{
	messages = 0;
	user = NULL;
	return sipstream_new(65536, NULL, hear, NULL);
}

static void
input(struct sipstream *s, struct slice octets, uint64_t offset, bool midway)
{
	sipstream_input(s,
	    &(struct streampart){
		.transport = TRANSPORT_TCP,
		.direction = STREAMPART_TO_SERVER,
		.midway = midway,
		.octets = octets,
		.offset = offset,
		.size = octets.len,
	    },
	    &user);
}

static void
end(struct sipstream *s)
{
	sipstream_forget(&user);
	ck_assert_ptr_null(user);
	sipstream_free(s);
}

static uint64_t count;

static void
find_foreign(
    void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, "sipstream.foreign") == 0)
		count = value;
}

START_TEST(a_message_in_two_segments_is_one_message)
{
	struct sipstream *s = stream();
	const struct slice whole = slice_text(OPTIONS);

	input(s, slice_first(whole, 10), 0, false);
	ck_assert_uint_eq(messages, 0);
	input(s, slice_after(whole, 10), 10, false);
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(last_end, whole.len);
	end(s);
}
END_TEST

START_TEST(tls_is_left_alone_and_counted)
{
	struct sipstream *s = stream();

	input(s, slice_of("\x16\x03\x01\x02\x00", 5), 0, false);
	input(s, slice_text(OPTIONS), 5, false);
	ck_assert_uint_eq(messages, 0);
	sipstream_stats(s, find_foreign, NULL);
	ck_assert_uint_eq(count, 1);
	end(s);
}
END_TEST

START_TEST(picked_up_midway_it_finds_the_next_message)
{
	struct sipstream *s = stream();

	input(s, slice_text("ength: 0\r\n\r\n" OPTIONS), 0, true);
	ck_assert_uint_eq(messages, 1);
	end(s);
}
END_TEST

START_TEST(a_stream_without_its_first_octets_is_no_foreign_one)
{
	struct sipstream *s = stream();

	sipstream_input(s, &(struct streampart){ .lost = 10 }, &user);
	input(s, slice_text("ength: 0\r\n\r\n" OPTIONS), 10, false);
	ck_assert_uint_eq(messages, 1);
	end(s);
}
END_TEST

START_TEST(after_a_gap_it_goes_on_with_the_next_message)
{
	struct sipstream *s = stream();

	input(s, slice_text("OPTIONS sip:b SI"), 0, false);
	sipstream_input(
	    s, &(struct streampart){ .lost = 83, .offset = 16 }, &user);
	input(s, slice_text("gth: 0\r\n\r\n" OPTIONS), 99, false);
	ck_assert_uint_eq(messages, 1);
	end(s);
}
END_TEST

/* A record of TLS is larger than what is in it. */
START_TEST(a_message_ends_where_its_record_ends)
{
	struct sipstream *s = stream();
	const struct slice whole = slice_text(OPTIONS);

	sipstream_input(s,
	    &(struct streampart){
		.transport = TRANSPORT_TLS,
		.octets = whole,
		.offset = 1000,
		.size = whole.len + 29,
	    },
	    &user);
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(last_end, 1000 + whole.len + 29);
	end(s);
}
END_TEST

UNIT("sipstream", a_message_in_two_segments_is_one_message,
    tls_is_left_alone_and_counted, picked_up_midway_it_finds_the_next_message,
    a_stream_without_its_first_octets_is_no_foreign_one,
    after_a_gap_it_goes_on_with_the_next_message,
    a_message_ends_where_its_record_ends)
