/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/mirrordup.h"

#include <stdlib.h>

/*
 * A cache like a processor's: the hash of a packet picks a set of WAYS places,
 * two cache lines, and the packet is in one of them or was not seen.  A new
 * one moves the others on, and the oldest out.  Nothing is ever expired.
 *
 * At a few thousand packets a second the window holds few, and they should fit
 * the processor's cache rather than be spread over a megabyte: so it begins
 * small, and doubles when a packet would be forgotten within the window.
 */

enum {
	WAYS = 8,
	FIRST_SETS = 64,
	/* Of an IPv4 packet with an IP ID and a checksum over its payload the
	 * first octets are enough to know it again.  As many as reach into the
	 * top Via, since there are senders whose IP IDs are all the same. */
	ENOUGH = 128
};

struct seen {
	uint64_t hash; /* 0: free */
	nstime when;
};

struct mirrordup {
	struct seen *seen; /* NULL: off */
	size_t sets;       /* a power of two */
	size_t most_sets;
	struct siphash_key key;
	uint64_t duplicates, forgotten;
};

static size_t
sets_for(size_t packets)
{
	size_t sets = 1;

	while (sets * WAYS < packets && sets <= SIZE_MAX / 4096)
		sets *= 2;
	return sets;
}

/* Aligned, so that a set is two cache lines side by side. */
static struct seen *
new_sets(size_t sets)
{
	const size_t octets = sets * WAYS * sizeof(struct seen);
	struct seen *seen = aligned_alloc(WAYS * sizeof(*seen), octets);

	if (seen != NULL)
		memset(seen, 0, octets);
	return seen;
}

static size_t
first_sets(size_t most)
{
	return most < FIRST_SETS ? most : FIRST_SETS;
}

struct mirrordup *
mirrordup_new(const struct mirrordup_limits *limits)
{
	struct mirrordup *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->key = limits->key;
	if (limits->packets == 0)
		return m;
	m->most_sets = sets_for(limits->packets);
	m->sets = first_sets(m->most_sets);
	m->seen = new_sets(m->sets);
	if (m->seen == NULL) {
		free(m);
		return NULL;
	}
	return m;
}

void
mirrordup_free(struct mirrordup *m)
{
	if (m == NULL)
		return;
	free(m->seen);
	free(m);
}

static uint64_t
step(uint64_t lane, uint64_t word)
{
	lane ^= word;
	return (lane << 29 | lane >> 35) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t
word_at(const uint8_t *octets, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, octets, len);
	return word;
}

/*
 * A digest of octets, several times as fast as SipHash: this is done for every
 * packet.  It begins with the key, and no step loses anything.  Here a weak
 * hash is enough: a set is short whatever comes, and a sender who makes two
 * packets collide only hides one of his own.  Four lanes keep the multiplier
 * busy.
 */
static void
digest(struct slice payload, uint64_t lanes[4])
{
	uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
	const uint8_t *p = payload.p;
	size_t left = payload.len;

	for (; left >= 32; left -= 32, p += 32) {
		a = step(a, word_at(p, 8));
		b = step(b, word_at(p + 8, 8));
		c = step(c, word_at(p + 16, 8));
		d = step(d, word_at(p + 24, 8));
	}
	for (; left >= 8; left -= 8, p += 8)
		a = step(a, word_at(p, 8));
	if (left > 0)
		b = step(b, word_at(p, left));
	lanes[0] = a;
	lanes[1] = b;
	lanes[2] = c;
	lanes[3] = d;
}

static bool
beginning_is_enough(const struct ip *ip)
{
	if (ip->from.version != 4 || ip->identification == 0)
		return false;
	if (ip->protocol != IP_UDP || ip->offset != 0)
		return true;
	return ip->payload.len >= 8 &&
	    (ip->payload.p[6] | ip->payload.p[7]) != 0;
}

static void
digest_v6(const struct ip *ip, uint64_t lanes[4])
{
	uint8_t addresses[32];

	memcpy(addresses, ip->from.octets, 16);
	memcpy(addresses + 16, ip->to.octets, 16);
	digest(slice_of(addresses, sizeof(addresses)), lanes);
}

static uint64_t
hash_of(const struct mirrordup *m, const struct ip *ip)
{
	const uint64_t header[2] = {
		(uint64_t)ip->from.version << 32 | ip->identification,
		(uint64_t)ip->payload_len << 32 | (uint64_t)ip->offset << 16 |
		    (uint64_t)ip->protocol << 8 | ip->more,
	};
	uint64_t lanes[4] = {
		m->key.k0,
		m->key.k1,
		~m->key.k0 ^ header[0],
		~m->key.k1 ^ header[1],
	};
	uint64_t hash;

	if (ip->from.version == 4)
		lanes[0] ^= word_at(ip->from.octets, 4) |
		    word_at(ip->to.octets, 4) << 32;
	else
		digest_v6(ip, lanes);
	digest(beginning_is_enough(ip) ? slice_first(ip->payload, ENOUGH)
				       : ip->payload,
	    lanes);
	hash = step(step(step(lanes[0], lanes[1]), lanes[2]), lanes[3]);
	hash ^= hash >> 32;
	return hash == 0 ? 1 : hash;
}

/* Merged sources may be a little out of order. */
static bool
in_window(nstime when, nstime now)
{
	const uint64_t forwards = (uint64_t)now - (uint64_t)when;
	const uint64_t backwards = (uint64_t)when - (uint64_t)now;

	return forwards < (uint64_t)MIRRORDUP_WINDOW ||
	    backwards < (uint64_t)MIRRORDUP_WINDOW;
}

static struct seen *
set_of(const struct mirrordup *m, uint64_t hash)
{
	return &m->seen[(hash & (m->sets - 1)) * WAYS];
}

/* The latest of a set comes first, so the oldest, or a free place, is last.
 * Written out, for the compiler moves them by vectors. */
static void
push(struct seen *set, struct seen seen)
{
	for (size_t i = WAYS - 1; i > 0; i--)
		set[i] = set[i - 1];
	set[0] = seen;
}

/* Double the number of sets: each set's entries are split over two.  False at
 * the limit, or without memory. */
static bool
grow(struct mirrordup *m)
{
	struct seen *old = m->seen, *seen = NULL;
	const size_t count = m->sets * WAYS;

	if (m->sets < m->most_sets)
		seen = new_sets(2 * m->sets);
	if (seen == NULL)
		return false;
	m->seen = seen;
	m->sets *= 2;
	for (size_t i = count; i > 0; i--)
		if (old[i - 1].hash != 0)
			push(set_of(m, old[i - 1].hash), old[i - 1]);
	free(old);
	return true;
}

static bool
is_wanted(const struct seen *place, nstime now)
{
	return place->hash != 0 && in_window(place->when, now);
}

static void
remember(struct mirrordup *m, uint64_t hash, nstime now)
{
	struct seen *set;

	do
		set = set_of(m, hash);
	while (is_wanted(&set[WAYS - 1], now) && grow(m));
	m->forgotten += is_wanted(&set[WAYS - 1], now);
	push(set, (struct seen){ .hash = hash, .when = now });
}

bool
mirrordup_input(struct mirrordup *m, const struct ip *ip, nstime now)
{
	const struct seen *set;
	uint64_t hash;

	if (m->seen == NULL)
		return false;
	hash = hash_of(m, ip);
	set = set_of(m, hash);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].hash == hash && in_window(set[i].when, now)) {
			m->duplicates++;
			return true;
		}
	remember(m, hash, now);
	return false;
}

void
mirrordup_reset(struct mirrordup *m)
{
	if (m->seen != NULL)
		memset(m->seen, 0, m->sets * WAYS * sizeof(*m->seen));
}

void
mirrordup_set(struct mirrordup *m, const struct mirrordup_limits *limits)
{
	const size_t most =
	    limits->packets == 0 ? 0 : sets_for(limits->packets);
	struct seen *seen = NULL;

	if (most == m->most_sets)
		return;
	if (most != 0) {
		seen = new_sets(first_sets(most));
		if (seen == NULL)
			return;
	}
	free(m->seen);
	m->seen = seen;
	m->most_sets = most;
	m->sets = first_sets(most);
}

void
mirrordup_stats(const struct mirrordup *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "mirrordup.duplicate", m->duplicates);
	output(arg, COUNTER_LIMIT, "mirrordup.forgotten", m->forgotten);
}
