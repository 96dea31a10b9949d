/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sinktable.h"

#include "unit/unit.h"

static bool
accepts(const char *text)
{
	return sinktable_accepts(slice_text(text));
}

START_TEST(every_word_that_is_offered_is_accepted)
{
	ck_assert(accepts("auto"));
	ck_assert(accepts("journal"));
	ck_assert(accepts("syslog"));
	ck_assert(accepts("stdout"));
	ck_assert(accepts("json:/var/log/siptimed/alerts.json"));
	ck_assert_str_eq(SINKTABLE_ACCEPTED,
	    "auto, or some of journal syslog stdout json:/FILE "
	    "exec:/PROGRAM");
}
END_TEST

START_TEST(others_are_not)
{
	ck_assert(!accepts(""));
	ck_assert(!accepts("json"));
	ck_assert(!accepts("json:"));
	ck_assert(!accepts("json:/"));
	ck_assert(!accepts("json:alerts.json"));
	ck_assert(!accepts("journal:x"));
	ck_assert(!accepts("Journal"));
	ck_assert(!accepts("syslog "));
}
END_TEST

START_TEST(a_row_gets_what_stands_after_its_word)
{
	struct slice argument;
	const struct sinktable_row *row =
	    sinktable_find(slice_text("json:/a:b"), &argument);

	ck_assert_str_eq(row->word, "json");
	ck_assert(slice_is(argument, "/a:b"));
	row = sinktable_find(slice_text("stdout"), &argument);
	ck_assert_str_eq(row->word, "stdout");
	ck_assert_uint_eq(argument.len, 0);
	ck_assert_ptr_null(sinktable_find(slice_text("auto"), &argument));
}
END_TEST

START_TEST(automatic_is_a_sink_that_there_is)
{
	struct slice argument;

	ck_assert_ptr_nonnull(
	    sinktable_find(slice_text(sinktable_automatic()), &argument));
}
END_TEST

UNIT("sinktable", every_word_that_is_offered_is_accepted, others_are_not,
    a_row_gets_what_stands_after_its_word, automatic_is_a_sink_that_there_is)
