/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/ntlm.h"

#include "base/textbuf.h"
#include "unit.h"

/* 2010-11-13 23:29:00 UTC */
#define FILETIME (116444736000000000 + 12896909400000000)
#define TIME (1289690940 * NSTIME_S)

enum { PAIRS = 56 };

static uint8_t challenge[4096];
static size_t used;

static void
put(size_t at, size_t octets, uint64_t value)
{
	for (size_t i = 0; i < octets; i++)
		challenge[at + i] = (uint8_t)(value >> (8 * i));
}

static void
add_pair(unsigned id, unsigned len, uint64_t value)
{
	put(used, 2, id);
	put(used + 2, 2, len);
	put(used + 4, len < 8 ? len : 8, value);
	used += 4 + len;
	put(44, 4, PAIRS);
	put(40, 2, used - PAIRS);
	put(42, 2, used - PAIRS);
}

static void
begin(void)
{
	memset(challenge, 0, sizeof(challenge));
	memcpy(challenge, "NTLMSSP", 7);
	challenge[8] = 2;
	used = PAIRS;
}

static void
write_base64(struct textbuf *t, const uint8_t *octets, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const size_t left = len - i < 3 ? len - i : 3;
		uint32_t bits = 0;
		char four[5] = "====";

		for (size_t k = 0; k < left; k++)
			bits |= (uint32_t)octets[i + k] << (16 - 8 * k);
		for (size_t k = 0; k <= left; k++)
			four[k] = alphabet[bits >> (18 - 6 * k) & 63];
		textbuf_add(t, four);
	}
}

static char text[8192];

/* The challenge as a 401 carries it, cut to `len' octets. */
static struct slice
message(const char *field, size_t len)
{
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_add(&t,
	    "SIP/2.0 401 Unauthorized\r\n"
	    "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n"
	    "WWW-Authenticate: Kerberos realm=\"SIP\", "
	    "targetname=\"sip/fe\", version=4\r\n");
	textbuf_add(&t, field);
	textbuf_add(&t, ": NTLM opaque=\"1F\", gssapi-data=\"");
	write_base64(&t, challenge, len);
	textbuf_add(&t,
	    "\", targetname=\"fe\", realm=\"SIP\", version=4\r\n"
	    "Content-Length: 0\r\n\r\n");
	return slice_of(t.text, t.len);
}

static bool
tells(struct slice octets, nstime *time)
{
	uint8_t *exact = unit_exact(octets);
	const bool found = ntlm_find(slice_of(exact, octets.len), time);

	free(exact);
	return found;
}

START_TEST(a_challenge_holds_the_servers_time)
{
	nstime time;

	begin();
	add_pair(2, 10, 0);
	add_pair(7, 8, FILETIME);
	add_pair(0, 0, 0);
	ck_assert(tells(message("WWW-Authenticate", used), &time));
	ck_assert_int_eq(time, TIME);
	ck_assert(tells(message("proxy-AUTHENTICATE", used), &time));
	ck_assert(tells(message("WWW-Authenticate ", used), &time));
}
END_TEST

/* A client could have it returned in what a server only repeats. */
START_TEST(in_other_fields_it_is_no_challenge)
{
	nstime time;

	begin();
	add_pair(7, 8, FILETIME);
	ck_assert(!tells(message("Authorization", used), &time));
	ck_assert(!tells(message("From", used), &time));
	ck_assert(!tells(message("\r\nWWW-Authenticate", used), &time));
}
END_TEST

START_TEST(a_challenge_need_not_hold_a_time)
{
	nstime time = 7;

	begin();
	add_pair(2, 10, 0);
	add_pair(0, 0, 0);
	add_pair(7, 8, FILETIME);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	begin();
	add_pair(7, 8, 0);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	begin();
	add_pair(7, 7, FILETIME);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	begin();
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	ck_assert_int_eq(time, 7);
}
END_TEST

START_TEST(lengths_are_not_believed)
{
	nstime time;

	begin();
	add_pair(7, 8, FILETIME);
	put(44, 4, UINT32_MAX);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	put(44, 4, PAIRS);
	put(40, 2, 0xffff);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
	begin();
	add_pair(2, 4000, 0);
	ck_assert(!tells(message("WWW-Authenticate", used), &time));
}
END_TEST

START_TEST(anything_but_base64_is_no_challenge)
{
	struct slice s;
	nstime time;

	begin();
	add_pair(7, 8, FILETIME);
	s = message("WWW-Authenticate", used);
	text[slice_find(s, "TlRM") + 40] = '!';
	ck_assert(!tells(s, &time));
}
END_TEST

START_TEST(survives_every_cut)
{
	nstime time;
	struct slice s;

	begin();
	add_pair(2, 6, 0);
	add_pair(7, 8, FILETIME);
	for (size_t len = 0; len < used; len++)
		ck_assert(!tells(message("WWW-Authenticate", len), &time));
	s = message("WWW-Authenticate", used);
	for (size_t len = 0; len < s.len; len++)
		tells(slice_first(s, len), &time);
}
END_TEST

UNIT("ntlm", a_challenge_holds_the_servers_time,
    in_other_fields_it_is_no_challenge, a_challenge_need_not_hold_a_time,
    lengths_are_not_believed, anything_but_base64_is_no_challenge,
    survives_every_cut)
