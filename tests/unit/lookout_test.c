/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/lookout.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct lookout *lookout;

static void
begin(void)
{
	static const struct siphash_key key;
	const struct endpoint server = fleet_host(2, 5062);

	lookout = lookout_new(&key);
	ck_assert_ptr_nonnull(lookout);
	lookout_server(lookout, &server, NOW + 60 * NSTIME_S);
}

static bool
told(unsigned status, nstime now)
{
	struct sip_message m;
	const struct event e = fleet_message(&m, "call", status, now);

	return lookout_message(lookout, &e);
}

START_TEST(requests_and_responses_of_a_server_are_told_for_a_while)
{
	begin();
	ck_assert(told(0, NOW));
	ck_assert(told(200, NOW + 1));
	ck_assert(!told(0, NOW + 60 * NSTIME_S));
	lookout_free(lookout);
}
END_TEST

START_TEST(a_busy_server_is_told_of_as_far_as_the_rate_allows)
{
	unsigned count = 0;

	begin();
	for (unsigned i = 0; i < 10000; i++)
		count += told(200, NOW + i * NSTIME_MS);
	ck_assert_uint_ge(count, 390);
	ck_assert_uint_le(count, 402);
	lookout_free(lookout);
}
END_TEST

UNIT("lookout", requests_and_responses_of_a_server_are_told_for_a_while,
    a_busy_server_is_told_of_as_far_as_the_rate_allows)
