/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/acquaintance.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

START_TEST(a_pair_is_new_once_an_hour)
{
	static const struct siphash_key key;
	struct acquaintance *a = acquaintance_new(10, 3600 * NSTIME_S, &key);
	const struct endpoint client = fleet_host(1, 0);
	const struct endpoint server = fleet_host(2, 5062);
	const struct endpoint other = fleet_host(2, 5060);

	ck_assert(acquaintance_is_new(a, &client.address, &server, NOW));
	ck_assert(!acquaintance_is_new(
	    a, &client.address, &server, NOW + 3599 * NSTIME_S));
	ck_assert(acquaintance_is_new(a, &client.address, &other, NOW));
	ck_assert(acquaintance_is_new(
	    a, &client.address, &server, NOW + 3600 * NSTIME_S));
	acquaintance_free(a);
}
END_TEST

START_TEST(a_server_is_new_whoever_asks_it)
{
	static const struct siphash_key key;
	struct acquaintance *a = acquaintance_new(10, NSTIME_S, &key);
	const struct endpoint server = fleet_host(2, 5062);

	ck_assert(acquaintance_is_new(a, NULL, &server, NOW));
	ck_assert(!acquaintance_is_new(a, NULL, &server, NOW + 1));
	ck_assert(acquaintance_is_new(a, NULL, &server, NOW + NSTIME_S));
	acquaintance_free(a);
}
END_TEST

UNIT(
    "acquaintance", a_pair_is_new_once_an_hour, a_server_is_new_whoever_asks_it)
