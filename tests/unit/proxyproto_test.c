/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/proxyproto.h"

#include "unit/wire.h"

#define V2 "0d0a0d0a000d0a515549540a"

static struct wire wire;

static enum proxyproto_result
parse(const char *text, struct proxyproto *header)
{
	return proxyproto_parse(slice_text(text), header);
}

static enum proxyproto_result
parse_hex(const char *hex, struct proxyproto *header)
{
	wire_begin(&wire, "SERVICE sip:b SIP/2.0\r\n");
	wire_hex(&wire, hex);
	return proxyproto_parse(wire_slice(&wire), header);
}

static void
is_header(struct slice octets, size_t len)
{
	struct proxyproto header;

	ck_assert_int_eq(proxyproto_parse(octets, &header), PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.len, len);
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = unit_exact(slice_first(octets, cut));

		ck_assert_int_eq(
		    proxyproto_parse(slice_of(exact, cut), &header),
		    PROXYPROTO_PARTIAL);
		free(exact);
	}
}

START_TEST(a_line_tells_the_addresses)
{
	const char *const line =
	    "PROXY TCP4 192.0.2.1 192.0.2.2 50001 5060\r\nSERVICE";
	struct proxyproto header;

	is_header(slice_text(line), strlen(line) - 7);
	ck_assert_int_eq(parse(line, &header), PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.from.port, 50001);
	ck_assert_uint_eq(header.to.port, 5060);
	ck_assert_uint_eq(header.from.address.octets[3], 1);
	ck_assert_int_eq(
	    parse("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", &header),
	    PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.to.address.version, 6);
	ck_assert_int_eq(
	    parse("PROXY UNKNOWN whatever\r\n", &header), PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.from.address.version, 0);
}
END_TEST

START_TEST(other_lines_are_none)
{
	struct proxyproto header;
	char line[201];

	ck_assert_int_eq(
	    parse("PROXY TCP4 192.0.2.1 192.0.2.2 50001\r\n", &header),
	    PROXYPROTO_NONE);
	ck_assert_int_eq(
	    parse("PROXY TCP4 192.0.2.1 192.0.2.2 50001 99999\r\n", &header),
	    PROXYPROTO_NONE);
	ck_assert_int_eq(
	    parse("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", &header),
	    PROXYPROTO_NONE);
	ck_assert_int_eq(parse("SERVICE sip:b", &header), PROXYPROTO_NONE);
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	memcpy(line + 198, "\r\n", 3);
	ck_assert_int_eq(parse(line, &header), PROXYPROTO_NONE);
}
END_TEST

START_TEST(the_binary_form_is_read)
{
	struct proxyproto header;

	ck_assert_int_eq(
	    parse_hex(V2 "21 11 000c c0000201 c0000202 c351 13c4", &header),
	    PROXYPROTO_HEADER);
	is_header(wire_slice(&wire), 28);
	ck_assert_int_eq(
	    parse_hex(
		V2 "21 11 0010 c0000201 c0000202 c351 13c4 0a000142", &header),
	    PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.len, 32);
	ck_assert_uint_eq(header.from.port, 50001);
	ck_assert_uint_eq(header.to.port, 5060);
	ck_assert_int_eq(
	    parse_hex(V2 "20 00 0000", &header), PROXYPROTO_HEADER);
	ck_assert_uint_eq(header.from.address.version, 0);
}
END_TEST

START_TEST(lengths_that_lie_are_none)
{
	struct proxyproto header;

	ck_assert_int_eq(parse_hex(V2 "21 11 ffff", &header), PROXYPROTO_NONE);
	ck_assert_int_eq(
	    parse_hex(V2 "21 11 0004 c0000201", &header), PROXYPROTO_NONE);
	ck_assert_int_eq(parse_hex(V2 "31 11 0000", &header), PROXYPROTO_NONE);
}
END_TEST

/* What goes on of the text, sent in two pieces: it, and at which offset. */
static void
strips(const char *sent, const char *passed, uint64_t offset)
{
	for (size_t cut = 0; cut <= strlen(sent); cut++) {
		struct proxyproto_stream s = { NULL };
		char text[500] = "";
		uint64_t first = UINT64_MAX;

		for (unsigned part = 0; part < 2; part++) {
			const struct slice all = slice_text(sent);
			const struct slice octets = part == 0
			    ? slice_first(all, cut)
			    : slice_after(all, cut);
			uint8_t *exact = unit_exact(octets);
			const struct tcpreasm_event e = {
				.fact = TCPREASM_DATA,
				.octets = slice_of(exact, octets.len),
				.offset = part == 0 ? 0 : cut,
			};
			struct tcpreasm_event out;

			if (octets.len > 0 && proxyproto_strip(&s, &e, &out)) {
				if (first == UINT64_MAX)
					first = out.offset;
				strncat(text, (const char *)out.octets.p,
				    out.octets.len);
			}
			free(exact);
		}
		ck_assert_str_eq(text, passed);
		ck_assert_uint_eq(first, offset);
		proxyproto_forget(&s);
	}
}

START_TEST(the_header_is_taken_off_wherever_it_is_cut)
{
	strips("PROXY UNKNOWN\r\nSERVICE", "SERVICE", 15);
}
END_TEST

START_TEST(what_turns_out_to_be_none_goes_on_whole)
{
	strips("PROXIMITY sip:b SIP/2.0", "PROXIMITY sip:b SIP/2.0", 0);
	strips("\r\n\r\nSERVICE", "\r\n\r\nSERVICE", 0);
	strips("SERVICE", "SERVICE", 0);
}
END_TEST

UNIT("proxyproto", a_line_tells_the_addresses, other_lines_are_none,
    the_binary_form_is_read, lengths_that_lie_are_none,
    the_header_is_taken_off_wherever_it_is_cut,
    what_turns_out_to_be_none_goes_on_whole)
