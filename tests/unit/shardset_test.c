/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/shardset.h"

#include <stdio.h>

#include "base/totals.h"
#include "pipeline/matcher.h"
#include "unit/unit.h"

enum { SHARDS = 3, EACH = 5, ALL = SHARDS * EACH };

/* A turn each: those of one shard are not next to each other. */
static struct callshard *shards[SHARDS];
static struct shardset set = { .shards = shards, .count = SHARDS };
static int held, times_held;
static nstime sent[ALL];
static size_t count;

static void
on_outcome(void *arg, const struct outcome *outcome)
{
	(void)arg;
	(void)outcome;
}

static void
on_observed(void *arg, const struct observation *observation)
{
	(void)arg;
	(void)observation;
}

static void
put(struct callshard *shard, unsigned call)
{
	char text[64];
	const int len = snprintf(text, sizeof(text), "z9hG4bK%u", call);
	const struct slice id = slice_of(text, (size_t)len);
	const struct sip_message m = {
		.is_request = true,
		.start_line = id,
		.method = slice_text("SERVICE"),
		.call_id = id,
		.via_branch = id,
		.vias = 1,
		.cseq = 1,
	};
	const struct event_message in = {
		.octets = id,
		.message = &m,
		.origin = {
			.from = { .port = 5060 },
			.to = { .port = 5062 },
			.now = call * NSTIME_S,
			.wall = call * NSTIME_S,
		},
	};
	struct callshard_settled settled;

	callshard_input(shard, &in, &settled);
}

static void
hold(void *arg)
{
	(void)arg;
	ck_assert_int_eq(held++, 0);
	times_held++;
}

static void
go_on(void *arg)
{
	(void)arg;
	ck_assert_int_eq(--held, 0);
}

static void
begin(void)
{
	const struct matcher_limits limits = {
		.methods = "INVITE",
		.transactions = { .transactions = ALL,
		    .timers = { .t1 = NSTIME_S } },
	};
	const struct callshard_output output = {
		.outcome = on_outcome,
		.observed = on_observed,
	};

	message_init();
	for (unsigned i = 0; i < SHARDS; i++) {
		shards[i] = callshard_new(&limits, &output);
		ck_assert_ptr_nonnull(shards[i]);
	}
	for (unsigned i = 0; i < ALL; i++)
		put(shards[i % SHARDS], i + 1);
	set.hold = hold;
	set.go_on = go_on;
}

static void
end(void)
{
	for (unsigned i = 0; i < SHARDS; i++)
		callshard_free(shards[i]);
}

static void
on_waiting(void *arg, const struct txntable_waiting *waiting)
{
	(void)arg;
	sent[count++] = waiting->sent;
}

START_TEST(their_numbers_are_added_up)
{
	begin();
	ck_assert_uint_eq(shardset_open(&set), ALL);
	ck_assert_uint_eq(shardset_not_watched(&set, 5062), ALL);
	ck_assert_uint_eq(shardset_not_watched(&set, 5060), 0);
	ck_assert_int_eq(times_held, 0);
	end();
}
END_TEST

START_TEST(the_slowest_of_all_come_in_order)
{
	begin();
	shardset_slowest(&set, SHARDS + 1, on_waiting, NULL);
	ck_assert_uint_eq(count, SHARDS + 1);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(sent[i], (nstime)(i + 1) * NSTIME_S);
	ck_assert_int_eq(times_held, 1);
	end();
}
END_TEST

START_TEST(counters_are_those_of_each_while_they_are_held)
{
	struct totals totals = { .count = 0 };

	begin();
	shardset_stats(&set, totals_gather, &totals);
	ck_assert_uint_gt(totals.count, 0);
	ck_assert_int_eq(times_held, 1);
	ck_assert_int_eq(held, 0);
	/* They are the looker's. */
	set.hold = set.go_on = NULL;
	shardset_stats(&set, totals_gather, &totals);
	ck_assert_int_eq(times_held, 1);
	end();
}
END_TEST

START_TEST(at_an_end_none_is_left_open)
{
	begin();
	shardset_close(&set, (ALL + 1) * NSTIME_S);
	ck_assert_uint_eq(shardset_open(&set), 0);
	end();
}
END_TEST

UNIT("shardset", their_numbers_are_added_up, the_slowest_of_all_come_in_order,
    counters_are_those_of_each_while_they_are_held, at_an_end_none_is_left_open)
