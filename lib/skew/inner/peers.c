/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/peers.h"

#include <stdlib.h>

#include "findings/due.h"

/* An accused server that is silent for so long may be forgotten. */
#define FORGOTTEN (24 * 3600 * NSTIME_S)

/* How many accused are looked at for one that may make room. */
enum { LOOK_FOR_ROOM = 16, SPARE = 4096 };

static bool
same_peer(const struct table_entry *entry, const void *key)
{
	const struct peer *p = (const struct peer *)entry;

	return memcmp(&p->key, key, sizeof(p->key)) == 0;
}

bool
peers_init(struct peers *peers, size_t limit, const struct siphash_key *key)
{
	*peers = (struct peers){ .limit = limit };
	for (unsigned i = 0; i < PEERS_STANDINGS; i++)
		TAILQ_INIT(&peers->lists[i]);
	peers->table = table_new(limit, key, same_peer);
	return peers->table != NULL;
}

void
peers_done(struct peers *peers)
{
	struct peer *p;

	for (unsigned i = 0; i < PEERS_STANDINGS; i++)
		while ((p = TAILQ_FIRST(&peers->lists[i])) != NULL) {
			TAILQ_REMOVE(&peers->lists[i], p, order);
			testimony_done(&p->testimony);
			free(p);
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
peers_estimate(const struct peers *peers, const struct peer *p,
    struct testimony_estimate *estimate)
{
	return testimony_estimate(&p->testimony, peers->least, estimate);
}

static uint64_t
hash_of(const struct peers *peers, const struct peers_key *key)
{
	return table_hash(peers->table, slice_of(key, sizeof(*key)));
}

struct peer *
peers_find(const struct peers *peers, const struct address *address,
    uint8_t attribution)
{
	const struct peers_key key = { *address, attribution };

	return (struct peer *)table_find(
	    peers->table, hash_of(peers, &key), &key);
}

bool
peers_has_room(const struct peers *peers)
{
	return table_count(peers->table) < peers->limit;
}

struct peer *
peers_add(
    struct peers *peers, const struct address *address, uint8_t attribution)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->key = (struct peers_key){ *address, attribution };
	if (!table_add(peers->table, &p->entry, hash_of(peers, &p->key))) {
		free(p);
		return NULL;
	}
	peers->sides[PEERS_NO_SIDE]++;
	TAILQ_INSERT_TAIL(&peers->lists[PEERS_CALM], p, order);
	return p;
}

struct peer *
peers_dispensable(const struct peers *peers, nstime now)
{
	struct peer *p = TAILQ_FIRST(&peers->lists[PEERS_CALM]);
	unsigned looked = 0;

	if (p != NULL)
		return p;
	TAILQ_FOREACH (p, &peers->lists[PEERS_ACCUSED], order)
		if (p->folded || due_by(p->seen, FORGOTTEN, now) ||
		    ++looked == LOOK_FOR_ROOM)
			break;
	return looked == LOOK_FOR_ROOM ? NULL : p;
}

void
peers_forget(struct peers *peers, struct peer *p)
{
	peers->sides[p->side]--;
	peers->sorted_count = 0;
	TAILQ_REMOVE(&peers->lists[p->standing], p, order);
	table_remove(peers->table, &p->entry);
	testimony_done(&p->testimony);
	free(p);
}

/* Suspects keep the order in which they fell under suspicion.  A second more
 * or less does not matter for who is forgotten first. */
void
peers_touch(struct peers *peers, struct peer *p, nstime now, nstime wall)
{
	if (p->standing != PEERS_SUSPECT &&
	    now / NSTIME_S != p->seen / NSTIME_S)
		peers_stand(peers, p, p->standing);
	p->seen = now;
	p->wall = wall;
}

void
peers_stand(struct peers *peers, struct peer *p, enum peers_standing standing)
{
	TAILQ_REMOVE(&peers->lists[p->standing], p, order);
	p->standing = standing;
	TAILQ_INSERT_TAIL(&peers->lists[standing], p, order);
}

enum peers_side
peers_side_of(nstime offset)
{
	return offset > -CONSENSUS_WIDTH && offset < CONSENSUS_WIDTH
	    ? PEERS_SIDE_WITH_US
	    : PEERS_AGAINST_US;
}

bool
peers_take_side(struct peers *peers, struct peer *p, enum peers_side side)
{
	if (p->side == side)
		return false;
	peers->sides[p->side]--;
	peers->sides[side]++;
	p->side = side;
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const struct peer *const *x = a, *const *y = b;
	const struct peers_key *i = &(*x)->key, *k = &(*y)->key;

	if (i->address.version != k->address.version)
		return i->address.version < k->address.version ? -1 : 1;
	return memcmp(i, k, sizeof(*i));
}

bool
peers_sort(struct peers *peers)
{
	const size_t count = table_count(peers->table);
	struct peer **sorted =
	    realloc(peers->sorted, (count + 1) * sizeof(*sorted));
	struct table_entry *entry = table_first(peers->table);

	peers->sorted_count = 0;
	if (sorted == NULL)
		return false;
	peers->sorted = sorted;
	for (; entry != NULL; entry = table_next(peers->table, entry))
		sorted[peers->sorted_count++] = (struct peer *)entry;
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), by_key);
	return true;
}

const struct peer *
peers_worst(const struct peers *peers, nstime reference)
{
	const struct peer *p, *worst = NULL;
	nstime furthest = -1;

	TAILQ_FOREACH (p, &peers->lists[PEERS_ACCUSED], order) {
		struct testimony_estimate e;
		nstime off;

		if (!p->folded || !peers_estimate(peers, p, &e))
			continue;
		off = offset_middle(e.joint.interval) - reference;
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
voter_of(
    const struct peers *peers, const struct hosts *hosts, const struct peer *p)
{
	const struct hosts_facts facts = hosts_facts(hosts, &p->key.address);
	const struct peers_key host = { .address = p->key.address };

	if (facts.pool.name != NULL)
		return facts.pool.number;
	return hash_of(peers, &host) | 1ull << 63;
}

static size_t
gather(const struct peers *peers, const struct hosts *hosts, nstime zero,
    struct consensus_vote *votes)
{
	struct testimony_estimate e;
	const struct peer *p;
	size_t count = 0;

	for (unsigned i = 0; i < PEERS_STANDINGS; i++)
		TAILQ_FOREACH (p, &peers->lists[i], order) {
			if (p->side != PEERS_AGAINST_US ||
			    !peers_estimate(peers, p, &e))
				continue;
			votes[count++] = (struct consensus_vote){
				.voter = voter_of(peers, hosts, p),
				.offset =
				    offset_middle(e.joint.interval) - zero,
			};
		}
	return count;
}

bool
peers_poll(const struct peers *peers, const struct hosts *hosts, nstime zero,
    struct consensus *consensus)
{
	const size_t most = peers->sides[PEERS_AGAINST_US];
	struct consensus_vote *votes;

	*consensus = (struct consensus){ .total = 0 };
	if (peers->sides[PEERS_SIDE_WITH_US] > 0 || most == 0)
		return true;
	votes = calloc(most, sizeof(*votes));
	if (votes == NULL)
		return false;
	*consensus = consensus_count(votes, gather(peers, hosts, zero, votes));
	free(votes);
	return true;
}

static void
save_peer(const struct peer *p, struct record *r)
{
	record_more(r, true);
	endpoint_address_save(r, &p->key.address);
	record_u8(r, p->key.attribution);
	record_u8(r, (uint8_t)p->standing);
	record_u8(r, (uint8_t)p->side);
	record_flag(r, p->folded);
	record_u8(r, (uint8_t)p->severity);
	record_time(r, p->since);
	record_time(r, p->told);
	record_time(r, p->seen);
	record_time(r, p->wall);
	record_flag(r, p->speaks_sip);
	record_flag(r, p->client.version != 0);
	if (p->client.version != 0)
		endpoint_address_save(r, &p->client);
	testimony_save(r, &p->testimony);
	conflict_save(r, &p->conflict);
	zonechange_save(r, &p->zone);
}

void
peers_save(const struct peers *peers, struct record *r)
{
	const struct peer *p;
	size_t saved = 0;

	for (unsigned i = PEERS_STANDINGS; i > 0; i--) {
		p = TAILQ_LAST(&peers->lists[i - 1], peers_list);
		for (; p != NULL && saved < PEERS_SAVED &&
		     record_left(r) >= SPARE;
		     p = TAILQ_PREV(p, peers_list, order)) {
			save_peer(p, r);
			saved++;
		}
	}
	record_more(r, false);
}

/* Everything but the places in table and lists.  A suspicion waits for more
 * stamps; but a clock drifts even if nobody looks. */
static void
load_peer(struct peer *p, struct cursor *c, const struct record_shift *shift)
{
	p->key.address = endpoint_address_load(c);
	p->key.attribution = (uint8_t)record_read_below(c, 1, 2);
	p->standing = record_read_below(c, 1, PEERS_STANDINGS);
	p->side = record_read_below(c, 1, PEERS_SIDES);
	p->folded = record_read_flag(c) && p->standing == PEERS_ACCUSED;
	p->severity = record_read_below(c, 1, FINDING_INFO + 1);
	p->since = record_read_now(c, shift->watching);
	p->told = record_read_now(c, shift->watching);
	p->seen = record_read_now(c, shift->real);
	p->wall = record_read_time(c);
	p->speaks_sip = record_read_flag(c);
	if (record_read_flag(c))
		p->client = endpoint_address_load(c);
	testimony_load(&p->testimony, c, shift->real);
	if (p->standing != PEERS_CALM && testimony_is_empty(&p->testimony))
		c->bad = true;
	conflict_load(&p->conflict, c, shift->watching);
	zonechange_load(&p->zone, c);
}

/* Each list was saved from its end.  False: `loaded' is not taken. */
static bool
take_in(struct peers *peers, const struct peer *loaded)
{
	const struct peers_key *key = &loaded->key;
	struct peer *p;

	if (!peers_has_room(peers) ||
	    peers_find(peers, &key->address, key->attribution) != NULL)
		return false;
	p = peers_add(peers, &key->address, key->attribution);
	if (p == NULL)
		return false;
	peers_take_side(peers, p, loaded->side);
	TAILQ_REMOVE(&peers->lists[PEERS_CALM], p, order);
	TAILQ_INSERT_HEAD(&peers->lists[loaded->standing], p, order);
	p->standing = loaded->standing;
	p->folded = loaded->folded;
	p->severity = loaded->severity;
	p->since = loaded->since;
	p->told = loaded->told;
	p->seen = loaded->seen;
	p->wall = loaded->wall;
	p->speaks_sip = loaded->speaks_sip;
	p->client = loaded->client;
	p->testimony = loaded->testimony;
	p->conflict = loaded->conflict;
	p->zone = loaded->zone;
	return true;
}

void
peers_load(
    struct peers *peers, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c)) {
		struct peer loaded = { .side = PEERS_NO_SIDE };

		load_peer(&loaded, c, shift);
		if (c->bad || !take_in(peers, &loaded))
			testimony_done(&loaded.testimony);
	}
}
