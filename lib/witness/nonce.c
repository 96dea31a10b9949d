/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/nonce.h"

#include "base/base64.h"
#include "base/cursor.h"
#include "sip/digest.h"

enum {
	HEX = 16,
	MOST_DECODED = 64,
	LEAST_KAMAILIO =
	    24,             /* octets: two times and an MD5; more of them, .. */
	MOST_KAMAILIO = 48, /* .. if it checks more */
	MD5_DIGITS = 32,
	TIME_DIGITS = 8,
	UUID_DIGITS = 36,
	DECIMAL_DIGITS = 10 /* from 2001 to 2286 */
};

/* The longest that Kamailio lets a nonce live, and nobody waits longer. */
#define MOST_LIFE 86400

static unsigned
hex_digit(uint8_t octet)
{
	const uint8_t lower = slice_lower(octet);

	if (octet >= '0' && octet <= '9')
		return octet - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10u : HEX;
}

static bool
is_hex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (hex_digit(s.p[i]) == HEX)
			return false;
	return true;
}

/* All of it has to be hexadecimal, at most 16 digits. */
static bool
read_hex(struct slice s, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < s.len; i++)
		*value = *value << 4 | (hex_digit(s.p[i]) & 0xf);
	return is_hex(s);
}

/* Kamailio, modules/auth/nonce.h: base64 of its end and its beginning, both in
 * seconds, and one or two MD5s. */
static bool
read_kamailio(struct slice value, struct nonce *n)
{
	uint8_t octets[MOST_DECODED];
	struct cursor c;
	uint32_t end, now;
	size_t len;

	if (value.len > MOST_DECODED ||
	    !base64_decode(value, octets, sizeof(octets), &len) ||
	    len < LEAST_KAMAILIO || len > MOST_KAMAILIO)
		return false;
	c = cursor_over(slice_of(octets, len));
	end = cursor_u32(&c);
	now = cursor_u32(&c);
	n->time = (nstime)now * NSTIME_S;
	return end > now && end - now <= MOST_LIFE;
}

/* SECONDS, a mark, and the digits of an MD5. */
static bool
read_decimal(struct slice value, uint8_t mark, struct nonce *n)
{
	const struct slice digits = slice_first(value, DECIMAL_DIGITS);
	const struct slice rest = slice_after(value, DECIMAL_DIGITS);
	uint64_t seconds;

	if (rest.len != 1 + MD5_DIGITS || rest.p[0] != mark ||
	    !is_hex(slice_after(rest, 1)) ||
	    !slice_decimal(digits, UINT32_MAX, &seconds))
		return false;
	n->time = (nstime)seconds * NSTIME_S;
	return true;
}

/* Asterisk, res_pjsip_authenticator_digest.c */
static bool
read_asterisk(struct slice value, struct nonce *n)
{
	return read_decimal(value, '/', n);
}

/* reSIProcate, BasicNonceHelper.cxx */
static bool
read_resiprocate(struct slice value, struct nonce *n)
{
	return read_decimal(value, ':', n);
}

/* FreeSWITCH takes a UUID, which has the time where it is of version 1 (RFC
 * 4122 section 4.1.4): 100 ns since 1582. */
static bool
read_uuid(struct slice value, struct nonce *n)
{
	static const nstime unix_epoch = 122192928000000000;
	uint64_t low, middle, high, ticks;

	if (value.len != UUID_DIGITS || value.p[8] != '-' ||
	    value.p[13] != '-' || value.p[14] != '1' || value.p[18] != '-' ||
	    value.p[23] != '-' || !is_hex(slice_after(value, 24)) ||
	    !is_hex(slice_between(value, 19, 23)) ||
	    !read_hex(slice_first(value, 8), &low) ||
	    !read_hex(slice_between(value, 9, 13), &middle) ||
	    !read_hex(slice_between(value, 15, 18), &high))
		return false;
	ticks = high << 48 | middle << 32 | low;
	n->resolution = NSTIME_MS;
	return !__builtin_sub_overflow((nstime)ticks, unix_epoch, &n->time) &&
	    !__builtin_mul_overflow(n->time, 100, &n->time);
}

/* SER, and OpenSIPS to 3.1, modules/auth/nonce.c: the end in eight digits,
 * perhaps a number in as many, and an MD5. */
static bool
read_ser(struct slice value, struct nonce *n)
{
	uint64_t end;

	if ((value.len != TIME_DIGITS + MD5_DIGITS &&
		value.len != 2 * TIME_DIGITS + MD5_DIGITS) ||
	    !is_hex(value) || !read_hex(slice_first(value, TIME_DIGITS), &end))
		return false;
	n->time = (nstime)end * NSTIME_S;
	n->expires = true;
	return true;
}

static const struct form {
	const char *maker;
	bool (*read)(struct slice value, struct nonce *nonce);
} forms[] = {
	{ "Kamailio", read_kamailio },
	{ "Asterisk", read_asterisk },
	{ "reSIProcate", read_resiprocate },
	{ "FreeSWITCH", read_uuid },
	{ "OpenSIPS", read_ser },
};

bool
nonce_parse(struct slice value, struct nonce *nonce)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct nonce n = { .maker = forms[i].maker,
			.resolution = NSTIME_S };

		if (!forms[i].read(value, &n))
			continue;
		*nonce = n;
		return true;
	}
	return false;
}

static enum witness_answer
read_message(struct slice message, bool expiry, struct witness_reading *reading)
{
	struct slice value;
	struct nonce n;

	if (!digest_nonce(message, &value) || !nonce_parse(value, &n) ||
	    n.expires != expiry)
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.sender = { n.time, n.resolution },
		.unproven = true,
		.speaker = { .passed_on = true, .name = value },
	};
	return WITNESS_TOLD;
}

enum witness_answer
nonce_read(struct slice message, struct witness_reading *reading)
{
	return read_message(message, false, reading);
}

enum witness_answer
nonce_read_expiry(struct slice message, struct witness_reading *reading)
{
	return read_message(message, true, reading);
}
