/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctltable.h"

#include <string.h>

#include "unit/unit.h"

static const struct ctltable_column columns[] = {
	{ "PEER", "peer", CTLTABLE_TEXT },
	{ "N", "n.of", CTLTABLE_COUNT },
	{ "WHEN", "when", CTLTABLE_TIME },
	{ "WHO", "who", CTLTABLE_LIST },
};

static void
printed(const char *rows, size_t width, const char *wanted)
{
	const struct ctltable table = { columns, 4, width, "nobody" };
	char text[2000] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	json_t *list = json_loads(rows, 0, NULL);

	ctltable_print(&table, list, out);
	fclose(out);
	json_decref(list);
	ck_assert_str_eq(text, wanted);
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
	printed("[{\"peer\":\"10.0.0.11\",\"n\":{\"of\":7},"
		"\"when\":\"2011-01-03T18:22:45.123456Z\",\"who\":[\"a\","
		"\"b\"]},{\"peer\":\"x\",\"n\":{\"of\":1234}}]",
	    80,
	    "PEER          N  WHEN                  WHO\n"
	    "10.0.0.11     7  2011-01-03 18:22:45Z  a b\n"
	    "x          1234  -                     \n");
}
END_TEST

START_TEST(the_last_column_is_cut_at_the_edge_of_the_screen)
{
	printed("[{\"peer\":\"p\",\"who\":[\"abcdefghij\",\"klm\"]}]", 24,
	    "PEER  N  WHEN  WHO\n"
	    "p     0  -     abcdefghi\n");
}
END_TEST

START_TEST(characters_are_counted_not_octets)
{
	printed("[{\"peer\":\"\u00e4\u00f6\",\"who\":[]},{\"peer\":\"abc\"}]",
	    80,
	    "PEER  N  WHEN  WHO\n"
	    "\u00e4\u00f6    0  -     \n"
	    "abc   0  -     \n");
}
END_TEST

START_TEST(an_empty_table_says_so)
{
	printed("[]", 80, "nobody\n");
}
END_TEST

START_TEST(a_duration_is_told_as_people_do)
{
	static const struct {
		double seconds;
		const char *text;
	} rows[] = {
		{ 0.34, "0.3 s" },
		{ 42, "42 s" },
		{ -3600.4, "1 h" },
		{ -3599.7, "1 h" },
		{ 5400, "1.5 h" },
		{ 86400 * 3, "3 days" },
		{ 1294077599.6, "41 years" },
	};
	char store[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_str_eq(
		    ctltable_duration(store, sizeof(store), rows[i].seconds),
		    rows[i].text);
}
END_TEST

UNIT("ctltable", columns_are_as_wide_as_their_widest_cell,
    the_last_column_is_cut_at_the_edge_of_the_screen,
    characters_are_counted_not_octets, an_empty_table_says_so,
    a_duration_is_told_as_people_do)
