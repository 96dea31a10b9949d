/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/endpoint.h"

#include "unit/unit.h"

static struct address
parsed(const char *text)
{
	struct address a = { .version = 0 };

	endpoint_address_parse(slice_text(text), &a);
	return a;
}

static void
writes(const char *text, uint16_t port, const char *wanted)
{
	const struct endpoint e = { parsed(text), port };
	char store[80];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	endpoint_write(&t, &e);
	ck_assert_str_eq(store, wanted);
}

START_TEST(endpoints_are_written_as_people_write_them)
{
	writes("192.0.2.1", 5060, "192.0.2.1:5060");
	writes("2001:DB8:0:0::1", 5061, "[2001:db8::1]:5061");
	writes("nothing", 0, "?:0");
}
END_TEST

START_TEST(addresses_are_parsed_or_refused_whole)
{
	static const char *const refused[] = {
		"",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1 ",
		"::1%eth0",
		"example.com",
		"1:2:3:4:5:6:7:8:9",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct address a = parsed("::ffff:192.0.2.1");

	ck_assert_uint_eq(a.version, 6);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		ck_assert(!endpoint_address_parse(slice_text(refused[i]), &a));
	ck_assert_uint_eq(a.version, 6);
	ck_assert(
	    !endpoint_address_parse(slice_of("1\0", 2), &a) || a.version == 6);
}
END_TEST

START_TEST(octets_make_an_address_of_their_number)
{
	static const uint8_t octets[17] = { 192, 0, 2, 1 };

	ck_assert_uint_eq(endpoint_address(slice_of(octets, 4)).version, 4);
	ck_assert_uint_eq(endpoint_address(slice_of(octets, 16)).version, 6);
	ck_assert_uint_eq(endpoint_address(slice_of(octets, 0)).version, 0);
	ck_assert_uint_eq(endpoint_address(slice_of(octets, 17)).version, 0);
}
END_TEST

START_TEST(an_address_equals_itself_in_its_version_only)
{
	const struct address v4 = parsed("192.0.2.1");
	const struct address v6 = parsed("c000:201::");

	ck_assert(endpoint_address_equal(&v4, &v4));
	ck_assert(!endpoint_address_equal(&v4, &v6));
}
END_TEST

START_TEST(written_endpoints_are_parsed)
{
	static const char *const good[] = { "192.0.2.1:5062",
		"[2001:db8::1]:5062", "[::]:0" };
	static const char *const bad[] = { "", ":", "192.0.2.1:", "192.0.2.1:x",
		"192.0.2.1:65536", "[::1]5062", "[::1", "edge:5062" };
	struct endpoint e;
	char text[64];
	struct textbuf t;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ck_assert(endpoint_parse(slice_text(good[i]), &e));
		textbuf_init(&t, text, sizeof(text));
		endpoint_write(&t, &e);
		ck_assert_str_eq(t.text, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert(!endpoint_parse(slice_text(bad[i]), &e));
	ck_assert(endpoint_parse(slice_text("2001:db8::1"), &e));
	ck_assert_uint_eq(e.port, 0);
	ck_assert(endpoint_parse(slice_text("192.0.2.1"), &e));
	ck_assert_uint_eq(e.port, 0);
}
END_TEST

START_TEST(endpoints_have_an_order)
{
	const struct endpoint ordered[] = {
		{ parsed("192.0.2.1"), 5060 },
		{ parsed("192.0.2.1"), 5061 },
		{ parsed("192.0.2.2"), 1 },
		{ parsed("::1"), 1 },
	};

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++) {
			const int order =
			    endpoint_compare(&ordered[i], &ordered[j]);

			ck_assert_int_eq(
			    (order > 0) - (order < 0), (i > j) - (i < j));
			ck_assert_int_eq(
			    endpoint_equal(&ordered[i], &ordered[j]), i == j);
		}
}
END_TEST

START_TEST(a_saved_endpoint_is_loaded)
{
	const struct endpoint saved[] = {
		{ parsed("192.0.2.1"), 5060 },
		{ parsed("2001:db8::1"), 65535 },
	};

	for (size_t i = 0; i < 2; i++) {
		struct endpoint loaded;
		struct record r;
		struct cursor c;

		record_init(&r, 100);
		endpoint_save(&r, &saved[i]);
		c = cursor_over(slice_of(r.octets, r.len));
		loaded = endpoint_load(&c);
		ck_assert(endpoint_equal(&loaded, &saved[i]));
		ck_assert(!c.bad && c.rest.len == 0);
		r.octets[0] = 0;
		c = cursor_over(slice_of(r.octets, r.len));
		endpoint_load(&c);
		ck_assert(c.bad);
		record_done(&r);
	}
}
END_TEST

START_TEST(ipv4_in_ipv6_is_ipv4)
{
	const uint8_t octets[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1
	};
	struct address a = endpoint_address(slice_of(octets, 16));
	const struct address v4 = endpoint_address(slice_of(octets + 12, 4));

	a = endpoint_unmapped(a);
	ck_assert(endpoint_address_equal(&a, &v4));
	a = endpoint_unmapped(v4);
	ck_assert(endpoint_address_equal(&a, &v4));
	a.version = 6;
	ck_assert_uint_eq(endpoint_unmapped(a).version, 6);
}
END_TEST

UNIT("endpoint", ipv4_in_ipv6_is_ipv4,
    endpoints_are_written_as_people_write_them,
    addresses_are_parsed_or_refused_whole,
    octets_make_an_address_of_their_number,
    an_address_equals_itself_in_its_version_only, written_endpoints_are_parsed,
    endpoints_have_an_order, a_saved_endpoint_is_loaded)
