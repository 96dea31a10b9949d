/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/scanners.h"

#include "unit/saved.h"

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

static struct scanners *loaded;

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	scanners_free(loaded);
	loaded = scanners_new(10, &key, NULL);
	scanners_load(loaded, &c, 1000 * NSTIME_S);
	return !c.bad;
}

START_TEST(a_scan_goes_on_after_a_restart)
{
	struct scanners *s = scanners_new(10, &key, NULL);
	struct record r;

	for (uint16_t n = 1; n <= 11; n++)
		fails(s, 1, n, 0);
	for (uint16_t n = 1; n <= 10; n++)
		fails(s, 2, n, 0);
	for (uint16_t n = 1; n <= 9; n++)
		fails(s, 3, n, 0);
	record_init(&r, 10000);
	scanners_save(s, &r);
	scanners_free(s);
	saved_whole_or_not_at_all(&r, load);
	ck_assert(fails(loaded, 1, 1, 1000 * NSTIME_S + WINDOW - 1));
	ck_assert(fails(loaded, 2, 11, 1000 * NSTIME_S + WINDOW - 1));
	ck_assert(!fails(loaded, 3, 11, 1000 * NSTIME_S + WINDOW - 1));
	scanners_free(loaded);
}
END_TEST

START_TEST(the_latest_are_saved_where_there_is_little_room)
{
	struct scanners *s = scanners_new(100, &key, NULL);
	struct record r;

	for (uint8_t client = 1; client <= 50; client++)
		for (uint16_t n = 1; n <= 11; n++)
			fails(s, client, n, 0);
	record_init(&r, 1024 + 300);
	scanners_save(s, &r);
	scanners_free(s);
	ck_assert(!r.failed);
	ck_assert(load(slice_of(r.octets, r.len)));
	record_done(&r);
	ck_assert(fails(loaded, 50, 1, 1000 * NSTIME_S));
	ck_assert(!fails(loaded, 1, 1, 1000 * NSTIME_S));
	scanners_free(loaded);
}
END_TEST

UNIT("scanners", ten_servers_are_no_scan_and_the_next_is,
    a_scan_ends_a_window_after_its_last_attempt,
    ten_servers_in_a_window_each_are_no_scan, the_longest_unheard_is_forgotten,
    a_scan_goes_on_after_a_restart,
    the_latest_are_saved_where_there_is_little_room)
