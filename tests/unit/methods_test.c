/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/methods.h"

#include "unit/unit.h"

static struct methods methods;

static uint8_t
number(const char *name)
{
	return methods_number(&methods, slice_text(name));
}

START_TEST(well_known_methods_have_their_numbers)
{
	methods_init(&methods);
	ck_assert_uint_eq(number("INVITE"), METHODS_INVITE);
	ck_assert_uint_eq(number("ACK"), METHODS_ACK);
	ck_assert_uint_eq(number("CANCEL"), METHODS_CANCEL);
	ck_assert_uint_eq(number("BENOTIFY"), METHODS_BENOTIFY);
}
END_TEST

START_TEST(any_token_is_a_method)
{
	methods_init(&methods);
	const uint8_t n = number("FROBNICATE");

	ck_assert_uint_lt(n, METHODS_OTHER);
	ck_assert_uint_eq(number("FROBNICATE"), n);
	ck_assert(slice_is(methods_name(&methods, n), "FROBNICATE"));
}
END_TEST

START_TEST(methods_are_case_sensitive)
{
	methods_init(&methods);
	ck_assert_uint_ne(number("invite"), METHODS_INVITE);
}
END_TEST

START_TEST(too_many_names_share_one)
{
	char name[2] = { 0 };

	methods_init(&methods);
	for (int i = 0; i < METHODS_MAX; i++) {
		name[0] = (char)('0' + i);
		number(name);
	}
	ck_assert_uint_eq(number("ONEMORE"), METHODS_OTHER);
	ck_assert(slice_is(methods_name(&methods, METHODS_OTHER), "other"));
	ck_assert_uint_eq(number("INVITE"), METHODS_INVITE);
}
END_TEST

START_TEST(a_name_too_long_is_another)
{
	methods_init(&methods);
	ck_assert_uint_lt(
	    number("ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"), METHODS_OTHER);
	ck_assert_uint_eq(
	    number("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"), METHODS_OTHER);
	ck_assert_uint_eq(number(""), METHODS_OTHER);
}
END_TEST

static bool
listed(const char *list, const char *method)
{
	return methods_listed(slice_text(list), slice_text(method));
}

START_TEST(a_list_names_whole_methods_or_all)
{
	ck_assert(listed("SERVICE INVITE", "INVITE"));
	ck_assert(listed("SERVICE  INVITE", "SERVICE"));
	ck_assert(!listed("SERVICE INVITE", "INVIT"));
	ck_assert(!listed("SERVICE INVITE", "invite"));
	ck_assert(!listed("SERVICE INVITE", ""));
	ck_assert(!listed("", "INVITE"));
	ck_assert(listed("SERVICE *", "OPTIONS"));
}
END_TEST

UNIT("methods", well_known_methods_have_their_numbers, any_token_is_a_method,
    methods_are_case_sensitive, too_many_names_share_one,
    a_name_too_long_is_another, a_list_names_whole_methods_or_all)
