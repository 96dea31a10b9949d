/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hotpaths.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct hotpaths *paths;
static unsigned packets, flows, spokes;
static nstime last;

static void
on_item(void *arg, const struct wire_item *item)
{
	(void)arg;
	spokes += item->kind == WIRE_SPOKE;
	if (item->kind != WIRE_EVENT)
		return;
	packets += item->event.kind == EVENT_PACKET;
	flows += item->event.kind != EVENT_PACKET;
	last = item->event.now;
}

static void
begin(void)
{
	const struct hotpaths_limits limits = { .pairs = 10, .flows = 10 };

	packets = flows = spokes = 0;
	paths = hotpaths_new(&limits, on_item, NULL);
	ck_assert_ptr_nonnull(paths);
}

static void
packet(uint8_t from, uint8_t to, nstime now)
{
	const struct address a = fleet_host(from, 0).address;
	const struct address b = fleet_host(to, 0).address;

	hotpaths_packet(paths, &a, &b, now, now);
}

static void
heat(void)
{
	const struct address a = fleet_host(1, 0).address;
	const struct address b = fleet_host(2, 0).address;

	hotpaths_heat_pair(paths, &a, &b, NOW + 60 * NSTIME_S);
}

START_TEST(a_pair_is_told_once_it_is_hot_and_then_rarely)
{
	begin();
	packet(2, 1, NOW);
	packet(3, 1, NOW);
	hotpaths_flush(paths, NOW, 0);
	ck_assert_uint_eq(packets, 0);
	heat();
	hotpaths_flush(paths, NOW + 1, 0);
	ck_assert_uint_eq(packets, 1);
	ck_assert_int_eq(last, NOW);
	for (unsigned i = 1; i <= 100; i++)
		packet(2, 1, NOW + i * NSTIME_MS);
	ck_assert_uint_eq(packets, 1);
	hotpaths_flush(paths, NOW + 250 * NSTIME_MS, 0);
	ck_assert_uint_eq(packets, 2);
	ck_assert_int_eq(last, NOW + 100 * NSTIME_MS);
	hotpaths_free(paths);
}
END_TEST

START_TEST(a_pair_cools_down)
{
	begin();
	heat();
	hotpaths_flush(paths, NOW + 61 * NSTIME_S, 0);
	packet(1, 2, NOW + 62 * NSTIME_S);
	hotpaths_flush(paths, NOW + 63 * NSTIME_S, 0);
	ck_assert_uint_eq(packets, 0);
	hotpaths_free(paths);
}
END_TEST

START_TEST(of_a_flow_its_latest_facts_are_told_when_it_becomes_hot)
{
	const struct origin o = { .flow = 5, .to_server = true, .now = NOW };
	struct event e = { .kind = EVENT_FLOW, .flow = 5, .now = NOW };

	begin();
	for (int d = 0; d < 2; d++)
		e.facts.ways[d].last_gap = INT64_MIN;
	hotpaths_flow(paths, &e);
	hotpaths_message(paths, &o, false);
	ck_assert_uint_eq(flows + spokes, 0);
	hotpaths_heat_flow(paths, 5, NOW + NSTIME_S);
	ck_assert_uint_eq(flows, 1);
	ck_assert_uint_eq(spokes, 1);
	e.kind = EVENT_ACKNOWLEDGED;
	e.acknowledged = (struct event_acknowledged){ .upto = 9 };
	hotpaths_flow(paths, &e);
	ck_assert_uint_eq(flows, 2);
	hotpaths_free(paths);
}
END_TEST

START_TEST(a_gap_is_told_of_any_flow)
{
	struct event e = { .kind = EVENT_FLOW, .flow = 5, .now = NOW };

	begin();
	e.facts.ways[0].last_gap = NOW;
	e.facts.ways[1].last_gap = INT64_MIN;
	hotpaths_flow(paths, &e);
	hotpaths_flow(paths, &e);
	ck_assert_uint_eq(flows, 1);
	hotpaths_free(paths);
}
END_TEST

UNIT("hotpaths", a_pair_is_told_once_it_is_hot_and_then_rarely,
    a_pair_cools_down, of_a_flow_its_latest_facts_are_told_when_it_becomes_hot,
    a_gap_is_told_of_any_flow)
