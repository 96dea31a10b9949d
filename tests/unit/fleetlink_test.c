/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlink.h"

#include "base/totals.h"
#include "unit/await.h"
#include "unit/fleetfake.h"
#include "unit/fleetitems.h"

static struct fleetlink *link_;
static unsigned wants;

static void
on_wanted(void *arg, struct slice batch)
{
	(void)arg;
	ck_assert(slice_is(batch, "want"));
	wants++;
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static void
begin(bool judges, unsigned partitions)
{
	const struct fleetlink_setup setup = {
		.door = &fleetfake_door,
		.fleet = { .name = "m" },
		.judges = judges,
		.senses = true,
		.partitions = partitions,
		.joiner = fleet_joiner(),
		.halves = 100,
		.run = 7,
		.log = &fleetfake_log,
		.wanted = on_wanted,
		.alert = on_alert,
	};

	link_ = fleetlink_new(&setup);
	ck_assert_ptr_nonnull(link_);
}

/* The thread has a clock that we turn. */
static void
turn(void)
{
	fleetfake_pass(50 * NSTIME_MS);
	fleetlink_poll(link_);
}

static uint64_t
count(const char *name)
{
	struct totals t = { 0 };

	fleetlink_stats(link_, totals_gather, &t);
	return totals_get(&t, name);
}

static bool
names_both_judges(void)
{
	char *status = fleetlink_status(link_);
	const bool has = status != NULL &&
	    strstr(status, "\"partitions\":[\"m\",\"m\"]") != NULL;

	free(status);
	return has;
}

START_TEST(batches_of_each_part_are_published_under_an_id_of_their_own)
{
	begin(false, 2);
	fleetlink_batch(link_, slice_text("a"), FLEETDOOR_LEADER, 1);
	fleetlink_batch(link_, slice_text("b"), FLEETDOOR_PARTITION + 1, 1);
	await((turn(), count("fleet.published") == 2));
	fleetlink_free(link_);
	ck_assert_uint_eq(fleetfake.batch_count, 2);
	ck_assert_str_eq(fleetfake.batches[0].id, "m.7.0.1");
	ck_assert_str_eq(fleetfake.batches[1].id, "m.7.2.1");
	ck_assert_uint_eq(fleetfake.batches[1].part, FLEETDOOR_PARTITION + 1);
}
END_TEST

START_TEST(while_the_cluster_is_away_batches_wait_and_come_once)
{
	fleetfake_away = true;
	begin(false, 2);
	fleetlink_batch(link_, slice_text("a"), FLEETDOOR_LEADER, 1);
	fleetlink_batch(link_, slice_text("b"), FLEETDOOR_LEADER, 2);
	await((turn(), fleetlink_is_alone(link_)));
	ck_assert_uint_eq(count("fleet.published"), 0);
	fleetfake_away = false;
	await((turn(), count("fleet.published") == 2));
	await((turn(), !fleetlink_is_alone(link_)));
	fleetlink_free(link_);
	ck_assert_uint_eq(fleetfake.batch_count, 2);
}
END_TEST

static unsigned
prepared(void)
{
	pthread_mutex_lock(&fleetfake.lock);
	return (unsigned)fleetfake_leave((int)fleetfake.prepared);
}

/* They may be removed; or the cluster may not say for a while. */
START_TEST(stream_and_bucket_are_looked_for_again)
{
	begin(false, 2);
	await((turn(), prepared() >= 1));
	pthread_mutex_lock(&fleetfake.lock);
	fleetfake.electing = true;
	pthread_mutex_unlock(&fleetfake.lock);
	await((turn(), prepared() >= 3));
	fleetlink_batch(link_, slice_text("a"), FLEETDOOR_LEADER, 1);
	await((turn(), count("fleet.published") == 1));
	fleetlink_free(link_);
}
END_TEST

START_TEST(one_that_is_too_large_is_lost_and_counted_and_the_others_go_on)
{
	fleetfake.most = 4;
	begin(false, 2);
	fleetlink_batch(link_, slice_text("large"), FLEETDOOR_LEADER, 1);
	fleetlink_batch(link_, slice_text("b"), FLEETDOOR_LEADER, 2);
	await((turn(), count("fleet.published") == 1));
	ck_assert_uint_eq(count("fleet.too_large"), 1);
	ck_assert_uint_eq(count("fleet.publish_failed"), 0);
	fleetlink_free(link_);
	ck_assert_uint_eq(fleetfake.batch_count, 1);
	ck_assert_str_eq(fleetfake.batches[0].id, "m.7.0.2");
}
END_TEST

START_TEST(what_a_judge_wants_comes_to_the_loop)
{
	begin(false, 2);
	fleetfake_say(NULL, FLEETDOOR_WANTED, (const uint8_t *)"want", 4);
	await((turn(), wants == 1));
	fleetlink_free(link_);
}
END_TEST

START_TEST(a_judge_leads_takes_the_partitions_and_writes_the_status)
{
	begin(true, 2);
	await((turn(), names_both_judges()));
	fleetlink_free(link_);
	ck_assert(fleetfake_is("lease", ""));
	ck_assert(fleetfake_is("lease.0", ""));
	ck_assert(fleetfake_is("lease.1", ""));
	ck_assert(fleetfake_is("partitions", "2"));
}
END_TEST

START_TEST(a_member_of_another_number_of_partitions_takes_no_part)
{
	uint64_t revision = 0;

	fleetfake_put(NULL, "partitions", (const uint8_t *)"16", 2, &revision);
	begin(true, 2);
	fleetlink_batch(link_, slice_text("a"), FLEETDOOR_PARTITION, 1);
	await((turn(), fleetlink_is_alone(link_)));
	fleetlink_free(link_);
	ck_assert_uint_eq(fleetfake.batch_count, 0);
	ck_assert_ptr_null(fleetfake_find("lease"));
}
END_TEST

START_TEST(a_sensor_that_was_first_learns_the_number_of_the_first_judge)
{
	uint64_t revision = 0;

	begin(false, 2);
	fleetlink_batch(link_, slice_text("a"), FLEETDOOR_PARTITION, 1);
	await((turn(), count("fleet.published") == 1));
	fleetfake_put(NULL, "partitions", (const uint8_t *)"16", 2, &revision);
	await((turn(), fleetlink_is_alone(link_)));
	fleetlink_free(link_);
}
END_TEST

START_TEST(an_alert_that_was_told_alone_is_written_as_told)
{
	const struct alert_event event = { .id = 0xab, .episode = 2 };

	begin(false, 2);
	fleetlink_told_alone(link_, &event);
	fleetlink_told_alone(link_, &event);
	await((turn(), count("fleet.published") == 2));
	fleetlink_free(link_);
	ck_assert(fleetfake_is("alert.00000000000000ab.2.raised.0", "told"));
}
END_TEST

UNIT("fleetlink", batches_of_each_part_are_published_under_an_id_of_their_own,
    while_the_cluster_is_away_batches_wait_and_come_once,
    stream_and_bucket_are_looked_for_again,
    one_that_is_too_large_is_lost_and_counted_and_the_others_go_on,
    what_a_judge_wants_comes_to_the_loop,
    a_judge_leads_takes_the_partitions_and_writes_the_status,
    a_member_of_another_number_of_partitions_takes_no_part,
    a_sensor_that_was_first_learns_the_number_of_the_first_judge,
    an_alert_that_was_told_alone_is_written_as_told)
