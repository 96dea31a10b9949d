/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/httpdate.h"

#include <stdio.h>

#include "cutwitness.h"

#define DATE "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n"
#define END "Content-Length: 0\r\n\r\n"

static nstime told;

static enum witness_answer
parse(const char *text)
{
	return httpdate_parse(slice_text(text), &told);
}

START_TEST(a_response_has_a_date)
{
	ck_assert_int_eq(parse("HTTP/1.1 200 OK\r\n" DATE END), WITNESS_TOLD);
	ck_assert_int_eq(told, 1289690940 * NSTIME_S);
	ck_assert_int_eq(
	    parse("HTTP/1.0 404 No\r\ndate:Sat, 13 Nov 2010 23:29:00 GMT"
		  "\r\n\r\nbody"),
	    WITNESS_TOLD);
	ck_assert_int_eq(
	    parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket"
		  "\r\n" DATE "\r\n"),
	    WITNESS_TOLD);
}
END_TEST

START_TEST(what_a_cache_may_have_kept_is_not_read)
{
	static const char *const kept[] = { "Age: 0", "Via: 1.1 x",
		"X-Cache: HIT", "x-varnish: 1", "Cache-Status: x; hit" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		char text[200];

		snprintf(text, sizeof(text),
		    "HTTP/1.1 200 OK\r\n" DATE "%s\r\n" END, kept[i]);
		ck_assert_int_eq(parse(text), WITNESS_FOREIGN);
	}
}
END_TEST

START_TEST(other_forms_and_none_at_all_are_not_read)
{
	ck_assert_int_eq(parse("HTTP/1.1 200 OK\r\n" END), WITNESS_FOREIGN);
	ck_assert_int_eq(parse("HTTP/1.1 200 OK\r\nDate: Sat Nov 13 23:29:00 "
			       "2010\r\n" END),
	    WITNESS_FOREIGN);
	ck_assert_int_eq(parse("SIP/2.0 200 OK\r\n" DATE END), WITNESS_FOREIGN);
	ck_assert_int_eq(parse("X"), WITNESS_FOREIGN);
}
END_TEST

START_TEST(at_every_cut_the_rest_is_awaited)
{
	cutwitness(httpdate_read_stream,
	    slice_text("HTTP/1.1 200 OK\r\n" DATE END), WITNESS_PARTIAL);
}
END_TEST

START_TEST(a_head_without_end_is_given_up)
{
	static char endless[WITNESS_STREAM + 1];

	memset(endless, 'x', WITNESS_STREAM);
	memcpy(endless, "HTTP/1.1 200 OK\r\n" DATE, 54);
	ck_assert_int_eq(parse(endless), WITNESS_FOREIGN);
}
END_TEST

START_TEST(a_server_behind_it_may_have_made_it)
{
	struct witness_reading reading;

	ck_assert_int_eq(
	    httpdate_read_stream(
		slice_text("HTTP/1.1 200 OK\r\n" DATE END), &reading),
	    WITNESS_TOLD);
	ck_assert(reading.behind && !reading.unproven);
}
END_TEST

UNIT("httpdate", a_response_has_a_date, what_a_cache_may_have_kept_is_not_read,
    other_forms_and_none_at_all_are_not_read, at_every_cut_the_rest_is_awaited,
    a_head_without_end_is_given_up, a_server_behind_it_may_have_made_it)
