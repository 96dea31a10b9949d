/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hostile/crafted.h"

#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	ETHERNET = 14,
	IP4 = 20,
	IP6 = 40,
	UDP = 8,
	TCP = 20,
	ICMP = 8,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMP6 = 58,
	QUOTED = 60
};

static void
put16(uint8_t *at, unsigned n)
{
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

static void
put32(uint8_t *at, uint32_t n)
{
	put16(at, n >> 16);
	put16(at + 2, n & 0xffff);
}

static void
put64(uint8_t *at, uint64_t n)
{
	put32(at, (uint32_t)(n >> 32));
	put32(at + 4, (uint32_t)n);
}

void
crafted_open(struct crafted *c, const char *interface)
{
	const uint32_t head[] = { 0xa1b23c4d, 2 | 4 << 16, 0, 0, 262144, 1 };
	struct sockaddr_ll at = { .sll_family = AF_PACKET };

	c->socket = -1;
	if (interface == NULL) {
		if (fwrite(head, sizeof(head), 1, stdout) != 1)
			err(2, "standard output");
		return;
	}
	at.sll_ifindex = (int)if_nametoindex(interface);
	c->socket = socket(AF_PACKET, SOCK_RAW, 0);
	if (at.sll_ifindex == 0 || c->socket < 0 ||
	    bind(c->socket, (const struct sockaddr *)&at, sizeof(at)) < 0)
		err(2, "%s", interface);
}

uint64_t
crafted_chance(struct crafted *c)
{
	c->seed ^= c->seed << 13;
	c->seed ^= c->seed >> 7;
	c->seed ^= c->seed << 17;
	return c->seed;
}

/* Half of them have IPv4 addresses, none of them those of the hidden hosts
 * (10.0.0.0/8). */
struct crafted_host
crafted_anyone(struct crafted *c)
{
	const uint64_t n = crafted_chance(c);

	if (n & 1)
		return (struct crafted_host){ .v6 = n };
	return (struct crafted_host){ .v4 = 0xc0000000 | (uint32_t)(n >> 8) };
}

struct crafted_port
crafted_client(struct crafted *c)
{
	return (struct crafted_port){
		.host = crafted_anyone(c),
		.port = (uint16_t)(1024 + crafted_chance(c) % 60000),
	};
}

/* Live, the flood keeps its own pace: as fast as it goes. */
static void
send_packet(struct crafted *c)
{
	const nstime stamp = c->wall + c->now;
	const uint32_t head[] = { (uint32_t)(stamp / NSTIME_S),
		(uint32_t)(stamp % NSTIME_S), (uint32_t)c->len,
		(uint32_t)c->len };

	if (c->unsent)
		return;
	c->packets++;
	c->now += c->step;
	if (c->socket >= 0) {
		/* What does not fit is lost, as on any wire. */
		if (send(c->socket, c->octet, c->len, 0) < 0)
			c->packets--;
		return;
	}
	if (fwrite(head, sizeof(head), 1, stdout) != 1 ||
	    fwrite(c->octet, c->len, 1, stdout) != 1)
		err(2, "standard output");
}

struct carried {
	struct crafted_host from, to;
	unsigned protocol, id, fragment;
	size_t len;
};

/* Where the packet's payload begins. */
static uint8_t *
put_ip(struct crafted *c, const struct carried *p)
{
	static const uint8_t link[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	const bool v4 = p->to.v4 != 0;
	uint8_t *at = c->octet + ETHERNET;

	memcpy(c->octet, link, sizeof(link));
	put16(c->octet + sizeof(link), v4 ? 0x0800 : 0x86dd);
	memset(at, 0, IP6);
	if (v4) {
		at[0] = 0x45;
		put16(at + 2, (unsigned)(IP4 + p->len));
		put16(at + 4, p->id);
		put16(at + 6, p->fragment);
		at[8] = 64;
		at[9] = (uint8_t)p->protocol;
		put32(at + 12, p->from.v4);
		put32(at + 16, p->to.v4);
		c->len = ETHERNET + IP4 + p->len;
		return at + IP4;
	}
	at[0] = 0x60;
	put16(at + 4, (unsigned)p->len);
	at[6] = (uint8_t)p->protocol;
	at[7] = 64;
	put32(at + 8, 0x20010db8);
	put64(at + 16, p->from.v6);
	put32(at + 24, 0x20010db8);
	put64(at + 32, p->to.v6);
	c->len = ETHERNET + IP6 + p->len;
	return at + IP6;
}

/* Both ends of a packet are of one family: of the second's. */
static struct crafted_host
alike(struct crafted_host from, struct crafted_host to)
{
	if (to.v4 == 0)
		return from.v4 == 0 ? from
				    : (struct crafted_host){ .v6 = from.v4 };
	if (from.v4 == 0)
		from.v4 = 0xc0000000 | (uint32_t)from.v6;
	return from;
}

void
crafted_udp(struct crafted *c, const struct crafted_port *from,
    const struct crafted_port *to, const void *octets, size_t len)
{
	uint8_t *at = put_ip(c,
	    &(struct carried){
		.from = alike(from->host, to->host),
		.to = to->host,
		.protocol = PROTOCOL_UDP,
		.id = (unsigned)c->packets & 0xffff,
		.len = UDP + len,
	    });

	put16(at, from->port);
	put16(at + 2, to->port);
	put16(at + 4, (unsigned)(UDP + len));
	put16(at + 6, 0);
	memcpy(at + UDP, octets, len);
	send_packet(c);
}

void
crafted_message(struct crafted *c, const struct crafted_port *from,
    const struct crafted_port *to)
{
	crafted_udp(c, from, to, c->text, c->text_len);
}

void
crafted_tcp(struct crafted *c, const struct crafted_segment *s)
{
	uint8_t *at = put_ip(c,
	    &(struct carried){
		.from = alike(s->from.host, s->to.host),
		.to = s->to.host,
		.protocol = PROTOCOL_TCP,
		.id = (unsigned)c->packets & 0xffff,
		.len = TCP + s->len,
	    });

	memset(at, 0, TCP);
	put16(at, s->from.port);
	put16(at + 2, s->to.port);
	put32(at + 4, s->sequence);
	put32(at + 8, s->acknowledged);
	at[12] = TCP / 4 << 4;
	at[13] = (uint8_t)s->flags;
	put16(at + 14, 0xffff);
	if (s->len > 0)
		memcpy(at + TCP, s->octets, s->len);
	send_packet(c);
}

void
crafted_fragment(struct crafted *c, struct crafted_host from,
    struct crafted_host to, unsigned id, size_t offset, const void *octets,
    size_t len)
{
	uint8_t *at = put_ip(c,
	    &(struct carried){
		.from = from,
		.to = to,
		.protocol = PROTOCOL_UDP,
		.id = id & 0xffff,
		.fragment = 0x2000 | (unsigned)(offset / 8),
		.len = len,
	    });

	memcpy(at, octets, len);
	send_packet(c);
}

void
crafted_unreachable(
    struct crafted *c, struct crafted_host from, struct crafted_host to)
{
	const bool v4 = to.v4 != 0;
	uint8_t quoted[QUOTED];
	uint8_t *at;

	memcpy(quoted, c->octet + ETHERNET, QUOTED);
	at = put_ip(c,
	    &(struct carried){
		.from = alike(from, to),
		.to = to,
		.protocol = v4 ? PROTOCOL_ICMP : PROTOCOL_ICMP6,
		.len = ICMP + QUOTED,
	    });
	memset(at, 0, ICMP);
	at[0] = v4 ? 3 : 1;
	at[1] = v4 ? 3 : 4;
	memcpy(at + ICMP, quoted, QUOTED);
	send_packet(c);
}

static void
append(struct crafted *c, const char *format, va_list args)
{
	const size_t room = sizeof(c->text) - c->text_len;
	const int len = vsnprintf(c->text + c->text_len, room, format, args);

	if (len < 0 || (size_t)len >= room)
		errx(2, "a message is too long");
	c->text_len += (size_t)len;
}

void
crafted_write(struct crafted *c, const char *format, ...)
{
	va_list args;

	c->text_len = 0;
	va_start(args, format);
	append(c, format, args);
	va_end(args);
}

void
crafted_append(struct crafted *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(c, format, args);
	va_end(args);
}

/* The header lines that a request and its response share. */
static void
write_lines(
    struct crafted *c, const struct crafted_request *r, const char *to_tag)
{
	const uint32_t n = r->from.host.v4;

	crafted_append(c,
	    "Via: SIP/2.0/%s %u.%u.%u.%u:%u;branch=z9hG4bK%016llx\r\n"
	    "From: <sip:a@example.net>;tag=%llx\r\n"
	    "To: <sip:b@example.net>%s\r\n"
	    "Call-ID: %llx@example.net\r\n"
	    "CSeq: 1 %s\r\n"
	    "Max-Forwards: 70\r\n"
	    "%s"
	    "Content-Length: 0\r\n\r\n",
	    r->transport, n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255,
	    r->from.port, (unsigned long long)r->branch,
	    (unsigned long long)r->call, to_tag, (unsigned long long)r->call,
	    r->method, r->lines == NULL ? "" : r->lines);
}

void
crafted_request(struct crafted *c, const struct crafted_request *r)
{
	crafted_write(c, "%s sip:b@example.net SIP/2.0\r\n", r->method);
	write_lines(c, r, "");
}

void
crafted_response(
    struct crafted *c, const struct crafted_request *r, unsigned status)
{
	crafted_write(c, "SIP/2.0 %u OK\r\n", status);
	write_lines(c, r, ";tag=b");
}
