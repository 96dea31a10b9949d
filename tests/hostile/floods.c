/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hostile/floods.h"

#include <stdio.h>
#include <string.h>

#include "hostile/hidden.h"
#include "hostile/streamfloods.h"

static const struct crafted_port server = { { .v4 = 0xcb007101 }, 5062 };

static void
send_request(struct crafted *c, const char *method,
    const struct crafted_port *from, const struct crafted_port *to,
    const char *lines)
{
	crafted_request(c,
	    &(struct crafted_request){
		.method = method,
		.transport = "UDP",
		.lines = lines,
		.from = *from,
		.branch = crafted_chance(c),
		.call = crafted_chance(c),
	    });
	crafted_message(c, from, to);
}

/* From anyone to a server that never answers. */
static void
invites(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);

	send_request(c, n % 2 == 0 ? "INVITE" : "SERVICE", &from, &server, "");
}

/* To servers that are nowhere. */
static void
invites_anywhere(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);
	const struct crafted_port to = { crafted_anyone(c), 5062 };

	(void)n;
	send_request(c, "INVITE", &from, &to, "");
}

/* From one host that works to another, as a forger would. */
static void
invites_of_one(struct crafted *c, uint64_t n)
{
	(void)n;
	send_request(
	    c, "SERVICE", &hidden_client, &hidden_healthy, "X-Forged: 1\r\n");
}

static void
long_invites(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);

	(void)n;
	crafted_write(c, "INVITE sip:b@example.net SIP/2.0\r\n");
	while (c->text_len < 50000)
		crafted_append(c,
		    "Via: SIP/2.0/UDP h%llx:5060;branch=z9hG4bK%016llx\r\n",
		    (unsigned long long)crafted_chance(c),
		    (unsigned long long)crafted_chance(c));
	crafted_append(c,
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@y>\r\nCall-ID: %llx\r\n"
	    "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
	    (unsigned long long)crafted_chance(c));
	crafted_message(c, &from, &server);
}

static void
methods(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);
	char method[32];

	(void)n;
	snprintf(method, sizeof(method), "M%llX",
	    (unsigned long long)crafted_chance(c));
	send_request(c, method, &from, &server, "");
}

static void
acks(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);

	(void)n;
	send_request(c, "ACK", &from, &server, "");
}

/* One Call-ID, or one branch, from everywhere. */
static void
one_call(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);

	crafted_request(c,
	    &(struct crafted_request){
		.method = "INVITE",
		.transport = "UDP",
		.from = from,
		.branch = n % 2 == 0 ? 1 : crafted_chance(c),
		.call = 1,
	    });
	crafted_message(c, &from, &server);
}

static void
orphans(struct crafted *c, uint64_t n)
{
	const struct crafted_port to = crafted_client(c);

	(void)n;
	crafted_response(c,
	    &(struct crafted_request){
		.method = "INVITE",
		.transport = "UDP",
		.lines = "Date: Fri, 13 Nov 2009 23:29:00 GMT\r\n",
		.from = to,
		.branch = crafted_chance(c),
		.call = crafted_chance(c),
	    },
	    200);
	crafted_message(c, &server, &to);
}

/* Clients whose clocks are all wrong. */
static void
dates(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = { crafted_anyone(c), 5060 };
	char date[64];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(date, sizeof(date),
		    "Date: Fri, 13 Nov %u 22:13:%02u GMT\r\n",
		    (unsigned)(1999 + n % 30), i);
		send_request(c, "REGISTER", &from, &server, date);
	}
}

/* Servers whose clocks are all wrong. */
static void
clocks(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = { crafted_anyone(c), 5060 };
	const struct crafted_port to = { crafted_anyone(c), 5062 };
	char date[64];

	for (unsigned i = 0; i < 4; i++) {
		struct crafted_request r = {
			.method = "SERVICE",
			.transport = "UDP",
			.lines = date,
			.from = from,
			.branch = crafted_chance(c),
			.call = crafted_chance(c),
		};

		snprintf(date, sizeof(date),
		    "Date: Fri, 13 Nov %u 22:13:%02u GMT\r\n",
		    (unsigned)(1999 + n % 30), i);
		crafted_request(c, &r);
		crafted_message(c, &from, &to);
		crafted_response(c, &r, 200);
		crafted_message(c, &to, &from);
	}
}

/* Requests that are sent again, by Timer E, to as many servers as there are
 * packets. */
static void
outages(struct crafted *c, uint64_t n)
{
	static const uint64_t age[] = { 0, 500, 1500, 3500, 7500, 11500 };
	const uint64_t each_ms = 50;
	const uint64_t now = (uint64_t)(c->now / NSTIME_MS);

	for (size_t i = 0; i < sizeof(age) / sizeof(age[0]); i++) {
		const uint64_t which = (now - age[i]) * each_ms + n % each_ms;
		struct crafted_port from = { { .v4 = 0xc6336401 }, 5060 };
		struct crafted_port to = { { .v6 = which }, 5062 };

		crafted_request(c,
		    &(struct crafted_request){
			.method = "SERVICE",
			.transport = "UDP",
			.from = from,
			.branch = which,
			.call = which,
		    });
		crafted_message(c, &from, &to);
	}
}

static void
unreachables(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);
	const struct crafted_port to = { crafted_anyone(c), 5062 };

	(void)n;
	send_request(c, "SERVICE", &from, &to, "");
	crafted_unreachable(c, to.host, from.host);
}

static void
fragments(struct crafted *c, uint64_t n)
{
	static const uint8_t octets[1480] = { 0x13, 0xc4, 0x13, 0xc6 };
	const struct crafted_host from = { .v4 = 0xc0000000 |
		    (uint32_t)crafted_chance(c) };

	if (n % 2 == 0)
		crafted_fragment(c, from, server.host,
		    (unsigned)crafted_chance(c), 0, octets, sizeof(octets));
	else
		crafted_fragment(c, (struct crafted_host){ .v4 = 0xc0000201 },
		    server.host, (unsigned)(n / 8000), n / 2 % 4000 * 16,
		    octets, 8);
}

static void
put64(uint8_t *at, uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		at[i] = (uint8_t)n;
}

/* Hosts and servers of NTP that disagree by days. */
static void
ntp(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = { crafted_anyone(c), 123 };
	const struct crafted_port to = { crafted_anyone(c), 123 };
	const uint64_t since_1900 = UINT64_C(2208988800);
	const uint64_t second = (uint64_t)((c->wall + c->now) / NSTIME_S) +
	    since_1900 - 86400 * (1 + n % 30);

	for (int i = 0; i < 4; i++) {
		uint8_t octets[48] = { 0x23 };
		const uint64_t asked = crafted_chance(c);

		put64(octets + 40, asked);
		crafted_udp(c, &from, &to, octets, sizeof(octets));
		octets[0] = 0x24;
		octets[1] = 2;
		put64(octets + 24, asked);
		put64(octets + 16, second << 32);
		put64(octets + 32, second << 32);
		put64(octets + 40, second << 32);
		crafted_udp(c, &to, &from, octets, sizeof(octets));
	}
}

/* KRB_AP_ERR_SKEW from as many centers as there are packets. */
static void
kerberos(struct crafted *c, uint64_t n)
{
	static const uint8_t error[] = { 0x7e, 0x5d, 0x30, 0x5b, 0xa0, 3, 2, 1,
		5, 0xa1, 3, 2, 1, 30, 0xa4, 0x11, 0x18, 0x0f, '2', '0', '2',
		'3', '1', '1', '0', '1', '2', '2', '1', '3', '2', '0', 'Z',
		0xa5, 5, 2, 3, 1, 0, 0, 0xa6, 3, 2, 1, 37, 0xa9, 4, 0x1b, 2,
		'A', 'B', 0xaa, 0x17, 0x30, 0x15, 0xa0, 3, 2, 1, 2, 0xa1, 0x0e,
		0x30, 0x0c, 0x1b, 6, 'k', 'r', 'b', 't', 'g', 't', 0x1b, 2, 'A',
		'B' };
	const struct crafted_port from = { crafted_anyone(c), 88 };
	const struct crafted_port to = crafted_client(c);
	uint8_t octets[sizeof(error)];

	(void)n;
	memcpy(octets, error, sizeof(error));
	octets[1] = sizeof(error) - 2;
	octets[3] = sizeof(error) - 4;
	for (int i = 0; i < 4; i++)
		crafted_udp(c, &from, &to, octets, sizeof(octets));
}

/* Octets that are no message, to a port where messages are expected. */
static void
noise(struct crafted *c, uint64_t n)
{
	const struct crafted_port from = crafted_client(c);
	uint64_t octets[64];

	(void)n;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		octets[i] = crafted_chance(c);
	crafted_udp(c, &from, &server, octets, sizeof(octets));
}

/* Guesses at what hosts that work say to one another: responses of another
 * branch, ICMP and resets of another port or sequence number. */
static void
guesses(struct crafted *c, uint64_t n)
{
	struct crafted_request r = {
		.method = "SERVICE",
		.transport = "UDP",
		.lines = "Date: Fri, 13 Nov 2009 23:29:00 GMT\r\n",
		.from = hidden_client,
		.branch = crafted_chance(c),
		.call = crafted_chance(c),
	};
	struct crafted_segment reset = {
		.from = hidden_stream_server,
		.to = hidden_stream_client,
		.sequence = (uint32_t)crafted_chance(c),
		.flags = CRAFTED_RST,
	};

	crafted_response(c, &r, n % 2 == 0 ? 503 : 200);
	crafted_message(c, &hidden_healthy, &hidden_client);
	/* A reset within the window is one of 65,536 guesses. */
	reset.sequence |= UINT32_C(1) << 31;
	crafted_tcp(c, &reset);
	reset.to.port = (uint16_t)(1024 + crafted_chance(c) % 30000);
	crafted_tcp(c, &reset);
	c->unsent = true;
	crafted_tcp(c,
	    &(struct crafted_segment){
		.from = { hidden_stream_client.host, reset.to.port },
		.to = hidden_stream_server,
		.sequence = reset.sequence,
		.flags = CRAFTED_ACK,
	    });
	c->unsent = false;
	crafted_unreachable(
	    c, hidden_stream_server.host, hidden_stream_client.host);
}

const struct flood floods[] = {
	{ "invites", invites },
	{ "invites-anywhere", invites_anywhere },
	{ "invites-of-one", invites_of_one },
	{ "long-invites", long_invites },
	{ "methods", methods },
	{ "acks", acks },
	{ "one-call", one_call },
	{ "orphans", orphans },
	{ "dates", dates },
	{ "clocks", clocks },
	{ "outages", outages },
	{ "unreachables", unreachables },
	{ "fragments", fragments },
	{ "ntp", ntp },
	{ "kerberos", kerberos },
	{ "noise", noise },
	{ "guesses", guesses },
	{ "syns", streamfloods_syns },
	{ "scans", streamfloods_scans },
	{ "refusals", streamfloods_refusals },
	{ "hellos", streamfloods_hellos },
	{ "half-hellos", streamfloods_half_hellos },
	{ "certificates", streamfloods_certificates },
	{ "holes", streamfloods_holes },
	{ "halves", streamfloods_halves },
};

const size_t flood_count = sizeof(floods) / sizeof(floods[0]);
