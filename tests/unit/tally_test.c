/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/tally.h"

#include "unit/unit.h"

static struct tally_counts *
of(struct tally *t, const char *method)
{
	char name[TALLY_NAME];

	tally_name(name, slice_text(method));
	return tally_of(t, name);
}

START_TEST(methods_stand_in_order_of_their_names)
{
	struct tally *t = tally_new(10);
	const char *name;
	struct tally_counts counts;

	of(t, "SERVICE")->answered = 2;
	of(t, "INVITE")->timed_out = 1;
	of(t, "SERVICE")->answered++;
	ck_assert(tally_at(t, 0, &name, &counts));
	ck_assert_str_eq(name, "INVITE");
	ck_assert(tally_at(t, 1, &name, &counts));
	ck_assert_str_eq(name, "SERVICE");
	ck_assert_uint_eq(counts.answered, 3);
	ck_assert(!tally_at(t, 2, &name, &counts));
	tally_free(t);
}
END_TEST

START_TEST(those_beyond_the_limit_share_other)
{
	struct tally *t = tally_new(1);

	of(t, "A")->answered++;
	of(t, "B")->answered++;
	of(t, "C")->answered++;
	ck_assert_uint_eq(of(t, "A")->answered, 1);
	ck_assert_uint_eq(of(t, "other")->answered, 2);
	tally_free(t);
}
END_TEST

START_TEST(names_are_escaped_and_cut)
{
	char name[TALLY_NAME];

	tally_name(name, slice_text("\x1b[2J"));
	ck_assert_str_eq(name, "\\x1b[2J");
	tally_name(name, slice_text("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ"));
	ck_assert_uint_eq(strlen(name), TALLY_NAME - 1);
}
END_TEST

START_TEST(what_was_saved_is_loaded)
{
	struct tally *t = tally_new(2), *loaded = tally_new(2);
	struct cursor c;
	struct record r;

	tally_of(t, "INVITE")->answered = 3;
	tally_of(t, "SERVICE")->timed_out = 1;
	tally_of(t, "BYE")->unfinished = 2;
	record_init(&r, 1000);
	tally_save(&r, t);
	c = cursor_over(slice_of(r.octets, r.len));
	tally_load(loaded, &c);
	ck_assert(!c.bad && c.rest.len == 0);
	ck_assert_uint_eq(tally_of(loaded, "INVITE")->answered, 3);
	ck_assert_uint_eq(tally_of(loaded, "SERVICE")->timed_out, 1);
	ck_assert_uint_eq(tally_of(loaded, "other")->unfinished, 2);
	record_done(&r);
	tally_free(t);
	tally_free(loaded);
}
END_TEST

UNIT("tally", methods_stand_in_order_of_their_names,
    those_beyond_the_limit_share_other, names_are_escaped_and_cut,
    what_was_saved_is_loaded)
