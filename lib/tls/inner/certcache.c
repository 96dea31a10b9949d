/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/certcache.h"

#include <stdlib.h>

#include "base/lru.h"
#include "base/tokenbucket.h"

/* The keyed hash of a certificate costs a tenth of its SHA-256, and as long as
 * the key is secret nobody can make two that collide. */
struct known {
	struct lru_entry entry;
	struct siphash_wide digest;
	bool refused;
	struct x509cert certificate;
};

struct certcache {
	struct siphash_key key;
	struct lru *known;
	struct tokenbucket fresh;
	bool begun; /* `fresh' has its first time */
	uint64_t refused, too_many;
};

static bool
known_equal(const struct table_entry *entry, const void *key)
{
	const struct siphash_wide *digest = key;
	const struct known *known = (const struct known *)entry;

	return known->digest.a == digest->a && known->digest.b == digest->b;
}

static size_t
at_least_one(size_t limit)
{
	return limit == 0 ? 1 : limit;
}

struct certcache *
certcache_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory)
{
	const struct lru_setup setup = {
		.limit = at_least_one(limit),
		.octets = sizeof(struct known),
		.memory = memory,
		.equal = known_equal,
	};
	struct certcache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->key = *key;
	c->known = lru_new(&setup, key);
	if (c->known != NULL)
		return c;
	free(c);
	return NULL;
}

void
certcache_free(struct certcache *c)
{
	if (c == NULL)
		return;
	lru_free(c->known);
	free(c);
}

void
certcache_set(struct certcache *c, size_t limit)
{
	lru_set(c->known, at_least_one(limit));
	lru_trim(c->known);
}

static struct known *
add(struct certcache *c, struct slice der, const struct siphash_wide *digest)
{
	struct known *known = lru_add(c->known, digest->a);

	if (known == NULL)
		return NULL;
	known->digest = *digest;
	known->refused = !x509cert_parse(der, &known->certificate);
	c->refused += known->refused;
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
	struct known *known = lru_find(c->known, digest.a, &digest);

	if (known != NULL)
		lru_use(c->known, known);
	else if (may_parse(c, now))
		known = add(c, der, &digest);
	return known == NULL || known->refused ? NULL : &known->certificate;
}

void
certcache_stats(const struct certcache *c, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "certcache.refused", c->refused);
	output(arg, COUNTER_LIMIT, "certcache.evicted", lru_evicted(c->known));
	output(arg, COUNTER_LIMIT, "certcache.too_many", c->too_many);
}
