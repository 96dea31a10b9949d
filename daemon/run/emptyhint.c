/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/emptyhint.h"

#include "report/summary.h"

static const nstime PERIOD = 10 * NSTIME_S;
static const nstime HOUR = 3600 * NSTIME_S;

enum {
	LEAST = 10, /* packets; fewer show nothing */
	LINE = 512
};

bool
emptyhint_is_due(const struct emptyhint *h, nstime now)
{
	return !h->over && now >= h->due;
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	summary_drop(arg, kind, name, value);
}

/* Packets that the filter kept in the kernel never reached the reader. */
static void
count(const struct emptyhint *h, const struct reader_counts *counts,
    const struct reader *reader, uint64_t arrived, struct summary *s)
{
	s->packets = counts->packets;
	s->messages = counts->messages;
	s->signalling = counts->signalling > 0;
	reader_obstacles(reader, &s->obstacles);
	reader_stats(reader, on_counter, s);
	if (arrived > h->before + s->packets) {
		summary_drop(s, COUNTER_OTHER, "capture.filtered",
		    arrived - h->before - s->packets);
		s->packets = arrived - h->before;
	}
}

void
emptyhint_tick(struct emptyhint *h, const struct reader_counts *counts,
    const struct reader *reader, uint64_t arrived, nstime now,
    const struct log *log)
{
	struct summary s = { .packets = 0 };
	const bool first = h->due == 0;
	char store[LINE];
	struct textbuf t;

	h->due = now + PERIOD;
	if (first) {
		h->before = arrived;
		return;
	}
	count(h, counts, reader, arrived, &s);
	textbuf_init(&t, store, sizeof(store));
	h->over = s.signalling;
	if (!h->over && s.packets >= h->count + LEAST &&
	    (h->logged == 0 || now >= h->logged + HOUR) &&
	    summary_nothing(&t, &s)) {
		h->logged = now;
		h->count = s.packets;
		log_notice(log, "%s", store);
	}
	summary_done(&s);
}
