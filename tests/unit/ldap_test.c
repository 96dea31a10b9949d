/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/ldap.h"

#include "cutwitness.h"

#define SLICE(text) slice_of(text, sizeof(text) - 1)

#define BOUND "\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"
#define TIME                                                                   \
	"\x30\x22\4\x0b"                                                       \
	"currentTime\x31\x13\4\x11"                                            \
	"20101113232900.0Z"
#define VERSION "\x30\x0a\4\1v\x31\5\4\3one"
#define ENTRY "\x30\x39\2\1\2\x64\x34\4\0\x30\x30" VERSION TIME
#define OTHER                                                                  \
	"\x30\x3b\2\1\2\x64\x36\4\2"                                           \
	"cn\x30\x30" VERSION TIME

START_TEST(the_root_entry_has_the_time)
{
	nstime time;

	ck_assert_int_eq(ldap_parse(SLICE(ENTRY), &time), WITNESS_TOLD);
	ck_assert_int_eq(time, 1289690940 * NSTIME_S);
	ck_assert_int_eq(ldap_parse(SLICE(BOUND ENTRY), &time), WITNESS_TOLD);
}
END_TEST

START_TEST(other_entries_are_not_read)
{
	nstime time;

	ck_assert_int_eq(ldap_parse(SLICE(OTHER), &time), WITNESS_FOREIGN);
}
END_TEST

START_TEST(at_every_cut_the_rest_is_awaited)
{
	cutwitness(ldap_read_stream, SLICE(ENTRY), WITNESS_PARTIAL);
	cutwitness(ldap_read_stream, SLICE(BOUND ENTRY), WITNESS_PARTIAL);
}
END_TEST

/* The time is in what is there of a long entry. */
START_TEST(an_entry_need_not_be_whole)
{
	char octets[] = ENTRY;
	nstime time;

	octets[1] = octets[6] = octets[10] = 0x7f;
	ck_assert_int_eq(ldap_parse(SLICE(octets), &time), WITNESS_TOLD);
}
END_TEST

START_TEST(what_is_no_answer_is_given_up)
{
	nstime time;
	char octets[] = ENTRY;

	ck_assert_int_eq(ldap_parse(SLICE("\x16\3\1"), &time), WITNESS_FOREIGN);
	ck_assert_int_eq(
	    ldap_parse(SLICE("\x30\x05\2\1\1\x78\0"), &time), WITNESS_FOREIGN);
	octets[sizeof(octets) - 2] = '+';
	ck_assert_int_eq(ldap_parse(SLICE(octets), &time), WITNESS_FOREIGN);
}
END_TEST

UNIT("ldap", the_root_entry_has_the_time, other_entries_are_not_read,
    at_every_cut_the_rest_is_awaited, an_entry_need_not_be_whole,
    what_is_no_answer_is_given_up)
