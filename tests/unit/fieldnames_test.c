/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/fieldnames.h"

#include "unit/unit.h"

static struct fieldnames names;

START_TEST(a_name_is_kept_once)
{
	char text[] = "call_id";
	const char *kept = fieldnames_keep(&names, slice_text(text));

	text[0] = 'x';
	ck_assert_str_eq(kept, "call_id");
	ck_assert_ptr_eq(kept, fieldnames_keep(&names, slice_text("call_id")));
	ck_assert_ptr_ne(kept, fieldnames_keep(&names, slice_text("call_i")));
}
END_TEST

START_TEST(what_is_no_name_is_refused)
{
	static const char *const wrong[] = { "", "Upper", "a b", "a-b", "\t",
		"a_name_of_thirty_two_octets_long" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_ptr_null(
		    fieldnames_keep(&names, slice_text(wrong[i])));
}
END_TEST

START_TEST(there_is_a_limit)
{
	char name[3] = "aa";
	size_t kept = 0;

	for (char i = 'a'; i <= 'z'; i++)
		for (char k = 'a'; k <= 'z'; k++) {
			name[0] = i;
			name[1] = k;
			kept +=
			    fieldnames_keep(&names, slice_text(name)) != NULL;
		}
	ck_assert_uint_eq(kept, FIELDNAMES_MOST);
}
END_TEST

UNIT("fieldnames", a_name_is_kept_once, what_is_no_name_is_refused,
    there_is_a_limit)
