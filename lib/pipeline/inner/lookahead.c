/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/lookahead.h"

static bool
is_message(const struct event *e)
{
	return e != NULL && e->kind == EVENT_MESSAGE;
}

void
lookahead_places(const struct paths *paths, const struct callshard *shard,
    const struct event *event)
{
	const struct event_message *in;

	if (!is_message(event))
		return;
	in = &event->message;
	paths_expect(paths, &in->origin.from.address, &in->origin.to.address);
	if (in->keyed)
		callshard_hint(shard, &in->keys);
}

void
lookahead_entries(const struct paths *paths, const struct callshard *shard,
    const struct event *event)
{
	const struct event_message *in;

	if (!is_message(event))
		return;
	in = &event->message;
	paths_expect_entry(
	    paths, &in->origin.from.address, &in->origin.to.address);
	if (in->keyed)
		callshard_hint_entry(shard, &in->keys);
}
