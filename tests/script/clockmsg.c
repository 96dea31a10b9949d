/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/clockmsg.h"

#include "script/ntpstamp.h"

/* RFC 3550: a sender report, with one about another where it answers, and the
 * name of its sender. */
static struct octets
rtcp_sr(nstime clock, bool stream, struct words *w)
{
	const char *given = words_value(w, "cname");
	const char *cname = given != NULL ? given : "alice@example.com";
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

static const struct clockmsg {
	const char *name;
	struct octets (*build)(nstime clock, bool stream, struct words *w);
} kinds[] = {
	{ "rtcp:sr", rtcp_sr },
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
