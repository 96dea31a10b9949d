/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/stock.h"

#include <syslog.h>

#define MINUTE (60 * NSTIME_S)

void
stock_begin(struct stock *s, nstime heartbeat, nstime monotonic)
{
	stock_set(s, heartbeat, monotonic);
	s->minute = monotonic + MINUTE;
}

void
stock_set(struct stock *s, nstime heartbeat, nstime monotonic)
{
	s->heartbeat = monotonic + heartbeat;
}

void
stock_look(struct stock *s, const struct stock_watch *watch, nstime monotonic)
{
	struct about_rooms rooms;
	struct reader_counts counts;

	if (!emptyhint_is_due(&s->empty, monotonic))
		return;
	rooms = watch->rooms(watch->arg);
	about_counts(&rooms, &counts);
	emptyhint_tick(&s->empty, &counts, watch->intake->reader,
	    intake_arrived(watch->intake), monotonic, watch->log);
}

static void
beat(struct stock *s, const struct stock_watch *watch, nstime monotonic)
{
	char store[1024];
	struct textbuf t;
	struct about_rooms rooms;

	if (watch->heartbeat == 0 || monotonic < s->heartbeat)
		return;
	s->heartbeat = monotonic + watch->heartbeat;
	rooms = watch->rooms(watch->arg);
	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, "still watching ");
	about_write(&rooms, &t);
	sinks_note(watch->sinks, LOG_INFO, store);
}

/* How much came in the minute, and how much of it was signalling. */
static void
count_arrivals(struct stock *s, const struct stock_watch *watch,
    const struct about_rooms *rooms)
{
	const uint64_t before = s->received, signalling = s->signalling;
	struct reader_counts counts;

	about_counts(rooms, &counts);
	s->received = intake_arrived(watch->intake);
	s->signalling = counts.signalling;
	judge_arrived(watch->judge,
	    s->received > before ? s->received - before : 0,
	    s->signalling - signalling, watch->intake->reached,
	    intake_wall(watch->intake));
}

static void
take(struct stock *s, const struct stock_watch *watch, nstime monotonic)
{
	struct porttally unlisted;
	struct about_rooms rooms;

	if (monotonic < s->minute)
		return;
	s->minute = monotonic + MINUTE;
	intake_minute(watch->intake, watch->judge, watch->log);
	rooms = watch->rooms(watch->arg);
	about_limits(&s->about, &rooms, monotonic, watch->log);
	unlisted = *reader_unlisted(rooms.reader);
	if (rooms.crew != NULL)
		crew_unlisted(rooms.crew, &unlisted);
	hints_tick(&s->hints, &rooms.settings, judge_unwatched(watch->judge),
	    &unlisted, monotonic, watch->log);
	count_arrivals(s, watch, &rooms);
}

void
stock_second(struct stock *s, const struct stock_watch *watch, nstime monotonic)
{
	take(s, watch, monotonic);
	stock_look(s, watch, monotonic);
	beat(s, watch, monotonic);
}
