/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/orphans.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct orphans orphans;
static const struct txnkey key = { .a = 1, .b = 2 };

/* From host `from' to host `to', at `ms'. */
static struct origin
origin(unsigned from, unsigned to, nstime ms)
{
	return (struct origin){
		.from = story_host(from, 5060),
		.to = story_host(to, 5060),
		.now = ms * NSTIME_MS,
	};
}

static void
answer(unsigned status, nstime ms)
{
	const struct origin from_server = origin(2, 1, ms);

	orphans_add(&orphans, &key, &from_server, status, 77);
}

/* The status that a request to `server' finds waiting; 0: none. */
static unsigned
ask(unsigned server, nstime ms)
{
	const struct origin to_server = origin(1, server, ms);
	unsigned status = 0;
	uint32_t tag;

	orphans_take(&orphans, &key, &to_server, TIMERS_T1, &status, &tag);
	return status;
}

static void
setup(void)
{
	const struct siphash_key secret = { 1, 2 };

	ck_assert(orphans_init(&orphans, &secret));
}

START_TEST(a_request_takes_the_response_that_came_before_it)
{
	setup();
	ck_assert_uint_eq(ask(2, 0), 0);
	answer(200, 1);
	ck_assert_uint_eq(ask(2, 2), 200);
	ck_assert_uint_eq(ask(2, 3), 0);
	orphans_done(&orphans);
}
END_TEST

START_TEST(after_t1_it_is_another_matter)
{
	setup();
	answer(200, 0);
	ck_assert_uint_eq(ask(2, 500), 0);
	ck_assert_uint_eq(ask(2, 499), 200);
	orphans_done(&orphans);
}
END_TEST

START_TEST(it_must_come_from_the_server_that_is_asked)
{
	setup();
	answer(200, 0);
	ck_assert_uint_eq(ask(3, 1), 0);
	ck_assert_uint_eq(ask(2, 1), 200);
	orphans_done(&orphans);
}
END_TEST

START_TEST(a_final_counts_more_than_a_provisional)
{
	setup();
	answer(100, 0);
	answer(200, 1);
	answer(100, 2);
	ck_assert_uint_eq(ask(2, 3), 200);
	orphans_done(&orphans);
}
END_TEST

START_TEST(keys_are_compared_whole)
{
	const struct origin to_server = origin(1, 2, 1);
	const struct txnkey other = { .a = 1, .b = 3 };
	unsigned status;
	uint32_t tag;

	setup();
	answer(200, 0);
	ck_assert(!orphans_take(
	    &orphans, &other, &to_server, TIMERS_T1, &status, &tag));
	orphans_done(&orphans);
}
END_TEST

START_TEST(the_oldest_gives_way_whatever_its_key)
{
	const struct origin from_server = origin(2, 1, 0);
	const struct origin to_server = origin(1, 2, 1);
	unsigned status;
	uint32_t tag;

	setup();
	answer(200, 0);
	for (uint64_t i = 0; i < ORPHANS_KEPT - 1; i++)
		orphans_add(&orphans, &(struct txnkey){ .a = 7, .b = 10 + i },
		    &from_server, 200, 0);
	ck_assert_uint_eq(ask(2, 1), 200);
	answer(200, 0);
	for (uint64_t i = 0; i < ORPHANS_KEPT; i++)
		orphans_add(&orphans,
		    &(struct txnkey){ .a = 8 + i, .b = 10 + i }, &from_server,
		    200, 0);
	ck_assert_uint_eq(ask(2, 1), 0);
	ck_assert(orphans_take(&orphans, &(struct txnkey){ .a = 8, .b = 10 },
	    &to_server, TIMERS_T1, &status, &tag));
	orphans_done(&orphans);
}
END_TEST

UNIT("orphans", the_oldest_gives_way_whatever_its_key,
    a_request_takes_the_response_that_came_before_it,
    after_t1_it_is_another_matter, it_must_come_from_the_server_that_is_asked,
    a_final_counts_more_than_a_provisional, keys_are_compared_whole)
