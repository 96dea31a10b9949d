/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/scanners.h"

#include "unit/unit.h"

#define WINDOW (300 * NSTIME_S)

static const struct siphash_key key = { 1, 2 };

static bool
fails(struct scanners *s, uint8_t client, uint16_t server, nstime now)
{
	const struct address from = { .version = 4,
		.octets = { 10, 0, 0, client } };
	const struct endpoint at = {
		.address = { .version = 4, .octets = { 10, 0, 1, 1 } },
		.port = server,
	};

	return scanners_input(s, &from, &at, WINDOW, now);
}

START_TEST(ten_servers_are_no_scan_and_the_next_is)
{
	struct scanners *s = scanners_new(10, &key, NULL);

	for (unsigned again = 0; again < 5; again++)
		for (uint16_t n = 1; n <= 10; n++)
			ck_assert(!fails(s, 1, n, 0));
	ck_assert(fails(s, 1, 11, 0));
	ck_assert(fails(s, 1, 3, 0));
	ck_assert(!fails(s, 2, 3, 0));
	scanners_free(s);
}
END_TEST

START_TEST(a_scan_ends_a_window_after_its_last_attempt)
{
	struct scanners *s = scanners_new(10, &key, NULL);

	for (uint16_t n = 1; n <= 11; n++)
		fails(s, 1, n, 0);
	ck_assert(fails(s, 1, 1, WINDOW - 1));
	ck_assert(!fails(s, 1, 1, 2 * WINDOW - 1));
	scanners_free(s);
}
END_TEST

START_TEST(ten_servers_in_a_window_each_are_no_scan)
{
	struct scanners *s = scanners_new(10, &key, NULL);

	for (uint16_t n = 1; n <= 100; n++)
		ck_assert(!fails(s, 1, n, n * (WINDOW / 10)));
	scanners_free(s);
}
END_TEST

START_TEST(the_longest_unheard_is_forgotten)
{
	struct scanners *s = scanners_new(2, &key, NULL);

	for (uint16_t n = 1; n <= 11; n++)
		fails(s, 1, n, 0);
	fails(s, 2, 1, 0);
	ck_assert(fails(s, 1, 1, 0));
	fails(s, 3, 1, 0);
	ck_assert_uint_eq(scanners_evicted(s), 1);
	ck_assert(fails(s, 1, 1, 0));
	scanners_set(s, 1);
	fails(s, 4, 1, 0);
	ck_assert_uint_eq(scanners_evicted(s), 3);
	ck_assert(!fails(s, 1, 1, 0));
	scanners_free(s);
}
END_TEST

UNIT("scanners", ten_servers_are_no_scan_and_the_next_is,
    a_scan_ends_a_window_after_its_last_attempt,
    ten_servers_in_a_window_each_are_no_scan, the_longest_unheard_is_forgotten)
