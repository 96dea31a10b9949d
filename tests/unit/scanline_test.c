/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scanline.h"

#include <stdio.h>

#include "unit/unit.h"

#define TO "To: <sip:edge@example.com;gruu>;tag=abc"

static struct scanlines *known;

/* Read `line' as a From or To, whose tag is its last three octets. */
static bool
meet(enum field_name kind, const char *text)
{
	const struct slice line = slice_text(text);
	struct scanline *place = scanline_place(known, kind, line);
	struct scanparts parts = {
		.part = { slice_after(line, 4),
		    slice_after(line, line.len - 3) },
	};

	if (place == NULL)
		return false;
	if (!scanline_is(place, kind, line)) {
		scanline_keep(known, place, kind, line, &parts);
		return false;
	}
	memset(&parts, 0, sizeof(parts));
	scanline_read(known, place, line, &parts);
	ck_assert(slice_equal(parts.part[0], slice_after(line, 4)));
	ck_assert(parts.part[1].p == line.p + line.len - 3);
	ck_assert_uint_eq(parts.part[1].len, 3);
	return true;
}

static void
begin(void)
{
	known = scanlines_new();
	ck_assert_ptr_nonnull(known);
}

START_TEST(a_line_is_known_when_it_comes_again)
{
	begin();
	ck_assert(!meet(FIELD_TO, TO));
	ck_assert(meet(FIELD_TO, TO));
	scanlines_free(known);
}
END_TEST

START_TEST(a_line_of_another_kind_is_another_line)
{
	begin();
	ck_assert(!meet(FIELD_TO, TO));
	ck_assert(!meet(FIELD_OTHER, TO));
	scanlines_free(known);
}
END_TEST

START_TEST(one_octet_makes_another_line)
{
	char other[] = TO;

	begin();
	for (size_t i = 0; i < sizeof(other) - 1; i++) {
		meet(FIELD_TO, TO);
		other[i] ^= 1;
		ck_assert(!meet(FIELD_TO, other));
		other[i] ^= 1;
	}
	scanlines_free(known);
}
END_TEST

START_TEST(short_and_long_lines_are_not_remembered)
{
	char line[SCANLINE_OCTETS + 2];

	begin();
	for (size_t len = 4; len < sizeof(line); len++) {
		const bool fits =
		    len >= SCANLINE_LEAST && len <= SCANLINE_OCTETS;

		memset(line, 'a', len);
		line[len] = '\0';
		ck_assert(!meet(FIELD_TO, line));
		ck_assert_int_eq(meet(FIELD_TO, line), fits);
	}
	scanlines_free(known);
}
END_TEST

START_TEST(a_kind_that_is_never_met_again_pauses)
{
	unsigned line = 0, looked = 0;
	char text[64];

	begin();
	for (; line < SCANCREDIT_MOST + SCANCREDIT_PAUSE; line++) {
		snprintf(text, sizeof(text), "To: <sip:%08u>;tag=abc", line);
		looked +=
		    scanline_place(known, FIELD_TO, slice_text(text)) != NULL;
		if (line < SCANCREDIT_MOST)
			meet(FIELD_TO, text);
	}
	ck_assert_uint_eq(looked, SCANCREDIT_MOST);
	ck_assert(!meet(FIELD_TO, TO));
	ck_assert(meet(FIELD_TO, TO));
	scanlines_free(known);
}
END_TEST

UNIT("scanline", a_line_is_known_when_it_comes_again,
    a_line_of_another_kind_is_another_line, one_octet_makes_another_line,
    short_and_long_lines_are_not_remembered,
    a_kind_that_is_never_met_again_pauses)
