/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/framing.h"

#define SERVICE(body, length)                                                  \
	"SERVICE sip:edge:5062;grid SIP/2.0\r\n"                               \
	"Via: SIP/2.0/TCP h\r\n" length "\r\n\r\n" body
#define ANSWER "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h\r\nl: 0\r\n\r\n"

static struct framing_stats stats;
static struct holdings holdings;
static struct framing *f;
static char got[8192]; /* every message, each followed by a bar */
static size_t got_len;
static unsigned messages;
static uint64_t last_end;
static nstime last_now, last_wall;
static uint64_t offset;

static void
on_message(void *arg, const struct framing_event *event)
{
	ck_assert_ptr_eq(arg, got);
	messages++;
	last_end = event->end;
	last_now = event->now;
	last_wall = event->wall;
	if (got_len + event->octets.len + 1 < sizeof(got)) {
		memcpy(got + got_len, event->octets.p, event->octets.len);
		got_len += event->octets.len;
		got[got_len++] = '|';
	}
}

static void
open_framing(size_t max_message, bool midway)
{
	framing_free(f);
	stats = (struct framing_stats){ 0 };
	f = framing_new(max_message, midway, &stats, &holdings);
	got_len = 0;
	messages = 0;
	offset = 0;
}

static void
feed_at(struct slice s, nstime now)
{
	uint8_t *exact = unit_exact(s);

	framing_input(f, slice_of(exact, s.len), offset, now, now + 1000,
	    on_message, got);
	offset += s.len;
	free(exact);
}

static void
feed(const char *text)
{
	feed_at(slice_text(text), 0);
}

static void
expect(const char *text)
{
	ck_assert(slice_is(slice_of(got, got_len), text));
}

START_TEST(messages_are_cut_by_content_length)
{
	open_framing(65536, false);
	feed("\r\n\r\n" ANSWER "\r\n" SERVICE("body", "Content-Length: 4")
		ANSWER SERVICE("b", "CONTENT-LENGTH :\r\n 1"));
	expect(ANSWER
	    "|" SERVICE("body", "Content-Length: 4") "|" ANSWER "|" SERVICE(
		"b", "CONTENT-LENGTH :\r\n 1") "|");
	ck_assert_uint_eq(last_end, offset);
	ck_assert_uint_eq(stats.resynchronised, 0);
	ck_assert_uint_eq(framing_held(f), 0);
}
END_TEST

START_TEST(any_cut_gives_the_same_messages)
{
	static const char text[] =
	    ANSWER "\r\n\r\n" SERVICE("bodySIP/2.0 x", "Content-Length: 4")
		ANSWER "lost INVITE sip:no SIP/2.0\r\n"
		       "no header" SERVICE("<x/>", "l: 4\r\nl: 4") ANSWER;
	static const char wanted[] = ANSWER
	    "|" SERVICE("body", "Content-Length: 4") "|" ANSWER "|" SERVICE(
		"<x/>", "l: 4\r\nl: 4") "|" ANSWER "|";

	for (size_t size = 1; size < sizeof(text); size++) {
		struct slice rest = slice_of(text, sizeof(text) - 1);

		open_framing(65536, false);
		for (; rest.len > 0; rest = slice_after(rest, size))
			feed_at(slice_first(rest, size), 0);
		expect(wanted);
		ck_assert_uint_eq(last_end, sizeof(text) - 1);
		ck_assert_uint_eq(stats.resynchronised, 2);
		ck_assert_uint_eq(framing_held(f), 0);
	}
}
END_TEST

START_TEST(a_missing_length_is_zero)
{
	open_framing(65536, false);
	feed(SERVICE("", "X: y") ANSWER);
	ck_assert_uint_eq(messages, 2);
	ck_assert_uint_eq(stats.no_length, 1);
}
END_TEST

START_TEST(a_bad_length_ends_at_the_next_start_line)
{
	static const char *const bad[] = { SERVICE("abc", "l: -1"),
		SERVICE("abc", "l: x"), SERVICE("abc", "l: 1\r\nl: 2"),
		SERVICE("abc", "l: 99999999999999999999") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		open_framing(65536, false);
		feed(bad[i]);
		feed(ANSWER);
		expect(ANSWER "|");
		ck_assert_uint_eq(stats.bad_length, 1);
		ck_assert_uint_eq(stats.resynchronised, 1);
		ck_assert_uint_eq(stats.skipped_octets, strlen(bad[i]));
	}
}
END_TEST

START_TEST(a_message_too_long_is_skipped_by_its_length)
{
	open_framing(200, false);
	feed(SERVICE("", "l: 300"));
	for (int i = 0; i < 30; i++)
		feed("SIP/2.0 20");
	ck_assert_uint_eq(framing_held(f), 0);
	feed(ANSWER);
	expect(ANSWER "|");
	ck_assert_uint_eq(stats.too_long, 1);
	ck_assert_uint_eq(stats.resynchronised, 0);
}
END_TEST

START_TEST(a_head_without_end_is_given_up)
{
	open_framing(4096, false);
	feed("OPTIONS sip:x SIP/2.0\r\n");
	for (int i = 0; i < 1000; i++) {
		feed("X: y\r\n");
		ck_assert_uint_le(framing_held(f), 8192);
	}
	feed(ANSWER);
	expect(ANSWER "|");
	ck_assert_uint_eq(stats.too_long, 1);
}
END_TEST

START_TEST(midway_it_finds_a_start_line_wherever_it_begins)
{
	open_framing(65536, true);
	feed("est/>");
	feed(ANSWER "</x>INVITE sip:a SI");
	feed("P/2.0\r\nVia: SIP/2.0/TCP h\r\nl:1\r\n\r");
	feed("\n.");
	expect(ANSWER "|INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nl:1\r\n"
		      "\r\n.|");
	ck_assert_uint_eq(stats.resynchronised, 2);
	ck_assert_uint_eq(stats.skipped_octets, 9);
}
END_TEST

START_TEST(a_start_line_is_proven_by_a_header)
{
	open_framing(65536, true);
	feed("SIP/2.0 100 Trying\r\n" ANSWER);
	expect(ANSWER "|");
	ck_assert_uint_eq(stats.resynchronised, 1);
}
END_TEST

START_TEST(a_gap_loses_the_message_it_is_in)
{
	open_framing(65536, false);
	feed(SERVICE("ab", "l: 4"));
	framing_gap(f);
	feed("cd" ANSWER);
	expect(ANSWER "|");
	ck_assert_uint_eq(stats.cut, 1);
	ck_assert_uint_eq(stats.resynchronised, 1);
	feed("SIP/2.0 2");
	framing_free(f);
	f = NULL;
	ck_assert_uint_eq(stats.cut, 2);
}
END_TEST

START_TEST(a_message_has_the_time_of_its_first_octet)
{
	open_framing(65536, false);
	feed_at(slice_text("SIP/2.0 200 OK\r\nVia: x\r\n"), 1);
	feed_at(slice_text("l: 1\r\n\r\n"), 2);
	feed_at(slice_text("bSIP/2.0 200 OK\r\n"), 3);
	ck_assert_int_eq(last_now, 1);
	ck_assert_int_eq(last_wall, 1001);
	feed_at(slice_text("Via: y\r\nl: 0\r\n\r\n"), 4);
	ck_assert_int_eq(last_now, 3);
	feed_at(slice_text("INVITE sip:a SIP/2.0\r\n"), 5);
	feed_at(slice_text("no "), 6);
	feed_at(slice_text("header BYE sip:a SIP/2.0\r\n"), 7);
	feed_at(slice_text("Via: x\r\nl: 0\r\n\r\n"), 8);
	ck_assert_int_eq(last_now, 7);
	ck_assert_uint_eq(messages, 3);
}
END_TEST

/* A hundred thousand inputs of one octet each, of what each state likes
 * least: if any of them looked back the test would not end in its time. */
START_TEST(one_octet_at_a_time_is_still_fast)
{
	static const char *const likes[] = { "x", "SIP/2.0", " SIP/2.0\r\n",
		"A a SIP/2.0\r\n", "A a SIP/2.0\r\nB", "\r\n",
		"SIP/2.0 200 \r\nA:b\r\n", "a ", "A:\n", "SIP/2.0 200 " };

	for (size_t i = 0; i < sizeof(likes) / sizeof(*likes); i++) {
		open_framing(65536, i % 2 == 0);
		for (size_t n = 0; n < 100000; n++)
			framing_input(f,
			    slice_of(likes[i] + n % strlen(likes[i]), 1), n, 0,
			    0, on_message, got);
		ck_assert_uint_le(framing_held(f), 65536);
	}
}
END_TEST

START_TEST(the_first_octets_distinguish_sip_from_others)
{
	ck_assert(framing_may_be_sip(slice_text("")));
	ck_assert(framing_may_be_sip(slice_text("\r\n\r\n")));
	ck_assert(framing_may_be_sip(slice_text("\r\nREG")));
	ck_assert(framing_may_be_sip(slice_text(ANSWER)));
	ck_assert(!framing_may_be_sip(slice_text("\x16\x03\x01\x02")));
	ck_assert(!framing_may_be_sip(slice_text("GET / HTTP/1.1\r\nHost")));
}
END_TEST

UNIT("framing", messages_are_cut_by_content_length,
    any_cut_gives_the_same_messages, a_missing_length_is_zero,
    a_bad_length_ends_at_the_next_start_line,
    a_message_too_long_is_skipped_by_its_length, a_head_without_end_is_given_up,
    midway_it_finds_a_start_line_wherever_it_begins,
    a_start_line_is_proven_by_a_header, a_gap_loses_the_message_it_is_in,
    a_message_has_the_time_of_its_first_octet,
    one_octet_at_a_time_is_still_fast,
    the_first_octets_distinguish_sip_from_others)
