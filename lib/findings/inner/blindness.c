/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/blindness.h"

#include "base/nstime.h"

bool
blindness_add(struct blindness *b, nstime now)
{
	b->count++;
	b->last = now;
	if (b->count < b->needed)
		return false;
	b->raised = true;
	return true;
}

nstime
blindness_ends(const struct blindness *b, nstime quiet)
{
	return b->count == 0 ? NSTIME_NEVER : nstime_after(b->last, quiet);
}

bool
blindness_over(struct blindness *b, nstime quiet, nstime now)
{
	const bool raised = b->raised;

	if (blindness_ends(b, quiet) > now)
		return false;
	b->raised = false;
	b->count = 0;
	return raised;
}

void
blindness_save(struct record *r, const struct blindness *b)
{
	record_u32(r, b->count);
	record_time(r, b->last);
	record_flag(r, b->raised);
}

void
blindness_load(struct blindness *b, struct cursor *c, nstime shift)
{
	b->count = cursor_le32(c);
	b->last = record_read_now(c, shift);
	b->raised = record_read_flag(c);
}
