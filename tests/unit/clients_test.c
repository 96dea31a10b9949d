/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/clients.h"

#include "unit/unit.h"

static struct address
host(uint8_t n)
{
	return endpoint_address(slice_of((uint8_t[]){ 192, 0, 2, n }, 4));
}

static void
add(struct clients *c, uint8_t from, uint8_t to)
{
	for (uint8_t n = from; n <= to; n++) {
		const struct address client = host(n);

		clients_add(c, &client);
		clients_add(c, &client);
	}
}

static bool
has(const struct clients *c, uint8_t n)
{
	const struct address client = host(n);

	return clients_has(c, &client);
}

START_TEST(those_that_failed_are_known)
{
	struct clients c = { .any = false };

	add(&c, 1, CLIENTS_MOST);
	ck_assert(has(&c, 1) && has(&c, CLIENTS_MOST));
	ck_assert(!has(&c, 100));
}
END_TEST

START_TEST(where_there_were_too_many_any_will_do)
{
	struct clients c = { .any = false };

	add(&c, 1, CLIENTS_MOST + 1);
	ck_assert(has(&c, 100));
}
END_TEST

START_TEST(what_was_saved_is_loaded)
{
	struct clients c = { .any = false }, loaded = { .any = false };
	struct cursor cursor;
	struct record r;

	add(&c, 1, 3);
	record_init(&r, 1000);
	clients_save(&r, &c);
	cursor = cursor_over(slice_of(r.octets, r.len));
	clients_load(&loaded, &cursor);
	ck_assert(!cursor.bad && cursor.rest.len == 0);
	ck_assert(has(&loaded, 3) && !has(&loaded, 4));
	record_done(&r);
}
END_TEST

UNIT("clients", those_that_failed_are_known,
    where_there_were_too_many_any_will_do, what_was_saved_is_loaded)
