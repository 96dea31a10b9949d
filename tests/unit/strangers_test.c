/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/strangers.h"

#include "unit/outcomes.h"

#define HOUR (3600 * NSTIME_S)

/* What is logged is seen by what was told. */
static const struct log quiet = { .silent = true };
static struct strangers strangers;

static void
begin(void)
{
	memset(&strangers, 0, sizeof(strangers));
}

static void
input(uint8_t last_octet, nstime now)
{
	const uint8_t octets[] = { 192, 0, 2, last_octet };
	const struct address a = endpoint_address(slice_of(octets, 4));

	strangers_input(&strangers, &a, STRANGERS_OTHER_KEY, now, &quiet);
}

static void
tick(nstime now)
{
	strangers_tick(&strangers, now, &quiet);
}

START_TEST(each_address_is_told_once)
{
	begin();
	for (nstime now = 1; now < 100; now++) {
		input(1, now);
		input(2, now);
		tick(now);
	}
	ck_assert_uint_eq(strangers.count, 2);
	ck_assert_uint_eq(strangers.ones[0].packets, 99);
	ck_assert_uint_eq(strangers.ones[0].told_packets, 1);
	ck_assert_int_eq(strangers.ones[1].told, 1);
}
END_TEST

START_TEST(what_goes_on_is_told_again_after_an_hour)
{
	begin();
	input(1, 1);
	tick(HOUR + 1);
	ck_assert_int_eq(strangers.ones[0].told, 1); /* it was over */
	input(1, HOUR);
	input(1, HOUR);
	tick(HOUR);
	ck_assert_int_eq(strangers.ones[0].told, 1);
	tick(HOUR + 1);
	ck_assert_int_eq(strangers.ones[0].told, HOUR + 1);
	ck_assert_uint_eq(strangers.ones[0].told_packets, 3);
}
END_TEST

START_TEST(made_up_addresses_are_a_number)
{
	begin();
	for (unsigned i = 0; i < 200; i++)
		input((uint8_t)i, 1 + i);
	ck_assert_uint_eq(strangers.count, STRANGERS_MOST);
	ck_assert_uint_eq(strangers.others.packets, 200 - STRANGERS_MOST);
	ck_assert_uint_eq(strangers.others.told_packets, 0);
	tick(300);
	ck_assert_uint_eq(
	    strangers.others.told_packets, strangers.others.packets);
	input(210, 301);
	tick(HOUR + 299);
	ck_assert_int_eq(strangers.others.told, 300);
	tick(HOUR + 300);
	ck_assert_int_eq(strangers.others.told, HOUR + 300);
	ck_assert_uint_eq(
	    strangers.others.told_packets, strangers.others.packets);
}
END_TEST

START_TEST(who_was_silent_for_an_hour_gives_way)
{
	begin();
	for (unsigned i = 0; i < STRANGERS_MOST; i++)
		input((uint8_t)i, 1 + i);
	input(0, 100);
	input(200, HOUR + 2); /* in the place of 1 */
	ck_assert_uint_eq(strangers.others.packets, 0);
	ck_assert_uint_eq(strangers.ones[1].packets, 1);
	ck_assert_uint_eq(strangers.ones[0].packets, 2);
}
END_TEST

START_TEST(the_reason_is_the_setting)
{
	ck_assert_str_eq(strangers_key(STRANGERS_NOT_ALLOWED), "allow");
	ck_assert_str_eq(strangers_key(STRANGERS_OTHER_KEY), "key");
	ck_assert_str_eq(strangers_key(STRANGERS_NOT_HEP3), "version");
}
END_TEST

UNIT("strangers", each_address_is_told_once,
    what_goes_on_is_told_again_after_an_hour, made_up_addresses_are_a_number,
    who_was_silent_for_an_hour_gives_way, the_reason_is_the_setting)
