/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/field.h"

static struct slice rest;
static struct field field;

static void
over(const char *text)
{
	rest = slice_text(text);
	ck_assert(field_next(&rest, &field));
}

START_TEST(names_are_known_in_any_case_and_compact)
{
	static const struct {
		const char *text;
		enum field_name name;
	} rows[] = {
		{ "Via: x", FIELD_VIA },
		{ "v:x", FIELD_VIA },
		{ "CALL-ID: x", FIELD_CALL_ID },
		{ "i: x", FIELD_CALL_ID },
		{ "cSeQ: x", FIELD_CSEQ },
		{ "F: x", FIELD_FROM },
		{ "To \t: x", FIELD_TO },
		{ "date: x", FIELD_DATE },
		{ "l: 0", FIELD_CONTENT_LENGTH },
		{ "CONTENT-LENGTH: 0", FIELD_CONTENT_LENGTH },
		{ "c: x", FIELD_CONTENT_TYPE },
		{ "User-Agent: x", FIELD_USER_AGENT },
		{ "SERVER: x", FIELD_SERVER },
		{ "Record-Route: x", FIELD_RECORD_ROUTE },
		{ "CaLl-Id\r\n : x", FIELD_CALL_ID },
		{ "Vi: x", FIELD_OTHER },
		{ "Call\rID: x", FIELD_OTHER },
		{ "C\x01ll-ID: x", FIELD_OTHER },
		{ "M: x", FIELD_CONTACT },
		{ "no colon", FIELD_MALFORMED },
		{ ": no name", FIELD_MALFORMED },
		{ " From: a line that continues nothing", FIELD_MALFORMED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		over(rows[i].text);
		ck_assert_int_eq(field.name, rows[i].name);
	}
}
END_TEST

START_TEST(a_value_is_trimmed)
{
	over("To: \t <sip:a@b> \r\nX: y\r\n");
	ck_assert(slice_is(field.value, "<sip:a@b>"));
	ck_assert(!field.folded);
	ck_assert(slice_is(rest, "X: y\r\n"));
}
END_TEST

START_TEST(a_folded_value_spans_its_lines)
{
	over("Subject: a\r\n b\n\tc\r\nTo: d\r\n");
	ck_assert(slice_is(field.value, "a\r\n b\n\tc"));
	ck_assert(slice_is(field.lines, "Subject: a\r\n b\n\tc\r\n"));
	ck_assert(field.folded);
	ck_assert(slice_is(rest, "To: d\r\n"));
}
END_TEST

START_TEST(the_blank_line_ends_the_head)
{
	rest = slice_text("\r\nbody");
	ck_assert(!field_next(&rest, &field));
	ck_assert(slice_is(field_body(rest), "body"));
	rest = slice_text("\nbody");
	ck_assert(!field_next(&rest, &field));
	ck_assert(slice_is(field_body(rest), "body"));
}
END_TEST

START_TEST(a_head_may_end_anywhere)
{
	static const char text[] = "Via: a\r\n b\r\nTo:c\r\n\r\nbody";

	for (size_t len = 0; len < sizeof(text); len++) {
		uint8_t *exact = unit_exact(slice_of(text, len));

		rest = slice_of(exact, len);
		while (field_next(&rest, &field))
			ck_assert_uint_gt(field.lines.len, 0);
		field_body(rest);
		free(exact);
	}
}
END_TEST

UNIT("field", names_are_known_in_any_case_and_compact, a_value_is_trimmed,
    a_folded_value_spans_its_lines, the_blank_line_ends_the_head,
    a_head_may_end_anywhere)
