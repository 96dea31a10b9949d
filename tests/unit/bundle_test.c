/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/bundle.h"

#include "incidentstory.h"
#include "unit.h"

static struct symptom timeouts, skew;
static struct bundle bundle;

static void
begin(void)
{
	const struct cause cause = {
		.kind = CAUSE_CLOCK,
		.score = 6,
		.host = host(11),
	};

	timeouts = (struct symptom){ .kind = FINDING_TRANSACTION_TIMEOUT };
	skew = (struct symptom){ .kind = FINDING_CLOCK_SKEW };
	symptom_input(&timeouts, &timed_out(11, 21, 5062, START)->finding);
	symptom_input(&timeouts, &timed_out(11, 21, 5062, START)->finding);
	symptom_input(&skew,
	    &wrong_clock(11, -HOUR, "dst", START - HOUR, START)->finding);
	bundle = (struct bundle){ .part_count = 0 };
	bundle_init(&bundle, &cause);
	bundle_add(&bundle, &skew);
	bundle_add(&bundle, &timeouts);
}

START_TEST(it_begins_with_the_first_of_its_parts)
{
	begin();
	ck_assert_int_eq(bundle.since, START - HOUR);
	ck_assert_int_eq(bundle.stepped, START - HOUR);
	ck_assert_int_eq(bundle.failed, START - 34 * NSTIME_S);
	ck_assert_int_eq(bundle.offset, -HOUR);
	ck_assert(bundle.mras);
	ck_assert_str_eq(bundle.key, "clock 10.0.0.11");
}
END_TEST

START_TEST(transactions_of_parts_that_are_over_stay_lost)
{
	begin();
	ck_assert_uint_eq(bundle_timeouts(&bundle), 2);
	bundle_remove(&bundle, &timeouts, true);
	ck_assert_uint_eq(bundle_timeouts(&bundle), 2);
	ck_assert_uint_eq(bundle.part_count, 1);
	ck_assert_ptr_null(timeouts.bundle);
}
END_TEST

START_TEST(a_part_that_another_takes_is_not_counted)
{
	begin();
	bundle_remove(&bundle, &timeouts, false);
	ck_assert_uint_eq(bundle_timeouts(&bundle), 0);
}
END_TEST

START_TEST(it_is_as_grave_as_the_gravest_part)
{
	begin();
	ck_assert_int_eq(bundle_severity(&bundle), FINDING_CRITICAL);
	bundle_remove(&bundle, &skew, true);
	ck_assert_int_eq(bundle_severity(&bundle), FINDING_ERROR);
}
END_TEST

START_TEST(a_saved_bundle_is_loaded)
{
	struct bundle loaded = { .part_count = 0 };
	struct record r;
	struct cursor c;

	begin();
	record_init(&r, 4096);
	bundle_save(&r, &bundle);
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(bundle_load(&loaded, &c));
	ck_assert_str_eq(loaded.key, bundle.key);
	ck_assert_int_eq(loaded.cause.score, 6);
	ck_assert_int_eq(loaded.failed, bundle.failed);
	ck_assert_str_eq(loaded.shape, "dst");
	for (size_t len = 0; len < r.len; len++) {
		struct bundle cut = { .part_count = 0 };

		c = cursor_over(slice_of(r.octets, len));
		ck_assert(!bundle_load(&cut, &c));
	}
	record_done(&r);
}
END_TEST

UNIT("bundle", it_begins_with_the_first_of_its_parts,
    transactions_of_parts_that_are_over_stay_lost,
    a_part_that_another_takes_is_not_counted,
    it_is_as_grave_as_the_gravest_part, a_saved_bundle_is_loaded)
