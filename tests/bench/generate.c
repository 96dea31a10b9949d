/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/nstime.h"
#include "bench/segments.h"

/*
 * The savefile of the benchmark: 350,000 SIP messages, half SERVICE and its
 * answer, half INVITE, 100, 180, 200, ACK, 700 octets on average, to port
 * 5062, 5,000 a second.
 *
 * Each message of the pattern is a lane: number i of it is due i periods
 * after the start, plus its own delay.  The lanes are merged by time.
 */

struct options {
	uint64_t messages, rate;
	uint64_t voice; /* packets for each message */
	bool tcp, faults, dates, flood, open, quiet;
};

struct lane {
	const char *method;
	unsigned status; /* 0: a request */
	nstime period, delay;
	size_t octets;
	enum { ALWAYS, HEALTHY, FAULTY } when;
	uint64_t next, count;
};

static bool
is_service(const struct lane *lane)
{
	return strcmp(lane->method, "SERVICE") == 0;
}

/* One transaction in a hundred is never answered and sent again and again. */
static bool
is_faulty(uint64_t i)
{
	return i % 100 == 99;
}

static void add(struct octets *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct octets *o, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(
	    (char *)o->octet + o->len, sizeof(o->octet) - o->len, format, args);
	va_end(args);
	if (len > 0)
		o->len += (size_t)len;
}

static void
add_date(struct octets *o, nstime wall)
{
	const time_t seconds = wall / NSTIME_S;
	char text[64];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	add(o, "Date: %s\r\n", text);
}

/* The parts of a flood that a sender can choose are all different. */
static uint64_t
scramble(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void
add_head(struct octets *o, const struct options *options,
    const struct lane *lane, uint64_t i, const struct segments_pair *pair)
{
	const char *transport = options->tcp ? "TCP" : "UDP";
	const bool ack = strcmp(lane->method, "ACK") == 0;
	const uint64_t key = options->flood ? scramble(i) : i;

	if (lane->status == 0)
		add(o, "%s sip:edge%u.example.com:5062;grid SIP/2.0\r\n",
		    lane->method, pair->server);
	else
		add(o, "SIP/2.0 %u %s\r\n", lane->status,
		    lane->status == 100       ? "Trying"
			: lane->status == 180 ? "Ringing"
					      : "OK");
	add(o,
	    "Via: SIP/2.0/%s 10.1.%u.%u:5060;branch=z9hG4bK%c%s%016llX"
	    ";branched=FALSE\r\n",
	    transport, pair->client / 256, pair->client % 256,
	    is_service(lane) ? 'S' : 'I', ack ? "ack" : "",
	    (unsigned long long)key);
	add(o,
	    "Max-Forwards: 69\r\n"
	    "From: \"Some Body\"<sip:some.body%u@example.com>"
	    ";tag=%08llx;epid=1234567890\r\n",
	    pair->client, (unsigned long long)(key & 0xffffffff));
	add(o,
	    "To: <sip:edge%u.example.com@example.com;gruu;"
	    "opaque=srvr:MRAS:tmsOAAAAAAAAAAAAAAAAAA>%s\r\n",
	    pair->server, lane->status > 100 ? ";tag=0123456789ABCDEF" : "");
	add(o, "Call-ID: %c%031llx\r\nCSeq: 1 %s\r\n",
	    is_service(lane) ? 'a' : 'b', (unsigned long long)key,
	    is_service(lane) ? "SERVICE"
		: ack        ? "ACK"
			     : "INVITE");
}

static void
add_filler(struct octets *o, size_t octets)
{
	static const char filler[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < octets; i++)
		o->octet[o->len++] = (uint8_t)filler[i % 36];
}

static void
make_message(struct octets *o, const struct options *options,
    const struct lane *lane, uint64_t i, const struct segments_pair *pair,
    nstime wall)
{
	const bool has_body = lane->octets > 600;
	size_t rest;

	o->len = 0;
	add_head(o, options, lane, i, pair);
	if (options->dates && lane->status != 0)
		add_date(o, wall);
	add(o, "User-Agent: RTCC/4.0.0.0 MRAS/2.0\r\n");
	rest = lane->octets > o->len + 80 ? lane->octets - o->len - 80 : 0;
	if (!has_body) {
		add(o, "Record-Route: <sip:fe.example.com:5061;opaque=");
		add_filler(o, rest > 20 ? rest - 20 : 0);
		add(o, ";lr>\r\nContent-Length: 0\r\n\r\n");
		return;
	}
	add(o,
	    "Content-Type: application/octet-stream\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    rest);
	add_filler(o, rest);
}

/* How many of the lane, and how far apart: half of all messages are SERVICE
 * and its answer, half are INVITE and the four that follow it.  A flood is
 * one lane, open transactions are two, with nothing else. */
static void
pace(struct lane *lane, const struct options *options)
{
	const uint64_t each = options->flood ? 1
	    : options->open                  ? 2
	    : is_service(lane)               ? 4
					     : 10;

	lane->count = options->messages / each;
	lane->period = (nstime)(NSTIME_S * each / options->rate);
	lane->delay *= NSTIME_MS;
}

static size_t
make_lanes(struct lane *lane, const struct options *options)
{
	static const struct lane usual[] = {
		{ "SERVICE", 0, 0, 0, 950, ALWAYS, 0, 0 },
		{ "INVITE", 0, 0, 0, 1150, ALWAYS, 0, 0 },
		{ "SERVICE", 200, 0, 100, 500, HEALTHY, 0, 0 },
		{ "INVITE", 100, 0, 100, 400, HEALTHY, 0, 0 },
		{ "INVITE", 180, 0, 200, 500, HEALTHY, 0, 0 },
		{ "INVITE", 200, 0, 600, 950, HEALTHY, 0, 0 },
		{ "ACK", 0, 0, 700, 450, HEALTHY, 0, 0 },
	};
	static const unsigned service_copies[] = { 500, 1500, 3500, 7500, 11500,
		15500, 19500, 23500, 27500, 31500 };
	static const unsigned invite_copies[] = { 500, 1500, 3500, 7500, 15500,
		31500 };
	size_t count = options->flood ? 1
	    : options->open           ? 2
				      : sizeof(usual) / sizeof(usual[0]);

	memcpy(lane, usual, sizeof(usual));
	for (size_t i = 0; options->faults && i < 10; i++) {
		lane[count] = usual[0];
		lane[count].when = FAULTY;
		lane[count++].delay = service_copies[i];
	}
	for (size_t i = 0; options->faults && i < 6; i++) {
		lane[count] = usual[1];
		lane[count].when = FAULTY;
		lane[count++].delay = invite_copies[i];
	}
	for (size_t i = 0; i < count; i++) {
		if (options->open)
			lane[i].octets = 0;
		pace(&lane[i], options);
	}
	return count;
}

static bool
takes_part(const struct lane *lane, const struct options *options, uint64_t i)
{
	if (!options->faults || lane->when == ALWAYS)
		return true;
	return is_faulty(i) == (lane->when == FAULTY);
}

/* The lane whose next message comes first, NULL: all are through. */
static struct lane *
earliest(struct lane *lane, size_t count, nstime *when)
{
	struct lane *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const nstime due =
		    (nstime)lane[i].next * lane[i].period + lane[i].delay;

		if (lane[i].next < lane[i].count &&
		    (best == NULL || due < *when)) {
			best = &lane[i];
			*when = due;
		}
	}
	return best;
}

/* RTP between two messages, spread over the time since the last one. */
static uint64_t
send_voice(struct segments *out, const struct options *options, uint64_t first,
    nstime from, nstime to)
{
	for (uint64_t i = 0; i < options->voice; i++)
		segments_voice(out, first + i,
		    from + (to - from) * (nstime)i / (nstime)options->voice);
	return first + options->voice;
}

static uint64_t
generate(struct segments *out, const struct options *options)
{
	const nstime start = INT64_C(1294078920) * NSTIME_S;
	struct lane lanes[24], *lane;
	const size_t count = make_lanes(lanes, options);
	struct octets message;
	uint64_t written = 0, spoken = 0;
	nstime when = 0, before = 0;

	while ((lane = earliest(lanes, count, &when)) != NULL) {
		const uint64_t i = lane->next++;
		const struct segments_pair pair = segments_pair(out, i);

		if (!takes_part(lane, options, i))
			continue;
		spoken = send_voice(
		    out, options, spoken, start + before, start + when);
		before = when;
		if (options->quiet)
			continue;
		make_message(&message, options, lane, i, &pair, start + when);
		segments_send(
		    out, &pair, lane->status == 0, &message, start + when);
		written++;
	}
	segments_finish(out);
	return options->quiet ? spoken : written;
}

static int
usage(void)
{
	fprintf(stderr,
	    "usage: generate [-n MESSAGES] [-r RATE] [-t] [-f] [-d] [-b | -o] "
	    "[-v N [-q]] SAVEFILE\n"
	    "-t: TCP, 1,400 octets a segment  -f: 1 %% faults  "
	    "-d: Date in responses\n"
	    "-b: a flood of requests of random branches  "
	    "-o: requests that stay open\n"
	    "-v N: N packets of RTP before each message  "
	    "-q: and no message\n");
	return 2;
}

int
main(int argc, char **argv)
{
	struct options options = { .messages = 350000, .rate = 5000 };
	struct segments *out;
	int letter;

	while ((letter = getopt(argc, argv, "n:r:v:tfdboq")) != -1) {
		if (letter == '?')
			return usage();
		if (letter == 'n')
			options.messages = strtoull(optarg, NULL, 10);
		if (letter == 'r')
			options.rate = strtoull(optarg, NULL, 10);
		if (letter == 'v')
			options.voice = strtoull(optarg, NULL, 10);
		options.tcp |= letter == 't';
		options.faults |= letter == 'f';
		options.dates |= letter == 'd';
		options.flood |= letter == 'b';
		options.open |= letter == 'o';
		options.quiet |= letter == 'q';
	}
	if (optind + 1 != argc || options.messages == 0 || options.rate == 0)
		return usage();
	out = segments_open(argv[optind], options.tcp);
	if (out == NULL) {
		fprintf(stderr, "%s: cannot write\n", argv[optind]);
		return 2;
	}
	fprintf(strcmp(argv[optind], "-") == 0 ? stderr : stdout, "%llu\n",
	    (unsigned long long)generate(out, &options));
	return 0;
}
