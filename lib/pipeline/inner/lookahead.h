/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOOKAHEAD_H
#define LOOKAHEAD_H

#include "pipeline/event.h"
#include "pipeline/inner/paths.h"
#include "pipeline/callshard.h"

/* What an event that comes soon needs is prefetched: first the places in the
 * tables, and a while later what is found there.  NULL: nothing is. */
void lookahead_places(const struct paths *paths, const struct callshard *shard,
    const struct event *event);
void lookahead_entries(const struct paths *paths, const struct callshard *shard,
    const struct event *event);

#endif
