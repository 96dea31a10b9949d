/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/peers.h"

#include <stdlib.h>

#include "base/siphash.h"
#include "base/nstime.h"
#include "skew/inner/select.h"

/* A raised server without a stamp for so long may be forgotten. */
#define FORGOTTEN (24 * 3600 * NSTIME_S)

/* How many raised ones are looked at for one that may make room. */
enum { LOOK_FOR_ROOM = 16, SPARE = 16384 };

static bool
same_peer(const struct table_entry *entry, const void *key)
{
	const struct peer *p = (const struct peer *)entry;

	return memcmp(&p->key, key, sizeof(p->key)) == 0;
}

bool
peers_init(struct peers *peers, size_t limit, const struct siphash_key *key,
    struct budget_share *memory)
{
	*peers = (struct peers){ .limit = limit, .memory = memory };
	for (unsigned i = 0; i < PEER_STATES; i++)
		TAILQ_INIT(&peers->lists[i]);
	peers->table = table_new_drawing(limit, key, same_peer, memory);
	return peers->table != NULL;
}

void
peers_done(struct peers *peers)
{
	struct peer *p;

	for (unsigned i = 0; i < PEER_STATES; i++)
		while ((p = TAILQ_FIRST(&peers->lists[i])) != NULL) {
			TAILQ_REMOVE(&peers->lists[i], p, order);
			estimate_done(&p->estimate);
			budget_release(peers->memory, p, sizeof(*p));
		}
	table_free(peers->table);
	free(peers->sorted);
}

void
peers_set(struct peers *peers, size_t limit, unsigned least)
{
	peers->limit = limit;
	peers->least = least;
	table_set(peers->table, limit);
}

bool
peers_select(const struct peers *peers, const struct peer *p,
    struct select_result *result)
{
	return select_witnesses(&p->estimate, peers->least, result);
}

static uint64_t
hash_of(const struct peers *peers, const struct peer_key *key)
{
	return table_hash(peers->table, slice_of(key, sizeof(*key)));
}

/* Most stamps are of the same few dozen clocks. */
static size_t
recent(const struct peer_key *key)
{
	return (endpoint_address_spread(&key->address) + key->attribution) %
	    PEERS_RECENT;
}

struct peer *
peers_find(const struct peers *peers, const struct peer_key *key)
{
	struct peer *latest = peers->recent[recent(key)];

	if (latest != NULL && same_peer(&latest->entry, key))
		return latest;
	return (struct peer *)table_find(
	    peers->table, hash_of(peers, key), key);
}

struct peer *
peers_host(const struct peers *peers, const struct address *address)
{
	const struct peer_key key = peer_key(address, STAMP_HOST);

	return peers_find(peers, &key);
}

struct peer_key
peers_key_of(const struct peers *peers, const struct stamp *stamp)
{
	const struct peer_key agent =
	    peer_key_of_agent(&stamp->peer, stamp->agent);

	if (stamp->attribution == STAMP_AGENT ||
	    (stamp->agent != 0 && peers_find(peers, &agent) != NULL))
		return agent;
	return peer_key(&stamp->peer, stamp->attribution);
}

bool
peers_has_room(const struct peers *peers)
{
	return table_count(peers->table) < peers->limit;
}

struct peer *
peers_add(struct peers *peers, const struct peer_key *key)
{
	struct peer *p = budget_alloc(peers->memory, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->key = *key;
	p->estimate.memory = peers->memory;
	if (!table_add(peers->table, &p->entry, hash_of(peers, &p->key))) {
		budget_release(peers->memory, p, sizeof(*p));
		return NULL;
	}
	peers->sides[PEER_NO_SIDE]++;
	peers->is_sorted = false;
	TAILQ_INSERT_TAIL(&peers->lists[PEER_CLEAR], p, order);
	return p;
}

static struct peer *
longest_clear(const struct peers *peers, const struct peer *but)
{
	struct peer *p = TAILQ_FIRST(&peers->lists[PEER_CLEAR]);

	return p != but || p == NULL ? p : TAILQ_NEXT(p, order);
}

static struct peer *
longest_raised(const struct peers *peers, const struct peer *but, nstime now)
{
	struct peer *p;
	unsigned looked = 0;

	TAILQ_FOREACH (p, &peers->lists[PEER_RAISED], order) {
		if (p != but &&
		    (p->folded || nstime_passed(p->seen, FORGOTTEN, now)))
			return p;
		if (++looked == LOOK_FOR_ROOM)
			return NULL;
	}
	return NULL;
}

struct peer *
peers_dispensable(const struct peers *peers, const struct peer *but, nstime now)
{
	struct peer *clear = longest_clear(peers, but);
	struct peer *raised = longest_raised(peers, but, now);

	if (clear == NULL || (raised != NULL && raised->seen < clear->seen))
		return raised;
	return clear;
}

void
peers_forget(struct peers *peers, struct peer *p)
{
	peers->sides[p->side]--;
	peers->sorted_count = 0;
	peers->is_sorted = false;
	if (peers->recent[recent(&p->key)] == p)
		peers->recent[recent(&p->key)] = NULL;
	TAILQ_REMOVE(&peers->lists[p->state], p, order);
	table_remove(peers->table, &p->entry);
	estimate_done(&p->estimate);
	budget_release(peers->memory, p, sizeof(*p));
}

static void
move_to(struct peers *peers, struct peer *p, enum peer_state state)
{
	TAILQ_REMOVE(&peers->lists[p->state], p, order);
	p->state = (uint8_t)state;
	TAILQ_INSERT_TAIL(&peers->lists[state], p, order);
}

/* Pending ones stay in the order in which they became so.  For the others a
 * second more or less does not matter: the first is forgotten first. */
void
peers_touch(struct peers *peers, struct peer *p, nstime now, nstime wall)
{
	if (p->state != PEER_PENDING && now / NSTIME_S != p->seen / NSTIME_S)
		move_to(peers, p, p->state);
	peers->recent[recent(&p->key)] = p;
	p->seen = now;
	p->wall = wall;
}

void
peers_pend(struct peers *peers, struct peer *p, nstime now)
{
	move_to(peers, p, PEER_PENDING);
	p->since = now;
}

void
peers_raise(struct peers *peers, struct peer *p, bool folded)
{
	move_to(peers, p, PEER_RAISED);
	p->folded = folded;
}

void
peers_clear(struct peers *peers, struct peer *p)
{
	move_to(peers, p, PEER_CLEAR);
	p->folded = false;
}

enum peer_side
peers_side_of(nstime offset)
{
	return offset > -CONSENSUS_WIDTH && offset < CONSENSUS_WIDTH
	    ? PEER_WITH_US
	    : PEER_AGAINST_US;
}

bool
peers_take_side(struct peers *peers, struct peer *p, enum peer_side side)
{
	if (p->side == side)
		return false;
	peers->sides[p->side]--;
	peers->sides[side]++;
	p->side = (uint8_t)side;
	return true;
}

void
peers_rebase(struct peers *peers, nstime step)
{
	struct peer *p;

	for (unsigned i = 0; i < PEER_STATES; i++)
		TAILQ_FOREACH (p, &peers->lists[i], order)
			estimate_rebase(&p->estimate, step);
}

static int
by_key(const void *a, const void *b)
{
	const struct peer *const *x = a, *const *y = b;
	const struct peer_key *i = &(*x)->key, *k = &(*y)->key;

	if (i->address.version != k->address.version)
		return i->address.version < k->address.version ? -1 : 1;
	return memcmp(i, k, sizeof(*i));
}

bool
peers_sort(struct peers *peers)
{
	const size_t count = table_count(peers->table);
	struct table_entry *entry;
	struct peer **sorted;

	if (peers->is_sorted)
		return true;
	sorted = realloc(peers->sorted, (count + 1) * sizeof(*sorted));
	peers->sorted_count = 0;
	if (sorted == NULL)
		return false;
	peers->sorted = sorted;
	entry = table_first(peers->table);
	for (; entry != NULL; entry = table_next(peers->table, entry))
		sorted[peers->sorted_count++] = (struct peer *)entry;
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), by_key);
	peers->is_sorted = true;
	return true;
}

const struct peer *
peers_worst(const struct peers *peers, nstime reference)
{
	const struct peer *p, *worst = NULL;
	nstime furthest = -1;

	TAILQ_FOREACH (p, &peers->lists[PEER_RAISED], order) {
		struct select_result r;
		nstime off;

		if (!p->folded || !peers_select(peers, p, &r))
			continue;
		off = offset_middle(r.joint.interval) - reference;
		if (off < 0)
			off = -off;
		if (off <= furthest)
			continue;
		furthest = off;
		worst = p;
	}
	return worst;
}

static uint64_t
voter_of(const struct hosts *hosts, const struct peer *p)
{
	static const struct siphash_key unkeyed = { 0, 0 };
	const struct hosts_facts facts = hosts_facts(hosts, &p->key.address);
	const struct peer_key host = { .address = p->key.address };

	if (facts.pool.name != NULL)
		return facts.pool.number;
	/* Not by the key of the table: the order of votes must not change. */
	return siphash(&unkeyed, slice_of(&host, sizeof(host))) | 1ull << 63;
}

static size_t
gather(const struct peers *peers, const struct hosts *hosts, nstime zero,
    struct consensus_vote *votes)
{
	struct select_result r;
	const struct peer *p;
	size_t count = 0;

	for (unsigned i = 0; i < PEER_STATES; i++)
		TAILQ_FOREACH (p, &peers->lists[i], order) {
			if (p->side != PEER_AGAINST_US ||
			    !peers_select(peers, p, &r))
				continue;
			votes[count++] = (struct consensus_vote){
				.voter = voter_of(hosts, p),
				.offset =
				    offset_middle(r.joint.interval) - zero,
			};
		}
	return count;
}

bool
peers_poll(const struct peers *peers, const struct hosts *hosts, nstime zero,
    struct consensus *consensus)
{
	const size_t most = peers->sides[PEER_AGAINST_US];
	struct consensus_vote *votes;

	*consensus = (struct consensus){ .total = 0 };
	if (peers->sides[PEER_WITH_US] > 0 || most == 0)
		return true;
	votes = calloc(most, sizeof(*votes));
	if (votes == NULL)
		return false;
	*consensus = consensus_count(votes, gather(peers, hosts, zero, votes));
	free(votes);
	return true;
}

void
peers_save(const struct peers *peers, struct record *r)
{
	const struct peer *p;
	size_t saved = 0;

	for (unsigned i = PEER_STATES; i > 0; i--) {
		p = TAILQ_LAST(&peers->lists[i - 1], peers_list);
		for (; p != NULL && saved < PEERS_SAVED &&
		     record_left(r) >= SPARE;
		     p = TAILQ_PREV(p, peers_list, order)) {
			record_more(r, true);
			peer_save(p, r);
			saved++;
		}
	}
	record_more(r, false);
}

/* Each list was saved from its end.  False: `loaded' is
 * dropped. */
static bool
take_in(struct peers *peers, const struct peer *loaded)
{
	const struct peer_key *key = &loaded->key;
	struct peer *p;

	if (!peers_has_room(peers) || peers_find(peers, key) != NULL)
		return false;
	p = peers_add(peers, key);
	if (p == NULL)
		return false;
	peers_take_side(peers, p, loaded->side);
	TAILQ_REMOVE(&peers->lists[PEER_CLEAR], p, order);
	TAILQ_INSERT_HEAD(&peers->lists[loaded->state], p, order);
	p->state = loaded->state;
	p->folded = loaded->folded;
	p->severity = loaded->severity;
	p->since = loaded->since;
	p->told = loaded->told;
	p->seen = loaded->seen;
	p->wall = loaded->wall;
	p->speaks_sip = loaded->speaks_sip;
	p->client = loaded->client;
	p->estimate = loaded->estimate;
	p->conflict = loaded->conflict;
	p->zone = loaded->zone;
	p->undecided = loaded->undecided;
	return true;
}

void
peers_load(
    struct peers *peers, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c)) {
		struct peer loaded = {
			.side = PEER_NO_SIDE,
			.estimate = { .memory = peers->memory },
		};

		peer_load(&loaded, c, shift);
		if (c->bad || !take_in(peers, &loaded))
			estimate_done(&loaded.estimate);
	}
}
