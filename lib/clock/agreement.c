/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/agreement.h"

#include <stdlib.h>

#include "base/lru.h"

#define WITHIN (3 * NSTIME_S)
#define COARSE (256 * NSTIME_S) /* the offset that a random low octet leaves   \
				 */
#define RETEST (86400 * NSTIME_S)

/* Random ones beside it must not crowd out a clock that is read seldom: of the
 * clocks that agree with none the latest are kept, and the nearest to ours. */
enum { LATEST = 4, NEAREST = 4, CANDIDATES = LATEST + NEAREST };

enum { RANDOM_AFTER = 3, FINE_RUN = 3 };

struct candidate {
	nstime told, offset;
};

struct agreement_entry {
	struct lru_entry entry;
	struct agreement_teller key;
	struct candidate candidates[CANDIDATES]; /* they disagree pairwise */
	unsigned count, kept;                    /* now, and ever */
	struct candidate clock;                  /* the latest that agreed */
	bool known;                              /* .. if any did */
	nstime first;                            /* .. and its first offset */
	bool coarse;
	unsigned fine_run; /* coarse, but so many agreed within 3 s */
	bool random;
	nstime retest;
};

struct agreement {
	struct lru *tellers;
	uint64_t random;
};

static bool
teller_equal(const struct table_entry *entry, const void *key)
{
	const struct agreement_entry *teller =
	    (const struct agreement_entry *)entry;
	const struct agreement_teller *wanted = key;

	return teller->key.witness == wanted->witness &&
	    teller->key.speaker == wanted->speaker &&
	    endpoint_equal(&teller->key.endpoint, &wanted->endpoint);
}

struct agreement *
agreement_new(
    size_t tellers, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = tellers,
		.octets = sizeof(struct agreement_entry),
		.memory = memory,
		.equal = teller_equal,
	};
	struct agreement *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->tellers = lru_new(&setup, key);
	if (a->tellers != NULL)
		return a;
	free(a);
	return NULL;
}

void
agreement_free(struct agreement *a)
{
	if (a == NULL)
		return;
	lru_free(a->tellers);
	free(a);
}

void
agreement_set(struct agreement *a, size_t tellers)
{
	lru_set(a->tellers, tellers);
	lru_trim(a->tellers);
}

static struct agreement_entry *
find_or_add(struct agreement *a, const struct agreement_teller *key)
{
	const uint64_t hash = endpoint_hash(a->tellers, &key->endpoint) +
	    ((uint64_t)key->witness << 16) + key->speaker;
	struct agreement_entry *teller = lru_find(a->tellers, hash, key);

	if (teller != NULL) {
		lru_use(a->tellers, teller);
		return teller;
	}
	teller = lru_add(a->tellers, hash);
	if (teller != NULL)
		teller->key = *key;
	return teller;
}

/* Without the octet that may be random. */
static nstime
masked(nstime told)
{
	const nstime rest = told % COARSE;

	return told - rest - (rest < 0 ? COARSE : 0);
}

static bool
near(nstime a, nstime b, nstime within)
{
	nstime apart;

	return !__builtin_sub_overflow(a, b, &apart) && apart <= within &&
	    apart >= -within;
}

enum match { DIFFERENT, COPY, AGREES_COARSELY, AGREES };

static enum match
compare(const struct agreement_entry *teller, const struct candidate *old,
    const struct candidate *new)
{
	nstime a, b;

	if (old->told == new->told)
		return COPY;
	if (near(old->offset, new->offset, WITHIN))
		return AGREES;
	if (teller->key.witness != WITNESS_TLS)
		return DIFFERENT;
	/* The offsets that the random octet leaves. */
	a = old->offset - (old->told - masked(old->told));
	b = new->offset - (new->told - masked(new->told));
	return near(a, b, COARSE) ? AGREES_COARSELY : DIFFERENT;
}

/* Random octets agree too often but for the lowest. */
static enum match
match_of(const struct agreement_entry *teller, const struct candidate *old,
    const struct candidate *new)
{
	const enum match match = compare(teller, old, new);

	return teller->random && match == AGREES_COARSELY ? DIFFERENT : match;
}

static enum match
best_match(const struct agreement_entry *teller, const struct candidate *new)
{
	enum match best = DIFFERENT;

	if (teller->known)
		best = match_of(teller, &teller->clock, new);
	for (unsigned i = 0; i < teller->count; i++) {
		const enum match match =
		    match_of(teller, &teller->candidates[i], new);

		if (best == COPY || match == COPY)
			return COPY;
		if (match > best)
			best = match;
	}
	return best;
}

static nstime
distance(const struct candidate *c)
{
	return nstime_magnitude(c->offset);
}

/* The nearest come first; the new one replaces the furthest, which moves to
 * the latest. */
static void
keep(struct agreement_entry *teller, struct candidate new)
{
	struct candidate *const all = teller->candidates;
	unsigned furthest = 0;

	if (teller->count < CANDIDATES) {
		all[teller->count++] = new;
		return;
	}
	for (unsigned i = 1; i < NEAREST; i++)
		if (distance(&all[i]) > distance(&all[furthest]))
			furthest = i;
	if (distance(&new) < distance(&all[furthest])) {
		const struct candidate displaced = all[furthest];

		all[furthest] = new;
		new = displaced;
	}
	all[NEAREST + teller->kept++ % LATEST] = new;
}

static enum agreement_verdict
disagrees(struct agreement *a, struct agreement_entry *teller,
    const struct candidate *new, nstime now)
{
	keep(teller, *new);
	if (teller->known || teller->count < RANDOM_AFTER)
		return AGREEMENT_UNKNOWN;
	a->random += !teller->random;
	if (!teller->random &&
	    __builtin_add_overflow(now, RETEST, &teller->retest))
		teller->retest = NSTIME_NEVER;
	teller->random = true;
	return AGREEMENT_RANDOM;
}

/* Two whose random octets are alike by chance must not pass for fine ones,
 * once it is known that they are random. */
static enum agreement_verdict
agrees(struct agreement_entry *teller, enum match match,
    const struct candidate *new, struct agreement_reading *reading)
{
	if (!teller->known)
		teller->first = new->offset;
	reading->first = teller->first;
	teller->clock = *new;
	teller->known = true;
	teller->count = 0;
	if (match == AGREES_COARSELY) {
		teller->coarse = true;
		teller->fine_run = 0;
	} else if (++teller->fine_run >= FINE_RUN) {
		teller->coarse = false;
	}
	if (teller->coarse) {
		reading->told = masked(reading->told);
		reading->resolution = COARSE;
	}
	return AGREEMENT_REAL;
}

enum agreement_verdict
agreement_input(struct agreement *a, const struct agreement_teller *key,
    struct agreement_reading *reading)
{
	struct agreement_entry *teller = find_or_add(a, key);
	struct candidate new = { .told = reading->told };
	enum match match;

	/* Half the range, so that masking and shifting cannot overflow. */
	if (teller == NULL || reading->told <= INT64_MIN / 2 ||
	    __builtin_sub_overflow(reading->told, reading->wall, &new.offset) ||
	    new.offset >= INT64_MAX / 2 || new.offset <= INT64_MIN / 2)
		return AGREEMENT_UNKNOWN;
	if (teller->random && reading->now >= teller->retest) {
		teller->random = teller->coarse = false;
		teller->count = teller->fine_run = 0;
	}
	match = best_match(teller, &new);
	if (match == COPY)
		return AGREEMENT_UNKNOWN;
	if (match == DIFFERENT)
		return disagrees(a, teller, &new, reading->now);
	return agrees(teller, match, &new, reading);
}

/* False: it is out of range now. */
static bool
shift(struct candidate *c, nstime step)
{
	return !__builtin_sub_overflow(c->offset, step, &c->offset) &&
	    c->offset < INT64_MAX / 2 && c->offset > INT64_MIN / 2;
}

void
agreement_stepped(struct agreement *a, nstime step)
{
	struct agreement_entry *teller;

	for (teller = lru_oldest(a->tellers); teller != NULL;
	     teller = lru_newer(teller)) {
		for (unsigned i = 0; i < teller->count; i++)
			if (!shift(&teller->candidates[i], step))
				teller->count = 0;
		if (!shift(&teller->clock, step) ||
		    __builtin_sub_overflow(teller->first, step, &teller->first))
			teller->known = false;
	}
}

void
agreement_stats(const struct agreement *a, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "agreement.evicted", lru_evicted(a->tellers));
	output(arg, COUNTER_EVENT, "agreement.random", a->random);
}
