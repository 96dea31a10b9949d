/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "base/budget.h"
#include "base/counter.h"
#include "net/endpoint.h"

/*
 * How transactions went, healthy ones too: durations by method and result, and
 * the latest answers of each server.  It makes no findings; metrics and the
 * control socket read it.
 *
 * Methods come off the wire and are kept escaped; methods beyond the limit
 * share "other".  Servers are bounded, the one unused for longest gives way.
 */

enum traffic_result {
	TRAFFIC_SUCCESS,    /* 2xx */
	TRAFFIC_REDIRECTED, /* 3xx */
	TRAFFIC_CHALLENGED, /* 401, 402, 407: not an attempt that failed, RFC
			     * 6076 section 4.6 */
	TRAFFIC_REFUSED,    /* other 4xx, and 6xx */
	TRAFFIC_FAILED,     /* 5xx, 408 */
	TRAFFIC_TIMED_OUT,  /* with proof */
	TRAFFIC_UNKNOWN,    /* no answer seen, no proof that there was none */
	TRAFFIC_RESULTS     /* how many there are */
};

enum { TRAFFIC_METHOD = 32, TRAFFIC_BOUNDS = 11, TRAFFIC_MINUTES = 60 };

/* The bounds of the buckets of durations, ascending. */
extern const nstime traffic_bounds[TRAFFIC_BOUNDS];

struct traffic_transaction {
	struct endpoint server;
	struct slice method; /* as on the wire, borrowed */
	enum traffic_result result;
	nstime duration; /* first copy to final response, or to the verdict */
	nstime wall;     /* of the end */
};

struct traffic_limits {
	size_t methods, servers;
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct traffic;

/* NULL when out of memory; the caller frees it. */
struct traffic *traffic_new(const struct traffic_limits *limits);
void traffic_free(struct traffic *t);
void traffic_set(struct traffic *t, const struct traffic_limits *limits);

void traffic_input(struct traffic *t, const struct traffic_transaction *one);

/* The result of a final status. */
enum traffic_result traffic_result_of(unsigned status);
const char *traffic_result_name(enum traffic_result result);

struct traffic_durations {
	uint64_t buckets[TRAFFIC_BOUNDS + 1]; /* not cumulated */
	uint64_t count;
	nstime sum;
};

struct traffic_method {
	char name[TRAFFIC_METHOD];
	struct traffic_durations results[TRAFFIC_RESULTS];
};

struct traffic_server {
	struct endpoint server;
	uint64_t results[TRAFFIC_RESULTS];
	nstime answered_sum; /* of those with a final response */
	nstime slowest;      /* of those, since the server is known */
	nstime last;         /* wall: when it was last heard of */
	nstime last_timeout; /* wall; 0: it never timed out */
	/* Timeouts by minute, the last of them the one asked for. */
	uint16_t by_minute[TRAFFIC_MINUTES];
};

/* Method number `index' in order of its name, borrowed until the next input;
 * NULL: there are no more. */
const struct traffic_method *traffic_method(
    const struct traffic *t, size_t index);

size_t traffic_servers(const struct traffic *t);

/*
 * Fill `servers' with those last heard of, at most `most' of them, in order of
 * their endpoints; minutes end with that of `wall'.  Returns how many.
 */
size_t traffic_list(const struct traffic *t, nstime wall,
    struct traffic_server *servers, size_t most);

/* traffic.evicted, traffic.no_memory */
void traffic_stats(const struct traffic *t, counter_output *output, void *arg);

#endif
