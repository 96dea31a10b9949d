/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/unwatched.h"

#include "unit/unit.h"

static struct unwatched u;

static void
timed_out(uint16_t port, const char *method)
{
	unwatched_timed_out(&u, port, slice_text(method));
}

START_TEST(ports_are_counted_and_methods_remembered)
{
	timed_out(5060, "OPTIONS");
	timed_out(5060, "REGISTER");
	timed_out(5067, "OPTIONS");
	ck_assert_uint_eq(porttally_sum(&u.ports), 3);
	ck_assert_uint_eq(u.method_count, 2);
	ck_assert_str_eq(u.methods[0], "OPTIONS");
	ck_assert_str_eq(u.methods[1], "REGISTER");
}
END_TEST

START_TEST(methods_that_could_break_a_line_are_left_out)
{
	timed_out(5060, "");
	timed_out(5060, "X; [alerts]");
	timed_out(5060, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH");
	ck_assert_uint_eq(porttally_sum(&u.ports), 3);
	ck_assert_uint_eq(u.method_count, 0);
}
END_TEST

START_TEST(ports_that_clients_take_are_left_out)
{
	u = (struct unwatched){ .method_count = 0 };
	timed_out(40001, "NOTIFY");
	ck_assert_uint_eq(porttally_sum(&u.ports), 0);
	ck_assert_uint_eq(u.method_count, 0);
}
END_TEST

START_TEST(methods_have_a_limit)
{
	char name[] = "A";

	for (; name[0] <= 'Z'; name[0]++)
		timed_out(5060, name);
	ck_assert_uint_eq(u.method_count, UNWATCHED_METHODS);
}
END_TEST

UNIT("unwatched", ports_are_counted_and_methods_remembered,
    methods_that_could_break_a_line_are_left_out,
    ports_that_clients_take_are_left_out, methods_have_a_limit)
