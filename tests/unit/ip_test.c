/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/ip.h"

#include "unit/wire.h"

static struct wire wire;

static enum ip_result
parse(struct ip *ip)
{
	const struct slice s = wire_slice(&wire);

	return ip_parse(s, s.len, ip);
}

/* Every shorter capture is IP_SHORT up to `headers' octets, then truncated. */
static void
check_cuts(size_t headers)
{
	const struct slice whole = wire_slice(&wire);
	struct ip ip;

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		const enum ip_result result =
		    ip_parse(slice_of(exact, len), whole.len, &ip);

		ck_assert_int_eq(result, len < headers ? IP_SHORT : IP_OK);
		if (result == IP_OK) {
			ck_assert_uint_eq(ip.payload.len, len - headers);
			ck_assert_uint_eq(ip.payload_len, whole.len - headers);
		}
		free(exact);
	}
}

START_TEST(v4_is_read)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_ipv4(&wire, IP_UDP, 4711, 0x4000);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.from.version, 4);
	ck_assert_uint_eq(ip.from.octets[3], 1);
	ck_assert_uint_eq(ip.to.octets[3], 2);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert_uint_eq(ip.identification, 4711);
	ck_assert(!ip.fragment && !ip.more);
	ck_assert(slice_is(ip.payload, "payload"));
	ck_assert_uint_eq(ip.payload_len, 7);
	check_cuts(20);
}
END_TEST

START_TEST(v4_options_are_skipped)
{
	struct ip ip;

	wire_begin(&wire, "x");
	wire_hex(&wire,
	    "4600 0019 0000 0000 4011 0000"
	    "c0000201 c0000202 94040000");
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(slice_is(ip.payload, "x"));
	check_cuts(24);
}
END_TEST

START_TEST(v4_padding_is_cut)
{
	struct ip ip;
	struct slice padded;

	wire_begin(&wire, "payloadpadding");
	wire_ipv4(&wire, IP_UDP, 1, 0);
	wire.room[wire.begin + 3] = 27;
	padded = wire_slice(&wire);
	ck_assert_int_eq(ip_parse(padded, padded.len, &ip), IP_OK);
	ck_assert(slice_is(ip.payload, "payload"));
	ck_assert_uint_eq(ip.payload_len, 7);
}
END_TEST

START_TEST(a_length_of_zero_is_the_captured_one)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_ipv4(&wire, IP_TCP, 1, 0);
	wire.room[wire.begin + 3] = 0;
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(slice_is(ip.payload, "payload"));

	wire_begin(&wire, "payload");
	wire_ipv6(&wire, IP_TCP);
	wire.room[wire.begin + 5] = 0;
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(slice_is(ip.payload, "payload"));
}
END_TEST

START_TEST(v4_that_contradicts_itself_is_malformed)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_ipv4(&wire, IP_UDP, 1, 0);
	wire.room[wire.begin] = 0x44;
	ck_assert_int_eq(parse(&ip), IP_MALFORMED);
	wire.room[wire.begin] = 0x55;
	ck_assert_int_eq(parse(&ip), IP_MALFORMED);
	wire.room[wire.begin] = 0x45;
	wire.room[wire.begin + 3] = 19;
	ck_assert_int_eq(parse(&ip), IP_MALFORMED);
	wire.room[wire.begin + 3] = 20;
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.payload_len, 0);
}
END_TEST

START_TEST(v4_fragments_are_read)
{
	struct ip ip;

	wire_begin(&wire, "12345678");
	wire_ipv4(&wire, IP_UDP, 1, 0x2000);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(ip.fragment && ip.more && ip.offset == 0);

	wire_begin(&wire, "12345678");
	wire_ipv4(&wire, IP_UDP, 1, 0x1fff);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(ip.fragment && !ip.more && ip.offset == 65528);
}
END_TEST

START_TEST(v6_is_read)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_ipv6(&wire, IP_UDP);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.from.version, 6);
	ck_assert_uint_eq(ip.from.octets[15], 1);
	ck_assert_uint_eq(ip.to.octets[15], 2);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert(!ip.fragment);
	ck_assert(slice_is(ip.payload, "payload"));
	check_cuts(40);
}
END_TEST

START_TEST(v6_extension_headers_are_skipped)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1101 00000000 00000000 00000000 00000000");
	wire.room[wire.begin + 2] = 0;
	wire.begin += 2; /* a destination header of 16 octets */
	wire.room[wire.begin] = 17;
	wire.room[wire.begin + 1] = 1;
	wire_hex(&wire,
	    "3c04 0000 00000001 00000001"
	    "000000000000000000000000");      /* AH of 24 */
	wire_hex(&wire, "3300 000000000000"); /* routing */
	wire_hex(&wire, "2b00 050200000100"); /* hop-by-hop */
	wire_ipv6(&wire, 0);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert(slice_is(ip.payload, "payload"));
	check_cuts(40 + 8 + 8 + 24 + 16);
}
END_TEST

START_TEST(v6_extension_headers_have_a_limit)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1100 000000000000");
	for (int i = 0; i < 8; i++)
		wire_hex(&wire, "3c00 000000000000");
	wire_ipv6(&wire, 60);
	ck_assert_int_eq(parse(&ip), IP_TOO_MANY_HEADERS);
}
END_TEST

START_TEST(v6_fragments_are_read)
{
	struct ip ip;

	wire_begin(&wire, "12345678");
	wire_fragment(&wire, IP_UDP, 1448, true);
	wire_ipv6(&wire, 44);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(ip.fragment && ip.more && ip.offset == 1448);
	ck_assert_uint_eq(ip.identification, 7);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert(slice_is(ip.payload, "12345678"));
}
END_TEST

START_TEST(a_v6_fragment_that_is_the_whole_is_none)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1100 000000000000");
	wire_fragment(&wire, 60, 0, false);
	wire_ipv6(&wire, 44);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert(!ip.fragment);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert(slice_is(ip.payload, "payload"));
}
END_TEST

START_TEST(headers_behind_a_reassembled_v6_datagram_are_skipped)
{
	struct ip ip = { .from.version = 6, .protocol = 60 };

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1100 000000000000");
	ip.payload = wire_slice(&wire);
	ip.payload_len = ip.payload.len;
	ck_assert_int_eq(ip_skip_headers(&ip), IP_OK);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert_uint_eq(ip.payload_len, 7);

	ip.protocol = 44;
	ck_assert_int_eq(ip_skip_headers(&ip), IP_MALFORMED);
}
END_TEST

START_TEST(a_jumbogram_is_refused_by_name)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1100 c20400010000");
	wire_ipv6(&wire, 0);
	wire.room[wire.begin + 5] = 0;
	ck_assert_int_eq(parse(&ip), IP_JUMBO);
	ck_assert_str_eq(ip_name(IP_JUMBO), "ip.jumbo");
}
END_TEST

START_TEST(other_versions_are_malformed)
{
	struct ip ip;

	wire_begin_count(&wire, 60, 0x50);
	ck_assert_int_eq(parse(&ip), IP_MALFORMED);
}
END_TEST

START_TEST(an_authentication_header_is_skipped)
{
	struct ip ip;

	wire_begin(&wire, "payload");
	wire_hex(&wire, "1104 0000 00000001 00000002 0102030405060708090a0b0c");
	wire_ipv4(&wire, 51, 0, 0);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.protocol, IP_UDP);
	ck_assert(slice_is(ip.payload, "payload"));
	ck_assert_uint_eq(ip.payload_len, 7);

	wire_begin(&wire, "");
	wire_hex(&wire, "1104 0000 00000001");
	wire_ipv4(&wire, 51, 0, 0);
	ck_assert_int_eq(parse(&ip), IP_SHORT);

	wire_begin(&wire, "payload");
	wire_ipv4(&wire, 51, 0, 0x2000);
	ck_assert_int_eq(parse(&ip), IP_OK);
	ck_assert_uint_eq(ip.protocol, 51);
}
END_TEST

UNIT("ip", an_authentication_header_is_skipped, v4_is_read,
    v4_options_are_skipped, v4_padding_is_cut,
    a_length_of_zero_is_the_captured_one,
    v4_that_contradicts_itself_is_malformed, v4_fragments_are_read, v6_is_read,
    v6_extension_headers_are_skipped, v6_extension_headers_have_a_limit,
    v6_fragments_are_read, a_v6_fragment_that_is_the_whole_is_none,
    headers_behind_a_reassembled_v6_datagram_are_skipped,
    a_jumbogram_is_refused_by_name, other_versions_are_malformed)
