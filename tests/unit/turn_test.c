/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/turn.h"

#include "cutwitness.h"

#define SLICE(text) slice_of(text, sizeof(text) - 1)
#define HEAD(type, len)                                                        \
	type len "\x21\x12\xa4\x42"                                            \
		 "abcdefghijkl"
#define NAME                                                                   \
	"\0\6\0\x10"                                                           \
	"1289690940:alice"
#define SOFTWARE "\x80\x22\0\3xyz\0"

static nstime end;

START_TEST(a_user_name_begins_with_its_end)
{
	ck_assert(turn_parse(SLICE(HEAD("\0\3", "\0\x14") NAME), &end));
	ck_assert_int_eq(end, 1289690940 * NSTIME_S);
	ck_assert(
	    turn_parse(SLICE(HEAD("\0\4", "\0\x1c") SOFTWARE NAME), &end));
}
END_TEST

START_TEST(answers_and_other_names_are_none)
{
	char octets[] = HEAD("\1\3", "\0\x14") NAME;

	ck_assert(!turn_parse(SLICE(octets), &end));
	octets[0] = 0;
	octets[24 + 10] = '.';
	ck_assert(!turn_parse(SLICE(octets), &end));
	memcpy(octets + 24, "alice:1289690940", 16);
	ck_assert(!turn_parse(SLICE(octets), &end));
	memcpy(octets + 24, "5000000000:alice", 16);
	ck_assert(!turn_parse(SLICE(octets), &end));
	memcpy(octets + 24, "0000005060:alice", 16);
	ck_assert(!turn_parse(SLICE(octets), &end));
}
END_TEST

START_TEST(every_cut_is_refused)
{
	cutwitness(turn_read, SLICE(HEAD("\0\3", "\0\x1c") SOFTWARE NAME),
	    WITNESS_FOREIGN);
}
END_TEST

START_TEST(it_is_the_time_of_somebody_behind_the_server)
{
	struct witness_reading reading;

	ck_assert_int_eq(
	    turn_read(SLICE(HEAD("\0\3", "\0\x14") NAME), &reading),
	    WITNESS_TOLD);
	ck_assert(reading.behind && reading.unproven);
	ck_assert_int_eq(reading.sender.resolution, 0);
	ck_assert_int_eq(reading.receiver.resolution, NSTIME_S);
}
END_TEST

UNIT("turn", a_user_name_begins_with_its_end, answers_and_other_names_are_none,
    every_cut_is_refused, it_is_the_time_of_somebody_behind_the_server)
