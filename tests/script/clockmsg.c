/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/clockmsg.h"

#include <stdlib.h>
#include <time.h>

#include "script/der.h"
#include "script/ntpstamp.h"

static const char *
text_or(struct words *w, const char *key, const char *otherwise)
{
	const char *given = words_value(w, key);

	return given != NULL ? given : otherwise;
}

/* RFC 3550: a sender report, with one about another where it answers, and the
 * name of its sender. */
static struct octets
rtcp_sr(nstime clock, bool stream, struct words *w)
{
	const char *cname = text_or(w, "cname", "alice@example.com");
	const uint32_t ssrc =
	    (uint32_t)words_number(w, "ssrc", 0x1234abcd, UINT32_MAX);
	const size_t len = strlen(cname), pad = 4 - (4 + 2 + len) % 4;
	struct octets o = { .len = 0 };

	(void)stream;
	octets_hex(&o, "80c80006");
	octets_u32(&o, ssrc);
	/* Since it was started at midnight. */
	if (words_has(w, "uptime"))
		clock = clock % (86400 * NSTIME_S) - 2208988800 * NSTIME_S;
	ntpstamp_add(&o, clock);
	octets_hex(&o, "000000a0 00000001 000000a0");
	octets_hex(&o, "81ca");
	octets_u16(&o, (unsigned)((4 + 2 + len + pad) / 4));
	octets_u32(&o, ssrc);
	octets_u8(&o, 1);
	octets_u8(&o, (unsigned)len);
	octets_print(&o, "%s", cname);
	for (size_t i = 0; i < pad; i++)
		octets_u8(&o, 0);
	return o;
}

/* What `clock' shows. */
static struct tm
parts_of(nstime clock)
{
	const time_t seconds = (time_t)(clock / NSTIME_S);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		words_fail("no such time");
	return tm;
}

/* RFC 9110; "upgrade" to WebSocket, or from a cache. */
static struct octets
http_date(nstime clock, bool stream, struct words *w)
{
	const struct tm tm = parts_of(clock);
	struct octets o = { .len = 0 };
	char date[64];

	(void)stream;
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	octets_print(&o, "HTTP/1.1 %s\r\n",
	    words_has(w, "upgrade") ? "101 Switching Protocols\r\nUpgrade: "
				      "websocket\r\nConnection: Upgrade"
				    : "200 OK\r\nContent-Length: 0");
	octets_print(&o, "Date: %s\r\n", date);
	if (words_has(w, "kept"))
		octets_print(&o, "Age: 3600\r\n");
	octets_print(&o, "\r\n");
	return o;
}

/* RFC 4120 section 5.4.1 */
static struct octets
as_req(nstime clock, bool stream, struct words *w)
{
	const nstime life = words_duration_or(w, "life", 86400 * NSTIME_S);
	const struct octets realm = der_text(0x1b, "EXAMPLE.COM");
	const struct octets user = der_text(0x1b, text_or(w, "user", "alice"));
	const struct octets options = der_text(0x03, "0000");
	const struct octets names = der_of(0x30, &user, NULL);
	struct octets name = { .len = 0 }, body = { .len = 0 },
		      request = { .len = 0 }, o = { .len = 0 };
	struct octets all;

	der_add_field(&name, 0, der_integer(1));
	der_add_field(&name, 1, names);
	der_add_field(&body, 0, options);
	der_add_field(&body, 1, der_of(0x30, &name, NULL));
	der_add_field(&body, 2, realm);
	der_add_field(&body, 5, der_time(clock + life, false));
	der_add_field(&body, 7, der_integer(12345));
	der_add_field(&request, 1, der_integer(5));
	der_add_field(&request, 2, der_integer(10));
	der_add_field(&request, 4, der_of(0x30, &body, NULL));
	all = der_of(0x30, &request, NULL);
	all = der_of(0x6a, &all, NULL);
	if (stream)
		octets_u32(&o, (uint32_t)all.len);
	octets_slice(&o, octets_view(&all));
	return o;
}

/* RFC 5424; or RFC 3164, in local time. */
static struct octets
log_line(nstime clock, bool stream, struct words *w)
{
	const nstime east = words_duration_or(w, "zone", 0);
	const long minutes = (long)(east / (60 * NSTIME_S));
	const long size = minutes < 0 ? -minutes : minutes;
	const char *host = text_or(w, "name", "host");
	const struct tm tm = parts_of(clock + east);
	struct octets o = { .len = 0 };
	char date[64];

	(void)stream;
	if (words_has(w, "old")) {
		strftime(date, sizeof(date), "%b %d %H:%M:%S", &tm);
		octets_print(&o, "<34>%s %s ", date, host);
	} else {
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		octets_print(&o, "<34>1 %s.%06ld%c%02ld:%02ld %s ", date,
		    (long)(clock % NSTIME_S / NSTIME_US),
		    minutes < 0 ? '-' : '+', size / 60, size % 60, host);
	}
	octets_print(&o, "su - ID47 - hello");
	return o;
}

/* RFC 2579, in an answer of version 2c. */
static struct octets
system_date(nstime clock, bool stream, struct words *w)
{
	const nstime east = words_duration_or(w, "zone", 0);
	const long minutes = (long)(east / (60 * NSTIME_S));
	const struct tm tm = parts_of(clock + east);
	const struct octets community = der_text(0x04, "public");
	struct octets id = { .len = 0 }, date = { .len = 0 }, body, one, o;
	struct octets number = der_integer(1), zero = der_integer(0);

	(void)stream;
	octets_hex(&id, "2b06010201190102 00");
	octets_u16(&date, (unsigned)tm.tm_year + 1900);
	octets_u8(&date, (unsigned)tm.tm_mon + 1);
	octets_u8(&date, (unsigned)tm.tm_mday);
	octets_u8(&date, (unsigned)tm.tm_hour);
	octets_u8(&date, (unsigned)tm.tm_min);
	octets_u8(&date, (unsigned)tm.tm_sec);
	octets_u8(&date, 0);
	octets_u8(&date, minutes < 0 ? '-' : '+');
	octets_u8(&date, (unsigned)labs(minutes) / 60);
	octets_u8(&date, (unsigned)labs(minutes) % 60);
	id = der_of(0x06, &id, NULL);
	date = der_of(0x04, &date, NULL);
	one = der_of(0x30, &id, &date, NULL);
	one = der_of(0x30, &one, NULL);
	body = der_of(0xa2, &number, &zero, &zero, &one, NULL);
	o = der_of(0x30, &number, &community, &body, NULL);
	return o;
}

/* RFC 4511: the root entry, as Active Directory has it. */
static struct octets
root_entry(nstime clock, bool stream, struct words *w)
{
	const struct octets none = der_text(0x04, "");
	const struct octets other = der_text(0x04, "supportedLDAPVersion");
	const struct octets three = der_text(0x04, "3");
	const struct octets name = der_text(0x04, "currentTime");
	const struct octets number = der_integer(1);
	const struct tm tm = parts_of(clock);
	struct octets time, first, second, entry;
	char date[64];

	(void)stream;
	(void)w;
	strftime(date, sizeof(date), "%Y%m%d%H%M%S.0Z", &tm);
	time = der_text(0x04, date);
	first = der_of(0x31, &three, NULL);
	first = der_of(0x30, &other, &first, NULL);
	second = der_of(0x31, &time, NULL);
	second = der_of(0x30, &name, &second, NULL);
	entry = der_of(0x30, &first, &second, NULL);
	entry = der_of(0x64, &none, &entry, NULL);
	return der_of(0x30, &number, &entry, NULL);
}

/* RFC 8656: a request to allocate, of a user name that ends so much later. */
static struct octets
allocate(nstime clock, bool stream, struct words *w)
{
	const nstime life = words_duration_or(w, "life", 86400 * NSTIME_S);
	const char *name =
	    octets_text("%lld:alice", (long long)((clock + life) / NSTIME_S));
	const size_t len = strlen(name), pad = (4 - len % 4) % 4;
	struct octets o = { .len = 0 };

	(void)stream;
	octets_hex(&o, "0003");
	octets_u16(&o, (unsigned)(4 + len + pad));
	octets_hex(&o, "2112a442 000102030405060708090a0b 0006");
	octets_u16(&o, (unsigned)len);
	octets_print(&o, "%s", name);
	for (size_t i = 0; i < pad; i++)
		octets_u8(&o, 0);
	return o;
}

static const struct clockmsg {
	const char *name;
	struct octets (*build)(nstime clock, bool stream, struct words *w);
} kinds[] = {
	{ "rtcp:sr", rtcp_sr },
	{ "http:date", http_date },
	{ "krb:as-req", as_req },
	{ "syslog:line", log_line },
	{ "snmp:date", system_date },
	{ "ldap:root", root_entry },
	{ "turn:allocate", allocate },
};

static const struct clockmsg *
find(const char *what)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(what, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

bool
clockmsg_is(const char *what)
{
	return find(what) != NULL;
}

struct octets
clockmsg_build(const char *what, nstime clock, bool stream, struct words *w)
{
	return find(what)->build(clock, stream, w);
}
