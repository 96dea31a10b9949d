/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JOINER_H
#define JOINER_H

#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "pipeline/wire.h"

/*
 * The judge of a fleet: batches of all sensors become alerts, as if one sensor
 * had seen everything.
 *
 *	batch -> half | event, in order of time -> matcher -> judge -> alert
 *
 * Halves of different sensors are joined; of a request whose response nobody
 * has everything is wanted.  Events wait LAG until the answers to that are
 * here, and then go to one matcher in the order of their times.  What comes
 * later than that, since a partition was without a judge or a sensor's batches
 * waited in its spool, is gathered for a second and then goes in the order of
 * its times too: the request must not be judged before the response that
 * another sensor tells.
 *
 * Its time is that of the slowest sensor alive.  A sensor that is silent for
 * LOST is not waited for; until it is back nothing is accused by the absence of
 * an answer of a server that it had seen.
 *
 * Each sensor's times are mapped to one axis: what its wall clock showed when
 * its run began, corrected where that clock is odd (see joiner_input()).  Steps
 * of its clock later do not matter.
 */

struct joiner;

struct joiner_limits {
	size_t halves;               /* the longest waiting is forgotten */
	size_t events;               /* beyond that the earliest leave early */
	size_t sensors;              /* others are refused */
	size_t sights;               /* which sensor saw which server */
	nstime lag;                  /* 1.5 s */
	nstime lost;                 /* 10 s */
	struct reader_limits reader; /* of connections that no sensor sees
				      * whole */
	struct matcher_limits matcher;
	struct judge_limits judge;
	struct siphash_key key;
	/* Of what waits; borrowed; NULL: no bounds.  Beyond that of events the
	 * earliest leave early too. */
	struct budget_share *halves_memory, *events_memory;
};

/* A sensor, for queries; borrowed. */
struct joiner_sensor {
	const char *name;
	bool lost, odd;
	bool hosts_odd;  /* by what hosts tell it and others: see `by_hosts' */
	nstime heard;    /* when its last batch came */
	nstime reached;  /* its own time, on our axis */
	nstime offset;   /* of its clock, positive: ahead of the others */
	nstime by_hosts; /* the same of its stamps; they are corrected by it */
	uint64_t run, sequence;
	uint64_t batches, octets, messages, drops;
	uint64_t missed; /* batches that never came */
	uint64_t halves, events, tallied;
};

/* A sensor was lost or is back, its clock is odd or right again, or another has
 * its name. */
enum joiner_sign {
	JOINER_LOST,
	JOINER_BACK,
	JOINER_ODD,
	JOINER_RIGHT,
	JOINER_SHARED
};

struct joiner_output {
	alert_output *alert;
	/* For all sensors; borrowed until the callback returns. */
	void (*want)(void *arg, struct slice batch);
	void (*sign)(void *arg, enum joiner_sign sign,
	    const struct joiner_sensor *sensor);
	void *arg;
};

/* NULL when out of memory; the caller frees it. */
struct joiner *joiner_new(
    const struct joiner_limits *limits, const struct joiner_output *output);
void joiner_free(struct joiner *j);

enum joiner_answer {
	JOINER_TAKEN,
	JOINER_REPLAYED, /* it came before, or of an earlier run */
	JOINER_REFUSED,  /* no batch of ours, or one sensor too many */
	JOINER_BROKEN    /* taken as far as it makes sense */
};

/*
 * A batch of a sensor.  `received' is the time at which it was stored, by the
 * clock that all of them share, and `behind' by how much the sensor's clock was
 * behind that when it was sent.
 */
enum joiner_answer joiner_input(
    struct joiner *j, struct slice batch, nstime received, nstime behind);

/* `received' as above: who is silent? */
void joiner_tick(struct joiner *j, nstime received);

/* Everything has come: nothing is waited for any longer. */
void joiner_finish(struct joiner *j);

/*
 * The state: how far everything was judged, the judge, and which sensors saw
 * which servers, those that are lost by now too, and connections that no sensor
 * sees whole.  A successor is given the batches from JOINER_REPLAY before that
 * on once more, and judges nothing that was judged: see judge_recall().
 *
 * Transactions are not in the state: the matcher learns them anew.
 * JOINER_REPLAY is Timer C of an INVITE (RFC 3261 section 16.6) with its grace
 * and the time that sensors take to tell, and so long a sensor does not tell a
 * call again that was wanted once.  It is more than any other transaction
 * takes, with the late answer that may follow it.
 */
#define JOINER_REPLAY (200 * NSTIME_S)
void joiner_save(const struct joiner *j, struct record *r);
bool joiner_load(struct joiner *j, struct cursor *c);

/* How far everything was judged; INT64_MIN: nothing yet. */
nstime joiner_reached(const struct joiner *j);

struct judge *joiner_judge(const struct joiner *j);
bool joiner_sensor_at(
    const struct joiner *j, size_t i, struct joiner_sensor *sensor);

/* The sensors that saw a server, in order of their names: `sink' is called for
 * each. */
void joiner_seen_by(const struct joiner *j, const struct address *server,
    void (*sink)(void *arg, const char *name), void *arg);

/* Its own counters; and those of its matcher and judge, whose names a daemon
 * has a second time for what it captures itself. */
void joiner_stats(const struct joiner *j, counter_output *output, void *arg);
void joiner_stats_judged(
    const struct joiner *j, counter_output *output, void *arg);

#endif
