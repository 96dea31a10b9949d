/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/servertrace.h"

#include "unit/unit.h"

#define HEAD                                                                   \
	"TL_INFO(TF_PROTOCOL) [0]0A54.0C88::01/03/2011-18:22:39.123.0000abcd " \
	"(SIPStack,x.cpp(125))$$begin_record\r\n"
#define MESSAGE                                                                \
	HEAD "Trace-Correlation-Id: 1\r\n"                                     \
	     "Direction: outgoing;source=\"local\"\r\n"                        \
	     "Peer: edge.ptown.local:5062\r\n"                                 \
	     "Message-Type: request\r\n"                                       \
	     "Start-Line: SERVICE sip:edge.ptown.local:5062;grid SIP/2.0\r\n"  \
	     "From: <sip:a@ptown.local>;tag=1\r\n"                             \
	     "CONTENT-LENGTH: 4\r\n"                                           \
	     "Message-Body: body\r\n"                                          \
	     "$$end_record\r\n"
#define EXPIRED                                                                \
	"LogType: diagnostic\r\n"                                              \
	"Severity: error\r\n"                                                  \
	"Text: Message expired in the outbound queue before it could be "      \
	"sent\r\n"                                                             \
	"SIP-Start-Line: SERVICE sip:edge.ptown.local:5062;grid SIP/2.0\r\n"   \
	"SIP-Call-ID: abc\r\n"                                                 \
	"Peer: edge.ptown.local:5062\r\n"
#define TIMED_OUT                                                              \
	"LogType: diagnostic\r\n"                                              \
	"Severity: warning\r\n"                                                \
	"Text: Message or one of its headers caused a processing error\r\n"    \
	"Data: Transaction Time-out: Type [2] Method [0x40] Call-Id "          \
	"[7d8d76\\n] RUri[sip:b@ptown.local;gruu] From[<sip:c@x>;tag=8E] "     \
	"To[<sip:d@x>;tag=af]\r\n"

static struct servertrace t;

/* How many records it has, the last one parsed; handed over in such steps. */
static unsigned
records(const char *text, size_t step)
{
	const size_t len = strlen(text);
	size_t done = 0, given = 0;
	unsigned count = 0;

	for (;;) {
		struct slice rest = slice_of(text + done, given - done);
		struct slice record;
		const enum servertrace_cut got =
		    servertrace_next(&rest, given == len, &record);

		done = given - rest.len;
		if (got == SERVERTRACE_RECORD) {
			servertrace_parse(record, &t);
			count++;
		} else if (got == SERVERTRACE_MORE) {
			if (given == len)
				return count;
			given = given + step < len ? given + step : len;
		}
	}
}

static bool
is(struct slice s, const char *text)
{
	return slice_is(s, text);
}

START_TEST(a_message_is_as_it_was_on_the_wire)
{
	uint8_t octets[1000];
	size_t len;

	ck_assert_uint_eq(records("noise\n" MESSAGE "more noise", 7), 1);
	ck_assert_int_eq(t.kind, SERVERTRACE_MESSAGE);
	ck_assert(!t.incoming);
	ck_assert(is(t.peer, "edge.ptown.local:5062"));
	len = servertrace_write(&t, octets, sizeof(octets));
	ck_assert(is(slice_of(octets, len),
	    "SERVICE sip:edge.ptown.local:5062;grid SIP/2.0\r\n"
	    "From: <sip:a@ptown.local>;tag=1\r\n"
	    "CONTENT-LENGTH: 4\r\n\r\nbody\r\n"));
	for (size_t room = 0; room < len; room++)
		ck_assert_uint_eq(servertrace_write(&t, octets, room), 0);
}
END_TEST

START_TEST(without_a_body_there_is_a_dash)
{
	uint8_t octets[1000];

	ck_assert_uint_eq(records("$$begin_record\nDirection: incoming\n"
				  "Start-Line: SIP/2.0 200 OK\nVia: x\n"
				  "Message-Body: -\n$$end_record",
			      1000),
	    1);
	ck_assert(t.incoming);
	ck_assert(
	    is(slice_of(octets, servertrace_write(&t, octets, sizeof(octets))),
		"SIP/2.0 200 OK\r\nVia: x\r\n\r\n"));
}
END_TEST

START_TEST(an_expired_message_is_a_failure)
{
	ck_assert_uint_eq(records(HEAD EXPIRED "$$end_record\r\n", 9), 1);
	ck_assert_int_eq(t.kind, SERVERTRACE_FAILED);
	ck_assert(is(t.reason,
	    "Message expired in the outbound queue before it could be sent"));
	ck_assert(is(t.call_id, "abc"));
	ck_assert(is(t.peer, "edge.ptown.local:5062"));
	ck_assert(slice_starts_with(t.start_line, "SERVICE "));
}
END_TEST

START_TEST(a_transaction_timeout_is_one_too)
{
	ck_assert_uint_eq(records(HEAD TIMED_OUT "$$end_record\r\n", 9), 1);
	ck_assert_int_eq(t.kind, SERVERTRACE_FAILED);
	ck_assert(is(t.reason, "Transaction Time-out"));
	ck_assert(is(t.call_id, "7d8d76"));
	ck_assert(is(t.request_uri, "sip:b@ptown.local;gruu"));
	ck_assert(is(t.from, "<sip:c@x>;tag=8E"));
	ck_assert(is(t.to, "<sip:d@x>;tag=af"));
}
END_TEST

START_TEST(paragraphs_copied_out_of_a_trace_are_records)
{
	for (size_t step = 1; step < 200; step++) {
		ck_assert_uint_eq(records("He wrote:\r\n\r\n" EXPIRED
					  "\r\n" TIMED_OUT "\r\nThe end",
				      step),
		    2);
		ck_assert(is(t.reason, "Transaction Time-out"));
	}
	ck_assert_uint_eq(records(EXPIRED, 3), 1);
	ck_assert_uint_eq(
	    records("LogType: diagnostic\nText: other\n\n", 3), 1);
	ck_assert_int_eq(t.kind, SERVERTRACE_OTHER);
}
END_TEST

START_TEST(a_record_without_an_end_ends_with_the_next)
{
	ck_assert_uint_eq(records(HEAD "Direction: in\r\n" MESSAGE, 50), 2);
	ck_assert_int_eq(t.kind, SERVERTRACE_MESSAGE);
}
END_TEST

START_TEST(what_is_too_long_is_passed_over)
{
	const size_t size = SERVERTRACE_LARGEST + 100;
	char *text = malloc(size + sizeof("\n" MESSAGE));

	memset(text, 'x', size);
	memcpy(text, HEAD, sizeof(HEAD) - 1);
	memcpy(text + size, "\n" MESSAGE, sizeof("\n" MESSAGE));
	ck_assert_uint_eq(records(text, 10000), 1);
	ck_assert_int_eq(t.kind, SERVERTRACE_MESSAGE);
	free(text);
}
END_TEST

START_TEST(the_stamp_stands_in_the_first_line)
{
	nstime wall = 7;

	ck_assert(servertrace_stamp(slice_text(MESSAGE), &wall));
	ck_assert_int_eq(wall, INT64_C(1294078959123) * NSTIME_MS);
	ck_assert(!servertrace_stamp(slice_text(EXPIRED), &wall));
	ck_assert(!servertrace_stamp(
	    slice_text("x::13/03/2011-18:22:39.123"), &wall));
	ck_assert(
	    !servertrace_stamp(slice_text("x::01/03/2011-18:22:39"), &wall));
}
END_TEST

START_TEST(peers_have_a_host_and_a_port)
{
	uint16_t port = 0;

	ck_assert(is(servertrace_host(slice_text("a.b:5062"), &port), "a.b"));
	ck_assert_uint_eq(port, 5062);
	ck_assert(is(servertrace_host(slice_text("[2001:db8::1]:7"), &port),
	    "2001:db8::1"));
	ck_assert_uint_eq(port, 7);
	ck_assert(is(servertrace_host(slice_text("a.b"), &port), "a.b"));
	ck_assert_uint_eq(port, 7);
	ck_assert(is(servertrace_host(slice_text(""), &port), ""));
}
END_TEST

START_TEST(nothing_is_read_past_a_cut)
{
	static const char *const texts[] = { MESSAGE, EXPIRED, TIMED_OUT };

	for (unsigned i = 0; i < 3; i++)
		for (size_t cut = 0; cut < strlen(texts[i]); cut++) {
			uint8_t *exact = unit_exact(slice_of(texts[i], cut));
			struct slice s = slice_of(exact, cut), record;
			nstime wall;

			servertrace_begins(s);
			servertrace_stamp(s, &wall);
			servertrace_parse(s, &t);
			servertrace_next(&s, true, &record);
			free(exact);
		}
}
END_TEST

UNIT("servertrace", a_message_is_as_it_was_on_the_wire,
    without_a_body_there_is_a_dash, an_expired_message_is_a_failure,
    a_transaction_timeout_is_one_too,
    paragraphs_copied_out_of_a_trace_are_records,
    a_record_without_an_end_ends_with_the_next, what_is_too_long_is_passed_over,
    the_stamp_stands_in_the_first_line, peers_have_a_host_and_a_port,
    nothing_is_read_past_a_cut)
