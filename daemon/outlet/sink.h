/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_H
#define SINK_H

#include "alert/alert.h"

/*
 * Where alerts go (DESIGN section 9).  Every sink has a thread of its own and a
 * bounded queue between it and the loop, so that a stalled journald, rsyslog or
 * disk never stops capture.  A failed delivery is tried again until it works;
 * alerts that find the queue full are counted as lost, and their number is
 * written when the sink works again.
 *
 * Alerts are formatted by the caller's thread (they are rare), delivered by
 * the sink's.
 */

struct sink;
struct post_setup;

/* A queued record: what `format' made of an alert, opaque to the queue. */
struct sink_record {
	struct sink_record *next; /* private */
	int priority;             /* syslog(3) */
	uint64_t number;          /* of the alert; 0: none */
	size_t len;
	char octets[];
};

/*
 * A kind of sink.  `format' and `note' run in the caller's thread, read only
 * what never changes in the state, and return a record from
 * sink_record_new(), or NULL when out of memory.  `deliver' and `reopen' run
 * in the sink's thread; they return 0, or -errno when nothing was done and it
 * should be tried again.  `close' runs when the thread has ended.
 */
struct sink_kind {
	struct sink_record *(*format)(
	    void *state, const struct alert_event *event);
	struct sink_record *(*note)(
	    void *state, int priority, const char *text);
	/* Does this sink get alerts that have joined another?  NULL: no. */
	bool (*tells_joined)(const void *state);
	int (*deliver)(void *state, const struct sink_record *record);
	int (*reopen)(void *state); /* before the first delivery too; or NULL */
	/* Every `again' of time in which nothing else happened too, in the
	 * sink's thread; its failure is tried again like a record's. */
	int (*repeat)(void *state);
	nstime again;               /* 0: there is no repeat */
	void (*close)(void *state); /* frees the state */
};

/* `len' octets of zeros to be filled, or NULL. */
struct sink_record *sink_record_new(int priority, size_t len);

/* A record that is just this text. */
struct sink_record *sink_record_text(int priority, struct slice text);

/* With what a sink of any kind is made; borrowed. */
struct sink_setup {
	const char *argument; /* a path where the kind takes one, or "" */
	unsigned facility;    /* as in syslog(3), not shifted */
	bool json;            /* write JSON where both would do */
	size_t limit;         /* records queued at most */
	unsigned rate;        /* alerts a second; 0: all */
	const struct post_setup *post; /* of sinks that post */
	const char *secret;            /* webhook: file of the key that signs */
};

struct sink_counts {
	uint64_t delivered, lost, queued;
	size_t octets;    /* of what is queued or held back */
	uint64_t settled; /* the number up to which all alerts were delivered,
			   * or counted as held back or lost; UINT64_MAX: all
			   * there are */
	int error;        /* of the last try, 0: it works */
};

/*
 * Start a sink: `name' is for logs and copied, `state' belongs to it from now
 * on (closed also on failure), `limit' records are queued at most, `rate'
 * alerts a second are let through (0: all).  NULL and errno set on failure.
 */
struct sink *sink_new(const char *name, const struct sink_kind *kind,
    void *state, size_t limit, unsigned rate);

/* From now on so many octets are queued at most. */
void sink_set_octets(struct sink *sink, size_t octets);

/* Queue one alert, whose number is higher than those before; never blocks. */
void sink_alert(struct sink *sink, const struct alert_event *event,
    uint64_t number, nstime now);

/* Queue a line that is no alert (the daily one, a summing-up). */
void sink_note(struct sink *sink, int priority, const char *text);

/* Sum up what the throttle held back, when there is room again. */
void sink_tick(struct sink *sink, nstime now);

/* Open its file or socket anew (SIGHUP, after logrotate). */
void sink_reopen(struct sink *sink);

/* Does it repeat by itself what is active? */
bool sink_repeats(const struct sink *sink);

const char *sink_name(const struct sink *sink);
void sink_count(struct sink *sink, struct sink_counts *counts);

/*
 * End the sink: its thread delivers what is queued until `deadline'
 * (CLOCK_MONOTONIC) and gives up the rest.  Does not wait.
 */
void sink_end(struct sink *sink, nstime deadline);

/* Take back sink_end(): the sink goes on as before.  False: it is too late,
 * its thread has ended. */
bool sink_stay(struct sink *sink);

/*
 * After sink_end(): wait until `until' for the thread to end.  True: it has,
 * the sink is freed and *missing records were given up.  False: it still
 * delivers or is stuck in a system call; *missing records wait, and the sink
 * may be left behind if the process ends.  *settled: see struct sink_counts.
 */
bool sink_ended(
    struct sink *sink, nstime until, uint64_t *missing, uint64_t *settled);

#endif
