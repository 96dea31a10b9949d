/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/certcache.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/table.h"
#include "base/tokenbucket.h"

/* What a certificate is found by costs a tenth of its SHA-256, and as long as
 * the key is secret nobody can make two that collide. */
struct known {
	struct table_entry entry;
	TAILQ_ENTRY(known) order;
	struct siphash_wide digest;
	bool refused;
	struct x509cert certificate;
};

struct certcache {
	size_t limit;
	struct siphash_key key;
	struct table *table;
	TAILQ_HEAD(, known) by_use; /* the longest unseen first */
	struct tokenbucket fresh;
	bool begun; /* `fresh' has its first time */
	uint64_t refused, evicted, too_many;
};

static bool
known_equal(const struct table_entry *entry, const void *key)
{
	const struct siphash_wide *digest = key;
	const struct known *known = (const struct known *)entry;

	return known->digest.a == digest->a && known->digest.b == digest->b;
}

struct certcache *
certcache_new(size_t limit, const struct siphash_key *key)
{
	struct certcache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limit = limit == 0 ? 1 : limit;
	c->key = *key;
	c->table = table_new(c->limit, key, known_equal);
	TAILQ_INIT(&c->by_use);
	if (c->table != NULL)
		return c;
	free(c);
	return NULL;
}

static void
forget(struct certcache *c, struct known *known)
{
	TAILQ_REMOVE(&c->by_use, known, order);
	table_remove(c->table, &known->entry);
	free(known);
}

void
certcache_free(struct certcache *c)
{
	if (c == NULL)
		return;
	while (!TAILQ_EMPTY(&c->by_use))
		forget(c, TAILQ_FIRST(&c->by_use));
	table_free(c->table);
	free(c);
}

void
certcache_set(struct certcache *c, size_t limit)
{
	c->limit = limit == 0 ? 1 : limit;
	while (table_count(c->table) > c->limit)
		forget(c, TAILQ_FIRST(&c->by_use));
	table_set(c->table, c->limit);
}

static struct known *
add(struct certcache *c, struct slice der, const struct siphash_wide *digest)
{
	struct known *known = calloc(1, sizeof(*known));

	if (known == NULL)
		return NULL;
	if (table_count(c->table) >= c->limit) {
		forget(c, TAILQ_FIRST(&c->by_use));
		c->evicted++;
	}
	known->digest = *digest;
	known->refused = !x509cert_parse(der, &known->certificate);
	c->refused += known->refused;
	if (!table_add(c->table, &known->entry, digest->a)) {
		free(known);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&c->by_use, known, order);
	return known;
}

static bool
may_parse(struct certcache *c, nstime now)
{
	if (!c->begun)
		tokenbucket_init(
		    &c->fresh, CERTCACHE_RATE, CERTCACHE_BURST, now);
	c->begun = true;
	if (tokenbucket_take(&c->fresh, now))
		return true;
	c->too_many++;
	return false;
}

const struct x509cert *
certcache_find(struct certcache *c, struct slice der, nstime now)
{
	const struct siphash_wide digest = siphash_128(&c->key, der);
	struct known *known =
	    (struct known *)table_find(c->table, digest.a, &digest);

	if (known != NULL) {
		TAILQ_REMOVE(&c->by_use, known, order);
		TAILQ_INSERT_TAIL(&c->by_use, known, order);
	} else if (may_parse(c, now)) {
		known = add(c, der, &digest);
	}
	return known == NULL || known->refused ? NULL : &known->certificate;
}

void
certcache_stats(const struct certcache *c, counter_output *output, void *arg)
{
	output(arg, "certcache.refused", c->refused);
	output(arg, "certcache.evicted", c->evicted);
	output(arg, "certcache.too_many", c->too_many);
}
