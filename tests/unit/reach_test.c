/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/reach.h"

#include "incidentstory.h"
#include "unit.h"

static const struct siphash_key key = { 1, 2 };

START_TEST(clients_of_a_server_are_known_the_latest_first)
{
	struct reach *r = reach_new(10, &key, NULL);
	const struct address server = host(21), other = host(22);
	const struct reach_client *clients;

	for (unsigned n = 1; n < 4; n++) {
		const struct address client = host(n);

		reach_add(r, &client, &server, n);
	}
	ck_assert_uint_eq(reach_clients(r, &server, &clients), 3);
	ck_assert_uint_eq(clients[0].address.octets[3], 3);
	ck_assert_int_eq(clients[2].last, 1);
	ck_assert_uint_eq(reach_clients(r, &other, &clients), 0);
	reach_free(r);
}
END_TEST

START_TEST(a_client_is_kept_once)
{
	struct reach *r = reach_new(10, &key, NULL);
	const struct address server = host(21), a = host(1), b = host(2);
	const struct reach_client *clients;

	reach_add(r, &a, &server, 1);
	reach_add(r, &b, &server, 2);
	reach_add(r, &a, &server, 3);
	ck_assert_uint_eq(reach_clients(r, &server, &clients), 2);
	ck_assert_uint_eq(clients[0].address.octets[3], 1);
	ck_assert_int_eq(clients[0].last, 3);
	reach_free(r);
}
END_TEST

START_TEST(the_one_unheard_for_longest_drops_out)
{
	struct reach *r = reach_new(1, &key, NULL);
	const struct address server = host(21), other = host(22);
	const struct reach_client *clients;

	for (unsigned n = 1; n <= REACH_CLIENTS + 1; n++) {
		const struct address client = host(n);

		reach_add(r, &client, &server, n);
	}
	ck_assert_uint_eq(reach_clients(r, &server, &clients), REACH_CLIENTS);
	ck_assert_int_eq(clients[REACH_CLIENTS - 1].last, 2);
	reach_add(r, &server, &other, 50);
	ck_assert_uint_eq(reach_clients(r, &server, &clients), 0);
	reach_free(r);
}
END_TEST

UNIT("reach", clients_of_a_server_are_known_the_latest_first,
    a_client_is_kept_once, the_one_unheard_for_longest_drops_out)
