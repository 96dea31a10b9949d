/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/timeline.h"

void
timeline_init(struct timeline *t, nstime offset)
{
	*t = (struct timeline){
		.offset = offset,
		.before = offset,
		.stepped = INT64_MIN / 2,
	};
}

nstime
timeline_measure(
    struct timeline *t, nstime offset, nstime tolerance, nstime monotonic)
{
	const nstime step = offset - t->offset;

	if (step > -tolerance && step < tolerance) {
		t->offset = offset;
		return 0;
	}
	t->before = t->offset;
	t->offset = offset;
	t->stepped = monotonic;
	return step;
}

static nstime
distance(nstime a, nstime b)
{
	return a < b ? b - a : a - b;
}

/* With whichever offset puts it nearer to the present. */
static nstime
nearest(const struct timeline *t, nstime stamp, nstime monotonic)
{
	const nstime now = stamp - t->offset;
	const nstime as_before = stamp - t->before;

	if (monotonic - t->stepped > TIMELINE_KEEP ||
	    distance(now, monotonic) <= distance(as_before, monotonic))
		return now;
	return as_before;
}

nstime
timeline_now(
    const struct timeline *t, nstime *reached, nstime stamp, nstime monotonic)
{
	nstime now = nearest(t, stamp, monotonic);

	if (now > monotonic)
		now = monotonic;
	if (now < *reached)
		now = *reached;
	*reached = now;
	return now;
}
