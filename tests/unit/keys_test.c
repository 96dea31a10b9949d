/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/inner/keys.h"

#define HEAD                                                                   \
	"Via: SIP/2.0/UDP h\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n"              \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
#define START "OPTIONS sip:x SIP/2.0\r\n"

static struct keys keys;

static enum keys_verdict
read_text(const char *text)
{
	return keys_read(slice_text(text), 100, &keys);
}

#define IS(s, text) ck_assert(slice_is(s, text))

START_TEST(vias_are_read_however_they_are_written)
{
	struct slice list = slice_text(
	    "SIP / 2.0 / TCP first.example.com: 4000 ;x=\"a,b;branch=no\" ; "
	    "branch = z9hG4bKa , ;;, SIP/2.0/UDP [2001:db8::1]:5070,"
	    "sip/2.0/tls host (a comment);received=10.0.0.1");
	struct sip_message_via via;

	ck_assert(keys_via_next(&list, &via));
	IS(via.transport, "TCP");
	IS(via.host, "first.example.com");
	ck_assert_uint_eq(via.port, 4000);
	IS(via.branch, "z9hG4bKa");
	ck_assert(keys_via_next(&list, &via));
	IS(via.host, "2001:db8::1");
	ck_assert_uint_eq(via.port, 5070);
	ck_assert_uint_eq(via.branch.len, 0);
	ck_assert(keys_via_next(&list, &via));
	IS(via.transport, "tls");
	IS(via.host, "host");
	ck_assert_uint_eq(via.port, 0);
	ck_assert(!keys_via_next(&list, &via));
}
END_TEST

START_TEST(a_cseq_is_at_most_32_bits)
{
	ck_assert_int_eq(
	    read_text(START "CSeq: 4294967295 OPTIONS\n" HEAD), KEYS_READ);
	ck_assert_uint_eq(keys.m.cseq, UINT32_MAX);
	ck_assert_int_eq(
	    read_text(START "CSeq: 4294967296 OPTIONS\n" HEAD), KEYS_NO_CSEQ);
	ck_assert_int_eq(
	    read_text(START "CSeq: 0009\n  OPTIONS\n" HEAD), KEYS_READ);
	ck_assert_uint_eq(keys.m.cseq, 9);
}
END_TEST

START_TEST(the_first_of_several_wins)
{
	ck_assert_int_eq(read_text(START HEAD "Call-ID: other\r\n"), KEYS_READ);
	IS(keys.m.call_id, "c");
}
END_TEST

START_TEST(each_missing_key_has_its_name)
{
	ck_assert_int_eq(
	    read_text("OPTIONS SIP/2.0\r\n" HEAD), KEYS_NO_START_LINE);
	ck_assert_int_eq(
	    read_text("OPTIONS sip:x SIP/7.0\r\n" HEAD), KEYS_VERSION);
	ck_assert_int_eq(read_text("SIP/2.0 99 x\r\n" HEAD), KEYS_STATUS);
	ck_assert_int_eq(read_text("SIP/2.0 700 x\r\n" HEAD), KEYS_STATUS);
	ck_assert_int_eq(read_text("SIP/2.0 2000 x\r\n" HEAD), KEYS_STATUS);
	ck_assert_int_eq(read_text(START), KEYS_NO_VIA);
	ck_assert_int_eq(
	    read_text("INVITE sip:x SIP/2.0\r\n" HEAD), KEYS_CSEQ_METHOD);
	ck_assert_int_eq(
	    keys_read(slice_text(START HEAD), 5, &keys), KEYS_READ);
	ck_assert_int_eq(
	    keys_read(slice_text(START HEAD), 4, &keys), KEYS_HEADERS);
}
END_TEST

START_TEST(a_nul_is_allowed_only_in_a_quoted_pair)
{
	static const char good[] = START HEAD "X: \"\\\0\"\r\n\r\n";
	static const char bad[] = START HEAD "X: \"\0\"\r\n\r\n";
	static const char body[] = START HEAD "\r\n\0";

	ck_assert_int_eq(
	    keys_read(slice_of(good, sizeof(good) - 1), 9, &keys), KEYS_READ);
	ck_assert(!keys.plain);
	ck_assert_int_eq(
	    keys_read(slice_of(bad, sizeof(bad) - 1), 9, &keys), KEYS_NUL);
	ck_assert_int_eq(
	    keys_read(slice_of(body, sizeof(body) - 1), 9, &keys), KEYS_READ);
	ck_assert(keys.plain);
}
END_TEST

START_TEST(a_message_that_would_stall_libosip2_is_not_plain)
{
	char text[4096] = START HEAD "X: ";

	memset(text + strlen(text), ';', KEYS_MOST_PARTS);
	ck_assert_int_eq(read_text(text), KEYS_READ);
	ck_assert(!keys.plain);
	ck_assert_int_eq(read_text(START "X: a\rb\r\n" HEAD), KEYS_READ);
	ck_assert(!keys.plain);
}
END_TEST

START_TEST(a_body_is_content_length_long)
{
	ck_assert_int_eq(read_text(START HEAD "l: 2\r\n\r\nabcd"), KEYS_READ);
	IS(keys.m.body, "ab");
	ck_assert_int_eq(read_text(START HEAD "l: 9\r\n\r\nabcd"), KEYS_READ);
	IS(keys.m.body, "abcd");
	ck_assert(keys.short_body);
	ck_assert_int_eq(read_text(START HEAD "l: -1\r\n\r\nabcd"), KEYS_READ);
	IS(keys.m.body, "abcd");
	ck_assert(keys.bad_length);
	ck_assert_int_eq(
	    read_text(START HEAD "l: 1\r\nl: 2\r\n\r\nabcd"), KEYS_READ);
	IS(keys.m.body, "abcd");
	ck_assert(keys.bad_length);
}
END_TEST

START_TEST(user_agent_goes_before_server)
{
	ck_assert_int_eq(
	    read_text(START HEAD "Server: s\r\nUser-Agent: u\r\n"), KEYS_READ);
	IS(keys.m.user_agent, "u");
	ck_assert_int_eq(read_text(START HEAD "Server: s\r\n"), KEYS_READ);
	IS(keys.m.user_agent, "s");
}
END_TEST

UNIT("keys", vias_are_read_however_they_are_written, a_cseq_is_at_most_32_bits,
    the_first_of_several_wins, each_missing_key_has_its_name,
    a_nul_is_allowed_only_in_a_quoted_pair,
    a_message_that_would_stall_libosip2_is_not_plain,
    a_body_is_content_length_long, user_agent_goes_before_server)
