/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/value.h"

#include "unit/unit.h"

static bool
duration(const char *text, nstime wanted)
{
	nstime value = -1;

	return value_duration(slice_text(text), &value) && value == wanted;
}

static bool
size(const char *text, uint64_t wanted)
{
	uint64_t value = 1;

	return value_size(slice_text(text), &value) && value == wanted;
}

static bool
covers(const char *prefix, const char *address)
{
	struct value_prefix p;
	struct address a;

	ck_assert(value_prefix(slice_text(prefix), &p));
	ck_assert(endpoint_address_parse(slice_text(address), &a));
	return value_prefix_covers(&p, &a);
}

START_TEST(a_duration_has_its_unit)
{
	static const char *const bad[] = { "", "5", "s", "-1s", "1 s", "1.5s",
		"1S", "5ss", "0x1s", "9223372036855s" };

	ck_assert(duration("0s", 0));
	ck_assert(duration("500ms", 500 * NSTIME_MS));
	ck_assert(duration("5m", 300 * NSTIME_S));
	ck_assert(duration("14d", 14 * 86400 * NSTIME_S));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		nstime value = 7;

		ck_assert(!value_duration(slice_text(bad[i]), &value));
		ck_assert_int_eq(value, 7);
	}
}
END_TEST

START_TEST(a_size_is_octets_or_has_a_binary_unit)
{
	uint64_t value = 7;

	ck_assert(size("512", 512));
	ck_assert(size("64K", 65536));
	ck_assert(size("2G", UINT64_C(2) << 30));
	ck_assert(!value_size(slice_text("64k"), &value));
	ck_assert(!value_size(slice_text("9007199254740993G"), &value));
	ck_assert_uint_eq(value, 7);
}
END_TEST

START_TEST(truth_has_four_pairs_of_words)
{
	static const char *const words[] = { "no", "yes", "false", "true",
		"off", "on", "0", "1", "NO", "Yes" };
	bool value;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		ck_assert(value_boolean(slice_text(words[i]), &value));
		ck_assert_int_eq(value, i % 2 == 1);
	}
	ck_assert(!value_boolean(slice_text("y"), &value));
	ck_assert(!value_boolean(slice_text(""), &value));
}
END_TEST

START_TEST(ports_are_numbers_and_ranges)
{
	static const char *const bad[] = { "", " ", "0", "65536", "5062-5060",
		"5060-", "-5060", "sip", "5060 sip", "0-1" };
	struct portset ports;

	ck_assert(value_ports(slice_text("5060, 6000-6002"), &ports));
	ck_assert(portset_has(&ports, 5060));
	ck_assert(!portset_has(&ports, 5999));
	ck_assert(portset_has(&ports, 6000));
	ck_assert(portset_has(&ports, 6002));
	ck_assert(!portset_has(&ports, 6003));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert(!value_ports(slice_text(bad[i]), &ports));
	ck_assert_msg(portset_has(&ports, 6002), "a refusal changes nothing");
}
END_TEST

START_TEST(a_prefix_covers_its_addresses)
{
	struct value_prefix prefix;

	ck_assert(covers("192.0.2.0/24", "192.0.2.255"));
	ck_assert(!covers("192.0.2.0/24", "192.0.3.0"));
	ck_assert(covers("192.0.2.128/25", "192.0.2.129"));
	ck_assert(!covers("192.0.2.128/25", "192.0.2.127"));
	ck_assert(covers("192.0.2.7", "192.0.2.7"));
	ck_assert(!covers("192.0.2.7", "192.0.2.6"));
	ck_assert(covers("0.0.0.0/0", "203.0.113.1"));
	ck_assert(!covers("0.0.0.0/0", "2001:db8::1"));
	ck_assert(covers("2001:db8::/32", "2001:db8:ffff::1"));
	ck_assert(!covers("2001:db8::/33", "2001:db8:8000::1"));
	ck_assert(!value_prefix(slice_text("192.0.2.0/33"), &prefix));
	ck_assert(!value_prefix(slice_text("192.0.2.0/"), &prefix));
	ck_assert(!value_prefix(slice_text("example.com"), &prefix));
}
END_TEST

START_TEST(lists_are_separated_by_blanks_and_commas)
{
	struct slice list = slice_text(" a,b\t c, ,"), item;

	ck_assert(value_next(&list, &item) && slice_is(item, "a"));
	ck_assert(value_next(&list, &item) && slice_is(item, "b"));
	ck_assert(value_next(&list, &item) && slice_is(item, "c"));
	ck_assert(!value_next(&list, &item));
}
END_TEST

START_TEST(a_zone_is_east_or_west_of_utc)
{
	static const char *const bad[] = { "", "+", "08:00", "+8:00", "+08:60",
		"+24:00", "+0800", "+08:00 ", "Z", "+08:0x" };
	int64_t east = 1;

	ck_assert(value_zone(slice_text("+08:00"), &east));
	ck_assert_int_eq(east, 8 * 3600);
	ck_assert(value_zone(slice_text("-03:30"), &east));
	ck_assert_int_eq(east, -(3 * 3600 + 1800));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(
		    !value_zone(slice_text(bad[i]), &east), "%s", bad[i]);
	ck_assert_int_eq(east, -(3 * 3600 + 1800));
}
END_TEST

UNIT("value", a_zone_is_east_or_west_of_utc, a_duration_has_its_unit,
    a_size_is_octets_or_has_a_binary_unit, truth_has_four_pairs_of_words,
    ports_are_numbers_and_ranges, a_prefix_covers_its_addresses,
    lists_are_separated_by_blanks_and_commas)
