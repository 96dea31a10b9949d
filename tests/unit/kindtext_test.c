/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/kindtext.h"

#include "unit/unit.h"

START_TEST(each_row_is_filled)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		const struct kindtext *row = kindtext_of((enum finding_kind)i);

		ck_assert_ptr_nonnull(row);
		ck_assert_ptr_nonnull(row->trouble);
		ck_assert_ptr_nonnull(row->label);
		ck_assert_ptr_nonnull(row->healthy);
	}
}
END_TEST

static bool
is_one_of(struct slice word, const char *words)
{
	struct slice rest = slice_text(words);

	while (rest.len > 0) {
		const size_t end = slice_index(rest, ' ');

		if (slice_equal(word, slice_first(rest, end)))
			return true;
		rest = slice_after(rest, end + 1);
	}
	return false;
}

START_TEST(advice_by_class_is_of_classes_there_are)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		const struct kindtext_class *of =
		    kindtext_of((enum finding_kind)i)->classes;
		const struct finding_field *class =
		    finding_row((enum finding_kind)i)->fields;

		for (; of != NULL && of->class != NULL; of++) {
			ck_assert_str_eq(class->name, "class");
			ck_assert(
			    is_one_of(slice_text(of->class), class->values));
		}
	}
}
END_TEST

UNIT("kindtext", each_row_is_filled, advice_by_class_is_of_classes_there_are)
