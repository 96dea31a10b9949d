/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETFAKE_H
#define FLEETFAKE_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "fleet/fleetdoor.h"
#include "host/log.h"
#include "host/wallclock.h"
#include "unit/unit.h"

/*
 * A cluster in memory behind the functions of fleetdoor.h, and a clock that
 * stands still.  Each handle is a member: what is said to all reaches each of
 * them, and one whose `away' is set reaches nothing.
 */

enum {
	FLEETFAKE_KEYS = 512,
	FLEETFAKE_BATCHES = 4096,
	FLEETFAKE_SAID = 4096,
	FLEETFAKE_KEY = 160,
	FLEETFAKE_MEMBERS = 64
};

struct fleetfake_value {
	uint8_t *octets;
	size_t len;
};

struct fleetfake_key {
	char name[FLEETFAKE_KEY];
	struct fleetfake_value value;
	uint64_t revision;
};

struct fleetfake_batch {
	struct fleetfake_value value;
	unsigned part;
	char id[FLEETFAKE_KEY];
	int64_t stored, sent;
};

struct fleetfake_said {
	struct fleetfake_value value;
	enum fleetdoor_topic topic;
};

struct fleetfake_member {
	size_t heard[FLEETDOOR_TOPICS];
	/* The sequence to read next; 0: it follows nothing. */
	uint64_t next[FLEETDOOR_PARTITION + FLEETDOOR_PARTITIONS];
};

static struct {
	pthread_mutex_t lock;
	struct fleetfake_key keys[FLEETFAKE_KEYS];
	struct fleetfake_batch batches[FLEETFAKE_BATCHES];
	struct fleetfake_said said[FLEETFAKE_SAID];
	struct fleetfake_member members[FLEETFAKE_MEMBERS];
	size_t key_count, batch_count, said_count, member_count;
	uint64_t revision;
	unsigned follows, prepared;
	bool electing;      /* it answers nothing of stream and bucket */
	bool deaf;          /* put() is stored, and says that it was not */
	size_t most;        /* octets of a batch; 0: any */
	const char *sensor; /* that may write; NULL: not known */
} fleetfake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static atomic_bool fleetfake_away;
static _Atomic int64_t fleetfake_now = 1000 * NSTIME_S;
static const struct log fleetfake_log = { .silent = true };

/* ---- the clock ---- */

nstime
wallclock_monotonic(void)
{
	return fleetfake_now;
}

nstime
wallclock_realtime(void)
{
	return fleetfake_now + wallclock_offset();
}

nstime
wallclock_offset(void)
{
	return 1300000000 * NSTIME_S;
}

nstime
wallclock_stamp(int64_t seconds, int64_t fraction, nstime unit)
{
	return seconds * NSTIME_S + fraction * unit;
}

enum ownclock
wallclock_state(void)
{
	return OWNCLOCK_UNKNOWN;
}

int
wallclock_watch(void)
{
	return -1;
}

void
wallclock_clear(int descriptor)
{
	(void)descriptor;
}

/* ---- the cluster ---- */

static inline void
fleetfake_store(struct fleetfake_value *v, const uint8_t *octets, size_t len)
{
	free(v->octets);
	v->octets = unit_exact(slice_of(octets, len));
	v->len = len;
}

/* 0, or the cluster cannot be reached; then it is not locked. */
static inline int
fleetfake_enter(void)
{
	if (fleetfake_away)
		return -ETIMEDOUT;
	pthread_mutex_lock(&fleetfake.lock);
	return 0;
}

static inline int
fleetfake_leave(int result)
{
	pthread_mutex_unlock(&fleetfake.lock);
	return result;
}

static void *
fleetfake_open(const struct fleetdoor_setup *setup, const char **why)
{
	struct fleetfake_member *member;

	(void)setup;
	(void)why;
	pthread_mutex_lock(&fleetfake.lock);
	ck_assert_uint_lt(fleetfake.member_count, FLEETFAKE_MEMBERS);
	member = &fleetfake.members[fleetfake.member_count++];
	fleetfake_leave(0);
	return member;
}

static void
fleetfake_close(void *door)
{
	(void)door;
}

static bool
fleetfake_connected(void *door)
{
	(void)door;
	return !fleetfake_away;
}

static const char *
fleetfake_error(void *door)
{
	(void)door;
	return "away";
}

static int
fleetfake_prepare(void *door)
{
	(void)door;
	pthread_mutex_lock(&fleetfake.lock);
	fleetfake.prepared++;
	return fleetfake_leave(
	    fleetfake_away || fleetfake.electing ? -ETIMEDOUT : 0);
}

static int
fleetfake_publish(void *door, unsigned part, const uint8_t *octets, size_t len,
    const char *id, int64_t sent)
{
	struct fleetfake_batch *b;

	(void)door;
	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	if (fleetfake.most > 0 && len > fleetfake.most)
		return fleetfake_leave(-EMSGSIZE);
	for (size_t i = 0; i < fleetfake.batch_count; i++)
		if (strcmp(fleetfake.batches[i].id, id) == 0)
			return fleetfake_leave(0);
	ck_assert_uint_lt(fleetfake.batch_count, FLEETFAKE_BATCHES);
	b = &fleetfake.batches[fleetfake.batch_count++];
	fleetfake_store(&b->value, octets, len);
	b->part = part;
	snprintf(b->id, sizeof(b->id), "%s", id);
	b->stored = wallclock_realtime();
	b->sent = sent;
	return fleetfake_leave(0);
}

static int
fleetfake_say(
    void *door, enum fleetdoor_topic topic, const uint8_t *octets, size_t len)
{
	struct fleetfake_said *said;

	(void)door;
	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	ck_assert_uint_lt(fleetfake.said_count, FLEETFAKE_SAID);
	said = &fleetfake.said[fleetfake.said_count++];
	fleetfake_store(&said->value, octets, len);
	said->topic = topic;
	return fleetfake_leave(0);
}

static int
fleetfake_heard(
    void *door, enum fleetdoor_topic topic, struct fleetdoor_message *m)
{
	struct fleetfake_member *member = door;
	size_t *i = &member->heard[topic];

	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	for (; *i < fleetfake.said_count; (*i)++) {
		const struct fleetfake_said *said = &fleetfake.said[*i];

		if (said->topic != topic)
			continue;
		*m = (struct fleetdoor_message){ .octets = said->value.octets,
			.len = said->value.len };
		(*i)++;
		return fleetfake_leave(1);
	}
	return fleetfake_leave(0);
}

static int
fleetfake_latest(void *door, uint64_t *sequence)
{
	(void)door;
	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	*sequence = fleetfake.batch_count;
	return fleetfake_leave(0);
}

static int
fleetfake_follow(void *door, unsigned part, uint64_t sequence)
{
	struct fleetfake_member *member = door;

	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	ck_assert_uint_gt(sequence, 0);
	member->next[part] = sequence;
	fleetfake.follows++;
	return fleetfake_leave(0);
}

static int
fleetfake_next(
    void *door, unsigned part, struct fleetdoor_message *m, int wait_ms)
{
	struct fleetfake_member *member = door;
	uint64_t *next = &member->next[part];

	(void)wait_ms;
	if (fleetfake_enter() != 0)
		return 0;
	ck_assert_uint_gt(*next, 0);
	while (*next <= fleetfake.batch_count) {
		const struct fleetfake_batch *b =
		    &fleetfake.batches[(*next)++ - 1];

		if (b->part != part)
			continue;
		*m = (struct fleetdoor_message){ .octets = b->value.octets,
			.len = b->value.len,
			.sequence = *next - 1,
			.stored = b->stored,
			.sent = b->sent,
			.sensor = fleetfake.sensor };
		return fleetfake_leave(1);
	}
	return fleetfake_leave(0);
}

static void
fleetfake_unfollow(void *door, unsigned part)
{
	((struct fleetfake_member *)door)->next[part] = 0;
}

static inline struct fleetfake_key *
fleetfake_find(const char *name)
{
	for (size_t i = 0; i < fleetfake.key_count; i++)
		if (strcmp(fleetfake.keys[i].name, name) == 0)
			return &fleetfake.keys[i];
	return NULL;
}

static int
fleetfake_get(void *door, const char *name, uint8_t *room, size_t size,
    uint64_t *revision)
{
	const struct fleetfake_key *key;

	(void)door;
	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	key = fleetfake_find(name);
	if (key == NULL)
		return fleetfake_leave(-ENOENT);
	*revision = key->revision;
	if (key->value.len > size)
		return fleetfake_leave(-EMSGSIZE);
	memcpy(room, key->value.octets, key->value.len);
	return fleetfake_leave((int)key->value.len);
}

static int
fleetfake_put(void *door, const char *name, const uint8_t *octets, size_t len,
    uint64_t *revision)
{
	struct fleetfake_key *key;

	(void)door;
	if (fleetfake_enter() != 0)
		return -ETIMEDOUT;
	key = fleetfake_find(name);
	if (*revision != FLEETDOOR_ANY &&
	    *revision != (key == NULL ? 0 : key->revision))
		return fleetfake_leave(-EEXIST);
	if (key == NULL) {
		ck_assert_uint_lt(fleetfake.key_count, FLEETFAKE_KEYS);
		key = &fleetfake.keys[fleetfake.key_count++];
		snprintf(key->name, sizeof(key->name), "%s", name);
	}
	fleetfake_store(&key->value, octets, len);
	key->revision = ++fleetfake.revision;
	if (fleetfake.deaf)
		return fleetfake_leave(-ETIMEDOUT);
	*revision = key->revision;
	return fleetfake_leave(0);
}

static const struct fleetdoor fleetfake_door = {
	.version = FLEETDOOR_VERSION,
	.open = fleetfake_open,
	.close = fleetfake_close,
	.connected = fleetfake_connected,
	.error = fleetfake_error,
	.prepare = fleetfake_prepare,
	.publish = fleetfake_publish,
	.say = fleetfake_say,
	.heard = fleetfake_heard,
	.latest = fleetfake_latest,
	.follow = fleetfake_follow,
	.next = fleetfake_next,
	.leave = fleetfake_unfollow,
	.get = fleetfake_get,
	.put = fleetfake_put,
};

/* Each test runs in a process of its own: the cluster is empty. */
static inline struct fleetdoor_member
fleetfake_member(const char *name)
{
	const char *why = NULL;

	return (struct fleetdoor_member){ .door = &fleetfake_door,
		.handle = fleetfake_open(NULL, &why),
		.name = name,
		.run = 7,
		.log = &fleetfake_log };
}

static inline void
fleetfake_batch_of(unsigned part, const char *text, const char *id)
{
	ck_assert_int_eq(fleetfake_publish(NULL, part, (const uint8_t *)text,
			     strlen(text), id, wallclock_realtime()),
	    0);
}

static inline void
fleetfake_pass(nstime time)
{
	fleetfake_now += time;
}

static inline bool
fleetfake_is(const char *name, const char *value)
{
	const struct fleetfake_key *key;

	pthread_mutex_lock(&fleetfake.lock);
	key = fleetfake_find(name);
	return fleetfake_leave(key != NULL &&
	    slice_is(slice_of(key->value.octets, key->value.len), value));
}

#endif
