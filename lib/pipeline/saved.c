/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/saved.h"

/* The last digit is the version: only that version reads it. */
static const char magic[] = "siptimed state 2\n";

#define MOST_AWAY (30 * 86400 * NSTIME_S)

void
saved_save(struct record *r, const struct saved *m, const struct outbox *outbox,
    const struct judge *judge)
{
	record_octets(r, slice_text(magic));
	record_time(r, m->now);
	record_time(r, m->wall);
	record_octets(r, slice_of(m->boot, sizeof(m->boot)));
	totals_save(r, &m->totals);
	outbox_save(outbox, r);
	judge_save(judge, r);
	record_seal(r);
}

bool
saved_open(struct slice octets, struct saved *m, struct cursor *rest)
{
	struct slice content, boot;
	struct cursor c;

	if (!slice_starts_with(octets, magic) ||
	    !record_unseal(octets, &content))
		return false;
	c = cursor_over(slice_after(content, sizeof(magic) - 1));
	*m = (struct saved){ .now = 0 };
	m->now = record_read_now(&c, 0);
	m->wall = record_read_time(&c);
	boot = cursor_take(&c, SAVED_BOOT);
	totals_load(&m->totals, &c);
	if (c.bad)
		return false;
	memcpy(m->boot, boot.p, boot.len);
	*rest = c;
	return true;
}

static bool
is_known(const uint8_t boot[SAVED_BOOT])
{
	static const uint8_t unknown[SAVED_BOOT];

	return memcmp(boot, unknown, SAVED_BOOT) != 0;
}

struct record_shift
saved_shift(const struct saved *saved, nstime now, nstime wall,
    const uint8_t boot[SAVED_BOOT], nstime *step)
{
	const bool same_run = is_known(boot) && now >= saved->now &&
	    memcmp(boot, saved->boot, SAVED_BOOT) == 0;
	nstime away = wall - saved->wall;

	*step = 0;
	if (same_run) {
		*step = away - (now - saved->now);
		away = now - saved->now;
	}
	if (away < 0)
		away = 0;
	if (away > MOST_AWAY)
		away = MOST_AWAY;
	return (struct record_shift){
		.now = now,
		.watching = now - saved->now,
		.real = now - saved->now - away,
	};
}

bool
saved_load(struct cursor *rest, const struct record_shift *shift,
    struct outbox *outbox, struct judge *judge)
{
	return outbox_load(outbox, rest) && judge_load(judge, rest, shift) &&
	    rest->rest.len == 0;
}
