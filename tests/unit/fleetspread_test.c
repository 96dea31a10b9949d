/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetspread.h"

#include "base/totals.h"
#include "pipeline/wire.h"
#include "unit/fleetfake.h"

enum { JUDGES = 3, PARTITIONS = 16 };

static const char *const names[JUDGES] = { "a", "b", "c" };
static struct fleetdoor_member members[JUDGES];
static struct fleetspread *judges[JUDGES];

static void
join(unsigned i)
{
	members[i] = fleetfake_member(names[i]);
	judges[i] = fleetspread_new(&(struct fleetspread_setup){
	    .member = &members[i],
	    .partitions = PARTITIONS,
	    .halves = 100,
	    .sensors = 10,
	});
	ck_assert_ptr_nonnull(judges[i]);
}

/* As by kill -9. */
static void
lose(unsigned i)
{
	fleetspread_free(judges[i]);
	judges[i] = NULL;
}

static void
end(void)
{
	for (unsigned i = 0; i < JUDGES; i++)
		lose(i);
}

static void
pass(unsigned seconds)
{
	for (unsigned n = 0; n < 10 * seconds; n++) {
		fleetfake_pass(100 * NSTIME_MS);
		for (unsigned i = 0; i < JUDGES; i++)
			if (judges[i] != NULL)
				fleetspread_run(judges[i]);
	}
}

/* By what anybody sees. */
static unsigned
share(const char *name)
{
	unsigned held = 0;

	for (unsigned i = 0; i < PARTITIONS; i++)
		for (unsigned k = 0; k < JUDGES; k++)
			if (judges[k] != NULL) {
				held += strcmp(fleetspread_holder(judges[k], i),
					    name) == 0;
				break;
			}
	return held;
}

START_TEST(one_judge_has_all_partitions)
{
	join(0);
	pass(5);
	ck_assert_uint_eq(share("a"), PARTITIONS);
	end();
}
END_TEST

START_TEST(two_that_begin_together_have_half_each)
{
	join(0);
	join(1);
	pass(5);
	ck_assert_uint_eq(share("a"), 8);
	ck_assert_uint_eq(share("b"), 8);
	end();
}
END_TEST

START_TEST(one_that_joins_takes_its_part)
{
	join(0);
	pass(5);
	join(1);
	pass(6);
	ck_assert_uint_eq(share("a"), 8);
	ck_assert_uint_eq(share("b"), 8);
	join(2);
	pass(6);
	ck_assert_uint_eq(share("a"), 6);
	ck_assert_uint_eq(share("b"), 5);
	ck_assert_uint_eq(share("c"), 5);
	end();
}
END_TEST

START_TEST(of_one_that_is_lost_the_others_take_what_it_had)
{
	for (unsigned i = 0; i < JUDGES; i++)
		join(i);
	pass(6);
	lose(1);
	pass(8);
	ck_assert_uint_eq(share("a"), 8);
	ck_assert_uint_eq(share("b"), 0);
	ck_assert_uint_eq(share("c"), 8);
	end();
}
END_TEST

START_TEST(one_that_leaves_gives_all_back)
{
	join(0);
	join(1);
	pass(5);
	fleetspread_leave(judges[0]);
	lose(0);
	pass(6);
	ck_assert_uint_eq(share("b"), PARTITIONS);
	end();
}
END_TEST

START_TEST(nonsense_is_refused_and_counted)
{
	struct wire_writer *w = wire_writer_new();
	const struct wire_header header = { .kind = WIRE_OBSERVED,
		.name = "s",
		.run = 1,
		.sequence = 1,
		.now = 1,
		.wall = wallclock_realtime(),
		.reached = 1 };
	struct totals t = { 0 };
	struct slice batch;

	join(0);
	pass(5);
	wire_begin(w, header.now, header.wall);
	batch = wire_end(w, &header);
	fleetfake_publish(NULL, FLEETDOOR_PARTITION + 3, batch.p, batch.len,
	    "s.1.4.1", header.wall);
	fleetfake_batch_of(FLEETDOOR_PARTITION + 4, "nonsense", "x");
	fleetspread_wanted(judges[0], slice_text("nonsense"));
	pass(1);
	fleetspread_stats(judges[0], totals_gather, &t);
	ck_assert_uint_eq(totals_get(&t, "partition.refused"), 1);
	wire_writer_free(w);
	end();
}
END_TEST

START_TEST(counters_outlive_the_partition)
{
	struct totals t = { 0 };

	join(0);
	pass(5);
	fleetfake_batch_of(FLEETDOOR_PARTITION + 15, "nonsense", "x");
	pass(1);
	join(1);
	pass(6);
	ck_assert_uint_eq(share("b"), 8);
	fleetspread_stats(judges[0], totals_gather, &t);
	ck_assert_uint_eq(totals_get(&t, "partition.refused"), 1);
	end();
}
END_TEST

START_TEST(after_the_cluster_was_away_all_is_shared_again)
{
	join(0);
	join(1);
	pass(5);
	fleetfake_away = true;
	pass(10);
	fleetfake_away = false;
	pass(10);
	ck_assert_uint_eq(share("a"), 8);
	ck_assert_uint_eq(share("b"), 8);
	end();
}
END_TEST

UNIT("fleetspread", one_judge_has_all_partitions,
    two_that_begin_together_have_half_each, one_that_joins_takes_its_part,
    of_one_that_is_lost_the_others_take_what_it_had,
    one_that_leaves_gives_all_back, nonsense_is_refused_and_counted,
    counters_outlive_the_partition,
    after_the_cluster_was_away_all_is_shared_again)
