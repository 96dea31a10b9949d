/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "capture/format.h"
#include "net/servertrace.h"

/* The text that the logging tools of Lync and Skype for Business write: its
 * records are the packets. */

struct traces {
	struct window *window;
	nstime latest; /* stamp; records without one get it */
	bool unstamped, ended;
	uint64_t lost;
	const char *error;
};

static int
traces_new(struct window *window, const struct format_secrets *secrets,
    void **reader)
{
	struct traces *t = malloc(sizeof(*t));

	(void)secrets;
	if (t == NULL)
		return -ENOMEM;
	*t = (struct traces){ .window = window, .error = "" };
	*reader = t;
	return 0;
}

static enum format_result
fill(struct traces *t, struct slice record, struct packet *packet)
{
	packet->octets = record;
	packet->len = record.len;
	packet->datalink = SERVERTRACE_DATALINK;
	packet->unstamped = !servertrace_stamp(record, &t->latest);
	packet->zoneless = true;
	packet->wall = t->latest;
	t->unstamped |= packet->unstamped;
	return FORMAT_PACKET;
}

/* A record stays in the window until more octets are needed, so that it may be
 * lent that long. */
static enum format_result
traces_next(void *reader, struct packet *packet)
{
	struct traces *t = reader;

	for (;;) {
		const struct slice all = window_octets(t->window);
		struct slice rest = all, record;
		const enum servertrace_cut got =
		    servertrace_next(&rest, t->ended, &record);
		int more;

		window_take(t->window, all.len - rest.len);
		t->lost += got == SERVERTRACE_LOST;
		if (got == SERVERTRACE_RECORD)
			return fill(t, record, packet);
		if (got == SERVERTRACE_LOST)
			continue;
		if (t->ended)
			return FORMAT_END;
		more = window_need(t->window, rest.len + 1);
		t->ended = more == 0;
		if (more < 0) {
			t->error = strerror(-more);
			return FORMAT_DAMAGED;
		}
	}
}

static const char *
traces_error(const void *reader)
{
	const struct traces *t = reader;

	return t->error;
}

static void
traces_facts(const void *reader, struct format_facts *facts)
{
	const struct traces *t = reader;

	*facts = (struct format_facts){ .unstamped = t->unstamped };
}

static void
traces_stats(const void *reader, counter_output *output, void *arg)
{
	const struct traces *t = reader;

	output(arg, COUNTER_EVENT, "traces.lost", t->lost);
}

const struct format traces_format = {
	.window = 2 * SERVERTRACE_LARGEST,
	.new = traces_new,
	.free = free,
	.next = traces_next,
	.error = traces_error,
	.facts = traces_facts,
	.stats = traces_stats,
};
