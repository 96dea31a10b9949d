/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/seenservers.h"

#include "unit/fleetitems.h"

enum { LIMIT = 3, SENSORS = 70 };

static struct seenservers *seen;

static void
begin(void)
{
	static const struct siphash_key key;

	seen = seenservers_new(LIMIT, &key);
	ck_assert_ptr_nonnull(seen);
}

static bool
has(unsigned sensor, uint8_t server)
{
	const struct address address = fleet_host(server, 0).address;

	return seenservers_has(seen, sensor, &address);
}

static void
saw(unsigned sensor, uint8_t server)
{
	const struct address address = fleet_host(server, 0).address;

	seenservers_saw(seen, sensor, &address);
}

START_TEST(a_server_is_known_of_those_that_saw_it)
{
	begin();
	saw(0, 1);
	saw(SENSORS - 1, 1);
	saw(1, 2);
	ck_assert(has(0, 1) && has(SENSORS - 1, 1) && has(1, 2));
	ck_assert(!has(1, 1) && !has(0, 2) && !has(0, 3));
	seenservers_free(seen);
}
END_TEST

START_TEST(beyond_the_limit_the_one_that_nobody_saw_for_longest_goes)
{
	begin();
	for (uint8_t server = 1; server <= LIMIT; server++)
		saw(0, server);
	saw(1, 1);
	saw(0, LIMIT + 1);
	ck_assert(has(0, 1) && has(0, LIMIT + 1));
	ck_assert(!has(0, 2));
	seenservers_free(seen);
}
END_TEST

START_TEST(what_was_saved_is_known_again_and_a_cut_record_is_bad)
{
	struct record r;
	struct cursor c;

	begin();
	saw(0, 1);
	saw(SENSORS - 1, 2);
	record_init(&r, 4096);
	seenservers_save(seen, SENSORS, &r);
	for (size_t len = 0; len <= r.len; len++) {
		uint8_t *exact = unit_exact(slice_of(r.octets, len));

		seenservers_free(seen);
		begin();
		c = cursor_over(slice_of(exact, len));
		seenservers_load(seen, SENSORS, &c);
		ck_assert(c.bad == (len < r.len));
		free(exact);
	}
	ck_assert_uint_eq(c.rest.len, 0);
	ck_assert(has(0, 1) && has(SENSORS - 1, 2));
	ck_assert(!has(SENSORS - 1, 1) && !has(0, 2));
	record_done(&r);
	seenservers_free(seen);
}
END_TEST

UNIT("seenservers", a_server_is_known_of_those_that_saw_it,
    beyond_the_limit_the_one_that_nobody_saw_for_longest_goes,
    what_was_saved_is_known_again_and_a_cut_record_is_bad)
