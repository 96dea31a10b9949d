/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SENSORS_H
#define SENSORS_H

#include "pipeline/joiner.h"

/*
 * The sensors that a judge hears: which run and batch of each came last, who is
 * silent, whose clock is odd, and which servers each has seen.
 */

struct sensors;

struct sensors_sensor {
	struct joiner_sensor shown;
	char name[WIRE_NAME];
	unsigned number;      /* from 0, in order of appearance */
	nstime shift;         /* our axis less its `now' */
	unsigned corrections; /* of that, by what hosts tell */
	nstime behind;        /* the least of late: the way adds to it */
	unsigned odd_batches;
	bool unheard;      /* since it was loaded: nobody waits for it */
	bool dropped;      /* packets, before its last batch */
	bool shared;       /* its name, with one that began earlier */
	nstime lost_since; /* our axis; NSTIME_NEVER: it is not */
	struct sensors_sensor *next; /* of one bucket */
};

struct sensors *sensors_new(
    size_t sensors, size_t sights, const struct siphash_key *key);
void sensors_free(struct sensors *s);

enum sensors_answer {
	SENSORS_NEXT,
	SENSORS_BEFORE,  /* it came before */
	SENSORS_EARLIER, /* of an earlier run: of another of that name */
	SENSORS_FULL
};

/* A batch's header.  *gap: batches before it are missing. */
enum sensors_answer sensors_input(struct sensors *s,
    const struct wire_header *header, nstime received, nstime behind,
    struct sensors_sensor **sensor, bool *gap);

/* The clocks of all are compared; the sign, if there is one. */
bool sensors_compare(
    struct sensors *s, struct sensors_sensor *sensor, enum joiner_sign *sign);

/* Its stamps are that far ahead of the others', by what hosts tell all of them:
 * they are corrected, and what it has sent before is of no use.  The sign, if
 * there is one. */
bool sensors_correct(
    struct sensors_sensor *sensor, nstime ahead, enum joiner_sign *sign);

/* The next one that was silent for `lost', or NULL. */
struct sensors_sensor *sensors_silent(
    struct sensors *s, nstime received, nstime lost);

/* The least that all living ones have reached; INT64_MIN: nobody lives. */
nstime sensors_reached(struct sensors *s, nstime lost);

/* It sends what waited in its spool, and nobody waits for it: that is how far
 * all are. */
bool sensors_is_behind(
    const struct sensors_sensor *sensor, nstime reached, nstime lost);

void sensors_saw(struct sensors *s, const struct sensors_sensor *sensor,
    const struct address *server);

/* Is a sensor lost that saw this server, and that would have seen something
 * until `until'? */
bool sensors_missing(
    const struct sensors *s, const struct address *server, nstime until);

/* Which batch of each came last, and where its times are on our axis. */
void sensors_save(const struct sensors *s, struct record *r);
void sensors_load(struct sensors *s, struct cursor *c);

/* What a successor cannot hear again, which hears all batches since `from': who
 * was silent by then, and who saw which server. */
void sensors_save_seen(const struct sensors *s, struct record *r);
void sensors_load_seen(struct sensors *s, struct cursor *c, nstime from);

/* One that has seen it, the first by name behind `last'; NULL: no more. */
const struct sensors_sensor *sensors_next_seer(
    const struct sensors *s, const struct address *server, const char *last);

struct sensors_sensor *sensors_at(const struct sensors *s, size_t i);

/* Is it proven by absence, and a sensor missing that may have seen more?  True
 * only for transactions and failed connections. */
bool sensors_may_know(
    const struct sensors *s, const struct observation *observation);

/* The same of an event.  Only our own reader, whose number is 0, finds what no
 * sensor saw by itself. */
bool sensors_may_refute(const struct sensors *s, const struct event *event);

/* Its reader's number of a flow, as no other sensor has it; 0 stays 0. */
uint64_t sensors_flow(const struct sensors_sensor *sensor, uint64_t flow);

#endif
