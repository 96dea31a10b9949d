/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certplace.h"

enum { SPARE = 1024 /* a record must have left for one place */ };

bool
certplace_equal(const struct table_entry *entry, const void *key)
{
	const struct certplace *place = (const struct certplace *)entry;
	const struct certplace_key *wanted = key;

	return place->key.depth == wanted->depth &&
	    endpoint_equal(&place->key.holder, &wanted->holder);
}

static uint64_t
place_hash(struct lru *places, const struct certplace_key *key)
{
	return endpoint_hash(places, &key->holder) +
	    ((uint64_t)key->depth << 16);
}

struct certplace *
certplace_find(struct lru *places, const struct certplace_key *key)
{
	if (lru_count(places) == 0)
		return NULL;
	return lru_find(places, place_hash(places, key), key);
}

struct certplace *
certplace_find_or_add(struct lru *places, const struct certplace_key *key)
{
	struct certplace *place = certplace_find(places, key);

	if (place != NULL) {
		lru_use(places, place);
		return place;
	}
	place = lru_add(places, place_hash(places, key));
	if (place != NULL)
		place->key = *key;
	return place;
}

bool
certplace_is(const struct certplace_trouble *t, const struct x509cert *cert)
{
	return memcmp(t->sha256, cert->sha256, sizeof(t->sha256)) == 0;
}

void
certplace_remember(struct certplace *place, const struct x509cert *cert,
    const struct address *peer, bool by_peer)
{
	struct certplace_trouble *t = &place->troubles[place->next];
	bool known = false;

	for (unsigned i = 0; i < CERTPLACE_TROUBLES && !known; i++) {
		known = place->troubles[i].stands &&
		    certplace_is(&place->troubles[i], cert);
		if (known)
			t = &place->troubles[i];
	}
	if (!known)
		place->next = (place->next + 1) % CERTPLACE_TROUBLES;
	t->stands = true;
	t->by_peer = by_peer;
	t->dated = true;
	t->not_before = cert->not_before;
	t->not_after = cert->not_after;
	t->peer = *peer;
	memcpy(t->sha256, cert->sha256, sizeof(t->sha256));
}

static bool
is_troubled(const struct certplace *place)
{
	for (unsigned i = 0; i < CERTPLACE_TROUBLES; i++)
		if (place->troubles[i].stands)
			return true;
	return false;
}

static void
save_place(struct record *r, const struct certplace *place)
{
	record_more(r, true);
	endpoint_save(r, &place->key.holder);
	record_u8(r, (uint8_t)place->key.depth);
	for (unsigned i = 0; i < CERTPLACE_TROUBLES; i++) {
		const struct certplace_trouble *t = &place->troubles[i];

		if (!t->stands)
			continue;
		record_more(r, true);
		record_flag(r, t->by_peer);
		endpoint_address_save(r, &t->peer);
		record_octets(r, slice_of(t->sha256, sizeof(t->sha256)));
	}
	record_more(r, false);
}

void
certplace_save(const struct lru *places, struct record *r)
{
	const struct certplace *place;
	size_t saved = 0;

	for (place = lru_newest(places); place != NULL;
	     place = lru_older(place)) {
		if (!is_troubled(place) || saved == CERTPLACE_SAVED ||
		    record_left(r) < SPARE)
			continue;
		save_place(r, place);
		saved++;
	}
	record_more(r, false);
}

static struct certplace_trouble
load_trouble(struct cursor *from)
{
	struct certplace_trouble t = { .stands = true };
	struct slice sha256;

	t.by_peer = record_read_flag(from);
	t.peer = endpoint_address_load(from);
	sha256 = cursor_take(from, sizeof(t.sha256));
	if (!from->bad)
		memcpy(t.sha256, sha256.p, sizeof(t.sha256));
	return t;
}

void
certplace_load(struct lru *places, size_t limit, struct cursor *from)
{
	struct certplace_key key = { .holder = endpoint_load(from) };
	struct certplace_trouble troubles[CERTPLACE_TROUBLES] = {
		{ .stands = false }
	};
	struct certplace *place = NULL;
	unsigned count = 0;

	key.depth = (unsigned)record_read_below(from, 1, CERTPLACE_DEPTH);
	while (record_read_more(from) && count < CERTPLACE_TROUBLES)
		troubles[count++] = load_trouble(from);
	if (!from->bad && certplace_find(places, &key) == NULL &&
	    lru_count(places) < limit)
		place = certplace_find_or_add(places, &key);
	if (place == NULL)
		return;
	memcpy(place->troubles, troubles, sizeof(troubles));
	place->next = count % CERTPLACE_TROUBLES;
	lru_age(places, place);
}
