/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/scanmap.h"

static struct scanmap map;

static bool
is_plain(uint8_t octet)
{
	return (octet >= 'a' && octet <= 'z') ||
	    (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9') ||
	    octet == '-' || octet == '.';
}

static bool
bit(const uint64_t *words, size_t i)
{
	return scanmap_bits(words, i) & 1;
}

static void
check(const uint8_t *octets, size_t len, bool (*extend)(struct scanmap *))
{
	uint8_t *exact = unit_exact(slice_of(octets, len));
	size_t marks = 0;

	scanmap_begin(&map, slice_of(exact, len));
	while (extend(&map))
		continue;
	ck_assert_uint_ge(map.made, len);
	for (size_t i = 0; i < map.made; i++) {
		const bool marked = i < len && !is_plain(octets[i]);

		ck_assert_msg(bit(map.marked, i) == marked, "octet %zu", i);
		ck_assert(bit(map.control, i) == (marked && octets[i] < 32));
		marks += marked;
	}
	ck_assert_uint_eq(map.marks, marks);
	free(exact);
}

static void
check_both(const uint8_t *octets, size_t len)
{
	check(octets, len, scanmap_extend);
	check(octets, len, scanmap_extend_plain);
}

START_TEST(every_octet_is_marked_or_not_in_every_place)
{
	uint8_t octets[256];

	for (unsigned shift = 0; shift < 64; shift++) {
		for (unsigned i = 0; i < 256; i++)
			octets[i] = (uint8_t)(i + shift);
		check_both(octets, sizeof(octets));
	}
}
END_TEST

START_TEST(octets_may_end_anywhere)
{
	uint8_t octets[400];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof(octets); len++)
		check_both(octets, len);
}
END_TEST

static size_t
lines_of(const char *text, struct slice *last)
{
	uint8_t *exact = unit_exact(slice_text(text));
	size_t count = 0;

	scanmap_begin(&map, slice_of(exact, strlen(text)));
	while (scanmap_line(&map, last))
		count++;
	free(exact);
	return count;
}

START_TEST(lines_end_with_crlf)
{
	struct slice line;

	ck_assert_uint_eq(lines_of("a\r\n\r\nbc d\r\n", &line), 3);
	ck_assert_uint_eq(line.len, 4);
	ck_assert_uint_eq(lines_of("a\r\nb\r", &line), 1);
	ck_assert_uint_eq(lines_of("a\r\nb", &line), 1);
	ck_assert_uint_eq(lines_of("a\nb\r\n", &line), 0);
	ck_assert_uint_eq(lines_of("a\r\rb\r\n", &line), 0);
	ck_assert_uint_eq(lines_of("a\tb\r\n", &line), 0);
	ck_assert_uint_eq(lines_of("", &line), 0);
}
END_TEST

/* Lines of every length, so that their ends fall on every place. */
START_TEST(lines_begin_and_end_in_any_word)
{
	static char text[64 * SCANMAP_WORDS];
	struct slice line;
	size_t used = 0, count = 0;

	for (size_t len = 0; used + len + 2 <= sizeof(text); len++) {
		memset(text + used, 'x', len);
		memcpy(text + used + len, "\r\n", 2);
		used += len + 2;
		count++;
	}
	scanmap_begin(&map, slice_of(text, used));
	for (size_t len = 0; len < count; len++) {
		ck_assert(scanmap_line(&map, &line));
		ck_assert_uint_eq(line.len, len);
		ck_assert_ptr_eq(scanmap_mark(&map, line.p), line.p + len);
	}
	ck_assert(!scanmap_line(&map, &line));
	ck_assert_uint_eq(map.next, used);
}
END_TEST

START_TEST(a_head_too_long_for_the_map_has_no_more_lines)
{
	static char text[64 * SCANMAP_WORDS + 100];
	struct slice line;

	memset(text, 'x', sizeof(text));
	memcpy(text + 64 * SCANMAP_WORDS - 1, "\r\n", 2);
	scanmap_begin(&map, slice_of(text, sizeof(text)));
	ck_assert(scanmap_line(&map, &line));
	ck_assert_uint_eq(line.len, 64 * SCANMAP_WORDS - 1);
	ck_assert(!scanmap_line(&map, &line));
}
END_TEST

UNIT("scanmap", every_octet_is_marked_or_not_in_every_place,
    octets_may_end_anywhere, lines_end_with_crlf,
    lines_begin_and_end_in_any_word,
    a_head_too_long_for_the_map_has_no_more_lines)
