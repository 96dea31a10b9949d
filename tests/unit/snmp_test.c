/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/snmp.h"

#include "cutwitness.h"

#define SLICE(text) slice_of(text, sizeof(text) - 1)
#define UNIX (1289690940 * NSTIME_S) /* 2010-11-13 23:29:00 UTC */

/* 2010-11-14 00:29:00.3 +01:00 */
#define PDU                                                                    \
	"\xa2\x25\2\1\1\2\1\0\2\1\0\x30\x1a\x30\x18"                           \
	"\6\x09\x2b\6\1\2\1\x19\1\2\0"                                         \
	"\4\x0b\x07\xda\x0b\x0e\0\x1d\0\3+\1\0"
#define VERSION_1 "\x30\x32\2\1\0\4\6public" PDU
#define VERSION_3                                                              \
	"\x30\x47\2\1\3\x30\x0d\2\1\1\2\2\5\xdc\4\1\4\2\1\3\4\4none"           \
	"\x30\x2d\4\2id\4\0" PDU

static struct snmp s;

START_TEST(an_agent_tells_time_and_zone)
{
	ck_assert(snmp_parse(SLICE(VERSION_1), &s));
	ck_assert_int_eq(s.time, UNIX + 3 * NSTIME_S / 10);
	ck_assert_int_eq(s.resolution, NSTIME_S / 10);
	ck_assert_int_eq(s.zone, 60);
}
END_TEST

START_TEST(version_3_is_read_in_clear)
{
	ck_assert(snmp_parse(SLICE(VERSION_3), &s));
	ck_assert_int_eq(s.time, UNIX + 3 * NSTIME_S / 10);
}
END_TEST

/* Net-SNMP writes 0 for the tenths. */
START_TEST(without_tenths_it_is_a_whole_second)
{
	char octets[] = VERSION_1;

	octets[sizeof(octets) - 1 - 4] = 0;
	ck_assert(snmp_parse(SLICE(octets), &s));
	ck_assert_int_eq(s.resolution, NSTIME_S);
}
END_TEST

START_TEST(dates_that_do_not_exist_are_refused)
{
	static const struct {
		size_t from_end;
		char value;
	} faults[] = { { 9, 13 }, { 8, 31 }, { 7, 24 }, { 6, 60 }, { 5, 61 },
		{ 4, 10 }, { 3, 'Z' }, { 2, 15 }, { 1, 60 } };

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		char octets[] = VERSION_1;

		octets[sizeof(octets) - 1 - faults[i].from_end] =
		    faults[i].value;
		ck_assert_msg(!snmp_parse(SLICE(octets), &s), "%zu", i);
	}
}
END_TEST

START_TEST(requests_and_other_names_are_none)
{
	char octets[] = VERSION_1;

	octets[13] = (char)0xa0;
	ck_assert(!snmp_parse(SLICE(octets), &s));
	octets[13] = (char)0xa2;
	ck_assert(snmp_parse(SLICE(octets), &s));
	octets[13 + 17 + 8] = 3;
	ck_assert(!snmp_parse(SLICE(octets), &s));
}
END_TEST

START_TEST(every_cut_is_refused)
{
	cutwitness(snmp_read, SLICE(VERSION_1), WITNESS_FOREIGN);
	cutwitness(snmp_read, SLICE(VERSION_3), WITNESS_FOREIGN);
}
END_TEST

UNIT("snmp", an_agent_tells_time_and_zone, version_3_is_read_in_clear,
    without_tenths_it_is_a_whole_second, dates_that_do_not_exist_are_refused,
    requests_and_other_names_are_none, every_cut_is_refused)
