/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/livealign.h"

#include <stdlib.h>

#include "clock/align.h"

enum {
	PERIOD = 10, /* minutes, of which the first is looked at */
	MOST_PACKETS = 20000,
	FRAGMENTS = 64
};

struct livealign {
	struct align *align; /* NULL: nothing is looked at now */
	struct decode *decode;
	size_t packets;
	unsigned minute;
	bool differ[ALIGN_SOURCES][ALIGN_SOURCES]; /* first < second */
	bool any;
};

static void
on_event(void *arg, const struct decode_event *event)
{
	const struct livealign *l = arg;

	align_input(l->align, event);
}

static void
begin(struct livealign *l)
{
	l->packets = 0;
	l->align = align_new(ALIGN_SOURCES);
}

struct livealign *
livealign_new(void)
{
	const struct decode_limits limits = { .tunnels = true,
		.fragments = FRAGMENTS,
		.fragment_octets = (size_t)FRAGMENTS << 16 };
	struct livealign *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->decode = decode_new(&limits, on_event, l);
	begin(l);
	if (l->decode != NULL && l->align != NULL)
		return l;
	livealign_free(l);
	return NULL;
}

void
livealign_free(struct livealign *l)
{
	if (l == NULL)
		return;
	align_free(l->align);
	decode_free(l->decode);
	free(l);
}

void
livealign_packet(struct livealign *l, const struct packet *packet)
{
	if (l->align == NULL || l->packets++ >= MOST_PACKETS)
		return;
	decode_input(l->decode, packet);
}

static void
compare(struct livealign *l, unsigned first, unsigned second,
    const struct visibility_sources *of, struct judge *judge, nstime now,
    nstime wall)
{
	struct visibility_sources sources = *of;
	struct align_pair pair;

	if (!align_pair(l->align, first, second, &pair))
		return;
	sources.offset = pair.offset;
	/* A difference may have been told before a restart. */
	if (pair.differs)
		judge_clocks_differ(judge, &sources, now, wall);
	else
		judge_clocks_agree(judge, &sources, now, wall);
	l->differ[first][second] = pair.differs;
}

static void
compare_all(struct livealign *l, const char *const *names, unsigned count,
    struct judge *judge, nstime now, nstime wall)
{
	l->any = false;
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = i + 1; k < count; k++) {
			if (names[i] != NULL && names[k] != NULL)
				compare(l, i, k,
				    &(struct visibility_sources){
					.a = names[i], .b = names[k] },
				    judge, now, wall);
			l->any = l->any || l->differ[i][k];
		}
}

/* Fragments that are still open end with the look. */
void
livealign_minute(struct livealign *l, const char *const *names, size_t count,
    struct judge *judge, nstime now, nstime wall)
{
	if (l->align != NULL) {
		compare_all(l, names,
		    count < ALIGN_SOURCES ? (unsigned)count : ALIGN_SOURCES,
		    judge, now, wall);
		align_free(l->align);
		l->align = NULL;
		decode_reset(l->decode);
	}
	if (++l->minute % PERIOD == 0)
		begin(l);
}

bool
livealign_differs(const struct livealign *l)
{
	return l->any;
}
