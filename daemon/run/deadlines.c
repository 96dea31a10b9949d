/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/deadlines.h"

void
deadlines_advance(struct deadlines *d, nstime until)
{
	nstime fired = INT64_MIN;

	while (d->due <= until) {
		nstime due = d->due = d->next(d->of);

		if (due < d->now)
			due = d->now;
		/* A deadline that its own tick did not move must not loop. */
		if (due > until || due == fired)
			break;
		d->now = due;
		d->fire(d->of, due);
		fired = due;
		d->due = INT64_MIN;
	}
	if (d->now < until)
		d->now = until;
}
