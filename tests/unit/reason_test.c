/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/reason.h"

#include "base/slice.h"
#include "unit.h"

/* They are items of a list that is joined by commas. */
START_TEST(every_reason_has_a_text_without_commas)
{
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		const struct slice text = slice_text(reason_text(i));

		ck_assert_uint_gt(text.len, 0);
		ck_assert_uint_eq(slice_index(text, ','), text.len);
	}
}
END_TEST

START_TEST(the_sign_is_that_of_the_score)
{
	ck_assert_int_eq(reason_sign(REASON_ZONE_LIKE), 1);
	ck_assert_int_eq(reason_sign(REASON_RIGHT_ONES_FAIL), -1);
	ck_assert_int_eq(reason_sign(REASON_ORDER_UNKNOWN), 0);
	ck_assert_int_eq(reason_score(REASON_REFUSED_FOR_TIME), 4);
}
END_TEST

UNIT("reason", every_reason_has_a_text_without_commas,
    the_sign_is_that_of_the_score)
