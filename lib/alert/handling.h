/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HANDLING_H
#define HANDLING_H

#include "alert/alert.h"

/*
 * The operators' handling of alerts: an acknowledgement marks one as known
 * until its episode ends, and a silence holds some back for a while.  It
 * decides nothing else: an alert that is silenced lives on, and queries show
 * it, marked.
 */

struct handling;

enum {
	HANDLING_SILENCES = 64,
	HANDLING_ACKS = 256,
	HANDLING_KEY = 208 /* octets of a silence's key, its NUL included */
};

/*
 * A silence: `key' is a kind, a subject, an id in hexadecimal, or a kind and a
 * subject with a blank between them.
 */
struct handling_silence {
	char key[HANDLING_KEY];
	nstime until; /* `now' */
	bool used;    /* it has held an event back */
};

/* NULL when out of memory; the caller frees it. */
struct handling *handling_new(void);
void handling_free(struct handling *h);

/* Begin a silence, or move the end of one with this key.  False: the key is
 * empty or too long, or there are HANDLING_SILENCES already. */
bool handling_silence(struct handling *h, struct slice key, nstime until);

/* End a silence now.  False: there is none with this key. */
bool handling_unsilence(struct handling *h, struct slice key, nstime now);

/* Silence number `index' in order of its key, borrowed until the next call
 * that changes one; NULL: there are no more. */
const struct handling_silence *handling_silence_at(
    const struct handling *h, size_t index);

/* Does a silence that has not ended match the event? */
bool handling_matches(
    const struct handling *h, const struct alert_event *event);

/* The same, and the silence is marked as used: alerts active when it ends must
 * be emitted then. */
bool handling_holds_back(struct handling *h, const struct alert_event *event);

/*
 * Take out a silence that has ended by `now' and was used, and copy it to
 * *ended.  False: there is none (any more).  Unused ones are removed silently.
 */
bool handling_ended(
    struct handling *h, nstime now, struct handling_silence *ended);
nstime handling_next_deadline(const struct handling *h);

/* Does this silence match the event, whenever it ends? */
bool handling_silence_matches(
    const struct handling_silence *silence, const struct alert_event *event);

/* Acknowledge an episode; the oldest of HANDLING_ACKS others gives way. */
void handling_ack(struct handling *h, uint64_t id, unsigned episode);
bool handling_is_acked(const struct handling *h, uint64_t id, unsigned episode);

/* The state that survives a restart.  handling_load() is for an empty room;
 * false: it makes no sense, and the room is only good to be freed. */
void handling_save(const struct handling *h, struct record *r);
bool handling_load(
    struct handling *h, struct cursor *c, const struct record_shift *shift);

#endif
