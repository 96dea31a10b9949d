/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/timeline.h"

void
timeline_init(struct timeline *t, nstime offset, nstime monotonic)
{
	*t = (struct timeline){
		.offset = offset,
		.before = offset,
		.reached = monotonic,
	};
}

nstime
timeline_measure(struct timeline *t, nstime offset, nstime tolerance)
{
	const nstime step = offset - t->offset;

	if (step > -tolerance && step < tolerance) {
		t->offset = offset;
		return 0;
	}
	t->before = t->offset;
	t->offset = offset;
	return step;
}

static nstime
distance(nstime a, nstime b)
{
	return a < b ? b - a : a - b;
}

static nstime
forward(struct timeline *t, nstime now, nstime monotonic)
{
	if (now > monotonic)
		now = monotonic;
	if (now < t->reached)
		now = t->reached;
	t->reached = now;
	return now;
}

nstime
timeline_now(struct timeline *t, nstime stamp, nstime monotonic)
{
	const nstime now = stamp - t->offset;
	const nstime as_before = stamp - t->before;

	if (distance(as_before, monotonic) < distance(now, monotonic))
		return forward(t, as_before, monotonic);
	return forward(t, now, monotonic);
}

nstime
timeline_idle(struct timeline *t, nstime monotonic)
{
	return forward(t, monotonic, monotonic);
}
