/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetlease.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static int
put(struct fleetlease *l, const char *value)
{
	const struct fleetdoor_member *m = l->member;

	return m->door->put(m->handle, l->key, (const uint8_t *)value,
	    strlen(value), &l->revision);
}

/* The length of its value, or -errno. */
static int
get(struct fleetlease *l, char *value, size_t size, uint64_t *revision)
{
	const struct fleetdoor_member *m = l->member;
	const int len = m->door->get(
	    m->handle, l->key, (uint8_t *)value, size - 1, revision);

	value[len < 0 ? 0 : len] = '\0';
	return len;
}

static bool
write_ours(struct fleetlease *l, nstime now)
{
	char value[FLEETLEASE_VALUE];

	snprintf(value, sizeof(value), "%s %" PRIu64 " %" PRIu64,
	    l->member->name, l->member->run, ++l->beats);
	if (put(l, value) != 0)
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
	const int len = get(l, value, sizeof(value), &revision);

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
	if (get(l, value, sizeof(value), &revision) >= 0) {
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
	put(l, "");
	l->held = false;
	l->holder[0] = '\0';
	l->seen = wallclock_monotonic();
}
