/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/orphans.h"

#include <stdlib.h>

struct orphan {
	struct table_entry by_key;
	uint64_t key_b;
	struct address server;
	nstime at;
	uint32_t tag;
	uint16_t status; /* 0: not kept */
	uint8_t transport;
};

struct orphan_wanted {
	uint64_t key_b;
	const struct address *server;
	enum transport transport;
};

static bool
equal(const struct table_entry *entry, const void *key)
{
	const struct orphan *p = (const struct orphan *)(const void *)entry;
	const struct orphan_wanted *w = key;

	return p->key_b == w->key_b && p->transport == w->transport &&
	    endpoint_address_equal(&p->server, w->server);
}

bool
orphans_init(struct orphans *o, const struct siphash_key *key)
{
	o->by_key = table_new(ORPHANS_KEPT, key, equal);
	o->kept = calloc(ORPHANS_KEPT, sizeof(*o->kept));
	o->next = 0;
	return o->by_key != NULL && o->kept != NULL;
}

void
orphans_done(struct orphans *o)
{
	table_free(o->by_key);
	free(o->kept);
}

static struct orphan *
find(const struct orphans *o, const struct txnkey *key,
    const struct address *server, enum transport transport)
{
	const struct orphan_wanted wanted = { key->b, server, transport };

	if (table_count(o->by_key) == 0)
		return NULL;
	return (void *)table_find(o->by_key, key->a, &wanted);
}

static void
forget(struct orphans *o, struct orphan *p)
{
	if (p->status != 0)
		table_remove(o->by_key, &p->by_key);
	p->status = 0;
}

void
orphans_expect(const struct orphans *o, const struct txnkey *key)
{
	if (table_count(o->by_key) > 0)
		table_expect(o->by_key, key->a);
}

void
orphans_add(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, unsigned status, uint32_t tag)
{
	struct orphan *p =
	    find(o, key, &origin->from.address, origin->transport);

	if (p != NULL && p->status >= 200 && status < 200)
		return;
	if (p == NULL) {
		p = &o->kept[o->next];
		o->next = (o->next + 1) % ORPHANS_KEPT;
		forget(o, p);
		p->key_b = key->b;
		p->server = origin->from.address;
		p->transport = (uint8_t)origin->transport;
		if (!table_add(o->by_key, &p->by_key, key->a))
			return; /* no memory: it stays a response alone */
	}
	p->at = origin->now;
	p->tag = tag;
	p->status = (uint16_t)status;
}

bool
orphans_take(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, nstime t1, unsigned *status, uint32_t *tag)
{
	struct orphan *p = find(o, key, &origin->to.address, origin->transport);

	if (p == NULL || origin->now - p->at >= t1)
		return false;
	*status = p->status;
	*tag = p->tag;
	forget(o, p);
	return true;
}
