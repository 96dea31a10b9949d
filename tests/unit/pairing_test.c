/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/pairing.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

enum { MOST = 4096 };

static const struct siphash_key key;

static struct pairing *pairing;
static unsigned batches, wants, suspects, interests;

static void
count(const struct wire_item *item)
{
	wants += item->kind == WIRE_WANT;
	suspects += item->kind == WIRE_WANT && item->want.suspect;
	interests += item->kind == WIRE_INTEREST;
}

static void
on_want(void *arg, struct slice batch)
{
	(void)arg;
	batches++;
	fleet_read(batch, count);
}

static void
begin(void)
{
	batches = wants = suspects = interests = 0;
	pairing = pairing_new(10, NULL, &key, on_want, NULL);
	ck_assert_ptr_nonnull(pairing);
}

static void
half(uint64_t call, bool is_request, nstime now)
{
	struct wire_half half = {
		.call = call, .leg = 1, .is_request = is_request, .now = now
	};

	if (is_request) {
		half.client = fleet_host(1, 0).address;
		half.server = fleet_host(2, 5062);
	}
	pairing_half(pairing, &half, now);
}

static void
pass(nstime now)
{
	pairing_tick(pairing, now);
	pairing_send(pairing, now);
}

START_TEST(of_a_pair_one_transaction_an_hour_is_wanted)
{
	begin();
	for (uint64_t call = 1; call < 5; call++) {
		half(call, true, NOW);
		half(call, false, NOW);
	}
	pass(NOW + NSTIME_S);
	ck_assert_uint_eq(wants, 1);
	ck_assert_uint_eq(suspects, 0);
	half(9, false, NOW + 3601 * NSTIME_S);
	half(9, true, NOW + 3601 * NSTIME_S);
	pass(NOW + 3602 * NSTIME_S);
	ck_assert_uint_eq(wants, 2);
	pairing_free(pairing);
}
END_TEST

START_TEST(a_request_that_stays_alone_is_wanted_and_its_server_is_suspect)
{
	begin();
	half(1, true, NOW);
	pass(NOW + 100 * NSTIME_MS);
	ck_assert_uint_eq(wants, 0);
	pass(NOW + NSTIME_S);
	ck_assert_uint_eq(suspects, 1);
	pairing_free(pairing);
}
END_TEST

START_TEST(what_was_asked_for_by_another_is_not_wanted)
{
	begin();
	half(1, true, NOW);
	pairing_asked(pairing, &(struct wire_want){ .call = 1 }, NOW);
	pass(NOW + NSTIME_S);
	ck_assert_uint_eq(wants, 0);
	pairing_free(pairing);
}
END_TEST

START_TEST(wants_of_one_moment_travel_together)
{
	const struct endpoint server = fleet_host(2, 5062);

	begin();
	pairing_told(pairing, &(struct wire_want){ .call = 1 }, NOW);
	pairing_told(pairing, &(struct wire_want){ .call = 2 }, NOW);
	pairing_server(pairing, &server, NOW);
	pass(NOW + NSTIME_S);
	ck_assert_uint_eq(batches, 1);
	ck_assert_uint_eq(wants, 2);
	ck_assert_uint_ge(interests, 1);
	pairing_free(pairing);
}
END_TEST

START_TEST(what_waits_and_who_is_known_survives)
{
	struct record r;
	struct cursor c;

	begin();
	half(1, true, NOW);
	half(1, false, NOW);
	half(2, true, NOW);
	half(3, false, NOW);
	pass(NOW);
	ck_assert_uint_eq(wants, 1);
	record_init(&r, MOST);
	pairing_save(pairing, &r);
	pairing_free(pairing);
	pairing = pairing_new(10, NULL, &key, on_want, NULL);
	c = cursor_over(slice_of(r.octets, r.len));
	pairing_load(pairing, &c);
	ck_assert(!c.bad && c.rest.len == 0);
	half(3, true, NOW);
	half(1, true, NOW);
	pass(NOW + NSTIME_S);
	ck_assert_uint_eq(wants, 2);
	ck_assert_uint_eq(suspects, 1);
	record_done(&r);
	pairing_free(pairing);
}
END_TEST

UNIT("pairing", of_a_pair_one_transaction_an_hour_is_wanted,
    a_request_that_stays_alone_is_wanted_and_its_server_is_suspect,
    what_was_asked_for_by_another_is_not_wanted,
    wants_of_one_moment_travel_together, what_waits_and_who_is_known_survives)
