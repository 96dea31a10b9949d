/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/twins.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct twins *twins;

static void
begin(void)
{
	static const struct siphash_key key;

	twins = twins_new(10, &key);
	ck_assert_ptr_nonnull(twins);
}

static bool
refused(unsigned sensor, uint16_t port, nstime now)
{
	const struct observation o = {
		.kind = OBSERVATION_FAILED,
		.now = now,
		.wall = now,
		.failure = { .client = fleet_host(1, port),
		    .server = fleet_host(2, 5062),
		    .tls_alert = -1,
		    .now = now,
		    .wall = now },
	};

	return twins_pass(twins,
	    &(struct event){ .kind = EVENT_OBSERVED,
		.reader = sensor,
		.now = now,
		.observation = &o });
}

static bool
date(unsigned sensor, uint8_t host, uint64_t call, nstime now)
{
	const struct observation o = {
		.kind = OBSERVATION_CLOCK,
		.now = now,
		.stamp = { .peer = fleet_host(host, 0).address,
		    .told = NOW,
		    .now = now },
	};

	return twins_pass(twins,
	    &(struct event){ .kind = EVENT_OBSERVED,
		.reader = sensor,
		.flow = call,
		.now = now,
		.observation = &o });
}

START_TEST(a_fact_of_two_sensors_passes_once)
{
	begin();
	ck_assert(refused(1, 4000, NOW));
	ck_assert(!refused(2, 4000, NOW + NSTIME_MS));
	ck_assert(refused(2, 4001, NOW));
	twins_free(twins);
}
END_TEST

START_TEST(one_sensor_may_see_the_same_again)
{
	begin();
	ck_assert(refused(1, 4000, NOW));
	ck_assert(refused(1, 4000, NOW + 500 * NSTIME_MS));
	ck_assert(!refused(2, 4000, NOW + 501 * NSTIME_MS));
	ck_assert(refused(2, 4000, NOW + 5 * NSTIME_S));
	twins_free(twins);
}
END_TEST

START_TEST(a_date_that_another_host_sent_first_was_relayed)
{
	begin();
	ck_assert(date(1, 3, 7, NOW));
	ck_assert(!date(2, 2, 7, NOW + NSTIME_MS));
	ck_assert(date(2, 2, 8, NOW + NSTIME_MS));
	ck_assert(date(2, 2, 7, NOW + 6 * NSTIME_S));
	twins_free(twins);
}
END_TEST

UNIT("twins", a_fact_of_two_sensors_passes_once,
    one_sensor_may_see_the_same_again,
    a_date_that_another_host_sent_first_was_relayed)
