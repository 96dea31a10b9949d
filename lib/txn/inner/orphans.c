/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/orphans.h"

static struct orphan *
place_of(struct orphans *o, const struct txnkey *key)
{
	return &o->kept[key->a % ORPHANS_KEPT];
}

static bool
is_kept(const struct orphan *p, const struct txnkey *key)
{
	return p->status != 0 && p->key_a == key->a && p->key_b == key->b;
}

void
orphans_expect(const struct orphans *o, const struct txnkey *key)
{
	__builtin_prefetch(&o->kept[key->a % ORPHANS_KEPT]);
}

void
orphans_add(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, unsigned status, uint32_t tag)
{
	struct orphan *p = place_of(o, key);

	if (is_kept(p, key) && p->status >= 200 && status < 200)
		return;
	*p = (struct orphan){
		.key_a = key->a,
		.key_b = key->b,
		.server = origin->from.address,
		.at = origin->now,
		.tag = tag,
		.status = (uint16_t)status,
		.transport = (uint8_t)origin->transport,
	};
}

bool
orphans_take(struct orphans *o, const struct txnkey *key,
    const struct origin *origin, nstime t1, unsigned *status, uint32_t *tag)
{
	struct orphan *p = place_of(o, key);

	if (!is_kept(p, key) || origin->now - p->at >= t1 ||
	    p->transport != origin->transport ||
	    !endpoint_address_equal(&p->server, &origin->to.address))
		return false;
	*status = p->status;
	*tag = p->tag;
	p->status = 0;
	return true;
}
