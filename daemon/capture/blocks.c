/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "capture/format.h"
#include "net/pcapng.h"

struct blocks {
	struct window *window;
	struct pcapng *pcapng;
	struct slice rest; /* of the window, what pcapng did not take */
	nstime latest;     /* stamp; those without one get it */
	bool unstamped;
	const char *error;
};

static void
blocks_free(void *reader)
{
	struct blocks *b = reader;

	pcapng_free(b->pcapng);
	free(b);
}

static int
blocks_new(
    struct window *window, const struct format_secrets *secrets, void **reader)
{
	struct blocks *b = malloc(sizeof(*b));
	enum { SECTION_HEADER = 28 };
	const int got = window_need(window, SECTION_HEADER);

	if (b == NULL)
		return -ENOMEM;
	*b = (struct blocks){
		.window = window,
		.pcapng = pcapng_new(secrets->output, secrets->arg),
		.error = "",
	};
	if (got == 1 && b->pcapng != NULL) {
		b->rest = window_octets(window);
		*reader = b;
		return 0;
	}
	blocks_free(b);
	if (got == 1)
		return -ENOMEM;
	return got == 0 ? -EINVAL : got;
}

/* Read on, behind what pcapng has taken. */
static int
read_more(struct blocks *b)
{
	const size_t wanted = pcapng_wanted(b->pcapng);
	int got;

	window_take(b->window, window_octets(b->window).len - b->rest.len);
	got = window_need(b->window, wanted);
	b->rest = window_octets(b->window);
	return got;
}

static enum format_result
fill(struct blocks *b, const struct pcapng_packet *from, struct packet *packet)
{
	packet->octets = from->octets;
	packet->len = from->len;
	packet->datalink = from->datalink;
	packet->zoneless = false;
	packet->unstamped = from->stamp == PCAPNG_STAMP_NONE;
	b->unstamped |= packet->unstamped;
	if (from->stamp == PCAPNG_STAMP)
		b->latest = from->wall;
	packet->wall = b->latest;
	return from->stamp == PCAPNG_STAMP_BAD ? FORMAT_BAD_STAMP
					       : FORMAT_PACKET;
}

static enum format_result
blocks_next(void *reader, struct packet *packet)
{
	struct blocks *b = reader;
	struct pcapng_packet found;

	for (;;) {
		int got;

		switch (pcapng_next(b->pcapng, &b->rest, &found)) {
		case PCAPNG_PACKET:
			return fill(b, &found, packet);
		case PCAPNG_BROKEN:
			b->error = pcapng_error(b->pcapng);
			return FORMAT_DAMAGED;
		case PCAPNG_MORE:
			break;
		}
		got = read_more(b);
		if (got == 0)
			return pcapng_may_end(b->pcapng) && b->rest.len == 0
			    ? FORMAT_END
			    : FORMAT_CUT;
		if (got < 0) {
			b->error = strerror(-got);
			return FORMAT_DAMAGED;
		}
	}
}

static const char *
blocks_error(const void *reader)
{
	const struct blocks *b = reader;

	return b->error;
}

static void
blocks_facts(const void *reader, struct format_facts *facts)
{
	const struct blocks *b = reader;
	struct pcapng_statistics s;

	pcapng_statistics(b->pcapng, &s);
	*facts = (struct format_facts){
		.has_end = s.has_end,
		.end = s.end,
		.dropped = s.dropped,
		.unstamped = b->unstamped,
	};
}

static void
blocks_stats(const void *reader, counter_output *output, void *arg)
{
	const struct blocks *b = reader;

	pcapng_stats(b->pcapng, output, arg);
}

const struct format blocks_format = {
	.window = PCAPNG_WINDOW,
	.new = blocks_new,
	.free = blocks_free,
	.next = blocks_next,
	.error = blocks_error,
	.facts = blocks_facts,
	.stats = blocks_stats,
};
