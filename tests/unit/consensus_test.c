/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/consensus.h"

#include "unit.h"

#define S NSTIME_S

#define COUNT(...)                                                             \
	count((struct consensus_vote[]){ __VA_ARGS__ },                        \
	    sizeof((struct consensus_vote[]){ __VA_ARGS__ }) /                 \
		sizeof(struct consensus_vote))

static struct consensus
count(struct consensus_vote *votes, size_t n)
{
	return consensus_count(votes, n);
}

START_TEST(three_that_agree_say_it_is_us)
{
	const struct consensus c =
	    COUNT({ 1, 3600 * S }, { 2, 3602 * S }, { 3, 3599 * S });

	ck_assert(c.odd_one_out && c.contradicted);
	ck_assert_int_eq(c.offset, 3600 * S);
	ck_assert_uint_eq(c.agreeing, 3);
	ck_assert_uint_eq(c.total, 3);
}
END_TEST

START_TEST(two_are_no_quorum)
{
	const struct consensus c = COUNT({ 1, 3600 * S }, { 2, 3600 * S });

	ck_assert(!c.odd_one_out && c.contradicted);
	ck_assert_uint_eq(c.agreeing, 2);
}
END_TEST

START_TEST(one_that_sides_with_us_clears_us)
{
	const struct consensus c = COUNT({ 1, 3600 * S }, { 2, 3600 * S },
	    { 3, -4 * S }, { 4, 3600 * S }, { 5, 3600 * S });

	ck_assert(!c.odd_one_out && !c.contradicted);
	ck_assert_uint_eq(c.agreeing, 4);
	ck_assert_uint_eq(c.total, 5);
}
END_TEST

START_TEST(a_pool_has_one_vote)
{
	const struct consensus c = COUNT(
	    { 1, 3600 * S }, { 1, 3600 * S }, { 1, 3601 * S }, { 2, 3600 * S });

	ck_assert(!c.odd_one_out);
	ck_assert_uint_eq(c.agreeing, 2);
	ck_assert_uint_eq(c.total, 2);
}
END_TEST

/* Not even from within a pool whose middle is elsewhere. */
START_TEST(any_member_of_a_pool_can_side_with_us)
{
	const struct consensus c = COUNT({ 1, 3600 * S }, { 1, 3600 * S },
	    { 1, 0 }, { 2, 3600 * S }, { 3, 3600 * S });

	ck_assert(!c.odd_one_out && !c.contradicted);
	ck_assert_uint_eq(c.agreeing, 3);
}
END_TEST

START_TEST(scattered_clocks_do_not_agree)
{
	const struct consensus c = COUNT(
	    { 1, 100 * S }, { 2, 106 * S }, { 3, 112 * S }, { 4, -90 * S });

	ck_assert(!c.odd_one_out && c.contradicted);
	ck_assert_uint_eq(c.agreeing, 1);
}
END_TEST

START_TEST(the_largest_group_is_taken)
{
	const struct consensus c = COUNT({ 1, -90 * S }, { 2, 100 * S },
	    { 3, 101 * S }, { 4, -90 * S }, { 5, 102 * S });

	ck_assert(c.odd_one_out);
	ck_assert_int_eq(c.offset, 101 * S);
	ck_assert_uint_eq(c.agreeing, 3);
	ck_assert_uint_eq(c.total, 5);
}
END_TEST

/* Hosts made up, a year off, while our clock is six seconds off. */
START_TEST(a_crowd_a_year_off_does_not_outvote_a_clock_that_is_near)
{
	const nstime year = 31536000 * S;
	struct consensus c = COUNT({ 1, year }, { 2, year }, { 3, year },
	    { 4, year }, { 5, year }, { 6, -6 * S });

	ck_assert(!c.odd_one_out && c.contradicted);
	ck_assert_uint_eq(c.agreeing, 1);
	ck_assert_uint_eq(c.total, 6);
	c = COUNT({ 1, -3600 * S }, { 2, -3600 * S }, { 3, -3600 * S },
	    { 4, -36 * S });
	ck_assert(!c.odd_one_out && c.contradicted);
	c = COUNT({ 1, -3600 * S }, { 2, -3600 * S }, { 3, -3600 * S },
	    { 4, -37 * S });
	ck_assert(c.odd_one_out);
}
END_TEST

START_TEST(those_that_are_far_nearer_vote_alone)
{
	const nstime year = 31536000 * S;
	const struct consensus c = COUNT({ 1, year }, { 2, year }, { 3, year },
	    { 4, year }, { 5, 3600 * S }, { 6, 3601 * S }, { 7, 3599 * S },
	    { 8, -90000 * S });

	ck_assert(c.odd_one_out);
	ck_assert_int_eq(c.offset, 3600 * S);
	ck_assert_uint_eq(c.agreeing, 3);
	ck_assert_uint_eq(c.total, 8);
}
END_TEST

START_TEST(no_votes_say_nothing)
{
	const struct consensus c = consensus_count(NULL, 0);

	ck_assert(!c.odd_one_out && !c.contradicted);
}
END_TEST

UNIT("consensus", three_that_agree_say_it_is_us, two_are_no_quorum,
    one_that_sides_with_us_clears_us, a_pool_has_one_vote,
    any_member_of_a_pool_can_side_with_us, scattered_clocks_do_not_agree,
    the_largest_group_is_taken,
    a_crowd_a_year_off_does_not_outvote_a_clock_that_is_near,
    those_that_are_far_nearer_vote_alone, no_votes_say_nothing)
