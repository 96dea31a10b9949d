/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcp.h"

#include "unit.h"

/* 2010-11-13 23:29:00.5 UTC in NTP's seconds: 3498679740. */
#define HEAD "\x80\xc8\x00\x06\x12\x34\xab\xcd\xd0\x89\x9d\xbc\x80\0\0\0"
#define REST "\0\0\0\xa0\0\0\0\1\0\0\0\xa0"
#define TIME (1289690940 * NSTIME_S + NSTIME_S / 2)

/* Of its own SSRC: "a@192.0.2.1", 1 + 1 + 11 octets and three zeros. */
#define CNAME                                                                  \
	"\x81\xca\x00\x05\x12\x34\xab\xcd\x01\x0b"                             \
	"a@192.0.2.1\0\0\0"

#define SLICE(text) slice_of(text, sizeof(text) - 1)

START_TEST(a_report_tells_the_time_of_its_source)
{
	struct rtcp r;

	ck_assert(rtcp_parse(SLICE(HEAD REST), &r));
	ck_assert_uint_eq(r.ssrc, 0x1234abcd);
	ck_assert_int_eq(r.time, TIME);
	ck_assert_uint_eq(r.middle, 0x9dbc8000);
	ck_assert_uint_eq(r.cname.len, 0);
	ck_assert(!r.answers);
}
END_TEST

START_TEST(the_description_behind_it_names_the_source)
{
	struct rtcp r;

	ck_assert(rtcp_parse(SLICE(HEAD REST CNAME), &r));
	ck_assert(slice_is(r.cname, "a@192.0.2.1"));
}
END_TEST

START_TEST(another_source_is_not_named)
{
	struct rtcp r;
	char octets[] = HEAD REST CNAME;

	octets[28 + 7]++;
	ck_assert(rtcp_parse(SLICE(octets), &r));
	ck_assert_uint_eq(r.cname.len, 0);
}
END_TEST

START_TEST(what_it_got_of_another_shows_how_long_it_was_kept)
{
	char octets[] = HEAD REST "\0\0\0\x63\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\x85\xbb\x40\0\0\1\x80\0" CNAME;
	struct rtcp r;

	octets[0]++;
	octets[3] = 12;
	ck_assert(rtcp_parse(SLICE(octets), &r));
	ck_assert(r.answers);
	ck_assert_uint_eq(r.other, 0x63);
	ck_assert_uint_eq(r.quoted, 0x85bb4000);
	ck_assert_int_eq(r.delay, NSTIME_S + NSTIME_S / 2);
	ck_assert(slice_is(r.cname, "a@192.0.2.1"));
}
END_TEST

/* Each prefix sits in a buffer of its exact size; the one that ends where the
 * report ends is a whole one. */
START_TEST(every_cut_is_refused)
{
	const struct slice whole = SLICE(HEAD REST CNAME);

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct rtcp r;

		ck_assert_int_eq(
		    rtcp_parse(slice_of(exact, len), &r), len == 28);
		free(exact);
	}
}
END_TEST

/* SRTCP: the first eight octets are in clear, and 14 follow the last packet. */
START_TEST(lengths_that_do_not_add_up_are_encrypted)
{
	char octets[] = HEAD REST CNAME "\x80\0\0\1tagtagtagt";
	struct rtcp r;

	ck_assert(!rtcp_parse(SLICE(octets), &r));
	octets[28] = '\x3d';
	ck_assert(!rtcp_parse(SLICE(octets), &r));
}
END_TEST

/* RFC 3550 section 4: such a counter has its highest bit clear; others count
 * from 1970. */
START_TEST(counters_are_no_clocks)
{
	char octets[] = HEAD REST;
	struct rtcp r;

	octets[8] = 0;
	ck_assert(!rtcp_parse(SLICE(octets), &r));
	memcpy(octets + 8, "\x83\xaa\x7e\x80\0\0\0\0", 8);
	ck_assert(!rtcp_parse(SLICE(octets), &r));
	memset(octets + 8, 0, 8);
	ck_assert(!rtcp_parse(SLICE(octets), &r));
}
END_TEST

START_TEST(rtp_is_none)
{
	char octets[] = HEAD REST;
	struct rtcp r;

	for (unsigned type = 0; type < 256; type++) {
		octets[1] = (char)type;
		ck_assert_int_eq(rtcp_parse(SLICE(octets), &r), type == 200);
	}
}
END_TEST

START_TEST(a_reading_has_to_be_learnt_and_may_be_passed_on)
{
	struct witness_reading reading;

	ck_assert_int_eq(
	    rtcp_read(SLICE(HEAD REST CNAME), &reading), WITNESS_TOLD);
	ck_assert(reading.unproven && reading.speaker.passed_on);
	ck_assert_int_eq(reading.sender.time, TIME);
	ck_assert_int_eq(reading.sender.resolution, 16 * NSTIME_MS);
	ck_assert_uint_eq(reading.speaker.number, 0x1234abcd);
	ck_assert_int_eq(rtcp_read(SLICE(HEAD), &reading), WITNESS_FOREIGN);
}
END_TEST

UNIT("rtcp", a_report_tells_the_time_of_its_source,
    the_description_behind_it_names_the_source, another_source_is_not_named,
    what_it_got_of_another_shows_how_long_it_was_kept, every_cut_is_refused,
    lengths_that_do_not_add_up_are_encrypted, counters_are_no_clocks,
    rtp_is_none, a_reading_has_to_be_learnt_and_may_be_passed_on)
