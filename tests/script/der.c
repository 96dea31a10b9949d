/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/der.h"

#include <stdarg.h>
#include <time.h>

enum { SEQUENCE = 0x30, SET = 0x31, INTEGER = 2, UTF8 = 12, DNS_NAME = 0x82 };

static void
add_length(struct octets *o, size_t len)
{
	if (len >= 256) {
		octets_u8(o, 0x82);
		octets_u16(o, (unsigned)len);
		return;
	}
	if (len >= 128)
		octets_u8(o, 0x81);
	octets_u8(o, (unsigned)len);
}

struct octets
der_of(unsigned tag, const struct octets *first, ...)
{
	struct octets body = { .len = 0 }, o = { .len = 0 };
	va_list parts;

	va_start(parts, first);
	for (const struct octets *part = first; part != NULL;
	     part = va_arg(parts, const struct octets *))
		octets_slice(&body, octets_view(part));
	va_end(parts);
	octets_u8(&o, tag);
	add_length(&o, body.len);
	octets_slice(&o, octets_view(&body));
	return o;
}

struct octets
der_text(unsigned tag, const char *text)
{
	struct octets body = { .len = 0 };

	octets_add(&body, text, strlen(text));
	return der_of(tag, &body, NULL);
}

struct octets
der_integer(long n)
{
	struct octets body = { .len = 0 };

	octets_u32(&body, (uint32_t)n);
	return der_of(INTEGER, &body, NULL);
}

struct octets
der_time(nstime wall, bool utc)
{
	const time_t seconds = (time_t)(wall / NSTIME_S);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	utc = utc && tm.tm_year < 150;
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	return der_text(utc ? 0x17 : 0x18, utc ? text + 2 : text);
}

static struct octets
hex(const char *text)
{
	struct octets o = { .len = 0 };

	octets_hex(&o, text);
	return o;
}

/* CN=NAME */
static struct octets
name(const char *common)
{
	const struct octets type = hex("0603550403");
	const struct octets value = der_text(UTF8, common);
	const struct octets pair = der_of(SEQUENCE, &type, &value, NULL);
	const struct octets set = der_of(SET, &pair, NULL);

	return der_of(SEQUENCE, &set, NULL);
}

static struct octets
extensions(const char *san)
{
	const struct octets type = hex("0603551d11");
	const struct octets dns = der_text(DNS_NAME, san);
	const struct octets names = der_of(SEQUENCE, &dns, NULL);
	const struct octets value = der_of(4, &names, NULL);
	const struct octets one = der_of(SEQUENCE, &type, &value, NULL);
	const struct octets all = der_of(SEQUENCE, &one, NULL);

	return der_of(0xa3, &all, NULL);
}

void
der_add_field(struct octets *o, unsigned number, struct octets value)
{
	const struct octets field = der_of(0xa0 + number, &value, NULL);

	octets_slice(o, octets_view(&field));
}

struct octets
der_certificate(const char *subject, const char *issuer, const char *san,
    nstime not_before, nstime not_after)
{
	/* Version 3, number 1, ecdsa-with-SHA256; the generator of P-256. */
	const struct octets begin =
	    hex("a003020102 020101 300a06082a8648ce3d040302");
	const struct octets algorithm = hex("300a06082a8648ce3d040302");
	const struct octets key =
	    hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
		"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
		"96"
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51"
		"f5");
	const struct octets made_up = hex("0309003006020101020101");
	const struct octets from = name(issuer), to = name(subject);
	const struct octets before = der_time(not_before, true);
	const struct octets after = der_time(not_after, true);
	const struct octets dates = der_of(SEQUENCE, &before, &after, NULL);
	const struct octets more = extensions(san);
	const struct octets signed_part =
	    der_of(SEQUENCE, &begin, &from, &dates, &to, &key, &more, NULL);

	return der_of(SEQUENCE, &signed_part, &algorithm, &made_up, NULL);
}
