/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/witness.h"

#include "base/textbuf.h"
#include "unit.h"

START_TEST(each_row_is_filled)
{
	for (int i = 0; i < WITNESS_KINDS; i++) {
		const struct witness_row *row = witness_row((enum witness)i);

		ck_assert_ptr_nonnull(row->name);
		ck_assert_ptr_nonnull(row->label);
		ck_assert(row->transit > 0);
		ck_assert_uint_gt(row->weight, 0);
	}
}
END_TEST

START_TEST(names_are_found_again)
{
	for (int i = 0; i < WITNESS_KINDS; i++) {
		enum witness found = WITNESS_KINDS;

		ck_assert(witness_parse(
		    slice_text(witness_name((enum witness)i)), &found));
		ck_assert_int_eq(found, i);
	}
}
END_TEST

START_TEST(other_names_are_none)
{
	enum witness found = WITNESS_KINDS;

	ck_assert(!witness_parse(slice_text("NTP"), &found));
	ck_assert(!witness_parse(slice_text(""), &found));
	ck_assert_int_eq(found, WITNESS_KINDS);
}
END_TEST

START_TEST(the_default_names_all_of_them_in_order)
{
	char store[200];
	struct textbuf names;

	textbuf_init(&names, store, sizeof(store));
	for (int i = 0; i < WITNESS_KINDS; i++) {
		textbuf_add(&names, i > 0 ? " " : "");
		textbuf_add(&names, witness_name((enum witness)i));
	}
	ck_assert_str_eq(store, WITNESS_NAMES);
}
END_TEST

START_TEST(names_are_joined_in_order)
{
	static const char all[] = WITNESS_NAMES;
	char store[WITNESS_LIST];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	witness_write(&t, 1u << WITNESS_NTP | 1u << WITNESS_DATE);
	ck_assert_str_eq(store, "date,ntp");
	textbuf_init(&t, store, sizeof(store));
	witness_write(&t, ~0u);
	ck_assert_uint_eq(textbuf_slice(&t).len, sizeof(all) - 1);
	for (size_t i = 0; i < sizeof(all); i++)
		ck_assert_int_eq(store[i], all[i] == ' ' ? ',' : all[i]);
}
END_TEST

UNIT("witness", names_are_joined_in_order, each_row_is_filled,
    names_are_found_again, other_names_are_none,
    the_default_names_all_of_them_in_order)
