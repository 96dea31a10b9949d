/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/hints.h"

static const nstime HOUR = 3600 * NSTIME_S;

enum { LINE = 1536 };

void
hints_watched(const struct watchhint_settings *settings, const struct log *log)
{
	char store[LINE];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	watchhint_write(&t, settings);
	log_notice(log, "watching %s", store);
}

static bool
is_due(struct hints_topic *topic, uint64_t count, nstime now)
{
	if (count <= topic->count ||
	    (topic->logged != 0 && now < topic->logged + HOUR))
		return false;
	topic->count = count;
	topic->logged = now;
	return true;
}

void
hints_tick(struct hints *h, const struct watchhint_settings *settings,
    const struct unwatched *unwatched, const struct porttally *unlisted,
    nstime now, const struct log *log)
{
	char store[LINE];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	if (is_due(&h->timeouts, porttally_sum(&unwatched->ports), now) &&
	    watchhint_timeouts(&t, settings, unwatched))
		log_warning(log, "not watched: %s", store);
	textbuf_init(&t, store, sizeof(store));
	if (is_due(&h->unlisted, porttally_sum(unlisted), now) &&
	    watchhint_unlisted(&t, settings, unlisted))
		log_warning(log, "not watched: %s", store);
}
