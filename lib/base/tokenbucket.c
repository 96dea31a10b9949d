/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tokenbucket.h"

void
tokenbucket_init(
    struct tokenbucket *b, unsigned rate, unsigned burst, nstime now)
{
	const nstime interval = NSTIME_S / (rate == 0 ? 1 : rate);

	*b = (struct tokenbucket){
		.interval = interval,
		.capacity = interval * (burst == 0 ? 1 : burst),
		.credit = interval * (burst == 0 ? 1 : burst),
		.last = now,
	};
}

static nstime
credit_at(const struct tokenbucket *b, nstime now)
{
	const nstime passed = now > b->last ? now - b->last : 0;

	if (passed >= b->capacity - b->credit)
		return b->capacity;
	return b->credit + passed;
}

bool
tokenbucket_take(struct tokenbucket *b, nstime now)
{
	b->credit = credit_at(b, now);
	if (now > b->last)
		b->last = now;
	if (b->credit < b->interval)
		return false;
	b->credit -= b->interval;
	return true;
}

nstime
tokenbucket_ready(const struct tokenbucket *b, nstime now)
{
	const nstime credit = credit_at(b, now);

	return credit >= b->interval ? now : now + (b->interval - credit);
}
