/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txnstore.h"

#include "base/prefetch.h"
#include "txn/inner/txnmatch.h"

bool
txnstore_init(struct txnstore *s, const struct siphash_key *key,
    struct budget_share *memory, struct budget_share *texts)
{
	const bool queue = txnqueue_init(&s->queue);

	s->by_key = txnmatch_new(key, memory);
	s->dialogs = txngroup_new(key, memory);
	s->slab = slab_new(sizeof(struct txn), memory);
	s->more = slab_new(sizeof(struct txn_more), memory);
	s->texts = txntext_new(key, texts);
	return queue && s->by_key != NULL && s->dialogs != NULL &&
	    s->slab != NULL && s->more != NULL && s->texts != NULL;
}

void
txnstore_done(struct txnstore *s)
{
	struct txn *t =
	    s->by_key == NULL ? NULL : (void *)table_first(s->by_key);

	for (; t != NULL; t = (void *)table_next(s->by_key, &t->by_key))
		txntext_give(s->texts, &t->text);
	table_free(s->by_key);
	table_free(s->dialogs);
	txnqueue_done(&s->queue);
	slab_free(s->slab);
	slab_free(s->more);
	txntext_free(s->texts);
}

void
txnstore_expect(const struct txnstore *s, const struct txnkey_all *keys)
{
	table_expect(s->by_key, keys->transaction.a);
	if (keys->dialog != 0)
		table_expect(s->dialogs, keys->dialog);
}

void
txnstore_expect_entry(const struct txnstore *s, const struct txnkey_all *keys)
{
	table_expect_entry(s->by_key, keys->transaction.a);
	if (keys->dialog != 0)
		table_expect_entry(s->dialogs, keys->dialog);
}

static void
give(struct txnstore *s, struct txn *t)
{
	txn_end(t, s->more);
	slab_give(s->slab, t);
}

struct txn *
txnstore_begin(struct txnstore *s, const struct sip_message *m,
    const struct origin *origin, uint8_t method, uint32_t target,
    const struct timers *timers)
{
	struct txn *t = slab_take(s->slab);
	struct transaction_timers its;

	if (t == NULL)
		return NULL;
	if (!txn_begin(t, m, origin, method, target, s->more)) {
		slab_give(s->slab, t);
		return NULL;
	}
	its = txn_timers(t, timers);
	if (!txnqueue_await(
		&s->queue, t, transaction_deadline(&t->state, &its))) {
		give(s, t);
		return NULL;
	}
	if (t->watched)
		txntext_keep(s->texts, &t->text, m);
	return t;
}

/* A record to be forgotten was last touched half a minute ago, so nothing of it
 * is in the cache.  Prefetch the record two ahead in the expiry list, and the
 * buckets of the next. */
static void
look_ahead(const struct txnstore *s)
{
	const struct txn *next = txnqueue_lingering(&s->queue), *later;

	if (next == NULL)
		return;
	table_expect(s->by_key, next->by_key.hash);
	if (next->is_head)
		table_expect(s->dialogs, next->by_dialog.hash);
	prefetch_read(next->text);
	later = txnqueue_lingers_next(next);
	if (later != NULL)
		txn_prefetch(later);
}

/* No longer found. */
static void
drop(struct txnstore *s, struct txn *t)
{
	txnqueue_remove(&s->queue, t);
	txntext_give(s->texts, &t->text);
	t->id = 0;
	give(s, t);
}

bool
txnstore_add(struct txnstore *s, struct txn *t, const struct txnkey_all *keys)
{
	t->key_b = (uint32_t)keys->transaction.b;
	if (!table_add(s->by_key, &t->by_key, keys->transaction.a)) {
		drop(s, t);
		return false;
	}
	if (!txngroup_join(s->dialogs, t, keys->dialog)) {
		table_remove(s->by_key, &t->by_key);
		drop(s, t);
		return false;
	}
	return true;
}

void
txnstore_forget(struct txnstore *s, struct txn *t)
{
	table_remove(s->by_key, &t->by_key);
	txngroup_leave(s->dialogs, t);
	drop(s, t);
	look_ahead(s);
}
