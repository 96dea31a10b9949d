/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * flood INTERFACE SECONDS: as many packets as it takes, a third each of
 *
 *	SERVICE requests with branches of their own, 10.9.0.0/16 > 10.8.0.1:5062
 *	first fragments of such, never followed by a second
 *	TCP SYNs to 10.8.0.2:5061
 *
 * and among them real transactions, one each 5 ms, that 10.8.0.3:5062 never
 * answers: each is repeated by Timer E with a T1 of 50 ms and a T2 of 400 ms.
 *Says what it sent.
 */
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 64,
	OCTETS = 1024,
	HEADERS = 14 + 20 + 8,
	COPIES = 11,
	BEGIN_EACH_MS = 5
};

static const int64_t copy_at_ms[COPIES] = { 0, 50, 150, 350, 750, 1150, 1550,
	1950, 2350, 2750, 3150 };

struct flood {
	int socket;
	unsigned char packets[BATCH][OCTETS];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	size_t count;
	uint64_t sent, seed;
};

static uint64_t
chance(struct flood *f)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
put16(unsigned char *at, unsigned n)
{
	at[0] = (unsigned char)(n >> 8);
	at[1] = (unsigned char)n;
}

static void
flush(struct flood *f)
{
	size_t done = 0;

	while (done < f->count) {
		const int n = sendmmsg(f->socket, f->messages + done,
		    (unsigned)(f->count - done), 0);

		if (n > 0)
			done += (size_t)n; /* ENOBUFS: the device is busy */
	}
	f->sent += done;
	f->count = 0;
}

/* Ethernet and IPv4 around what the caller fills in behind them. */
static unsigned char *
next(struct flood *f, unsigned protocol, uint32_t source, unsigned server)
{
	unsigned char *p = f->packets[f->count];

	memset(p, 0, HEADERS + 12);
	memset(p, 2, 12);
	put16(p + 12, ETHERTYPE_IP);
	p[14] = 0x45;
	put16(p + 18, (unsigned)chance(f));
	p[22] = 64;
	p[23] = (unsigned char)protocol;
	put16(p + 26, 0x0a09);
	put16(p + 28, source);
	put16(p + 30, 0x0a08);
	put16(p + 32, server);
	return p;
}

static void
add(struct flood *f, size_t len)
{
	put16(f->packets[f->count] + 16, (unsigned)len - 14);
	f->parts[f->count].iov_len = len;
	if (++f->count == BATCH)
		flush(f);
}

static void
add_request(
    struct flood *f, uint64_t id, uint32_t source, unsigned server, bool whole)
{
	unsigned char *p = next(f, 17, source, server);
	const int len = snprintf((char *)p + HEADERS, OCTETS - HEADERS,
	    "SERVICE sip:mras@10.8.0.%u SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.9.%u.%u:5060;branch=z9hG4bK%016llx\r\n"
	    "From: <sip:fe@example.com>;tag=%llx\r\n"
	    "To: <sip:mras@example.com>\r\n"
	    "Call-ID: %016llx@flood\r\nCSeq: 1 SERVICE\r\n"
	    "Content-Length: 0\r\n\r\n",
	    server, source >> 8 & 255, source & 255, (unsigned long long)id,
	    (unsigned long long)id, (unsigned long long)id);

	put16(p + 34, 5060);
	put16(p + 36, 5062);
	put16(p + 38, (unsigned)len + 8);
	if (!whole)
		put16(p + 20, 0x2000); /* more fragments */
	/* Fragments are of eight octets each. */
	add(f, whole ? (size_t)len + HEADERS : 34 + (((size_t)len + 8) & ~7u));
}

static void
add_syn(struct flood *f)
{
	unsigned char *p = next(f, 6, (uint32_t)chance(f), 2);
	const uint64_t number = chance(f);

	put16(p + 34, 1024 + (unsigned)(number >> 32) % 60000);
	put16(p + 36, 5061);
	memcpy(p + 38, &number, 4);
	p[46] = 0x50;
	p[47] = 2;
	add(f, 54);
}

/* The copies of real transactions that are due between two times. */
static void
add_real(struct flood *f, int64_t from, int64_t to, int64_t last_begin)
{
	for (int i = 0; i < COPIES; i++)
		for (int64_t ms = from; ms < to; ms++) {
			const int64_t begun = ms - copy_at_ms[i];

			if (begun >= 0 && begun < last_begin &&
			    begun % BEGIN_EACH_MS == 0)
				add_request(f, 0x5ea1000000000000u + begun,
				    (uint32_t)begun, 3, true);
		}
}

static void
add_flood(struct flood *f)
{
	for (int i = 0; i < 4 * BATCH; i++) {
		const uint64_t id = chance(f);

		if (id % 3 == 0)
			add_syn(f);
		else
			add_request(
			    f, chance(f), (uint32_t)(id >> 8), 1, id % 3 == 1);
	}
}

static void
run(struct flood *f, int64_t milliseconds)
{
	const int64_t begin = now_ms();
	int64_t done = 0, at;

	while ((at = now_ms() - begin) < milliseconds + 4000) {
		add_real(f, done, at, milliseconds);
		done = at;
		if (at < milliseconds)
			add_flood(f);
		else
			usleep(1000);
		flush(f);
	}
}

int
main(int argc, char *argv[])
{
	static struct flood f = { .seed = 0x9e3779b97f4a7c15u };
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
	};

	if (argc != 3)
		errx(2, "usage: flood INTERFACE SECONDS");
	address.sll_ifindex = (int)if_nametoindex(argv[1]);
	f.socket = socket(AF_PACKET, SOCK_RAW, 0);
	if (f.socket < 0 ||
	    bind(f.socket, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(2, "%s", argv[1]);
	for (size_t i = 0; i < BATCH; i++) {
		f.parts[i].iov_base = f.packets[i];
		f.messages[i].msg_hdr.msg_iov = &f.parts[i];
		f.messages[i].msg_hdr.msg_iovlen = 1;
	}
	run(&f, 1000 * strtoll(argv[2], NULL, 10));
	printf("%llu\n", (unsigned long long)f.sent);
	return 0;
}
