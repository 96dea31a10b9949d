/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/scanvalue.h"

#define IS(s, text) ck_assert(slice_is(s, text))

static uint8_t *exact;
static struct scanmap map;

/* A value in its line, in a buffer that ends with the line. */
static struct slice
in_line(const char *text)
{
	const size_t len = strlen(text);
	struct slice value;
	char line[512];

	free(exact);
	memcpy(line, text, len);
	memcpy(line + len, "\r\n", 2);
	exact = unit_exact(slice_of(line, len + 2));
	scanmap_begin(&map, slice_of(exact, len + 2));
	ck_assert(scanmap_line(&map, &value));
	return value;
}

START_TEST(a_via_is_read)
{
	struct sip_message_via via;
	size_t end;

	ck_assert(scanvalue_via(&map,
	    in_line("SIP/2.0/UDP a.example.com:5062;rport;"
		    "Branch=z9hG4bK-1==;received=::1"),
	    &end, &via));
	IS(via.transport, "UDP");
	IS(via.host, "a.example.com");
	ck_assert_uint_eq(via.port, 5062);
	IS(via.branch, "z9hG4bK-1==");
	ck_assert(scanvalue_via(&map,
	    in_line("SIP/2.0/tls [2001:db8::1]; ms-received-cid=1"), &end,
	    &via));
	IS(via.host, "2001:db8::1");
	ck_assert_uint_eq(via.port, 0);
	ck_assert_uint_eq(via.branch.len, 0);
}
END_TEST

START_TEST(a_port_has_five_digits_at_most)
{
	struct slice tag;
	struct sip_message_via via;
	size_t end;

	ck_assert(scanvalue_address(&map, in_line("<sip:a@b:05060>"), &tag));
	ck_assert(
	    !scanvalue_address(&map, in_line("<sip:a@b:00005060>"), &tag));
	ck_assert(!scanvalue_via(
	    &map, in_line("SIP/2.0/UDP a:000000005060"), &end, &via));
	ck_assert(!scanvalue_via(&map, in_line("SIP/2.0/UDP a:"), &end, &via));
}
END_TEST

START_TEST(a_via_may_be_the_first_of_several)
{
	struct sip_message_via via;
	size_t end;

	ck_assert(scanvalue_via(&map,
	    in_line("SIP/2.0/UDP a;branch=1 , SIP/2.0/UDP b"), &end, &via));
	IS(via.branch, "1");
	ck_assert_uint_eq(end, 23);
}
END_TEST

START_TEST(an_unusual_via_is_not_for_us)
{
	static const char *const vias[] = { "", "SIP/2.0/UDP", "SIP/2.0/UDP ",
		"SIP/2.0/UDP  h", "SIP / 2.0 / UDP h", "sip/2.0/UDP h",
		"SIP/2.0/UDP h:", "SIP/2.0/UDP h:65536", "SIP/2.0/UDP h:x",
		"SIP/2.0/UDP [::1", "SIP/2.0/UDP h;;a", "SIP/2.0/UDP h;",
		"SIP/2.0/UDP h;a=", "SIP/2.0/UDP h;a=\"b\"",
		"SIP/2.0/UDP h (c)", "SIP/2.0/UDP h;a=(c)",
		"SIP/2.0/UDP h;a = b", "SIP/2.0/UDP h ;a" };
	struct sip_message_via via;
	size_t end;

	for (size_t i = 0; i < sizeof(vias) / sizeof(*vias); i++)
		ck_assert_msg(
		    !scanvalue_via(&map, in_line(vias[i]), &end, &via) ||
			end != strlen(vias[i]),
		    "%s", vias[i]);
}
END_TEST

static const char *
tag_of(const char *value)
{
	static char tag[64];
	struct slice found;

	if (!scanvalue_address(&map, in_line(value), &found))
		return "no";
	memcpy(tag, found.p, found.len);
	tag[found.len] = 0;
	return tag;
}

START_TEST(addresses_are_read)
{
	ck_assert_str_eq(tag_of("\"A, <B>\"<sip:a@b.c>;epid=1;Tag=x"), "x");
	ck_assert_str_eq(tag_of("A B <sips:a@b:5061;x=y;lr>;tag=\"q\""), "q");
	ck_assert_str_eq(tag_of("sip:a@b.c;tag=1;tag=2"), "1");
	ck_assert_str_eq(tag_of("<tel:+15550100;phone-context=x>;tag=1"), "1");
	ck_assert_str_eq(tag_of("<sip:[::1]:5060>;tag=1"), "1");
}
END_TEST

START_TEST(an_unusual_address_is_not_for_us)
{
	static const char *const values[] = { "", "<", "<>", "sip:", "sip:a",
		"\"A <sip:a@b>", "\"\\\"\" <sip:a@b>", "A, B <sip:a@b>",
		"<sip:a:p@b>", "<sip:@bcd>", "<sip:a@b?c=d>", "<sip:a@b:>",
		"<sip:a@b> ;tag=1", "<sip:a@b>;tag=", "<SIP:a@b>", "<urn:abc>",
		"<sip:a@b;c=d@e>", "<sip:a@b>x", "\"A\" sip:a@b",
		"<sip:a@b>;tag=\"x", "<sip:a@b>;tag=\"x\"y" };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		ck_assert_msg(
		    strcmp(tag_of(values[i]), "no") == 0, "%s", values[i]);
}
END_TEST

START_TEST(a_uri_ends_where_it_says)
{
	size_t i = 7;

	ck_assert(scanvalue_uri(
	    &map, in_line("INVITE sip:+1@b;user=phone SIP/2.0"), &i, true));
	ck_assert_uint_eq(i, 26);
	i = 0;
	ck_assert(scanvalue_uri(&map, in_line("sip:a@b;tag=1"), &i, false));
	ck_assert_uint_eq(i, 7);
}
END_TEST

START_TEST(a_line_may_be_cut_anywhere)
{
	static const char *const values[] = {
		"\"A\" <sip:a@[::1]:1;x=y>;tag=\"x\";a=b",
		"SIP/2.0/UDP [::1]:5062;branch=x;y", "A <tel:+1>;t"
	};
	struct slice tag;
	struct sip_message_via via;
	size_t end;
	char cut[64];

	for (size_t v = 0; v < 3; v++)
		for (size_t len = 0; len <= strlen(values[v]); len++) {
			memcpy(cut, values[v], len);
			cut[len] = 0;
			scanvalue_address(&map, in_line(cut), &tag);
			scanvalue_via(&map, in_line(cut), &end, &via);
		}
}
END_TEST

UNIT("scanvalue", a_via_is_read, a_port_has_five_digits_at_most,
    a_via_may_be_the_first_of_several, an_unusual_via_is_not_for_us,
    addresses_are_read, an_unusual_address_is_not_for_us,
    a_uri_ends_where_it_says, a_line_may_be_cut_anywhere)
