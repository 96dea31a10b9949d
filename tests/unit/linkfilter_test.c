/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/linkfilter.h"

#include "unit/wire.h"

enum { ETHERNET = 1, RAW = 101 };

static struct wire wire;

/* A datagram to that port, with so much of a link in front. */
static bool
passes(struct linkfilter *f, int datalink, const char *link, uint16_t port)
{
	struct packet packet = { .datalink = datalink };

	wire_begin(&wire, "x");
	wire_udp(&wire, 5060, port);
	wire_ipv4(&wire, 17, 1, 0);
	wire_hex(&wire, link);
	packet.octets = wire_slice(&wire);
	packet.len = packet.octets.len;
	return linkfilter_passes(f, &packet);
}

START_TEST(the_text_means_the_same_on_every_link)
{
	struct linkfilter *f = linkfilter_new("udp dst port 5062");

	ck_assert(passes(f, ETHERNET, ETHERNET_IPV4, 5062));
	ck_assert(!passes(f, ETHERNET, ETHERNET_IPV4, 5063));
	ck_assert(passes(f, RAW, "", 5062));
	ck_assert(!passes(f, RAW, "", 5063));
	ck_assert(passes(f, ETHERNET, ETHERNET_IPV4, 5062));
	linkfilter_free(f);
}
END_TEST

START_TEST(what_does_not_compile_lets_nothing_through)
{
	struct linkfilter *f = linkfilter_new("ether host 02:00:00:00:00:02");
	char store[256];
	struct textbuf why;

	textbuf_init(&why, store, sizeof(store));
	ck_assert_int_eq(linkfilter_check(f, ETHERNET, &why), 0);
	ck_assert_uint_eq(why.len, 0);
	ck_assert_int_lt(linkfilter_check(f, RAW, &why), 0);
	ck_assert_uint_gt(why.len, 0);
	ck_assert(!passes(f, RAW, "", 5062));
	ck_assert(passes(f, ETHERNET, ETHERNET_IPV4, 5062));
	linkfilter_free(f);
}
END_TEST

START_TEST(beyond_sixteen_links_nothing_passes)
{
	struct linkfilter *f = linkfilter_new("");

	for (int link = 0; link < 16; link++)
		passes(f, 1000 + link, "", 5062);
	ck_assert(!passes(f, RAW, "", 5062));
	linkfilter_free(f);
}
END_TEST

UNIT("linkfilter", the_text_means_the_same_on_every_link,
    what_does_not_compile_lets_nothing_through,
    beyond_sixteen_links_nothing_passes)
