/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/rounds.h"

#include <sched.h>
#include <stdbool.h>

#include "unit/unit.h"

static struct rounds rounds;
static atomic_bool ends;
static atomic_bool may_end_round;
static unsigned count; /* of rounds: of whoever may look */

static void *
go_round(void *arg)
{
	(void)arg;
	while (!atomic_load(&ends)) {
		rounds_begin(&rounds);
		count++;
		while (!atomic_load(&may_end_round))
			sched_yield();
		rounds_end(&rounds);
	}
	return NULL;
}

static void
wait_for_round(unsigned after)
{
	for (bool seen = false; !seen; sched_yield()) {
		rounds_pause(&rounds, NULL, NULL);
		seen = count > after;
		rounds_go_on(&rounds);
	}
}

static pthread_t
begin(bool free)
{
	pthread_t thread;

	rounds_init(&rounds);
	atomic_store(&ends, false);
	atomic_store(&may_end_round, free);
	count = 0;
	ck_assert_int_eq(pthread_create(&thread, NULL, go_round, NULL), 0);
	return thread;
}

static void
end(pthread_t thread)
{
	atomic_store(&ends, true);
	pthread_join(thread, NULL);
	rounds_done(&rounds);
}

START_TEST(none_begins_during_a_pause)
{
	const pthread_t thread = begin(true);
	unsigned before;

	wait_for_round(10);
	rounds_pause(&rounds, NULL, NULL);
	before = count;
	for (int i = 0; i < 1000; i++)
		sched_yield();
	ck_assert_uint_eq(count, before);
	rounds_go_on(&rounds);
	wait_for_round(before);
	end(thread);
}
END_TEST

static void
let_it_end(void *arg)
{
	++*(unsigned *)arg;
	atomic_store(&may_end_round, true);
}

/* The round waits for what is done meanwhile, whenever it begins. */
START_TEST(what_a_round_waits_for_is_done_meanwhile)
{
	const pthread_t thread = begin(false);
	unsigned times = 0;

	while (times == 0) {
		rounds_pause(&rounds, let_it_end, &times);
		rounds_go_on(&rounds);
		sched_yield();
	}
	wait_for_round(1);
	end(thread);
}
END_TEST

UNIT("rounds", none_begins_during_a_pause,
    what_a_round_waits_for_is_done_meanwhile)
