/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MSGDUP_H
#define MSGDUP_H

#include "pipeline/event.h"

/*
 * Mirror duplicates that no reader can know of: two sources, with a reader
 * each, show the same message.  Copies that one reader saw are of the sender,
 * since readers drop the duplicates of their own source.
 */

/* Two sources may show one message so far apart. */
#define MSGDUP_WINDOW (100 * NSTIME_MS)

struct msgdup;

/* Remembers `messages', the oldest gives way.  NULL when out of memory; the
 * caller frees it. */
struct msgdup *msgdup_new(size_t messages, const struct siphash_key *key);
void msgdup_free(struct msgdup *d);

/* Did another reader report it a moment ago?  Costs nothing as long as there is
 * only one. */
bool msgdup_input(struct msgdup *d, unsigned reader,
    const struct event_message *message, nstime now);

/* msgdup.duplicate, msgdup.no_memory */
void msgdup_stats(const struct msgdup *d, counter_output *output, void *arg);

#endif
