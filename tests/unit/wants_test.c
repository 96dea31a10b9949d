/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wants.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct wants *wants;
static unsigned batches, calls, servers;

static void
count(const struct wire_item *item)
{
	calls += item->kind == WIRE_WANT;
	servers += item->kind == WIRE_INTEREST;
}

static void
on_batch(void *arg, struct slice batch)
{
	(void)arg;
	batches++;
	fleet_read(batch, count);
}

static void
begin(void)
{
	static const struct siphash_key key;

	batches = calls = servers = 0;
	wants = wants_new(10, &key, on_batch, NULL);
	ck_assert_ptr_nonnull(wants);
	wants_send(wants, NOW);
}

START_TEST(what_is_wanted_at_one_time_is_one_batch)
{
	const struct endpoint server = fleet_host(2, 5062);

	begin();
	ck_assert_uint_eq(batches, 0);
	wants_call(wants, &(struct wire_want){ .call = 1 });
	wants_call(wants, &(struct wire_want){ .call = 2 });
	wants_server(wants, &server, NOW);
	wants_server(wants, &server, NOW);
	wants_send(wants, NOW + 1);
	wants_send(wants, NOW + 2);
	ck_assert_uint_eq(batches, 1);
	ck_assert_uint_eq(calls, 2);
	ck_assert_uint_eq(servers, 1);
	wants_free(wants);
}
END_TEST

START_TEST(sensors_are_reminded_of_a_server_for_an_hour)
{
	const struct endpoint server = fleet_host(2, 5062);

	begin();
	wants_server(wants, &server, NOW);
	for (unsigned i = 0; i < 7200; i++)
		wants_send(wants, NOW + i * NSTIME_S);
	ck_assert_uint_ge(servers, 359);
	ck_assert_uint_le(servers, 362);
	wants_free(wants);
}
END_TEST

UNIT("wants", what_is_wanted_at_one_time_is_one_batch,
    sensors_are_reminded_of_a_server_for_an_hour)
