/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/gist.h"

#include <stdio.h>

#include "net/inner/tcp.h"
#include "unit/unit.h"

static struct record out;
static struct gist_way way;
static uint8_t payload[GIST_PAYLOAD];
static size_t octets; /* of the latest gist */

static void
begin(void)
{
	record_init(&out, GIST_MOST);
	way = (struct gist_way){ .opened = true };
}

static void
end(void)
{
	record_done(&out);
}

/* Its payload as it comes out at the other end. */
static const uint8_t *
pass(uint32_t sequence, struct slice content)
{
	const struct event_segment segment = {
		.sequence = sequence,
		.len = content.len,
		.content = content,
	};
	const struct slice gist = gist_write(&way, &segment, &out);

	octets = gist.len;
	ck_assert(gist_read(gist, content.len, payload));
	return payload;
}

static void
check_zeros(size_t from, size_t to)
{
	for (; from < to; from++)
		ck_assert_uint_eq(payload[from], 0);
}

START_TEST(of_a_request_in_clear_nothing_travels)
{
	begin();
	pass(1, slice_text("REGISTER sip:a SIP/2.0\r\nAuthorization: x\r\n"));
	ck_assert_uint_eq(octets, 0);
	check_zeros(0, 40);
	end();
}
END_TEST

START_TEST(what_needs_no_answer_is_told_from_requests)
{
	begin();
	ck_assert_mem_eq(pass(1, slice_text("SIP/2.0 200 OK")), "SIP/2.0", 7);
	check_zeros(7, 14);
	ck_assert_mem_eq(pass(15, slice_text("ACK sip:a SIP/2.0")), "ACK ", 4);
	check_zeros(4, 17);
	ck_assert_mem_eq(pass(32, slice_text("\r\n\r\n")), "\r\n\r\n", 4);
	/* Also where it comes late. */
	ck_assert_mem_eq(pass(15, slice_text("ACK sip:a SIP/2.0")), "ACK ", 4);
	end();
}
END_TEST

/* A handshake, an alert, application data of five octets, and so on. */
static const uint8_t records[] = { 22, 3, 1, 0, 3, 1, 2, 3, 23, 3, 3, 0, 5, 9,
	9, 9, 9, 9, 21, 3, 3, 0, 2, 2, 40, 23, 3, 3, 0, 2, 7, 7 };
static const uint8_t told[] = { 22, 3, 1, 0, 3, 1, 2, 3, 23, 3, 3, 0, 5, 0, 0,
	0, 0, 0, 21, 3, 3, 0, 2, 2, 40, 23, 3, 3, 0, 2, 0, 0 };

START_TEST(of_tls_all_but_application_data_travels_however_it_is_cut)
{
	for (size_t cut = 1; cut < sizeof(records); cut++) {
		uint8_t *first = unit_exact(slice_of(records, cut));
		uint8_t *second =
		    unit_exact(slice_of(records + cut, sizeof(records) - cut));

		begin();
		ck_assert_mem_eq(pass(7, slice_of(first, cut)), told, cut);
		ck_assert_mem_eq(pass(7 + (uint32_t)cut,
				     slice_of(second, sizeof(records) - cut)),
		    told + cut, sizeof(records) - cut);
		free(first);
		free(second);
		end();
	}
}
END_TEST

START_TEST(behind_a_hole_all_travels_until_a_record_begins)
{
	const uint8_t lost[] = { 9, 9, 23, 3, 3, 0, 1, 7 };

	begin();
	pass(1, slice_of(records, sizeof(records)));
	ck_assert_mem_eq(
	    pass(100, slice_of(lost, sizeof(lost))), lost, sizeof(lost));
	ck_assert_mem_eq(
	    pass(108, slice_of(records, sizeof(records))), told, sizeof(told));
	end();
}
END_TEST

START_TEST(midway_or_behind_a_hole_only_a_record_is_taken_for_tls)
{
	begin();
	pass(1, slice_of(NULL, 0));
	pass(9, slice_text("\xc3\xa9t\xc3\xa9"));
	ck_assert_uint_eq(octets, 0);
	end();
	begin();
	way.opened = false;
	pass(1, slice_text("\xc3\xa9t\xc3\xa9"));
	ck_assert_uint_eq(octets, 0);
	pass(6, slice_text("later"));
	ck_assert_uint_eq(octets, 0);
	ck_assert_mem_eq(
	    pass(11, slice_of(records, sizeof(records))), told, sizeof(told));
	end();
}
END_TEST

START_TEST(an_sslv2_hello_begins_tls)
{
	static const uint8_t hello[] = { 0x80, 11, 1, 3, 1, 0, 3 };

	begin();
	ck_assert_mem_eq(
	    pass(1, slice_of(hello, sizeof(hello))), hello, sizeof(hello));
	end();
}
END_TEST

START_TEST(what_is_resent_travels_once)
{
	begin();
	pass(UINT32_MAX, slice_of(records, sizeof(records)));
	pass(UINT32_MAX, slice_of(records, sizeof(records)));
	ck_assert_uint_eq(octets, 0);
	end();
}
END_TEST

START_TEST(a_proxys_header_travels_and_what_is_behind_it_begins_the_stream)
{
	static const char line[] =
	    "PROXY TCP4 192.0.2.1 192.0.2.2 5000 5061\r\n";
	static const char request[] = "OPTIONS sip:a SIP/2.0\r\n";
	char both[sizeof(line) + sizeof(request)];

	begin();
	snprintf(both, sizeof(both), "%s%s", line, request);
	ck_assert_mem_eq(pass(1, slice_text(both)), line, sizeof(line) - 1);
	check_zeros(sizeof(line) - 1, strlen(both));
	ck_assert(way.is_clear);
	end();
}
END_TEST

START_TEST(a_gist_that_makes_no_sense_is_refused)
{
	static const uint8_t gist[] = { 2, 0, 3, 0, 'a', 'b', 'c' };

	for (size_t len = 0; len <= sizeof(gist); len++) {
		uint8_t *exact = unit_exact(slice_of(gist, len));

		ck_assert(gist_read(slice_of(exact, len), 5, payload) ==
		    (len == 0 || len == sizeof(gist)));
		free(exact);
	}
	ck_assert(!gist_read(slice_of(gist, sizeof(gist)), 4, payload));
	ck_assert(!gist_read(slice_of(gist, 0), GIST_PAYLOAD + 1, payload));
}
END_TEST

UNIT("gist", of_a_request_in_clear_nothing_travels,
    what_needs_no_answer_is_told_from_requests,
    of_tls_all_but_application_data_travels_however_it_is_cut,
    behind_a_hole_all_travels_until_a_record_begins,
    midway_or_behind_a_hole_only_a_record_is_taken_for_tls,
    an_sslv2_hello_begins_tls, what_is_resent_travels_once,
    a_proxys_header_travels_and_what_is_behind_it_begins_the_stream,
    a_gist_that_makes_no_sense_is_refused)
