/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/headlength.h"

#include "unit/unit.h"

static const struct {
	const char *lines;
	bool sound, found;
	uint64_t length;
} heads[] = {
	{ "\r\n", true, false, 0 },
	{ "", true, false, 0 },
	{ "Content-Length: 5\r\n\r\n", true, true, 5 },
	{ "Content-Length: 5\r\n", true, true, 5 },
	{ "Content-Length: 5", true, true, 5 },
	{ "Content-Length: 5\r\n 6\r\n\r\n", false, false, 0 },
	{ "Content-Length: 5 \r\n\r\n", true, true, 5 },
	{ "Content-Length: 5x\r\n\r\n", false, false, 0 },
	{ "Content-Length: \r\n\r\n", false, false, 0 },
	{ "Content-Length: 9999999\r\n\r\n", true, true, 9999999 },
	{ "Content-Length: 16777216\r\n\r\n", true, true, 16777216 },
	{ "Content-Length: 16777217\r\n\r\n", false, false, 0 },
	{ "Content-Length: 5\r\nl: 5\r\n\r\n", true, true, 5 },
	{ "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", false, true, 5 },
	{ "CONTENT-LENGTH:5\n\n", true, true, 5 },
	{ "l: 5\r\n\r\n", true, true, 5 },
	{ "Content-Length:\r\n 5\r\n\r\n", true, true, 5 },
	{ "Contact: *\r\nL : 7\r\nVia: x\r\n\r\n", true, true, 7 },
	{ "l: 5\r\nContent-Length: 5\r\n\r\n", true, true, 5 },
	{ "l: 5\r\nContent-Length: 6\r\n\r\n", false, true, 5 },
	{ "l: -1\r\n\r\n", false, false, 0 },
	{ "l: 99999999999\r\n\r\n", false, false, 0 },
	{ "Content-Type: a/b\r\n\r\nl: 5\r\n", true, false, 0 },
	{ "X: y\r\n l: 5\r\n\r\n", true, false, 0 },
};

START_TEST(all_lengths_of_a_head_must_agree)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		const struct slice lines = slice_text(heads[i].lines);
		uint8_t *exact = unit_exact(lines);
		uint64_t length;
		bool found;

		ck_assert_msg(headlength_read(slice_of(exact, lines.len),
				  &length, &found) == heads[i].sound,
		    "%s", heads[i].lines);
		if (heads[i].sound) {
			ck_assert_int_eq(found, heads[i].found);
			ck_assert_uint_eq(length, heads[i].length);
		}
		free(exact);
	}
}
END_TEST

static bool
may_be(const char *text)
{
	const struct slice line = slice_text(text);
	uint8_t *exact = unit_exact(line);
	const bool answer = headlength_may_be(exact, line.len);

	free(exact);
	return answer;
}

START_TEST(a_line_may_be_the_lengths_until_it_shows_not_to_be)
{
	static const char name[] = "Content-Length";
	char begun[sizeof(name)];

	for (size_t len = 1; len < sizeof(name); len++) {
		memcpy(begun, name, len);
		begun[len] = '\0';
		ck_assert(may_be(begun));
	}
	ck_assert(may_be("Content-Length: 1"));
	ck_assert(!may_be("Content-Languag: de"));
	ck_assert(may_be("l"));
	ck_assert(may_be("l:"));
	ck_assert(!may_be("la:"));
	ck_assert(may_be("\rContent-Length: 1"));
	ck_assert(!may_be("Via: SIP/2.0/TCP h"));
}
END_TEST

UNIT("headlength", all_lengths_of_a_head_must_agree,
    a_line_may_be_the_lengths_until_it_shows_not_to_be)
