/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/ipfrag.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"
#include "net/inner/ipholes.h"

enum {
	SHARES = 8, /* one sender may have one of so many */
	KEY = 46
};

enum ipfrag_reason {
	DUPLICATE,
	OVERLAP,
	TIMED_OUT,
	KILLED,
	EMPTY,
	UNALIGNED,
	OVERLONG,
	TRUNCATED,
	TOO_MANY_PIECES,
	SENDER_LIMIT,
	LIMIT,
	NO_MEMORY,
	REASONS
};

struct sender {
	struct table_entry entry; /* first: a pointer to it points here */
	struct address address;
	TAILQ_HEAD(sender_datagrams, datagram) datagrams; /* oldest first */
	size_t count, octets;
};

struct datagram {
	struct table_entry entry; /* first, likewise */
	TAILQ_ENTRY(datagram) by_age, of_sender;
	uint8_t key[KEY];
	struct sender *sender;
	nstime deadline;
	struct ipholes holes;
	uint8_t protocol; /* of IPv6: as in the first fragment */
	bool killed;
};

struct ipfrag {
	struct ipfrag_limits limits;
	struct table *datagrams, *senders;
	TAILQ_HEAD(datagrams, datagram) by_age; /* oldest first */
	size_t octets;
	uint64_t counts[REASONS];
	uint8_t whole[IPHOLES_MAX_DATAGRAM];
};

static bool
datagram_has_key(const struct table_entry *entry, const void *key)
{
	const struct datagram *d = (const void *)entry;

	return memcmp(d->key, key, KEY) == 0;
}

static bool
sender_has_address(const struct table_entry *entry, const void *address)
{
	const struct sender *s = (const void *)entry;

	return endpoint_address_equal(&s->address, address);
}

/* RFC 791 includes the protocol in a datagram's key, RFC 8200 does not. */
static void
make_key(const struct ip *ip, uint64_t context, uint8_t key[KEY])
{
	memcpy(key, ip->from.octets, 16);
	memcpy(key + 16, ip->to.octets, 16);
	memcpy(key + 32, &context, 8);
	memcpy(key + 40, &ip->identification, 4);
	key[44] = ip->from.version;
	key[45] = ip->from.version == 4 ? ip->protocol : 0;
}

struct ipfrag *
ipfrag_new(const struct ipfrag_limits *limits)
{
	struct ipfrag *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	TAILQ_INIT(&f->by_age);
	f->limits = *limits;
	f->datagrams = table_new(SIZE_MAX, &limits->key, datagram_has_key);
	f->senders = table_new(SIZE_MAX, &limits->key, sender_has_address);
	if (f->datagrams == NULL || f->senders == NULL) {
		ipfrag_free(f);
		return NULL;
	}
	return f;
}

static void
drop_pieces(struct ipfrag *f, struct datagram *d)
{
	f->octets -= d->holes.octets;
	d->sender->octets -= d->holes.octets;
	budget_undo(f->limits.memory, d->holes.octets);
	ipholes_done(&d->holes);
}

static void
remove_sender_without_datagrams(struct ipfrag *f, struct sender *s)
{
	if (s->count > 0)
		return;
	table_remove(f->senders, &s->entry);
	budget_release(f->limits.memory, s, sizeof(*s));
}

static void
remove_datagram(struct ipfrag *f, struct datagram *d)
{
	struct sender *s = d->sender;

	drop_pieces(f, d);
	TAILQ_REMOVE(&f->by_age, d, by_age);
	TAILQ_REMOVE(&s->datagrams, d, of_sender);
	s->count--;
	table_remove(f->datagrams, &d->entry);
	budget_release(f->limits.memory, d, sizeof(*d));
	remove_sender_without_datagrams(f, s);
}

void
ipfrag_reset(struct ipfrag *f)
{
	struct datagram *d;

	while ((d = TAILQ_FIRST(&f->by_age)) != NULL)
		remove_datagram(f, d);
}

void
ipfrag_free(struct ipfrag *f)
{
	if (f == NULL)
		return;
	ipfrag_reset(f);
	table_free(f->datagrams);
	table_free(f->senders);
	free(f);
}

static struct sender *
find_or_add_sender(struct ipfrag *f, const struct address *address)
{
	const uint64_t hash =
	    table_hash(f->senders, slice_of(address, sizeof(*address)));
	struct sender *s = (void *)table_find(f->senders, hash, address);

	if (s != NULL)
		return s;
	s = budget_alloc(f->limits.memory, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->address = *address;
	TAILQ_INIT(&s->datagrams);
	if (!table_add(f->senders, &s->entry, hash)) {
		budget_release(f->limits.memory, s, sizeof(*s));
		return NULL;
	}
	return s;
}

static size_t
share(size_t limit)
{
	return limit / SHARES + (limit % SHARES != 0);
}

static struct datagram *
add_datagram(struct ipfrag *f, const struct address *from,
    const uint8_t key[KEY], uint64_t hash, nstime now)
{
	struct sender *s = find_or_add_sender(f, from);
	struct datagram *d =
	    s == NULL ? NULL : budget_alloc(f->limits.memory, sizeof(*d));

	if (d == NULL || !table_add(f->datagrams, &d->entry, hash)) {
		f->counts[NO_MEMORY]++;
		budget_release(f->limits.memory, d, sizeof(*d));
		if (s != NULL)
			remove_sender_without_datagrams(f, s);
		return NULL;
	}
	memcpy(d->key, key, KEY);
	ipholes_init(&d->holes);
	d->sender = s;
	d->deadline = now + IPFRAG_TIMEOUT;
	TAILQ_INSERT_TAIL(&f->by_age, d, by_age);
	TAILQ_INSERT_TAIL(&s->datagrams, d, of_sender);
	s->count++;
	return d;
}

static struct datagram *
first_but(struct datagram *first, const struct datagram *but,
    struct datagram *after_that)
{
	return first != but ? first : after_that;
}

/* Make room for a piece of the datagram `d', which itself stays.  Then there
 * is room, unless the limits are less than one datagram. */
static void
make_room(struct ipfrag *f, struct datagram *d, size_t octets)
{
	struct sender *s = d->sender;
	struct datagram *oldest;

	while ((s->count > share(f->limits.datagrams) ||
		   s->octets + octets > share(f->limits.octets)) &&
	    (oldest = first_but(TAILQ_FIRST(&s->datagrams), d,
		 TAILQ_NEXT(d, of_sender))) != NULL) {
		f->counts[SENDER_LIMIT]++;
		remove_datagram(f, oldest);
	}
	while ((table_count(f->datagrams) > f->limits.datagrams ||
		   f->octets + octets > f->limits.octets ||
		   !budget_has(f->limits.memory, octets)) &&
	    (oldest = first_but(
		 TAILQ_FIRST(&f->by_age), d, TAILQ_NEXT(d, by_age))) != NULL) {
		f->counts[LIMIT]++;
		remove_datagram(f, oldest);
	}
}

static void
kill_datagram(struct ipfrag *f, struct datagram *d, enum ipfrag_reason reason)
{
	f->counts[reason]++;
	drop_pieces(f, d);
	d->killed = true;
}

static enum ipfrag_reason
add_piece(struct ipfrag *f, struct datagram *d, const struct ip *fragment)
{
	static const enum ipfrag_reason reasons[] = {
		[IPHOLES_FILLED] = REASONS,
		[IPHOLES_DUPLICATE] = DUPLICATE,
		[IPHOLES_OVERLAP] = OVERLAP,
		[IPHOLES_TOO_MANY] = TOO_MANY_PIECES,
		[IPHOLES_NO_MEMORY] = NO_MEMORY,
	};
	const size_t held = d->holes.octets;
	const enum ipholes_result result = ipholes_fill(
	    &d->holes, fragment->offset, fragment->payload, fragment->more);

	budget_note(f->limits.memory, d->holes.octets - held);
	f->octets += d->holes.octets - held;
	d->sender->octets += d->holes.octets - held;
	return reasons[result];
}

/* The reason why a fragment is useless on its own. REASONS: none. */
static enum ipfrag_reason
fault_of(const struct ip *fragment)
{
	if (fragment->payload_len == 0)
		return EMPTY;
	if (fragment->payload.len < fragment->payload_len)
		return TRUNCATED;
	if (fragment->more && fragment->payload_len % 8 != 0)
		return UNALIGNED;
	if (fragment->offset + fragment->payload_len > IPHOLES_MAX_DATAGRAM)
		return OVERLONG;
	return REASONS;
}

static void
put_together(struct ipfrag *f, struct datagram *d, const struct ip *last,
    struct ip *whole)
{
	const size_t len = ipholes_copy(&d->holes, f->whole);

	*whole = (struct ip){
		.from = last->from,
		.to = last->to,
		.protocol = d->protocol,
		.identification = last->identification,
		.payload = slice_of(f->whole, len),
		.payload_len = len,
	};
	remove_datagram(f, d);
}

static struct datagram *
find_or_add(
    struct ipfrag *f, const struct ip *fragment, uint64_t context, nstime now)
{
	uint8_t key[KEY];
	struct datagram *d;
	uint64_t hash;

	make_key(fragment, context, key);
	hash = table_hash(f->datagrams, slice_of(key, KEY));
	d = (void *)table_find(f->datagrams, hash, key);
	if (d != NULL)
		return d;
	return add_datagram(f, &fragment->from, key, hash, now);
}

bool
ipfrag_input(struct ipfrag *f, const struct ip *fragment, uint64_t context,
    nstime now, struct ip *whole)
{
	enum ipfrag_reason reason = fault_of(fragment);
	struct datagram *d;

	ipfrag_tick(f, now);
	if (reason != REASONS) {
		f->counts[reason]++;
		return false;
	}
	d = find_or_add(f, fragment, context, now);
	if (d == NULL)
		return false;
	if (d->killed) {
		f->counts[KILLED]++;
		return false;
	}
	make_room(f, d, ipholes_cost(fragment->payload.len));
	reason = add_piece(f, d, fragment);
	if (reason == DUPLICATE)
		f->counts[reason]++;
	else if (reason != REASONS)
		kill_datagram(f, d, reason);
	if (reason != REASONS)
		return false;
	if (fragment->offset == 0)
		d->protocol = fragment->protocol;
	if (!ipholes_filled(&d->holes))
		return false;
	put_together(f, d, fragment, whole);
	return true;
}

void
ipfrag_tick(struct ipfrag *f, nstime now)
{
	struct datagram *d;

	while ((d = TAILQ_FIRST(&f->by_age)) != NULL && d->deadline <= now) {
		if (!d->killed)
			f->counts[TIMED_OUT]++;
		remove_datagram(f, d);
	}
}

nstime
ipfrag_next_deadline(const struct ipfrag *f)
{
	const struct datagram *d = TAILQ_FIRST(&f->by_age);

	return d == NULL ? NSTIME_NEVER : d->deadline;
}

/* Takes effect as fragments come in. */
void
ipfrag_set(struct ipfrag *f, const struct ipfrag_limits *limits)
{
	f->limits.datagrams = limits->datagrams;
	f->limits.octets = limits->octets;
}

void
ipfrag_stats(const struct ipfrag *f, counter_output *output, void *arg)
{
	static const char *const names[REASONS] = {
		[DUPLICATE] = "ipfrag.duplicate",
		[OVERLAP] = "ipfrag.overlap",
		[TIMED_OUT] = "ipfrag.timed_out",
		[KILLED] = "ipfrag.killed",
		[EMPTY] = "ipfrag.empty",
		[UNALIGNED] = "ipfrag.unaligned",
		[OVERLONG] = "ipfrag.overlong",
		[TRUNCATED] = "ipfrag.truncated",
		[TOO_MANY_PIECES] = "ipfrag.too_many_pieces",
		[SENDER_LIMIT] = "ipfrag.sender_limit",
		[LIMIT] = "ipfrag.limit",
		[NO_MEMORY] = "ipfrag.no_memory",
	};

	for (enum ipfrag_reason reason = 0; reason < REASONS; reason++)
		output(arg,
		    reason >= SENDER_LIMIT ? COUNTER_LIMIT : COUNTER_EVENT,
		    names[reason], f->counts[reason]);
}

size_t
ipfrag_octets(const struct ipfrag *f)
{
	return f->octets;
}
