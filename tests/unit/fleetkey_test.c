/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetkey.h"

#include "unit/fleetfake.h"

static struct fleetdoor_member member;
static uint64_t revision;
static char text[4] = "?";

static int
get(void)
{
	return fleetkey_get(&member, "k", text, sizeof(text), &revision);
}

START_TEST(a_text_is_read_as_it_was_written)
{
	member = fleetfake_member("m");
	ck_assert_int_eq(fleetkey_put(&member, "k", "abc", &revision), 0);
	ck_assert(fleetfake_is("k", "abc"));
	ck_assert_int_eq(get(), 3);
	ck_assert_str_eq(text, "abc");
}
END_TEST

START_TEST(one_that_cannot_be_read_is_empty)
{
	member = fleetfake_member("m");
	ck_assert_int_eq(get(), -ENOENT);
	ck_assert_str_eq(text, "");
	fleetkey_put(&member, "k", "abcd", &revision);
	text[0] = '?';
	ck_assert_int_eq(get(), -EMSGSIZE);
	ck_assert_str_eq(text, "");
}
END_TEST

UNIT("fleetkey", a_text_is_read_as_it_was_written,
    one_that_cannot_be_read_is_empty)
