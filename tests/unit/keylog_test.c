/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keylog.h"

#include "unit/unit.h"

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET32                                                               \
	"A0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
#define SECRET48 SECRET32 "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"

static struct keylog_line line;

static enum keylog_answer
parse(const char *text)
{
	uint8_t *exact = unit_exact(slice_text(text));
	const enum keylog_answer answer =
	    keylog_parse(slice_of(exact, strlen(text)), &line);

	free(exact);
	return answer;
}

START_TEST(a_master_secret_has_48_octets)
{
	ck_assert_int_eq(
	    parse("CLIENT_RANDOM " RANDOM " " SECRET48), KEYLOG_FOUND);
	ck_assert_int_eq(line.label, KEYLOG_MASTER);
	ck_assert_uint_eq(line.random[31], 0x1f);
	ck_assert_uint_eq(line.secret_len, 48);
	ck_assert_uint_eq(line.secret[0], 0xa0);
	ck_assert_uint_eq(line.secret[47], 0xcf);
	ck_assert_int_eq(
	    parse("CLIENT_RANDOM " RANDOM " " SECRET32), KEYLOG_MALFORMED);
}
END_TEST

START_TEST(a_traffic_secret_is_as_long_as_a_hash)
{
	ck_assert_int_eq(
	    parse("SERVER_TRAFFIC_SECRET_0 " RANDOM " " SECRET32 "\r"),
	    KEYLOG_FOUND);
	ck_assert_int_eq(line.label, KEYLOG_SERVER_TRAFFIC);
	ck_assert_uint_eq(line.secret_len, 32);
	ck_assert_int_eq(
	    parse("CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " SECRET48),
	    KEYLOG_FOUND);
	ck_assert_int_eq(line.label, KEYLOG_CLIENT_HANDSHAKE);
	ck_assert_uint_eq(line.secret_len, 48);
}
END_TEST

START_TEST(comments_and_secrets_of_no_use_are_nothing)
{
	ck_assert_int_eq(parse(""), KEYLOG_NOTHING);
	ck_assert_int_eq(parse("# SSL/TLS secrets log file"), KEYLOG_NOTHING);
	ck_assert_int_eq(
	    parse("EXPORTER_SECRET " RANDOM " " SECRET32), KEYLOG_NOTHING);
	ck_assert_int_eq(parse("CLIENT_TRAFFIC_SECRET_N " RANDOM " " SECRET32),
	    KEYLOG_NOTHING);
}
END_TEST

START_TEST(anything_else_is_malformed)
{
	ck_assert_int_eq(
	    parse("-----BEGIN CERTIFICATE-----"), KEYLOG_MALFORMED);
	ck_assert_int_eq(parse("CLIENT_RANDOM"), KEYLOG_MALFORMED);
	ck_assert_int_eq(
	    parse("CLIENT_RANDOM " SECRET48 " " SECRET48), KEYLOG_MALFORMED);
	ck_assert_int_eq(
	    parse("CLIENT_RANDOM " RANDOM " " SECRET48 "00"), KEYLOG_MALFORMED);
	ck_assert_int_eq(
	    parse("CLIENT_RANDOM " RANDOM " x" SECRET48), KEYLOG_MALFORMED);
	ck_assert_int_eq(
	    parse("client_random " RANDOM " " SECRET48), KEYLOG_MALFORMED);
}
END_TEST

START_TEST(no_cut_line_is_found)
{
	const char *whole = "CLIENT_RANDOM " RANDOM " " SECRET48;
	char cut[KEYLOG_LINE];

	for (size_t len = 0; len < strlen(whole); len++) {
		memcpy(cut, whole, len);
		cut[len] = '\0';
		ck_assert_int_ne(parse(cut), KEYLOG_FOUND);
	}
}
END_TEST

/* However the octets come, the lines are the same. */
START_TEST(lines_are_put_together_at_every_cut)
{
	static const char text[] = "one\ntwo\n\nthree";

	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct keylog_lines lines = { .len = 0 };
		struct slice parts[] = { slice_of(text, cut),
			slice_of(text + cut, strlen(text) - cut) };
		char all[64] = "";
		struct slice one;

		for (size_t i = 0; i < 2; i++)
			while (keylog_next(&lines, &parts[i], &one)) {
				strncat(all, (const char *)one.p, one.len);
				strcat(all, "|");
			}
		ck_assert_str_eq(all, "one|two||");
		ck_assert(slice_is(keylog_rest(&lines), "three"));
		ck_assert_uint_eq(keylog_rest(&lines).len, 0);
	}
}
END_TEST

START_TEST(a_line_without_end_is_held_to_its_limit)
{
	struct keylog_lines lines = { .len = 0 };
	struct slice line_of, octets;
	char many[1000];

	memset(many, 'a', sizeof(many));
	for (unsigned i = 0; i < 100; i++) {
		octets = slice_of(many, sizeof(many));
		ck_assert(!keylog_next(&lines, &octets, &line_of));
		ck_assert_uint_eq(octets.len, 0);
	}
	octets = slice_text("\nnext\n");
	ck_assert(keylog_next(&lines, &octets, &line_of));
	ck_assert_uint_eq(line_of.len, KEYLOG_LINE);
	ck_assert(keylog_next(&lines, &octets, &line_of));
	ck_assert(slice_is(line_of, "next"));
}
END_TEST

UNIT("keylog", a_master_secret_has_48_octets,
    a_traffic_secret_is_as_long_as_a_hash,
    comments_and_secrets_of_no_use_are_nothing, anything_else_is_malformed,
    no_cut_line_is_found, lines_are_put_together_at_every_cut,
    a_line_without_end_is_held_to_its_limit)
