/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hostile/hidden.h"

#include <time.h>

enum { REQUESTS = 5, COPIES = 11, BEHIND = 3600, PACKET_US = 20 };

#define HOST(n)                                                                \
	{                                                                      \
		.v4 = 0x0a010000 + (n)                                         \
	}

const struct crafted_port hidden_client = { HOST(13), 5060 };
const struct crafted_port hidden_healthy = { HOST(51), 5062 };
const struct crafted_port hidden_stream_client = { HOST(14), 40000 };
const struct crafted_port hidden_stream_server = { HOST(52), 5062 };
const struct crafted_port hidden_refused_client = { HOST(12), 50000 };
static const struct crafted_port cut_off = { HOST(11), 5060 };
static const struct crafted_port silent = { HOST(21), 5062 };
static const struct crafted_port asks_behind = { HOST(15), 5060 };
static const struct crafted_port behind = { HOST(31), 5062 };
static const struct crafted_port refuses = { HOST(41), 5062 };

/* When Timer E sends again, in ticks. */
static const uint64_t copies[COPIES] = { 0, 5, 15, 35, 75, 115, 155, 195, 235,
	275, 315 };

static const char *
date(const struct crafted *c, int seconds)
{
	static char line[64];
	const time_t t = (c->wall + c->now - c->late) / NSTIME_S + seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(
	    line, sizeof(line), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	return line;
}

static struct crafted_request
request(const struct crafted_port *from, const char *transport, uint64_t n)
{
	return (struct crafted_request){
		.method = "SERVICE",
		.transport = transport,
		.from = *from,
		.branch = n << 16 | from->host.v4,
		.call = n << 16 | from->host.v4,
	};
}

static void
exchange(struct crafted *c, const struct crafted_port *from,
    const struct crafted_port *to, uint64_t n, int seconds)
{
	struct crafted_request r = request(from, "UDP", n);

	r.lines = date(c, 0);
	crafted_request(c, &r);
	crafted_message(c, from, to);
	r.lines = date(c, seconds);
	crafted_response(c, &r, 200);
	crafted_message(c, to, from);
}

/* 500 octets of requests for each tick that has one, and so of answers. */
static void
stream(struct crafted *c, uint64_t number)
{
	static uint32_t client = 1000, server = 2000;
	struct crafted_request r =
	    request(&hidden_stream_client, "TCP", number);
	struct crafted_segment s = {
		.from = hidden_stream_client,
		.to = hidden_stream_server,
		.sequence = client - 1,
		.flags = CRAFTED_SYN,
	};
	struct crafted_segment back = {
		.from = hidden_stream_server,
		.to = hidden_stream_client,
		.sequence = server - 1,
		.acknowledged = client,
		.flags = CRAFTED_SYN | CRAFTED_ACK,
	};

	if (number == 0) {
		crafted_tcp(c, &s);
		crafted_tcp(c, &back);
	}
	s.flags = back.flags = CRAFTED_PSH | CRAFTED_ACK;
	crafted_request(c, &r);
	s.octets = back.octets = c->text;
	s.sequence = client;
	s.acknowledged = server;
	s.len = c->text_len;
	crafted_tcp(c, &s);
	client += (uint32_t)s.len;
	crafted_response(c, &r, 200);
	back.sequence = server;
	back.acknowledged = client;
	back.len = c->text_len;
	crafted_tcp(c, &back);
	server += (uint32_t)back.len;
	s.sequence = client;
	s.acknowledged = server;
	s.len = 0;
	s.flags = CRAFTED_ACK;
	crafted_tcp(c, &s);
}

/* `since' the outage began. */
static void
outage(struct crafted *c, uint64_t since)
{
	for (uint64_t n = 0; n < REQUESTS; n++)
		for (size_t i = 0; i < COPIES; i++) {
			const struct crafted_request r =
			    request(&cut_off, "UDP", 1000000 + n);

			if (since != n + copies[i])
				continue;
			crafted_request(c, &r);
			crafted_message(c, &cut_off, &silent);
		}
}

/* Until the flood it takes connections. */
static void
acceptance(struct crafted *c, uint64_t number)
{
	const struct crafted_request r =
	    request(&hidden_refused_client, "TCP", number);
	struct crafted_segment there = {
		.from = hidden_refused_client,
		.to = refuses,
		.sequence = (uint32_t)number * 1000,
		.flags = CRAFTED_SYN,
	};
	struct crafted_segment back = {
		.from = refuses,
		.to = hidden_refused_client,
		.sequence = 5000,
		.acknowledged = there.sequence + 1,
		.flags = CRAFTED_SYN | CRAFTED_ACK,
	};

	there.from.port = (uint16_t)(there.from.port - 1000 + number);
	back.to.port = there.from.port;
	crafted_tcp(c, &there);
	crafted_tcp(c, &back);
	there.sequence++;
	there.acknowledged = ++back.sequence;
	there.flags = back.flags = CRAFTED_PSH | CRAFTED_ACK;
	crafted_request(c, &r);
	there.octets = back.octets = c->text;
	there.len = c->text_len;
	crafted_tcp(c, &there);
	back.acknowledged += (uint32_t)there.len;
	crafted_response(c, &r, 200);
	back.len = c->text_len;
	crafted_tcp(c, &back);
}

static void
refusal(struct crafted *c, uint64_t number)
{
	struct crafted_segment syn = {
		.from = hidden_refused_client,
		.to = refuses,
		.sequence = (uint32_t)number * 1000,
		.flags = CRAFTED_SYN,
	};
	struct crafted_segment reset = {
		.from = refuses,
		.to = hidden_refused_client,
		.acknowledged = (uint32_t)number * 1000 + 1,
		.flags = CRAFTED_RST | CRAFTED_ACK,
	};

	syn.from.port += (uint16_t)number;
	reset.to.port += (uint16_t)number;
	crafted_tcp(c, &syn);
	crafted_tcp(c, &reset);
}

void
hidden_tick(struct crafted *c, uint64_t number, uint64_t begins)
{
	const nstime step = c->step;

	c->step = PACKET_US * NSTIME_US;
	exchange(c, &hidden_client, &hidden_healthy, number, 0);
	if (number % 10 == 0)
		stream(c, number);
	if (number < begins && number % 10 == 0)
		exchange(c, &cut_off, &silent, number, 0);
	if (number < begins && number % 20 == 0)
		acceptance(c, number);
	if (number > begins) {
		outage(c, number - begins - 1);
		if (number % 2 == 0)
			exchange(c, &asks_behind, &behind, number, -BEHIND);
		/* Again and again: live, some packets are dropped. */
		if (number < begins + 6 ||
		    (number < begins + 300 && number % 20 == 0))
			refusal(c, number);
	}
	c->step = step;
}
