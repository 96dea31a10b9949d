/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The cost of a Date: nanoseconds to read one, exact and lenient, and to weigh
 * one against its peer's clock.
 */

#include <stdio.h>
#include <time.h>

#include "skew/skew.h"
#include "sip/sipdate.h"

enum { ROUNDS = 2000000, PEERS = 1000, EXACT_OCTETS = 29 };

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
bench_parse(const char *name, const char *text)
{
	struct sipdate_stats stats = { .exact = 0 };
	struct sipdate date = { .seconds = 0 };
	char value[64];
	const size_t len = strlen(text);
	int64_t sum = 0;
	const double start = seconds();

	memcpy(value, text, len + 1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		value[len > EXACT_OCTETS ? 34 : 23] = (char)('0' + i % 6);
		sipdate_parse(slice_of(value, len), &date, &stats);
		sum += date.seconds;
	}
	if (sum != 0)
		printf("date %s: %.1f ns\n", name,
		    (seconds() - start) / ROUNDS * 1e9);
}

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	(void)finding;
}

/* `gap' between two stamps; those of one peer are PEERS gaps apart. */
static void
bench_skew(const char *name, nstime gap)
{
	const struct skew_limits limits = {
		.warn = 60 * NSTIME_S,
		.major = 300 * NSTIME_S,
		.critical = 900 * NSTIME_S,
		.min_samples = 3,
		.hold = 10 * NSTIME_S,
		.peers = 10000,
	};
	struct skew *s = skew_new(&limits, on_finding, NULL);
	nstime wall = 1289690940 * NSTIME_S;
	const double start = seconds();

	for (unsigned i = 0; s != NULL && i < ROUNDS; i++) {
		const unsigned peer = i % PEERS;

		wall += gap;
		skew_input(s,
		    &(struct stamp){
			.peer = { .version = 4,
			    .octets = { 10, 0, (uint8_t)(peer >> 8),
				(uint8_t)peer } },
			.told = wall - wall % NSTIME_S,
			.resolution = NSTIME_S,
			.wall = wall,
			.now = wall,
		    });
	}
	printf("stamp %s: %.1f ns\n", name, (seconds() - start) / ROUNDS * 1e9);
	skew_free(s);
}

int
main(void)
{
	bench_parse("exact", "Sat, 13 Nov 2010 23:29:00 GMT");
	bench_parse("lenient", "Saturday, 13 November 2010 23:29:00 UTC");
	bench_skew("of a busy peer", 3 * NSTIME_US);
	bench_skew("of a slow peer", 2 * NSTIME_MS);
	return 0;
}
