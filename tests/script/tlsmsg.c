/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/tlsmsg.h"

#include "script/der.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

enum {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	CERTIFICATE = 11,
	KEY_EXCHANGE = 12,
	REQUEST = 13,
	DONE = 14,
	CLIENT_KEY = 16
};

/* The words of a line about its records. */
struct options {
	unsigned version; /* 0x0303 is TLS 1.2 */
	const char *sni, *subject, *issuer, *san;
	nstime clock, before, after;
	bool time, resumed;
	unsigned cipher, alert, size;
	bool warning;
};

static void
add_record(struct octets *o, const struct options *p, unsigned type,
    struct octets body)
{
	octets_u8(o, type);
	octets_u16(o, p->version > 0x0303 ? 0x0303 : p->version);
	octets_u16(o, (unsigned)body.len);
	octets_slice(o, octets_view(&body));
}

static void
add_u24(struct octets *o, size_t n)
{
	octets_u8(o, (unsigned)(n >> 16 & 0xff));
	octets_u16(o, (unsigned)(n & 0xffff));
}

static void
add_handshake(struct octets *o, const struct options *p, unsigned type,
    struct octets body)
{
	struct octets message = { .len = 0 };

	octets_u8(&message, type);
	add_u24(&message, body.len);
	octets_slice(&message, octets_view(&body));
	add_record(o, p, HANDSHAKE, message);
}

/* Octets that look random but are the same in every run. */
static void
add_noise(struct octets *o, size_t count)
{
	static uint32_t state = 12345;

	while (count-- > 0) {
		state = state * 1664525 + 1013904223;
		octets_u8(o, state >> 24);
	}
}

/* Version, random, session. */
static struct octets
begin_hello(const struct options *p)
{
	struct octets o = { .len = 0 };

	octets_u16(&o, p->version > 0x0303 ? 0x0303 : p->version);
	if (p->time)
		octets_u32(&o, (uint32_t)(p->clock / NSTIME_S));
	add_noise(&o, p->time ? 28 : 32);
	octets_u8(&o, p->resumed ? 32 : 0);
	for (unsigned i = 0; p->resumed && i < 32; i++)
		octets_u8(&o, i + 1);
	return o;
}

static void
client_hello(struct octets *o, const struct options *p)
{
	struct octets hello = begin_hello(p), extensions = { .len = 0 };
	const size_t len = p->sni == NULL ? 0 : strlen(p->sni);

	octets_u16(&hello, 4);
	octets_u16(&hello, 0x1301);
	octets_u16(&hello, 0xc02f);
	octets_u16(&hello, 0x0100);
	if (len > 0) {
		octets_u16(&extensions, 0);
		octets_u16(&extensions, (unsigned)len + 5);
		octets_u16(&extensions, (unsigned)len + 3);
		octets_u8(&extensions, 0);
		octets_u16(&extensions, (unsigned)len);
		octets_add(&extensions, p->sni, len);
	}
	if (p->version > 0x0303) {
		octets_u16(&extensions, 43);
		octets_u16(&extensions, 3);
		octets_u8(&extensions, 2);
		octets_u16(&extensions, p->version);
	}
	octets_u16(&hello, (unsigned)extensions.len);
	octets_slice(&hello, octets_view(&extensions));
	add_handshake(o, p, CLIENT_HELLO, hello);
}

static void
server_hello(struct octets *o, const struct options *p)
{
	struct octets hello = begin_hello(p);

	octets_u16(&hello, p->cipher);
	octets_u8(&hello, 0);
	if (p->version > 0x0303) {
		octets_u16(&hello, 6);
		octets_u16(&hello, 43);
		octets_u16(&hello, 2);
		octets_u16(&hello, p->version);
	}
	add_handshake(o, p, SERVER_HELLO, hello);
}

static void
certificate(struct octets *o, const struct options *p)
{
	const struct octets der = der_certificate(p->subject, p->issuer, p->san,
	    p->clock + p->before, p->clock + p->after);
	struct octets list = { .len = 0 };

	add_u24(&list, der.len + 3);
	add_u24(&list, der.len);
	octets_slice(&list, octets_view(&der));
	add_handshake(o, p, CERTIFICATE, list);
}

static struct octets
noise(size_t count)
{
	struct octets o = { .len = 0 };

	add_noise(&o, count);
	return o;
}

static void
certificate_request(struct octets *o, const struct options *p)
{
	struct octets body = { .len = 0 };

	octets_hex(&body, "0140 0002 0403 0000");
	add_handshake(o, p, REQUEST, body);
}

static void
server_done(struct octets *o, const struct options *p)
{
	add_handshake(o, p, KEY_EXCHANGE, noise(140));
	add_handshake(o, p, DONE, noise(0));
}

static void
client_key(struct octets *o, const struct options *p)
{
	add_handshake(o, p, CLIENT_KEY, noise(66));
}

static void
finished(struct octets *o, const struct options *p)
{
	struct octets one = { .len = 0 };

	octets_u8(&one, 1);
	add_record(o, p, CCS, one);
	add_record(o, p, HANDSHAKE, noise(40));
}

static void
ccs(struct octets *o, const struct options *p)
{
	struct octets one = { .len = 0 };

	octets_u8(&one, 1);
	add_record(o, p, CCS, one);
}

static void
alert(struct octets *o, const struct options *p)
{
	struct octets body = { .len = 0 };

	octets_u8(&body, p->warning ? 1 : 2);
	octets_u8(&body, p->alert);
	add_record(o, p, ALERT, body);
}

static void
data(struct octets *o, const struct options *p)
{
	add_record(o, p, DATA, noise(p->size));
}

static const struct {
	const char *name;
	void (*add)(struct octets *o, const struct options *p);
} parts[] = {
	{ "client-hello", client_hello },
	{ "server-hello", server_hello },
	{ "certificate", certificate },
	{ "certificate-request", certificate_request },
	{ "done", server_done },
	{ "client-key", client_key },
	{ "ccs", ccs },
	{ "finished", finished },
	{ "alert", alert },
	{ "data", data },
};

static void
add_part(struct octets *o, const struct options *p, struct slice name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (slice_is(name, parts[i].name)) {
			parts[i].add(o, p);
			return;
		}
	words_fail("no TLS record is called '%.*s'", (int)name.len,
	    (const char *)name.p);
}

static unsigned
version_of(const char *text)
{
	static const char *const names[] = { "3.0", "1.0", "1.1", "1.2",
		"1.3" };

	for (unsigned i = 0; text != NULL && i < 5; i++)
		if (strcmp(text, names[i]) == 0)
			return 0x0300 + i;
	if (text != NULL)
		words_fail("'%s' is none of 3.0 1.0 1.1 1.2 1.3", text);
	return 0x0303;
}

static const char *
text_or(struct words *w, const char *key, const char *otherwise)
{
	const char *text = words_value(w, key);

	return text == NULL ? otherwise : text;
}

struct octets
tlsmsg_build(const char *what, nstime clock, struct words *w)
{
	struct slice rest = slice_text(what);
	struct octets o = { .len = 0 };
	const struct options p = {
		.version = version_of(words_value(w, "version")),
		.sni = words_value(w, "sni"),
		.subject = text_or(w, "subject", "edge.example.com"),
		.issuer = text_or(w, "issuer", "Example CA"),
		.san = text_or(w, "san", "edge.example.com"),
		.clock = clock,
		.before = words_duration_or(w, "before", -86400 * NSTIME_S),
		.after = words_duration_or(w, "after", 31536000 * NSTIME_S),
		.time = words_has(w, "time"),
		.resumed = words_has(w, "resumed"),
		.cipher = (unsigned)words_number(w, "cipher", 0xc02f, 0xffff),
		.alert = (unsigned)words_number(w, "alert", 40, 255),
		.size = (unsigned)words_number(w, "octets", 100, 16384),
		.warning = words_has(w, "warning"),
	};

	while (rest.len > 0) {
		const size_t plus = slice_index(rest, '+');

		add_part(&o, &p, slice_first(rest, plus));
		rest = slice_after(rest, plus + 1);
	}
	return o;
}
