/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/rawmsg.h"

#include "script/clockmsg.h"
#include "script/der.h"
#include "script/ntpstamp.h"
#include "script/tlsmsg.h"

static void
add_zeros(struct octets *o, size_t count)
{
	while (count-- > 0)
		octets_u8(o, 0);
}

/* Little-endian, as Microsoft has it. */
static void
add_little(struct octets *o, uint64_t n, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		octets_u8(o, (unsigned)(n >> (8 * i) & 0xff));
}

/* Interleaved (RFC 9769): received now, sent when the answer before was. */
static struct octets
ntp(const char *what, nstime clock, struct words *w)
{
	const bool server = strcmp(what, "server") == 0;
	const unsigned stratum =
	    (unsigned)words_number(w, "stratum", server ? 2 : 0, 255);
	const bool interleaved = words_has(w, "interleaved");
	struct octets o = { .len = 0 };

	if (!server && strcmp(what, "client") != 0)
		words_fail("ntp:%s is neither client nor server", what);
	octets_u8(&o, 4 << 3 | (server ? 4 : 3));
	octets_u8(&o, stratum);
	add_zeros(&o, 30);
	if (interleaved)
		ntpstamp_add(&o, clock);
	else
		add_zeros(&o, 8);
	ntpstamp_add(&o, interleaved ? clock - 64 * NSTIME_S : clock);
	return o;
}

/* RFC 4120 section 5.9.1 */
static struct octets
krb_error(nstime clock, bool stream, struct words *w)
{
	const nstime client = words_duration_or(w, "client", 0);
	const struct octets realm = der_text(0x1b, "EXAMPLE.COM");
	const struct octets krbtgt = der_text(0x1b, "krbtgt");
	const struct octets names = der_of(0x30, &krbtgt, &realm, NULL);
	struct octets body = { .len = 0 }, name = { .len = 0 },
		      o = { .len = 0 };
	struct octets all;

	der_add_field(&body, 0, der_integer(5));
	der_add_field(&body, 1, der_integer(30));
	if (client != 0) {
		der_add_field(&body, 2, der_time(clock + client, false));
		der_add_field(&body, 3,
		    der_integer(
			(long)((clock + client) % NSTIME_S / NSTIME_US)));
	}
	der_add_field(&body, 4, der_time(clock, false));
	der_add_field(
	    &body, 5, der_integer((long)(clock % NSTIME_S / NSTIME_US)));
	der_add_field(
	    &body, 6, der_integer((long)words_number(w, "error", 25, 1000)));
	der_add_field(&body, 9, realm);
	der_add_field(&name, 0, der_integer(2));
	der_add_field(&name, 1, names);
	der_add_field(&body, 10, der_of(0x30, &name, NULL));
	all = der_of(0x30, &body, NULL);
	all = der_of(0x7e, &all, NULL);
	if (stream)
		octets_u32(&o, (uint32_t)all.len);
	octets_slice(&o, octets_view(&all));
	return o;
}

/* 100 ns since 1601 */
static uint64_t
filetime(nstime clock)
{
	return (uint64_t)(clock / 100) + UINT64_C(116444736000000000);
}

/* MS-SMB2 2.2.4 */
static struct octets
smb2(nstime clock)
{
	struct octets o = { .len = 0 };

	octets_hex(&o, "00000080 fe534d42 4000 0000 00000000 0000 0100");
	add_little(&o, 1, 4); /* a response */
	add_zeros(&o, 44);
	octets_hex(&o, "4100 0100 1002 0000");
	add_zeros(&o, 16);
	octets_hex(&o, "07000000 00001000 00001000 00001000");
	add_little(&o, filetime(clock), 8);
	add_little(&o, 0, 8);
	octets_hex(&o, "8000 0000 00000000");
	return o;
}

/* MS-CIFS 2.2.4.52.2 */
static struct octets
smb1(nstime clock, struct words *w)
{
	const nstime east = words_duration_or(w, "zone", 0);
	struct octets o = { .len = 0 };

	octets_hex(&o, "00000045 ff534d42 72 00000000 98 01c8");
	add_zeros(&o, 20);
	octets_hex(&o,
	    "11 0000 03 3200 0100 04110000 00000100 00000000"
	    "fce30180");
	add_little(&o, filetime(clock), 8);
	add_little(&o, (uint64_t)(-east / (60 * NSTIME_S)), 2);
	octets_hex(&o, "00 0000");
	return o;
}

bool
rawmsg_is(const char *what)
{
	return strchr(what, ':') != NULL;
}

struct octets
rawmsg_build(const char *what, nstime clock, bool stream, struct words *w)
{
	if (strncmp(what, "tls:", 4) == 0)
		return tlsmsg_build(what + 4, clock, w);
	if (strncmp(what, "ntp:", 4) == 0)
		return ntp(what + 4, clock, w);
	if (strcmp(what, "krb:error") == 0)
		return krb_error(clock, stream, w);
	if (strcmp(what, "smb:2") == 0)
		return smb2(clock);
	if (strcmp(what, "smb:1") == 0)
		return smb1(clock, w);
	if (clockmsg_is(what))
		return clockmsg_build(what, clock, stream, w);
	words_fail("'%s' is no message that is known", what);
}
