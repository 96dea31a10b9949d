/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/inner/timerrun.h"

enum { MANY = 300 };

static struct timerq_entry entry[MANY];
static struct timerrun run;

static void
start(void)
{
	memset(entry, 0, sizeof(entry));
	run = (struct timerrun){ .number = 2 };
}

static struct timerrun_node
node(size_t i, nstime deadline)
{
	return (struct timerrun_node){ deadline, i, &entry[i] };
}

static void
add(size_t i, nstime deadline)
{
	const struct timerrun_node n = node(i, deadline);

	ck_assert(timerrun_add(&run, &n));
}

static void
take(size_t i)
{
	timerrun_take(&run, timerrun_at(entry[i].slot));
	ck_assert_uint_eq(entry[i].slot, 0);
}

/* Takes them all out; they are these. */
static void
empties_as(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		ck_assert_ptr_eq(run.nodes[run.first].entry, &entry[i]);
		take(i);
	}
	ck_assert_uint_eq(run.queued, 0);
	ck_assert_uint_eq(run.end, 0);
	timerrun_done(&run);
}

START_TEST(they_come_out_as_they_came_in)
{
	start();
	for (size_t i = 0; i < MANY; i++)
		add(i, (nstime)i);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_uint_eq(timerrun_number(entry[i].slot), 2);
		ck_assert_uint_eq(timerrun_at(entry[i].slot), i);
	}
	empties_as(0, MANY);
}
END_TEST

START_TEST(both_ends_are_queued_whatever_is_taken_out)
{
	start();
	for (size_t i = 0; i < 10; i++)
		add(i, (nstime)i);
	take(1);
	take(0);
	take(8);
	take(9);
	ck_assert_int_eq(timerrun_last(&run)->deadline, 7);
	empties_as(2, 6);
}
END_TEST

START_TEST(places_of_those_taken_out_are_used_again)
{
	size_t size;

	start();
	for (size_t i = 0; i < 64; i++)
		add(i, (nstime)i);
	size = run.size;
	for (size_t i = 1; i < 40; i++)
		take(i);
	for (size_t i = 64; i < 64 + 39; i++)
		add(i, (nstime)i);
	ck_assert_uint_eq(run.size, size);
	take(0);
	empties_as(40, 63);
}
END_TEST

START_TEST(one_is_put_where_it_belongs_without_memory)
{
	struct timerrun_node n;

	start();
	for (size_t i = 0; i < 64; i++)
		add(i, (nstime)(10 * i));
	take(30);
	n = node(30, 300);
	timerrun_insert(&run, &n);
	ck_assert_uint_eq(run.end, run.size);
	take(63);
	n = node(63, INT64_MIN);
	timerrun_insert(&run, &n);
	ck_assert_ptr_eq(run.nodes[run.first].entry, &entry[63]);
	take(63);
	empties_as(0, 63);
}
END_TEST

UNIT("timerrun", they_come_out_as_they_came_in,
    both_ends_are_queued_whatever_is_taken_out,
    places_of_those_taken_out_are_used_again,
    one_is_put_where_it_belongs_without_memory)
