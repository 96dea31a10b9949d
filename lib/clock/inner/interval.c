/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/inner/interval.h"

#define MOST_AGE (1000 * 86400 * NSTIME_S)

nstime
interval_time(nstime from, nstime to)
{
	nstime age;

	if (to <= from)
		return 0;
	if (__builtin_sub_overflow(to, from, &age) || age > MOST_AGE)
		return MOST_AGE;
	return age;
}

struct offset_interval
interval_aged(const struct offset_sample *s, nstime now)
{
	const nstime drift =
	    interval_time(s->at, now) / (1000000 / OFFSET_DRIFT_PPM);

	return (struct offset_interval){ s->interval.lo - drift,
		s->interval.hi + drift };
}

struct offset_interval
interval_hull(struct offset_interval a, struct offset_interval b)
{
	return (struct offset_interval){
		.lo = a.lo < b.lo ? a.lo : b.lo,
		.hi = a.hi > b.hi ? a.hi : b.hi,
	};
}

static void
insert(nstime *sorted, unsigned count, nstime value)
{
	while (count > 0 && sorted[count - 1] > value) {
		sorted[count] = sorted[count - 1];
		count--;
	}
	sorted[count] = value;
}

/* How many of so many samples may be wrong: half of a few, and of many a
 * quarter, which is far more than the messages that wait in queues. */
static unsigned
tolerated(unsigned samples)
{
	const unsigned quarter = samples / 4 > 3 ? samples / 4 : 3;

	return samples / 2 < quarter ? samples / 2 : quarter;
}

/*
 * Marzullo's algorithm: of all points, take the points that lie in most
 * intervals, and insist on a majority.  A sample that waited in a queue for
 * about its own width still overlaps the true ones and pulls the upper edge
 * below the truth, so that edge is taken further up: past as many as may be
 * wrong.  The lower edge needs no correction, since waiting only lowers a
 * sample.
 */
bool
interval_majority(const struct offset_interval *intervals, unsigned count,
    struct offset_interval *result)
{
	nstime lo[OFFSET_SAMPLES], hi[OFFSET_SAMPLES];
	unsigned most = 0, below = 0, ended = 0;

	for (unsigned i = 0; i < count; i++) {
		insert(lo, i, intervals[i].lo);
		insert(hi, i, intervals[i].hi);
	}
	for (unsigned i = 0; i < count; i++) {
		while (hi[ended] < lo[i])
			ended++;
		if (i + 1 - ended <= most)
			continue;
		most = i + 1 - ended;
		below = ended;
		result->lo = lo[i];
	}
	if (most * 2 <= count)
		return false;
	result->hi = hi[below + tolerated(count - below)];
	return true;
}

void
interval_save(struct record *r, struct offset_interval interval)
{
	record_u64(r, (uint64_t)interval.lo);
	record_u64(r, (uint64_t)interval.hi);
}

struct offset_interval
interval_load(struct cursor *c)
{
	struct offset_interval interval;

	interval.lo = record_read_within(c, INTERVAL_LIMIT);
	interval.hi = record_read_within(c, INTERVAL_LIMIT);
	return interval;
}

void
interval_save_sample(struct record *r, const struct offset_sample *sample)
{
	interval_save(r, sample->interval);
	record_time(r, sample->at);
}

struct offset_sample
interval_load_sample(struct cursor *c, nstime shift)
{
	struct offset_sample s;

	s.interval = interval_load(c);
	s.at = record_read_now(c, shift);
	return s;
}
