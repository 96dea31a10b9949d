/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "alert/alert.h"
#include "base/budget.h"

/*
 * The alert events that some reader (a sink) may not have got yet.  Each has a
 * number; readers confirm up to which one they have all.  Events that a reader
 * had not confirmed before a crash are sent to it again, and marked.
 */

struct outbox;

/* At most so many events, and octets; the oldest go first, and are counted.
 * What they take is drawn from `memory' in any case (NULL: from none).  NULL
 * when out of memory; the caller frees it. */
struct outbox *outbox_new(
    size_t events, size_t octets, struct budget_share *memory);
void outbox_free(struct outbox *o);

/* Keep a copy of an event.  Returns its number: one more than the last. */
uint64_t outbox_add(struct outbox *o, const struct alert_event *event);

/* The number of the latest event; 0: there was none yet. */
uint64_t outbox_last(const struct outbox *o);

/*
 * Set the readers, and up to which event each has all.  A reader's number
 * never falls while it stays; events that all of them have are forgotten.
 * True if that changed anything that is saved.
 */
enum { OUTBOX_READERS = 32, OUTBOX_NAME = 512 };
struct outbox_reader {
	const char *name; /* copied; unique, cut at OUTBOX_NAME octets */
	uint64_t number;
};
bool outbox_settle(
    struct outbox *o, const struct outbox_reader *readers, size_t count);

/* The events that `reader' has not, oldest first, marked as repeated; events of
 * before a restart, after outbox_load(), are the ones it may have missed. */
typedef void outbox_output(
    void *arg, const struct alert_event *event, uint64_t number);
void outbox_again(const struct outbox *o, const char *reader,
    outbox_output *output, void *arg);

/* State kept over a restart.  outbox_load() is for an empty one; false: it
 * makes no sense, and the outbox is only good to be freed. */
void outbox_save(const struct outbox *o, struct record *r);
bool outbox_load(struct outbox *o, struct cursor *c);

/* outbox.full, outbox.no_memory */
void outbox_stats(const struct outbox *o, counter_output *output, void *arg);

#endif
