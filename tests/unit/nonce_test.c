/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/nonce.h"

#include "unit.h"

#define UNIX (1289690940 * NSTIME_S) /* 0x4cdf1f3c */
#define MD5 "0123456789abcdef0123456789abcdef"

static struct nonce n;

static bool
parse(const char *text)
{
	return nonce_parse(slice_text(text), &n);
}

/* 4cdf2068 4cdf1f3c and 16 zeros: now is the second of them. */
#define KAMAILIO "TN8gaEzfHzwAAAAAAAAAAAAAAAAAAAAA"

START_TEST(forms_of_registrars_hold_the_time)
{
	static const struct {
		const char *maker, *value;
	} forms[] = { { "Kamailio", KAMAILIO },
		{ "Asterisk", "1289690940/" MD5 },
		{ "reSIProcate", "1289690940:" MD5 } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		ck_assert_msg(parse(forms[i].value), "%s", forms[i].maker);
		ck_assert_str_eq(n.maker, forms[i].maker);
		ck_assert_int_eq(n.time, UNIX);
		ck_assert_int_eq(n.resolution, NSTIME_S);
		ck_assert(!n.expires);
	}
}
END_TEST

/* 122192928000000000 ticks are 1970. */
START_TEST(a_uuid_of_version_1_is_a_time)
{
	ck_assert(parse("13814000-1dd2-11b2-8b9a-fb1bd7a49a4c"));
	ck_assert_str_eq(n.maker, "FreeSWITCH");
	ck_assert_int_eq(n.time, 0);
	ck_assert(!parse("13814000-1dd2-41b2-8b9a-fb1bd7a49a4c"));
	ck_assert(!parse("13814000-1dd2-11b2-8b9a-fb1bd7a49a4"));
	ck_assert(!parse("1381400g-1dd2-11b2-8b9a-fb1bd7a49a4c"));
	/* The longest time does not overflow. */
	parse("ffffffff-ffff-1fff-8b9a-fb1bd7a49a4c");
}
END_TEST

START_TEST(an_end_is_not_read_as_now)
{
	ck_assert(parse("4cdf1f3c" MD5));
	ck_assert_str_eq(n.maker, "OpenSIPS");
	ck_assert(n.expires);
	ck_assert_int_eq(n.time, UNIX);
	ck_assert(parse("4cdf1f3c00000007" MD5));
	ck_assert(n.expires);
}
END_TEST

START_TEST(other_forms_are_none)
{
	static const char *const others[] = { "", "abc", MD5,
		"1289690940/" MD5 "0", "1289690940-" MD5, "128969094/" MD5,
		"9999999999/" MD5, "TN8fPEzfIGgAAAAAAAAAAAAAAAAAAAAA",
		"TN8gaEzfHzw=", "6a204bd89f3c8348afd5c77c717a097a",
		"xyzf1f3c" MD5 };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(!parse(others[i]), "%s", others[i]);
}
END_TEST

#define HEAD "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP h\r\n"
#define NONCE(value)                                                           \
	"WWW-Authenticate: Digest realm=\"x,y\", nonce=\"" value               \
	"\", qop=\"auth\"\r\n\r\n"

START_TEST(a_challenge_is_read_in_its_row)
{
	struct witness_reading r;

	ck_assert_int_eq(
	    nonce_read(slice_text(HEAD NONCE(KAMAILIO)), &r), WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, UNIX);
	ck_assert(r.unproven && r.speaker.passed_on);
	ck_assert(slice_is(r.speaker.name, KAMAILIO));
	ck_assert_int_eq(
	    nonce_read_expiry(slice_text(HEAD NONCE(KAMAILIO)), &r),
	    WITNESS_FOREIGN);
	ck_assert_int_eq(
	    nonce_read_expiry(slice_text(HEAD NONCE("4cdf1f3c" MD5)), &r),
	    WITNESS_TOLD);
	ck_assert_int_eq(nonce_read(slice_text(HEAD NONCE("4cdf1f3c" MD5)), &r),
	    WITNESS_FOREIGN);
	ck_assert_int_eq(
	    nonce_read(slice_text(HEAD "\r\n"), &r), WITNESS_FOREIGN);
}
END_TEST

/* It is there once its quotes are closed. */
START_TEST(every_cut_before_the_end_of_the_nonce_is_refused)
{
	const struct slice whole = slice_text(HEAD NONCE(KAMAILIO));
	const size_t end = slice_find(whole, KAMAILIO) + 32;

	for (size_t len = 0; len < end; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct witness_reading r;

		ck_assert_int_eq(
		    nonce_read(slice_of(exact, len), &r), WITNESS_FOREIGN);
		free(exact);
	}
}
END_TEST

UNIT("nonce", forms_of_registrars_hold_the_time, a_uuid_of_version_1_is_a_time,
    an_end_is_not_read_as_now, other_forms_are_none,
    a_challenge_is_read_in_its_row,
    every_cut_before_the_end_of_the_nonce_is_refused)
