/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/alertlist.h"

#include <stdlib.h>

#include "alert/inner/alertparts.h"

static int
compare(const void *left, const void *right)
{
	const struct episode *a = *(const struct episode *const *)left;
	const struct episode *b = *(const struct episode *const *)right;

	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	if (a->first_seen != b->first_seen)
		return a->first_seen < b->first_seen ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

bool
alertlist_show(const struct alert *a, alert_output *output, void *arg,
    nstime now, nstime wall)
{
	const struct episode **active =
	    calloc(a->active + 1, sizeof(const struct episode *));
	const struct table_entry *entry = table_first(a->table);
	size_t count = 0;

	if (active == NULL)
		return false;
	for (; entry != NULL; entry = table_next(a->table, entry)) {
		const struct alert_entry *e = (const struct alert_entry *)entry;

		if (e->episode.life == EPISODE_ACTIVE && count < a->active)
			active[count++] = &e->episode;
	}
	qsort(active, count, sizeof(const struct episode *), compare);
	for (size_t i = 0; i < count; i++)
		episode_show(active[i], output, arg, now, wall);
	free(active);
	return true;
}
