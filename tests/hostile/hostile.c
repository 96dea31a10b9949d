/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * hostile SECONDS PACKETS/S [-i INTERFACE] [-a SECONDS] [-l SECONDS] KIND ...
 *
 * A savefile on standard output, or packets from an interface: ten seconds of
 * a small site (hidden.h), then beside it a flood of these kinds in turn
 * ("all": of every kind; "none"), then the site alone for two minutes more
 * (-a). The clocks of the site are late by -l, as where that of the capture is
 * ahead. `hostile' alone prints the kinds.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostile/floods.h"
#include "hostile/hidden.h"

enum { BEGINS_S = 10, USUALLY_AFTER_S = 120, MOST_KINDS = 64 };

struct plan {
	const struct flood *kinds[MOST_KINDS];
	size_t kind_count;
	double seconds, rate, after;
	const char *interface;
	nstime started; /* CLOCK_MONOTONIC, less the time of the plan */
};

static void
take_kind(struct plan *p, const char *name)
{
	bool known = strcmp(name, "none") == 0;

	for (size_t i = 0; i < flood_count; i++) {
		if (strcmp(name, "all") != 0 &&
		    strcmp(name, floods[i].name) != 0)
			continue;
		if (p->kind_count == MOST_KINDS)
			errx(2, "too many kinds");
		p->kinds[p->kind_count++] = &floods[i];
		known = true;
	}
	if (!known)
		errx(2, "%s: unknown kind", name);
}

static nstime
clock_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * NSTIME_S + t.tv_nsec;
}

/* Live, nothing is sent before its time; what is late goes as fast as it
 * can. */
static void
wait_for(const struct plan *p, const struct crafted *c)
{
	const nstime at = p->started + c->now;
	const struct timespec t = { at / NSTIME_S, at % NSTIME_S };

	if (p->interface != NULL)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void
flood_until(const struct plan *p, struct crafted *c, nstime until)
{
	static uint64_t acts;

	while (c->now < until) {
		const struct flood *kind = p->kinds[acts % p->kind_count];

		if (acts % 64 == 0)
			wait_for(p, c);
		kind->act(c, acts++ / p->kind_count);
	}
}

static void
run(const struct plan *p, struct crafted *c)
{
	const nstime begin = BEGINS_S * NSTIME_S;
	const nstime end = begin + (nstime)(p->seconds * NSTIME_S);
	const uint64_t begins = (uint64_t)(begin / HIDDEN_TICK);

	for (uint64_t n = 0;; n++) {
		const nstime next = (nstime)(n + 1) * HIDDEN_TICK;

		if (c->now < (nstime)n * HIDDEN_TICK)
			c->now = (nstime)n * HIDDEN_TICK;
		if (c->now > end + (nstime)(p->after * NSTIME_S))
			return;
		wait_for(p, c);
		hidden_tick(c, n, begins);
		if (p->kind_count > 0 && c->now >= begin && c->now < end)
			flood_until(p, c, next < end ? next : end);
	}
}

int
main(int argc, char **argv)
{
	static struct crafted c = { .seed = UINT64_C(0x853c49e6748fea9b) };
	struct plan p = { .after = USUALLY_AFTER_S };

	if (argc == 1) {
		for (size_t i = 0; i < flood_count; i++)
			puts(floods[i].name);
		return 0;
	}
	if (argc < 3)
		errx(2,
		    "hostile SECONDS PACKETS/S [-i INTERFACE] "
		    "[-a SECONDS] [-l SECONDS] KIND ...");
	p.seconds = atof(argv[1]);
	p.rate = atof(argv[2]);
	if (p.seconds < 0 || p.rate < 1)
		errx(2, "a number of seconds, and of packets a second");
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "-i") == 0 && i + 1 < argc)
			p.interface = argv[++i];
		else if (strcmp(argv[i], "-a") == 0 && i + 1 < argc)
			p.after = atof(argv[++i]);
		else if (strcmp(argv[i], "-l") == 0 && i + 1 < argc)
			c.late = (nstime)(atof(argv[++i]) * NSTIME_S);
		else
			take_kind(&p, argv[i]);
	}
	c.step = (nstime)(NSTIME_S / p.rate);
	c.wall = p.interface == NULL ? INT64_C(1700000000) * NSTIME_S
				     : clock_now(CLOCK_REALTIME);
	p.started = clock_now(CLOCK_MONOTONIC);
	crafted_open(&c, p.interface);
	run(&p, &c);
	if (fflush(stdout) != 0)
		err(2, "standard output");
	fprintf(stderr, "%llu\n", (unsigned long long)c.packets);
	return 0;
}
