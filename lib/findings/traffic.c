/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/traffic.h"

#include <stdlib.h>

/* Up to a second as people wait for it, then the thresholds of slowness (5 and
 * 10 s) and 64*T1. */
const nstime traffic_bounds[TRAFFIC_BOUNDS] = {
	10 * NSTIME_MS,
	25 * NSTIME_MS,
	50 * NSTIME_MS,
	100 * NSTIME_MS,
	250 * NSTIME_MS,
	500 * NSTIME_MS,
	NSTIME_S,
	2500 * NSTIME_MS,
	5 * NSTIME_S,
	10 * NSTIME_S,
	32 * NSTIME_S,
};

struct known_server {
	struct lru_entry entry;      /* first */
	struct traffic_server facts; /* but for by_minute */
	int64_t minute;              /* the latest with a timeout */
	uint16_t ring[TRAFFIC_MINUTES];
};

struct traffic {
	size_t limit, count;
	struct traffic_method *methods; /* sorted by name, one spare: "other" */
	struct lru *servers;
};

static bool
is_server(const struct table_entry *entry, const void *key)
{
	const struct known_server *s = (const struct known_server *)entry;

	return endpoint_equal(&s->facts.server, key);
}

struct traffic *
traffic_new(const struct traffic_limits *limits)
{
	const struct lru_setup servers = {
		.limit = limits->servers,
		.octets = sizeof(struct known_server),
		.memory = limits->memory,
		.equal = is_server,
	};
	struct traffic *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limit = limits->methods;
	t->methods = calloc(limits->methods + 1, sizeof(*t->methods));
	t->servers = lru_new(&servers, &limits->key);
	if (t->methods != NULL && t->servers != NULL)
		return t;
	traffic_free(t);
	return NULL;
}

void
traffic_free(struct traffic *t)
{
	if (t == NULL)
		return;
	free(t->methods);
	lru_free(t->servers);
	free(t);
}

void
traffic_set(struct traffic *t, const struct traffic_limits *limits)
{
	lru_set(t->servers, limits->servers);
	lru_trim(t->servers);
}

enum traffic_result
traffic_result_of(unsigned status)
{
	if (status == 401 || status == 402 || status == 407)
		return TRAFFIC_CHALLENGED;
	if (status == 408 || (status >= 500 && status <= 599))
		return TRAFFIC_FAILED;
	if (status >= 200 && status <= 299)
		return TRAFFIC_SUCCESS;
	if (status >= 300 && status <= 399)
		return TRAFFIC_REDIRECTED;
	return TRAFFIC_REFUSED;
}

const char *
traffic_result_name(enum traffic_result result)
{
	static const char *const names[] = {
		[TRAFFIC_SUCCESS] = "success",
		[TRAFFIC_REDIRECTED] = "redirected",
		[TRAFFIC_CHALLENGED] = "challenged",
		[TRAFFIC_REFUSED] = "refused",
		[TRAFFIC_FAILED] = "failed",
		[TRAFFIC_TIMED_OUT] = "timed_out",
		[TRAFFIC_UNKNOWN] = "unknown",
	};

	return names[result];
}

static struct traffic_method *
insert(struct traffic *t, size_t at, const char *name)
{
	struct traffic_method *m = &t->methods[at];

	memmove(m + 1, m, (t->count - at) * sizeof(*m));
	*m = (struct traffic_method){ .name = "" };
	memcpy(m->name, name, strlen(name) + 1);
	t->count++;
	return m;
}

static struct traffic_method *
method_named(struct traffic *t, const char *name)
{
	size_t at = 0;

	while (at < t->count && strcmp(t->methods[at].name, name) < 0)
		at++;
	if (at < t->count && strcmp(t->methods[at].name, name) == 0)
		return &t->methods[at];
	if (t->count < t->limit ||
	    (t->count == t->limit && strcmp(name, "other") == 0))
		return insert(t, at, name);
	return method_named(t, "other");
}

static struct traffic_method *
method_of(struct traffic *t, struct slice method)
{
	char name[TRAFFIC_METHOD];
	struct textbuf escaped;

	for (size_t i = 0; i < t->count; i++)
		if (slice_is(method, t->methods[i].name))
			return &t->methods[i];
	textbuf_init(&escaped, name, sizeof(name));
	textbuf_wire(&escaped, method);
	return method_named(t, name);
}

static void
add_duration(struct traffic_durations *d, nstime duration)
{
	size_t bucket = 0;

	while (bucket < TRAFFIC_BOUNDS && duration > traffic_bounds[bucket])
		bucket++;
	d->buckets[bucket]++;
	d->count++;
	d->sum += duration;
}

static void
note_timeout(struct known_server *s, nstime wall)
{
	const int64_t minute = wall < 0 ? 0 : wall / (60 * NSTIME_S);
	uint16_t *count = &s->ring[minute % TRAFFIC_MINUTES];

	s->facts.last_timeout = wall;
	if (minute - s->minute >= TRAFFIC_MINUTES || minute < s->minute)
		memset(s->ring, 0, sizeof(s->ring));
	else
		for (int64_t m = s->minute + 1; m <= minute; m++)
			s->ring[m % TRAFFIC_MINUTES] = 0;
	s->minute = minute;
	*count = (uint16_t)(*count + (*count < UINT16_MAX));
}

static void
copy_minutes(const struct known_server *s, nstime wall, uint16_t *by_minute)
{
	const int64_t first = wall / (60 * NSTIME_S) - TRAFFIC_MINUTES + 1;

	for (int64_t i = 0; i < TRAFFIC_MINUTES; i++) {
		const int64_t minute = first + i;
		const bool kept = minute >= 0 && minute <= s->minute &&
		    s->minute - minute < TRAFFIC_MINUTES;

		by_minute[i] = kept ? s->ring[minute % TRAFFIC_MINUTES] : 0;
	}
}

static void
note_server(struct traffic *t, const struct traffic_transaction *one)
{
	const uint64_t hash = endpoint_hash(t->servers, &one->server);
	struct known_server *s = lru_find(t->servers, hash, &one->server);

	if (s != NULL)
		lru_use(t->servers, s);
	else
		s = lru_add(t->servers, hash);
	if (s == NULL)
		return;
	s->facts.server = one->server;
	s->facts.results[one->result]++;
	s->facts.last = one->wall;
	if (one->result == TRAFFIC_TIMED_OUT)
		note_timeout(s, one->wall);
	if (one->result >= TRAFFIC_TIMED_OUT)
		return;
	s->facts.answered_sum += one->duration;
	if (one->duration > s->facts.slowest)
		s->facts.slowest = one->duration;
}

void
traffic_input(struct traffic *t, const struct traffic_transaction *one)
{
	struct traffic_method *method = method_of(t, one->method);

	add_duration(&method->results[one->result], one->duration);
	note_server(t, one);
}

const struct traffic_method *
traffic_method(const struct traffic *t, size_t index)
{
	return index < t->count ? &t->methods[index] : NULL;
}

size_t
traffic_servers(const struct traffic *t)
{
	return lru_count(t->servers);
}

static int
compare(const void *left, const void *right)
{
	const struct traffic_server *a = left, *b = right;

	return endpoint_compare(&a->server, &b->server);
}

size_t
traffic_list(const struct traffic *t, nstime wall,
    struct traffic_server *servers, size_t most)
{
	const struct known_server *s = lru_newest(t->servers);
	size_t count = 0;

	for (; s != NULL && count < most; s = lru_older(s)) {
		servers[count] = s->facts;
		copy_minutes(s, wall, servers[count++].by_minute);
	}
	qsort(servers, count, sizeof(*servers), compare);
	return count;
}

void
traffic_stats(const struct traffic *t, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "traffic.evicted", lru_evicted(t->servers));
	output(arg, COUNTER_LIMIT, "traffic.no_memory", lru_failed(t->servers));
}
