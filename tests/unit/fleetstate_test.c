/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetstate.h"

#include "unit/fleetfake.h"

static struct fleetdoor_member members[2];
static struct fleetstate a, b;

static void
begin(void)
{
	members[0] = fleetfake_member("a");
	members[1] = fleetfake_member("b");
	fleetstate_init(&a, &members[0], "state");
	fleetstate_init(&b, &members[1], "state");
}

static int
save(struct fleetstate *s, const char *text, uint64_t from)
{
	struct record r;
	int error;

	record_init(&r, FLEETSTATE_MOST);
	record_octets(&r, slice_text(text));
	error = fleetstate_save(s, &r, from);
	record_done(&r);
	return error;
}

static void
expect(struct fleetstate *s, const char *text, uint64_t from)
{
	uint8_t *octets;
	uint64_t found;
	size_t len;

	ck_assert_int_eq(fleetstate_load(s, &octets, &len, &found), 0);
	ck_assert_uint_eq(found, from);
	ck_assert(slice_is(slice_of(octets, len), text));
	free(octets);
}

START_TEST(a_successor_reads_state_and_position_together)
{
	begin();
	ck_assert_int_eq(save(&a, "one", 10), 0);
	expect(&b, "one", 10);
	ck_assert_int_eq(save(&b, "two", 20), 0);
	expect(&a, "two", 20);
}
END_TEST

START_TEST(without_a_snapshot_there_is_no_position)
{
	uint8_t *octets;
	uint64_t from;
	size_t len;

	begin();
	ck_assert_int_eq(fleetstate_load(&a, &octets, &len, &from), 0);
	ck_assert_ptr_null(octets);
	ck_assert_uint_eq(from, 0);
}
END_TEST

START_TEST(one_that_lost_its_seat_unawares_overwrites_nothing)
{
	begin();
	ck_assert_int_eq(save(&a, "one", 10), 0);
	expect(&b, "one", 10);
	ck_assert_int_eq(save(&b, "two", 20), 0);
	ck_assert_int_eq(save(&a, "stale", 11), -EEXIST);
	expect(&b, "two", 20);
}
END_TEST

START_TEST(a_state_whose_chunks_are_damaged_says_so_and_where_to_read)
{
	uint8_t *octets;
	uint64_t from;
	size_t len;

	begin();
	ck_assert_int_eq(save(&a, "one", 10), 0);
	fleetfake_store(
	    &fleetfake_find("state.a.1.0")->value, (const uint8_t *)"??", 2);
	ck_assert_int_eq(fleetstate_load(&b, &octets, &len, &from), -EBADMSG);
	ck_assert_ptr_null(octets);
	ck_assert_uint_eq(from, 10);
}
END_TEST

START_TEST(what_is_longer_than_it_may_be_is_damaged_and_is_written_anew)
{
	static const uint8_t longer[600] = { 0 };
	uint8_t *octets;
	uint64_t from;
	size_t len;

	begin();
	ck_assert_int_eq(save(&a, "one", 10), 0);
	fleetfake_store(
	    &fleetfake_find("state.a.1.0")->value, longer, sizeof(longer));
	ck_assert_int_eq(fleetstate_load(&b, &octets, &len, &from), -EBADMSG);
	ck_assert_uint_eq(from, 10);
	fleetfake_store(
	    &fleetfake_find("state")->value, longer, sizeof(longer));
	ck_assert_int_eq(fleetstate_load(&b, &octets, &len, &from), -EBADMSG);
	ck_assert_ptr_null(octets);
	ck_assert_int_eq(save(&b, "two", 20), 0);
	expect(&a, "two", 20);
}
END_TEST

START_TEST(a_large_state_travels_in_chunks)
{
	struct record r;
	uint8_t *octets;
	uint64_t from, x = 1;
	size_t len;

	begin();
	record_init(&r, FLEETSTATE_MOST);
	for (int i = 0; i < 200000; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407U;
		record_u64(&r, x);
	}
	ck_assert_int_eq(fleetstate_save(&a, &r, 5), 0);
	ck_assert_ptr_nonnull(fleetfake_find("state.a.1.2"));
	ck_assert_int_eq(fleetstate_load(&b, &octets, &len, &from), 0);
	ck_assert_uint_eq(len, r.len);
	ck_assert_mem_eq(octets, r.octets, len);
	free(octets);
	record_done(&r);
}
END_TEST

START_TEST(the_cluster_away_is_told_apart_from_no_state)
{
	uint8_t *octets;
	uint64_t from;
	size_t len;

	begin();
	fleetfake_away = true;
	ck_assert_int_lt(fleetstate_load(&b, &octets, &len, &from), 0);
	ck_assert_int_lt(save(&a, "one", 10), 0);
}
END_TEST

UNIT("fleetstate", a_successor_reads_state_and_position_together,
    without_a_snapshot_there_is_no_position,
    one_that_lost_its_seat_unawares_overwrites_nothing,
    a_state_whose_chunks_are_damaged_says_so_and_where_to_read,
    what_is_longer_than_it_may_be_is_damaged_and_is_written_anew,
    a_large_state_travels_in_chunks,
    the_cluster_away_is_told_apart_from_no_state)
