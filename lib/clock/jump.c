/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/jump.h"

/* Witnesses of one step agree within this. */
#define WITHIN (3 * NSTIME_S)

/* One witness alone is believed where hardly any time passed: less than this
 * part of the jump, which is longer than a message waits in a queue. */
enum { PART = 16 };
#define QUEUED (120 * NSTIME_S)

/* So many that did not move close it. */
enum { UNMOVED = 3 };

void
jump_open(struct jump *j, nstime size, nstime now)
{
	if (size < -OFFSET_LIMIT || size > OFFSET_LIMIT ||
	    nstime_magnitude(size) < JUMP_LEAST ||
	    (j->open &&
		nstime_magnitude(size) < nstime_magnitude(j->size) / PART))
		return;
	*j = (struct jump){ .open = true, .size = size, .at = now };
}

/* Time does not pass backwards, nor more of it than a forward jump spans. */
static bool
is_possible(const struct jump *j, nstime step)
{
	const nstime passed = j->size - step;

	if (passed < -WITHIN || nstime_magnitude(step) < JUMP_LEAST)
		return false;
	return j->size > 0 ? step > 0 : step < 0;
}

/* One that did not move may be the capturing host itself. */
static bool
is_proven(const struct jump *j)
{
	const nstime passed = j->size - j->step;

	if (j->agree > 1)
		return j->agree > j->unmoved;
	return j->unmoved == 0 && nstime_magnitude(j->size) > QUEUED &&
	    passed <= nstime_magnitude(j->size) / PART;
}

bool
jump_witness(struct jump *j, const struct offset_interval *before,
    nstime latest, const struct offset_interval *after, nstime *step)
{
	const nstime moved = offset_middle(*before) - offset_middle(*after);

	if (!j->open || latest > j->at)
		return false;
	if (nstime_magnitude(moved) < JUMP_LEAST) {
		j->open = ++j->unmoved < UNMOVED;
		return false;
	}
	if (!is_possible(j, moved))
		return false;
	if (nstime_magnitude(moved - j->step) > WITHIN)
		j->agree = 0;
	j->step = moved;
	j->agree++;
	if (!is_proven(j))
		return false;
	j->open = false;
	*step = moved;
	return true;
}
