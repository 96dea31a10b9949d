/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/hosts.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"

enum {
	SPARE = 256,
	CHANCES = 64, /* given in a row at most */
	RECENT = 256
};

struct host {
	struct table_entry entry; /* first: a host is its entry */
	TAILQ_ENTRY(host) age;
	struct address address;
	uint8_t roles; /* 1 << HOSTS_x */
	bool heard;    /* since it was put at the end of the list */
};

TAILQ_HEAD(ages, host);

struct member {
	struct address address; /* first: bsearch() compares it */
	size_t pool;
};

struct hosts {
	struct table *table;
	struct host *recent[RECENT]; /* by its end, see recent(), or NULL */
	struct ages ages; /* the longest unheard of first, see victim() */
	size_t limit;
	struct budget_share *memory;

	struct hosts_place *pools;
	struct member *members; /* sorted */
	size_t pool_count, member_count;

	uint64_t evicted, no_memory;
};

static bool
same_host(const struct table_entry *entry, const void *key)
{
	const struct host *host = (const struct host *)entry;

	return endpoint_address_equal(&host->address, key);
}

struct hosts *
hosts_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory)
{
	struct hosts *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	TAILQ_INIT(&h->ages);
	h->limit = limit;
	h->memory = memory;
	h->table = table_new_drawing(limit, key, same_host, memory);
	if (h->table != NULL)
		return h;
	hosts_free(h);
	return NULL;
}

static void
free_pools(struct hosts_place *pools, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)pools[i].name);
	free(pools);
}

void
hosts_free(struct hosts *h)
{
	struct host *host;

	if (h == NULL)
		return;
	while ((host = TAILQ_FIRST(&h->ages)) != NULL) {
		TAILQ_REMOVE(&h->ages, host, age);
		budget_release(h->memory, host, sizeof(*host));
	}
	table_free(h->table);
	free_pools(h->pools, h->pool_count);
	free(h->members);
	free(h);
}

static int
by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

static struct hosts_place *
copy_pools(const struct hosts_pool *pools, size_t count)
{
	struct hosts_place *copies = calloc(count + 1, sizeof(*copies));

	for (size_t i = 0; copies != NULL && i < count; i++) {
		copies[i] = (struct hosts_place){
			.name = strdup(pools[i].name),
			.warn = pools[i].warn,
			.number = i,
		};
		if (copies[i].name == NULL) {
			free_pools(copies, i);
			return NULL;
		}
	}
	return copies;
}

static struct member *
copy_members(const struct hosts_pool *pools, size_t pool_count, size_t *count)
{
	struct member *members;
	size_t used = 0;

	for (size_t i = 0; i < pool_count; i++)
		used += pools[i].member_count;
	members = calloc(used + 1, sizeof(*members));
	*count = used;
	used = 0;
	for (size_t i = 0; members != NULL && i < pool_count; i++)
		for (size_t k = 0; k < pools[i].member_count; k++)
			members[used++] = (struct member){
				.address = pools[i].members[k],
				.pool = i,
			};
	if (used > 0)
		qsort(members, used, sizeof(*members), by_address);
	return members;
}

void
hosts_set(struct hosts *h, size_t limit, const struct hosts_pool *pools,
    size_t pool_count)
{
	size_t member_count;
	struct hosts_place *copies = copy_pools(pools, pool_count);
	struct member *members = copy_members(pools, pool_count, &member_count);

	h->limit = limit;
	table_set(h->table, limit);
	if (copies == NULL || members == NULL) {
		free_pools(copies, copies == NULL ? 0 : pool_count);
		free(members);
		h->no_memory++;
		return;
	}
	free_pools(h->pools, h->pool_count);
	free(h->members);
	h->pools = copies;
	h->members = members;
	h->pool_count = pool_count;
	h->member_count = member_count;
}

/* Of IPv4 what is there, of anything else the whole value: this is done for
 * both ends of every transaction. */
static uint64_t
hash_of(const struct hosts *h, const struct address *address)
{
	return table_hash(h->table,
	    slice_of(address, address->version == 4 ? 4 : sizeof(*address)));
}

static struct host *
find(const struct hosts *h, const struct address *address)
{
	return (struct host *)table_find(
	    h->table, hash_of(h, address), address);
}

/* The same few dozen hosts are heard of all day long. */
static struct host **
recent(struct hosts *h, const struct address *address)
{
	return &h->recent[endpoint_address_spread(address) % RECENT];
}

static void
put_last(struct hosts *h, struct host *host)
{
	TAILQ_REMOVE(&h->ages, host, age);
	TAILQ_INSERT_TAIL(&h->ages, host, age);
	host->heard = false;
}

/* Hosts are heard of with every answer: to put each at the end would touch
 * three more, so it is marked, and goes there when its turn has come. */
static struct host *
victim(struct hosts *h)
{
	struct host *host = TAILQ_FIRST(&h->ages);

	for (int i = 0; i < CHANCES && host != NULL && host->heard; i++) {
		put_last(h, host);
		host = TAILQ_FIRST(&h->ages);
	}
	return host;
}

static void
forget_oldest(struct hosts *h)
{
	struct host *host = victim(h);

	if (host == NULL)
		return;
	if (*recent(h, &host->address) == host)
		*recent(h, &host->address) = NULL;
	TAILQ_REMOVE(&h->ages, host, age);
	table_remove(h->table, &host->entry);
	budget_release(h->memory, host, sizeof(*host));
	h->evicted++;
}

static struct host *
add(struct hosts *h, const struct address *address)
{
	struct host *host;

	if (table_count(h->table) >= h->limit)
		forget_oldest(h);
	host = budget_alloc(h->memory, sizeof(*host));
	if (host == NULL && table_count(h->table) > 0) {
		forget_oldest(h);
		host = budget_alloc(h->memory, sizeof(*host));
	}
	if (host == NULL ||
	    !table_add(h->table, &host->entry, hash_of(h, address))) {
		budget_release(h->memory, host, sizeof(*host));
		h->no_memory++;
		return NULL;
	}
	host->address = *address;
	TAILQ_INSERT_TAIL(&h->ages, host, age);
	return host;
}

static struct host *
find_or_add(struct hosts *h, const struct address *address)
{
	struct host **place = recent(h, address);

	if (*place == NULL ||
	    !endpoint_address_equal(&(*place)->address, address))
		*place = find(h, address);
	if (*place == NULL)
		*place = add(h, address);
	else
		(*place)->heard = true;
	return *place;
}

bool
hosts_role(struct hosts *h, const struct address *address, enum hosts_role role)
{
	struct host *host = find_or_add(h, address);
	const uint8_t bit = (uint8_t)(1u << role);
	bool is_new;

	if (host == NULL)
		return false;
	is_new = (host->roles & bit) == 0;
	host->roles |= bit;
	return is_new;
}

struct hosts_facts
hosts_facts(const struct hosts *h, const struct address *address)
{
	const struct host *host = find(h, address);
	const struct member *member = h->member_count == 0
	    ? NULL
	    : bsearch(address, h->members, h->member_count, sizeof(*h->members),
		  by_address);
	const unsigned roles = host == NULL ? 0 : host->roles;
	struct hosts_facts facts = {
		.dials = (roles & 1u << HOSTS_DIALS) != 0,
		.answers = (roles & 1u << HOSTS_ANSWERS) != 0,
		.speaks_sip = (roles & 1u << HOSTS_SPEAKS_SIP) != 0,
		.serves_time = (roles & 1u << HOSTS_SERVES_TIME) != 0,
		.answered = (roles & 1u << HOSTS_ANSWERED) != 0,
	};

	if (member != NULL)
		facts.pool = h->pools[member->pool];
	return facts;
}

bool
hosts_is_server(const struct hosts_facts *facts)
{
	return facts->dials || facts->answers || facts->serves_time ||
	    facts->pool.name != NULL;
}

bool
hosts_is_of_interest(const struct hosts_facts *facts)
{
	return facts->speaks_sip || hosts_is_server(facts);
}

void
hosts_stats(const struct hosts *h, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "hosts.evicted", h->evicted);
	output(arg, COUNTER_LIMIT, "hosts.no_memory", h->no_memory);
}

void
hosts_save(const struct hosts *h, struct record *r)
{
	const struct host *host = TAILQ_LAST(&h->ages, ages);

	for (size_t i = 0;
	     host != NULL && i < HOSTS_SAVED && record_left(r) >= SPARE; i++) {
		record_more(r, true);
		endpoint_address_save(r, &host->address);
		record_u8(r, host->roles);
		host = TAILQ_PREV(host, ages, age);
	}
	record_more(r, false);
}

/* They were saved the latest first. */
void
hosts_load(struct hosts *h, struct cursor *c)
{
	while (record_read_more(c)) {
		const struct address address = endpoint_address_load(c);
		const uint8_t roles =
		    (uint8_t)record_read_below(c, 1, 1u << HOSTS_ROLES);
		struct host *host;

		if (c->bad || find(h, &address) != NULL ||
		    table_count(h->table) >= h->limit)
			continue;
		host = add(h, &address);
		if (host == NULL)
			continue;
		TAILQ_REMOVE(&h->ages, host, age);
		TAILQ_INSERT_HEAD(&h->ages, host, age);
		host->roles = roles;
	}
}
