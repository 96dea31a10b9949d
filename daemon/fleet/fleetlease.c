/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlease.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fleet/fleetkey.h"
#include "host/wallclock.h"

#define EACH NSTIME_S

void
fleetlease_init(struct fleetlease *l, const struct fleetdoor_member *member,
    const char *key)
{
	*l = (struct fleetlease){ .member = member };
	snprintf(l->key, sizeof(l->key), "%s", key);
	l->seen = wallclock_monotonic();
}

static bool
write_ours(struct fleetlease *l, nstime now)
{
	char value[FLEETLEASE_VALUE];

	snprintf(value, sizeof(value), "%s %" PRIu64 " %" PRIu64,
	    l->member->name, l->member->run, ++l->beats);
	if (fleetkey_put(l->member, l->key, value, &l->revision) != 0)
		return false;
	l->seen = l->well = now;
	snprintf(l->holder, sizeof(l->holder), "%s", l->member->name);
	return true;
}

static bool
is_ours(const struct fleetlease *l, const char *value)
{
	char ours[FLEETLEASE_VALUE];
	const int len = snprintf(ours, sizeof(ours), "%s %" PRIu64 " ",
	    l->member->name, l->member->run);

	return strncmp(value, ours, (size_t)len) == 0;
}

/* What nobody could read, its holder could not write. */
static void
look(struct fleetlease *l, bool wanted, nstime now)
{
	char value[FLEETLEASE_VALUE];
	uint64_t revision = 0;
	const int len =
	    fleetkey_get(l->member, l->key, value, sizeof(value), &revision);

	if (len < 0 && len != -ENOENT) {
		l->seen = now;
		return;
	}
	l->well = now;
	if (revision != l->revision)
		l->seen = now;
	l->revision = len == -ENOENT ? 0 : revision;
	snprintf(l->holder, sizeof(l->holder), "%.*s", (int)strcspn(value, " "),
	    value);
	if (wanted &&
	    (len <= 0 || is_ours(l, value) ||
		nstime_passed(l->seen, FLEETLEASE_LOST, now)))
		l->held = write_ours(l, now);
}

/* A write whose answer was lost may have been ours. */
static void
keep(struct fleetlease *l, nstime now)
{
	char value[FLEETLEASE_VALUE];
	uint64_t revision = 0;

	if (write_ours(l, now))
		return;
	if (fleetkey_get(l->member, l->key, value, sizeof(value), &revision) >=
	    0) {
		l->held = is_ours(l, value);
		l->revision = revision;
	}
	if (nstime_passed(l->seen, FLEETLEASE_LOST - EACH, now))
		l->held = false;
	if (!l->held)
		l->seen = now;
}

bool
fleetlease_tick(struct fleetlease *l, bool wanted)
{
	const nstime now = wallclock_monotonic();

	if (now < l->due)
		return l->held;
	l->due = now + EACH;
	if (l->held)
		keep(l, now);
	else
		look(l, wanted, now);
	return l->held;
}

void
fleetlease_give(struct fleetlease *l)
{
	if (!l->held)
		return;
	fleetkey_put(l->member, l->key, "", &l->revision);
	l->held = false;
	l->holder[0] = '\0';
	l->seen = wallclock_monotonic();
}
