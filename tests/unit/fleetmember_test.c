/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetmember.h"

#include "base/totals.h"
#include "unit/await.h"
#include "unit/fleetfake.h"
#include "unit/fleetitems.h"

static const struct siphash_key key;

static struct config *config;
static struct fleetmember *member;
static struct budget *budget;
static bool has_plugin = true;

/* In the place of the one that loads the plugin. */
const struct fleetdoor *
fleetdoor_load(const char **why)
{
	*why = "no plugin";
	return has_plugin ? &fleetfake_door : NULL;
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static bool
make(unsigned role, const char *name)
{
	config = config_new();
	ck_assert_ptr_nonnull(config);
	config->fleet.role = role;
	config->limits.transactions = config->limits.peers = 1000;
	snprintf(config->fleet.servers, sizeof(config->fleet.servers),
	    "nats://192.0.2.1:4222");
	budget = budget_new(config->limits.memory);
	config_limits_budget(config, 1, budget);
	snprintf(config->fleet.name, sizeof(config->fleet.name), "%s", name);
	member = fleetmember_new(&(struct fleetmember_setup){
	    .config = config,
	    .key = &key,
	    .host = "host.example.com",
	    .memory = budget_share(budget, BUDGET_FLEET),
	    .alert = on_alert,
	    .log = &fleetfake_log,
	});
	return member != NULL && fleetmember_begin(member);
}

static void
end(void)
{
	fleetmember_free(member);
	config_free(config);
	budget_free(budget);
}

/* The link's thread has a clock that we turn. */
static void
turn(nstime time)
{
	fleetfake_pass(time);
	fleetmember_tick(member, wallclock_monotonic(), wallclock_realtime());
}

static bool
is_heard_as(const char *name)
{
	pthread_mutex_lock(&fleetfake.lock);
	return fleetfake_leave(fleetfake.batch_count > 0 &&
	    strncmp(fleetfake.batches[0].id, name, strlen(name)) == 0);
}

static bool
tells_alone(void)
{
	const struct alert_event event = { .id = 0xab, .episode = 2 };

	return !fleetmember_mutes(member, &event);
}

static bool
is_written(void)
{
	return fleetfake_is("alert.00000000000000ab.2.raised.0", "told");
}

static bool
has_status(void)
{
	char *status = fleetmember_status(member);
	const bool has = status != NULL;

	free(status);
	return has;
}

START_TEST(without_the_plugin_there_is_no_member)
{
	has_plugin = false;
	ck_assert(!make(CONFIG_SENSOR, "a"));
	end();
}
END_TEST

START_TEST(a_sensor_publishes_under_its_name_without_dots)
{
	ck_assert(make(CONFIG_SENSOR, "edge.1"));
	await((turn(50 * NSTIME_MS), is_heard_as("edge_1.")));
	end();
}
END_TEST

START_TEST(one_without_a_name_has_that_of_its_host)
{
	ck_assert(make(CONFIG_SENSOR, ""));
	await((turn(50 * NSTIME_MS), is_heard_as("host_example_com.")));
	end();
}
END_TEST

START_TEST(its_own_judge_tells_nothing_while_there_is_a_cluster)
{
	const struct alert_event event = { .id = 0xab, .episode = 2 };
	struct totals t = { 0 };

	ck_assert(make(CONFIG_BOTH, "a"));
	await((turn(50 * NSTIME_MS), has_status()));
	ck_assert(fleetmember_mutes(member, &event));
	fleetmember_stats(member, totals_gather, &t);
	ck_assert_uint_eq(totals_get(&t, "fleet.muted"), 1);
	end();
}
END_TEST

/* Another sensor's response, of which the request is not there. */
static void
publish_half(struct wire_writer *writer, uint64_t number)
{
	const struct wire_header header = { .name = "b",
		.run = 1,
		.sequence = number,
		.reached = wallclock_realtime() };
	const struct wire_item half = { .kind = WIRE_HALF,
		.half = { .call = number * config->fleet.partitions,
		    .leg = 1,
		    .client = fleet_host(1, 0).address,
		    .server = fleet_host(2, 5062),
		    .now = wallclock_realtime() } };
	struct slice batch;
	char id[32];

	snprintf(id, sizeof(id), "b.%u", (unsigned)number);
	wire_begin(writer, wallclock_realtime(), wallclock_realtime());
	ck_assert(wire_put(writer, &half));
	batch = wire_end(writer, &header);
	ck_assert_int_eq(fleetfake_publish(NULL, FLEETDOOR_PARTITION, batch.p,
			     batch.len, id, wallclock_realtime()),
	    0);
}

START_TEST(what_the_judge_holds_is_a_room_of_the_daemon_s_budget)
{
	struct wire_writer *writer = wire_writer_new();
	uint64_t number = 0;

	ck_assert(make(CONFIG_BOTH, "a"));
	ck_assert_uint_eq(budget_use(budget, BUDGET_FLEET).guaranteed,
	    config->limits.memory / 4);
	await((publish_half(writer, ++number), turn(50 * NSTIME_MS),
	    budget_use(budget, BUDGET_FLEET).used > 0));
	ck_assert_uint_lt(
	    budget_use(budget, BUDGET_FLEET).used, config->limits.memory / 4);
	end();
	wire_writer_free(writer);
}
END_TEST

START_TEST(one_that_only_judges_has_half_of_it_and_a_sensor_none)
{
	ck_assert(make(CONFIG_JUDGE, "a"));
	ck_assert_uint_eq(
	    config_limits_fleet(config), config->limits.memory / 2);
	end();
	ck_assert(make(CONFIG_SENSOR, "a"));
	ck_assert_uint_eq(config_limits_fleet(config), 0);
	end();
}
END_TEST

START_TEST(away_from_the_cluster_it_tells_alone_and_says_so_on_return)
{
	fleetfake_away = true;
	ck_assert(make(CONFIG_BOTH, "a"));
	await((turn(50 * NSTIME_MS), tells_alone()));
	ck_assert(!is_written());
	fleetfake_away = false;
	await((turn(50 * NSTIME_MS), is_written()));
	end();
}
END_TEST

START_TEST(a_sensor_tells_nothing_by_itself)
{
	const struct alert_event event = { .id = 0xab, .episode = 2 };

	fleetfake_away = true;
	ck_assert(make(CONFIG_SENSOR, "a"));
	for (int i = 0; i < 30; i++) {
		turn(NSTIME_S);
	}
	ck_assert(fleetmember_mutes(member, &event));
	end();
}
END_TEST

UNIT("fleetmember", without_the_plugin_there_is_no_member,
    a_sensor_publishes_under_its_name_without_dots,
    one_without_a_name_has_that_of_its_host,
    its_own_judge_tells_nothing_while_there_is_a_cluster,
    what_the_judge_holds_is_a_room_of_the_daemon_s_budget,
    one_that_only_judges_has_half_of_it_and_a_sensor_none,
    away_from_the_cluster_it_tells_alone_and_says_so_on_return,
    a_sensor_tells_nothing_by_itself)
