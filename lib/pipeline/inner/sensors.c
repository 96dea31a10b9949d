/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/sensors.h"

#include <stdlib.h>

#include "pipeline/inner/seenservers.h"

/* A clock that is off by more is odd, when ODD_BATCHES in a row say so; by less
 * than half of that it is right again. */
#define ODD NSTIME_S
enum { ODD_BATCHES = 3 };

/* Hosts tell whole seconds, and their messages take some time. */
#define ODD_BY_HOSTS (3 * NSTIME_S)

/* With many sensors the time of all is not asked for with every batch. */
enum { FEW = 4, BUCKETS = 1024 };
#define EACH (20 * NSTIME_MS)

struct sensors {
	size_t most, count;
	struct sensors_sensor **all;
	struct sensors_sensor *by_name[BUCKETS];
	nstime received; /* the latest batch */
	nstime counted;  /* when these two were found out */
	nstime reached, middle;
	struct seenservers *seen;
	nstime *order; /* to find the middle */
};

struct sensors *
sensors_new(size_t most, size_t sights, const struct siphash_key *key)
{
	struct sensors *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->most = most < SEENSERVERS_SENSORS ? most : SEENSERVERS_SENSORS;
	s->all = calloc(s->most + 1, sizeof(*s->all));
	s->order = calloc(s->most + 1, sizeof(*s->order));
	s->seen = seenservers_new(sights, key);
	if (s->all != NULL && s->order != NULL && s->seen != NULL)
		return s;
	sensors_free(s);
	return NULL;
}

void
sensors_free(struct sensors *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->all[i]);
	free(s->all);
	free(s->order);
	seenservers_free(s->seen);
	free(s);
}

static size_t
bucket_of(const char *name)
{
	static const struct siphash_key unkeyed;

	return siphash(&unkeyed, slice_text(name)) % BUCKETS;
}

static struct sensors_sensor *
find(const struct sensors *s, const char *name)
{
	struct sensors_sensor *sensor = s->by_name[bucket_of(name)];

	while (sensor != NULL && strcmp(sensor->name, name) != 0)
		sensor = sensor->next;
	return sensor;
}

static struct sensors_sensor *
add(struct sensors *s, const char *name)
{
	struct sensors_sensor *sensor;

	if (s->count == s->most)
		return NULL;
	sensor = calloc(1, sizeof(*sensor));
	if (sensor == NULL)
		return NULL;
	memcpy(sensor->name, name, sizeof(sensor->name));
	sensor->shown.name = sensor->name;
	sensor->number = (unsigned)s->count;
	sensor->lost_since = NSTIME_NEVER;
	sensor->next = s->by_name[bucket_of(name)];
	s->by_name[bucket_of(name)] = sensor;
	s->all[s->count++] = sensor;
	return sensor;
}

static bool
is_far(nstime offset, nstime from)
{
	return offset > from || offset < -from;
}

/* A run begins: its axis is where its wall clock is, unless that is odd. */
static void
begin_run(
    struct sensors_sensor *sensor, const struct wire_header *h, nstime behind)
{
	sensor->shown.run = h->run;
	sensor->shown.sequence = 0;
	sensor->shift = h->wall - h->now + (is_far(behind, ODD) ? behind : 0);
	sensor->behind = behind;
	sensor->shown.by_hosts = 0;
	sensor->shared = false;
}

/* Of two of one name the one that began earlier is heard again when the other
 * is lost.  What it sent before that is no sign of life. */
static bool
lives_on(const struct sensors_sensor *sensor, const struct wire_header *h)
{
	return sensor->shown.lost &&
	    h->wall + (h->reached - h->now) > sensor->shown.reached;
}

enum sensors_answer
sensors_input(struct sensors *s, const struct wire_header *h, nstime received,
    nstime behind, struct sensors_sensor **found, bool *gap)
{
	struct sensors_sensor *sensor = find(s, h->name);
	const bool is_new = sensor == NULL || sensor->unheard;

	if (sensor == NULL)
		sensor = add(s, h->name);
	if (sensor == NULL)
		return SENSORS_FULL;
	*found = sensor;
	if (h->run < sensor->shown.run && !lives_on(sensor, h))
		return SENSORS_EARLIER;
	if (h->run == sensor->shown.run &&
	    h->sequence <= sensor->shown.sequence)
		return SENSORS_BEFORE;
	*gap = h->run == sensor->shown.run &&
	    h->sequence != sensor->shown.sequence + 1;
	if (h->run != sensor->shown.run) {
		*gap = !is_new;
		begin_run(sensor, h, behind);
	} else if (*gap) {
		sensor->shown.missed +=
		    h->sequence - sensor->shown.sequence - 1;
	}
	sensor->unheard = false;
	sensor->dropped = !is_new && h->drops > sensor->shown.drops;
	sensor->shown.sequence = h->sequence;
	sensor->shown.heard = received;
	sensor->shown.batches++;
	sensor->shown.messages = h->messages;
	sensor->shown.drops = h->drops;
	sensor->shown.reached = h->reached + sensor->shift;
	sensor->behind = behind;
	s->received = received;
	return SENSORS_NEXT;
}

static bool
is_heard(const struct sensors_sensor *sensor)
{
	return !sensor->shown.lost && !sensor->unheard;
}

/* The middle of all clocks, that of the cluster among them: most are right. */
static nstime
find_middle(struct sensors *s)
{
	size_t n = 0;

	s->order[n++] = 0;
	for (size_t i = 0; i < s->count; i++)
		if (is_heard(s->all[i]))
			s->order[n++] = s->all[i]->behind;
	if (n < 3)
		return 0;
	return nstime_middle(s->order, n);
}

/* One that lags far behind the middle, with a spool to empty or on purpose, is
 * not waited for. */
static nstime
find_reached(struct sensors *s, nstime lost)
{
	nstime least, middle;
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if (is_heard(s->all[i]))
			s->order[n++] = s->all[i]->shown.reached;
	if (n == 0)
		return INT64_MIN;
	least = middle = nstime_middle(s->order, n);
	for (size_t i = 0; i < n; i++)
		if (s->order[i] < least &&
		    !nstime_passed(s->order[i], lost, middle))
			least = s->order[i];
	return least;
}

static void
count(struct sensors *s, nstime lost)
{
	if (s->count > FEW && s->counted != INT64_MIN &&
	    s->received - s->counted < EACH && s->received >= s->counted)
		return;
	s->counted = s->received;
	s->middle = find_middle(s);
	s->reached = find_reached(s, lost);
}

nstime
sensors_reached(struct sensors *s, nstime lost)
{
	count(s, lost);
	return s->reached;
}

bool
sensors_is_behind(
    const struct sensors_sensor *sensor, nstime reached, nstime lost)
{
	return nstime_passed(sensor->shown.reached, lost, reached);
}

bool
sensors_compare(
    struct sensors *s, struct sensors_sensor *sensor, enum joiner_sign *sign)
{
	const nstime offset = s->middle - sensor->behind;

	sensor->shown.offset = offset;
	if (!sensor->shown.odd) {
		sensor->odd_batches =
		    is_far(offset, ODD) ? sensor->odd_batches + 1 : 0;
		if (sensor->odd_batches < ODD_BATCHES)
			return false;
	} else if (is_far(offset, ODD / 2)) {
		return false;
	}
	sensor->odd_batches = 0;
	sensor->shown.odd = !sensor->shown.odd;
	*sign = sensor->shown.odd ? JOINER_ODD : JOINER_RIGHT;
	return true;
}

bool
sensors_correct(
    struct sensors_sensor *sensor, nstime ahead, enum joiner_sign *sign)
{
	bool odd;

	if (is_far(ahead, ODD_BY_HOSTS)) {
		sensor->shown.by_hosts += ahead;
		sensor->corrections++;
	}
	odd = is_far(sensor->shown.by_hosts, ODD_BY_HOSTS);
	if (odd == sensor->shown.hosts_odd)
		return false;
	sensor->shown.hosts_odd = odd;
	*sign = odd ? JOINER_ODD : JOINER_RIGHT;
	return true;
}

struct sensors_sensor *
sensors_silent(struct sensors *s, nstime received, nstime lost)
{
	for (size_t i = 0; i < s->count; i++) {
		struct sensors_sensor *sensor = s->all[i];

		if (sensor->shown.lost ||
		    !nstime_passed(sensor->shown.heard, lost, received))
			continue;
		sensor->shown.lost = true;
		s->counted = INT64_MIN;
		sensor->lost_since = sensor->shown.reached;
		return sensor;
	}
	return NULL;
}

void
sensors_saw(struct sensors *s, const struct sensors_sensor *sensor,
    const struct address *server)
{
	seenservers_saw(s->seen, sensor->number, server);
}

static bool
has_seen(const struct sensors *s, const struct sensors_sensor *sensor,
    const struct address *server)
{
	return seenservers_has(s->seen, sensor->number, server);
}

const struct sensors_sensor *
sensors_next_seer(
    const struct sensors *s, const struct address *server, const char *last)
{
	const struct sensors_sensor *next = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct sensors_sensor *sensor = s->all[i];

		if (strcmp(sensor->name, last) > 0 &&
		    (next == NULL || strcmp(sensor->name, next->name) < 0) &&
		    has_seen(s, sensor, server))
			next = sensor;
	}
	return next;
}

bool
sensors_missing(
    const struct sensors *s, const struct address *server, nstime until)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->all[i]->shown.lost && s->all[i]->lost_since < until &&
		    has_seen(s, s->all[i], server))
			return true;
	return false;
}

struct sensors_sensor *
sensors_at(const struct sensors *s, size_t i)
{
	return i < s->count ? s->all[i] : NULL;
}

void
sensors_save(const struct sensors *s, struct record *r)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sensors_sensor *sensor = s->all[i];

		record_more(r, true);
		record_text(r, slice_text(sensor->name));
		record_u64(r, sensor->shown.run);
		record_u64(r, sensor->shown.sequence);
		record_time(r, sensor->shown.heard);
		record_time(r, sensor->shown.reached);
		record_time(r, sensor->shift);
		record_time(r, sensor->behind);
		record_flag(r, sensor->shown.lost);
	}
	record_more(r, false);
}

/* One of the name that follows; NULL: there is none, or has been. */
static struct sensors_sensor *
load_name(struct sensors *s, struct cursor *c)
{
	const struct slice text = record_read_line(c, WIRE_NAME - 1);
	char name[WIRE_NAME] = { 0 };
	struct sensors_sensor *sensor;

	if (text.len > 0)
		memcpy(name, text.p, text.len);
	if (!c->bad && find(s, name) != NULL)
		c->bad = true;
	sensor = c->bad ? NULL : add(s, name);
	if (sensor == NULL)
		c->bad = true;
	return sensor;
}

static void
load_sensor(struct sensors *s, struct cursor *c)
{
	struct sensors_sensor *sensor = load_name(s, c);

	if (sensor == NULL)
		return;
	sensor->shown.run = cursor_le64(c);
	sensor->shown.sequence = cursor_le64(c);
	sensor->shown.heard = (nstime)cursor_le64(c);
	sensor->shown.reached = (nstime)cursor_le64(c);
	sensor->shift = (nstime)cursor_le64(c);
	sensor->behind = (nstime)cursor_le64(c);
	sensor->shown.lost = record_read_flag(c);
	if (sensor->shown.lost)
		sensor->lost_since = sensor->shown.reached;
}

void
sensors_load(struct sensors *s, struct cursor *c)
{
	while (record_read_more(c) && !c->bad)
		load_sensor(s, c);
	s->counted = INT64_MIN;
}

void
sensors_save_seen(const struct sensors *s, struct record *r)
{
	for (size_t i = 0; i < s->count; i++) {
		record_more(r, true);
		record_text(r, slice_text(s->all[i]->name));
		record_time(r, s->all[i]->shown.heard);
		record_time(r, s->all[i]->shown.reached);
		record_flag(r, s->all[i]->shown.lost);
	}
	record_more(r, false);
	seenservers_save(s->seen, (unsigned)s->count, r);
}

/* One that was heard since then is heard again, and found to be silent again.
 */
static void
load_seen(struct sensors *s, struct cursor *c, nstime from)
{
	struct sensors_sensor *sensor = load_name(s, c);

	if (sensor == NULL)
		return;
	sensor->unheard = true;
	sensor->shown.heard = record_read_time(c);
	sensor->shown.reached = record_read_time(c);
	sensor->shown.lost = record_read_flag(c) && sensor->shown.heard < from;
	if (sensor->shown.lost)
		sensor->lost_since = sensor->shown.reached;
}

void
sensors_load_seen(struct sensors *s, struct cursor *c, nstime from)
{
	while (record_read_more(c) && !c->bad)
		load_seen(s, c, from);
	seenservers_load(s->seen, (unsigned)s->count, c);
	s->counted = INT64_MIN;
}

uint64_t
sensors_flow(const struct sensors_sensor *sensor, uint64_t flow)
{
	if (flow == 0)
		return 0;
	return (flow ^ sensor->shown.run * UINT64_C(0x9e3779b97f4a7c15)) *
	    UINT64_C(0xff51afd7ed558ccd) +
	    sensor->number + 1;
}

bool
sensors_may_know(const struct sensors *s, const struct observation *o)
{
	const struct outcome *t = o->outcome;

	if (o->kind == OBSERVATION_FAILED)
		return sensors_missing(s, &o->failure.server.address, o->now);
	return o->kind == OBSERVATION_TRANSACTION &&
	    (t->event == OUTCOME_EXPIRED || t->event == OUTCOME_SLOW) &&
	    !o->delivery.server_log &&
	    sensors_missing(s, &t->uas.address, t->now);
}

bool
sensors_may_refute(const struct sensors *s, const struct event *e)
{
	if (e->reader != 0)
		return false;
	if (e->kind == EVENT_UNANSWERED)
		return sensors_missing(
		    s, &e->unanswered.server.address, e->now);
	return e->kind == EVENT_OBSERVED && sensors_may_know(s, e->observation);
}
