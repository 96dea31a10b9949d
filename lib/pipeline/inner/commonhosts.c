/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/commonhosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/lru.h"

enum {
	READERS = 8,  /* sensors that are known for one host */
	READINGS = 9, /* the latest ones of a sensor */
	ENOUGH = 3
};

/* A sensor tells a clock that does not change once a minute. */
#define FRESH (10 * 60 * NSTIME_S)

/* How far a host's clock may get from the shared one between two readings that
 * are compared: one that stands, or was set, would make the sensors differ.
 * Batches come this late at most, and less than an odd sensor is off. */
#define STEADY (2 * NSTIME_S)

struct commonhosts_key {
	struct address host;
	uint8_t witness;
};

struct commonhosts_opinion {
	unsigned sensor;
	nstime offset, told, received; /* received 0: there is none */
};

struct commonhosts_host {
	struct lru_entry entry;
	struct commonhosts_key key;
	struct commonhosts_opinion by[READERS];
};

struct commonhosts_sensor {
	struct address hosts[READINGS];
	nstime ahead[READINGS];
	unsigned count; /* so far */
};

struct commonhosts {
	struct lru *hosts;
	struct commonhosts_sensor *sensors;
	size_t sensor_count;
};

static bool
same_host(const struct table_entry *entry, const void *key)
{
	return memcmp(&((const struct commonhosts_host *)entry)->key, key,
		   sizeof(struct commonhosts_key)) == 0;
}

struct commonhosts *
commonhosts_new(size_t hosts, size_t sensors, const struct siphash_key *key)
{
	struct commonhosts *c = calloc(1, sizeof(*c));
	const struct lru_setup setup = {
		.limit = hosts,
		.octets = sizeof(struct commonhosts_host),
		.equal = same_host,
	};

	if (c == NULL)
		return NULL;
	c->sensor_count = sensors;
	c->sensors = calloc(sensors + 1, sizeof(*c->sensors));
	c->hosts = lru_new(&setup, key);
	if (c->sensors != NULL && c->hosts != NULL)
		return c;
	commonhosts_free(c);
	return NULL;
}

void
commonhosts_free(struct commonhosts *c)
{
	if (c == NULL)
		return;
	free(c->sensors);
	lru_free(c->hosts);
	free(c);
}

static struct commonhosts_host *
use(struct commonhosts *c, const struct stamp *stamp)
{
	struct commonhosts_key key;
	struct commonhosts_host *h;
	uint64_t hash;

	memset(&key, 0, sizeof(key));
	key.host = stamp->peer;
	key.witness = (uint8_t)stamp->witness;
	hash = lru_hash(c->hosts, slice_of(&key, sizeof(key)));
	h = lru_find(c->hosts, hash, &key);
	if (h == NULL)
		h = lru_add(c->hosts, hash);
	if (h == NULL)
		return NULL;
	h->key = key;
	lru_use(c->hosts, h);
	return h;
}

static bool
comparable(
    const struct commonhosts_opinion *a, const struct commonhosts_opinion *b)
{
	return a->received != 0 && a->sensor != b->sensor &&
	    !nstime_passed(a->received, FRESH, b->received) &&
	    llabs((b->told - a->told) - (b->received - a->received)) <= STEADY;
}

/* False: nobody else has read it lately.  *alone: one has. */
static bool
middle_of_others(const struct commonhosts_host *h,
    const struct commonhosts_opinion *own, nstime *middle, bool *alone)
{
	nstime order[READERS];
	size_t n = 0;

	for (size_t i = 0; i < READERS; i++)
		if (comparable(&h->by[i], own))
			order[n++] = h->by[i].offset;
	if (n == 0)
		return false;
	*middle = nstime_middle(order, n);
	*alone = n == 1;
	return true;
}

/* In place of its last one, or of the oldest. */
static void
set_opinion(
    struct commonhosts_host *h, const struct commonhosts_opinion *opinion)
{
	struct commonhosts_opinion *at = &h->by[0];

	for (size_t i = 0; i < READERS; i++) {
		struct commonhosts_opinion *o = &h->by[i];

		if (o->received != 0 && o->sensor == opinion->sensor) {
			at = o;
			break;
		}
		if (o->received < at->received)
			at = o;
	}
	*at = *opinion;
}

static void
add_reading(
    struct commonhosts_sensor *s, const struct address *host, nstime ahead)
{
	const unsigned at = s->count++ % READINGS;

	s->hosts[at] = *host;
	s->ahead[at] = ahead;
}

/* Those that tell only changes read as anything, and HEP is read by the clock
 * of who receives it. */
static bool
tells_time(const struct stamp *stamp)
{
	return stamp->witness < WITNESS_ASREQ && stamp->witness != WITNESS_HEP;
}

void
commonhosts_input(struct commonhosts *c, unsigned sensor,
    const struct stamp *stamp, nstime received)
{
	const nstime told = stamp->told + stamp->resolution / 2;
	const struct commonhosts_opinion own = {
		.sensor = sensor,
		.offset = told - stamp->wall,
		.told = told,
		.received = received,
	};
	struct commonhosts_host *h;
	nstime middle;
	bool alone;

	if (sensor >= c->sensor_count || !tells_time(stamp))
		return;
	h = use(c, stamp);
	if (h == NULL)
		return;
	if (middle_of_others(h, &own, &middle, &alone))
		add_reading(&c->sensors[sensor], &stamp->peer,
		    alone && llabs(own.offset) <= llabs(middle)
			? 0
			: middle - own.offset);
	set_opinion(h, &own);
}

void
commonhosts_event(struct commonhosts *c, unsigned sensor,
    const struct event *event, nstime received)
{
	if (event->kind == EVENT_STAMP && !event->stamp.learn)
		commonhosts_input(c, sensor, &event->stamp.stamp, received);
	else if (event->kind == EVENT_OBSERVED &&
	    event->observation->kind == OBSERVATION_CLOCK)
		commonhosts_input(
		    c, sensor, &event->observation->stamp, received);
}

bool
commonhosts_ahead(const struct commonhosts *c, unsigned sensor, nstime *ahead)
{
	const struct commonhosts_sensor *s;
	nstime order[READINGS];
	bool another = false;
	size_t n;

	if (sensor >= c->sensor_count)
		return false;
	s = &c->sensors[sensor];
	n = s->count < READINGS ? s->count : READINGS;
	if (n < ENOUGH)
		return false;
	memcpy(order, s->ahead, n * sizeof(order[0]));
	*ahead = nstime_middle(order, n);
	for (size_t i = 1; i < n; i++)
		another |= !endpoint_address_equal(&s->hosts[0], &s->hosts[i]);
	return another;
}

void
commonhosts_forget(struct commonhosts *c, unsigned sensor)
{
	struct commonhosts_host *h, *newer;

	if (sensor >= c->sensor_count)
		return;
	c->sensors[sensor].count = 0;
	for (h = lru_oldest(c->hosts); h != NULL; h = newer) {
		newer = lru_newer(h);
		for (size_t i = 0; i < READERS; i++)
			if (h->by[i].sensor == sensor)
				h->by[i].received = 0;
	}
}

void
commonhosts_stats(
    const struct commonhosts *c, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "commonhosts.evicted", lru_evicted(c->hosts));
}
