/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/recordqueue.h"

#include "unit/unit.h"

static struct recordqueue queue;
static struct recordqueue_budget budget;
static uint64_t offset;
static nstime now;

static void
begin(size_t limit)
{
	recordqueue_init(&queue, false);
	budget = (struct recordqueue_budget){ .limit = limit };
	offset = 0;
	now = 0;
}

static void
end(void)
{
	recordqueue_done(&queue, &budget);
	ck_assert_uint_eq(budget.held, 0);
}

static struct tcpreasm_event
event_of(const char *octets, size_t len, uint64_t lost)
{
	const struct tcpreasm_event e = {
		.fact = lost > 0 ? TCPREASM_GAP : TCPREASM_DATA,
		.direction = TCPREASM_TO_SERVER,
		.octets = slice_of(octets, len),
		.offset = offset,
		.lost = lost,
		.now = ++now,
	};

	offset += len + lost;
	return e;
}

#define RECORD "\x17\3\3\0\4abcd"
enum { OCTETS = 9 };

START_TEST(a_record_is_whole_at_every_cut)
{
	for (size_t cut = 0; cut < OCTETS; cut++) {
		struct recordqueue_item item;
		struct tcpreasm_event e;

		begin(1000);
		e = event_of(RECORD, cut, 0);
		recordqueue_input(&queue, &e);
		ck_assert(!recordqueue_cut_next(&queue, &budget, &e, &item));
		e = event_of(&RECORD[cut], OCTETS - cut, 0);
		recordqueue_input(&queue, &e);
		ck_assert(recordqueue_cut_next(&queue, &budget, &e, &item));
		ck_assert(!item.missing);
		ck_assert_uint_eq(item.type, 23);
		ck_assert_uint_eq(item.version, 0x0303);
		ck_assert(slice_is(item.octets, "abcd"));
		ck_assert_uint_eq(item.end, OCTETS);
		ck_assert_int_eq(item.now, cut <= 5 ? 2 : 1);
		ck_assert(!recordqueue_cut_next(&queue, &budget, &e, &item));
		ck_assert_uint_eq(budget.held, 0);
		end();
	}
}
END_TEST

START_TEST(a_hole_in_a_record_is_one_record)
{
	struct recordqueue_item item;
	struct tcpreasm_event e;

	begin(1000);
	e = event_of(RECORD, 6, 0);
	recordqueue_input(&queue, &e);
	ck_assert(!recordqueue_cut_next(&queue, &budget, &e, &item));
	e = event_of(NULL, 0, 1);
	ck_assert(!recordqueue_gap(&queue, &budget, &e, &item));
	e = event_of("cd", 2, 0);
	recordqueue_input(&queue, &e);
	ck_assert(recordqueue_cut_next(&queue, &budget, &e, &item));
	ck_assert(item.missing);
	ck_assert_uint_eq(item.most, 1);
	ck_assert(slice_is(item.octets, "cd"));
	end();
}
END_TEST

START_TEST(a_hole_across_headers_may_be_many)
{
	struct recordqueue_item item;
	struct tcpreasm_event e;

	begin(1000);
	e = event_of(RECORD, 6, 0);
	recordqueue_input(&queue, &e);
	ck_assert(!recordqueue_cut_next(&queue, &budget, &e, &item));
	e = event_of(NULL, 0, 500);
	ck_assert(recordqueue_gap(&queue, &budget, &e, &item));
	ck_assert(item.missing);
	ck_assert_uint_gt(item.most, 10);
	e = event_of(RECORD, OCTETS, 0);
	recordqueue_input(&queue, &e);
	ck_assert(recordqueue_cut_next(&queue, &budget, &e, &item));
	ck_assert(!item.missing);
	end();
}
END_TEST

START_TEST(what_is_held_comes_back_in_order)
{
	struct recordqueue_item item = { .type = 1 };

	begin(1000);
	ck_assert(!recordqueue_first(&queue, &item));
	for (uint8_t i = 1; i <= 3; i++) {
		item.type = i;
		item.octets = slice_first(slice_text("abc"), i);
		ck_assert(recordqueue_hold(&queue, &budget, 1000, &item));
	}
	for (uint8_t i = 1; i <= 3; i++) {
		ck_assert(recordqueue_first(&queue, &item));
		ck_assert_uint_eq(item.type, i);
		ck_assert_uint_eq(item.octets.len, i);
		recordqueue_drop(&queue, &budget);
	}
	ck_assert(!recordqueue_first(&queue, &item));
	ck_assert_uint_eq(budget.held, 0);
	end();
}
END_TEST

START_TEST(both_limits_hold)
{
	const struct recordqueue_item item = { .octets = slice_text("abc") };

	begin(1000);
	ck_assert(!recordqueue_hold(&queue, &budget, 10, &item));
	while (recordqueue_hold(&queue, &budget, SIZE_MAX, &item))
		ck_assert_uint_le(budget.held, 1000);
	ck_assert_uint_eq(budget.over, 6);
	end();
}
END_TEST

UNIT("recordqueue", a_record_is_whole_at_every_cut,
    a_hole_in_a_record_is_one_record, a_hole_across_headers_may_be_many,
    what_is_held_comes_back_in_order, both_limits_hold)
