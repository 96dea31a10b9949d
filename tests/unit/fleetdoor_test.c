/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetdoor.h"

#include "unit/fleetfake.h"

static struct fleetdoor_member member;

START_TEST(without_the_plugin_it_says_what_is_missing)
{
	const char *why = NULL;
	const struct fleetdoor *door = fleetdoor_load(&why);

	/* Where the package is installed the plugin is there. */
	if (door == NULL)
		ck_assert_ptr_nonnull(strstr(why, "siptimed-nats.so"));
	else
		ck_assert_uint_eq(door->version, FLEETDOOR_VERSION);
}
END_TEST

/* The rest is what all who use a door rely on, of the one the tests have. */

START_TEST(a_key_is_set_by_compare_and_set)
{
	uint64_t revision = 0, other = 0;

	member = fleetfake_member("m");
	ck_assert_int_eq(fleetfake_put(NULL, "k", NULL, 0, &revision), 0);
	ck_assert_int_eq(fleetfake_put(NULL, "k", NULL, 0, &other), -EEXIST);
	ck_assert_int_eq(fleetfake_put(NULL, "k", NULL, 0, &revision), 0);
	other = FLEETDOOR_ANY;
	ck_assert_int_eq(fleetfake_put(NULL, "k", NULL, 0, &other), 0);
	ck_assert_int_eq(fleetfake_put(NULL, "k", NULL, 0, &revision), -EEXIST);
}
END_TEST

START_TEST(an_id_is_stored_once_in_whatever_part)
{
	uint64_t latest;

	member = fleetfake_member("m");
	fleetfake_batch_of(FLEETDOOR_LEADER, "a", "1");
	fleetfake_batch_of(FLEETDOOR_PARTITION, "a", "1");
	ck_assert_int_eq(fleetfake_latest(member.handle, &latest), 0);
	ck_assert_uint_eq(latest, 1);
}
END_TEST

START_TEST(a_part_is_followed_from_a_sequence_and_again)
{
	struct fleetdoor_message m;

	member = fleetfake_member("m");
	fleetfake_batch_of(FLEETDOOR_LEADER, "a", "1");
	fleetfake_batch_of(FLEETDOOR_PARTITION, "b", "2");
	fleetfake_batch_of(FLEETDOOR_LEADER, "c", "3");
	for (int again = 0; again < 2; again++) {
		fleetfake_follow(member.handle, FLEETDOOR_LEADER, 2);
		ck_assert_int_eq(
		    fleetfake_next(member.handle, FLEETDOOR_LEADER, &m, 0), 1);
		ck_assert_uint_eq(m.sequence, 3);
		ck_assert_int_eq(
		    fleetfake_next(member.handle, FLEETDOOR_LEADER, &m, 0), 0);
	}
}
END_TEST

UNIT("fleetdoor", without_the_plugin_it_says_what_is_missing,
    a_key_is_set_by_compare_and_set, an_id_is_stored_once_in_whatever_part,
    a_part_is_followed_from_a_sequence_and_again)
