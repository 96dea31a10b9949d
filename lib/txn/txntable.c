/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txntable.h"

#include <stdlib.h>

#include "base/prefetch.h"
#include "txn/inner/txndue.h"
#include "txn/inner/txnmatch.h"

/* Messages of one key on several legs are kept apart by endpoints; a sender
 * may show up on any number of legs, so there is a limit to them. */
enum { LEGS_MAX = 32 };

static void
set_limits(struct txntable *t, const struct txntable_limits *limits)
{
	t->limits = *limits;
	t->store.queue.lingers_for =
	    timers_64_t1(limits->timers.t1) + limits->timers.grace;
}

struct txntable *
txntable_new(
    const struct txntable_limits *limits, txntable_output *output, void *arg)
{
	struct txntable *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->output = output;
	t->arg = arg;
	t->hole = INT64_MIN;
	t->hole_until = INT64_MIN;
	methods_init(&t->methods);
	victims_init(&t->victims, limits->memory);
	if (txnstore_init(
		&t->store, &limits->key, limits->memory, limits->texts) &&
	    orphans_init(&t->orphans, &limits->key)) {
		set_limits(t, limits);
		return t;
	}
	txntable_free(t);
	return NULL;
}

void
txntable_free(struct txntable *t)
{
	if (t == NULL)
		return;
	txnstore_done(&t->store);
	orphans_done(&t->orphans);
	victims_done(&t->victims);
	free(t);
}

nstime
txntable_next_deadline(const struct txntable *t)
{
	return txnqueue_next_deadline(&t->store.queue);
}

void
txntable_tick(struct txntable *t, nstime now)
{
	txndue_tick(t, now);
}

void
txntable_hole(struct txntable *t, nstime from, nstime until)
{
	t->hole = from;
	t->hole_until = until;
}

void
txntable_close(struct txntable *t, nstime now)
{
	txndue_close(t, now);
}

/* For a transaction between these hosts; see the header. */
static bool
give_way(struct txntable *t, const struct origin *origin, const char *limit)
{
	struct txn *txn =
	    victims_take(&t->victims, origin, t->limits.worked, t->arg);

	if (txn != NULL) {
		if (txn->watched)
			t->limited = limit;
		txnstore_forget(&t->store, txn);
		t->counters.unproven++;
		return true;
	}
	txn = txnqueue_lingering(&t->store.queue);
	if (txn == NULL) {
		if (origin->watched)
			t->limited = limit;
		t->counters.full++;
		return false;
	}
	txnstore_forget(&t->store, txn);
	t->counters.evicted++;
	return true;
}

static bool
make_room(struct txntable *t, const struct origin *origin)
{
	while (table_count(t->store.by_key) >= t->limits.transactions)
		if (!give_way(t, origin, "transactions"))
			return false;
	return true;
}

static uint32_t
target_of(const struct txntable *t, const struct sip_message *m,
    const struct txnkey *key)
{
	return key->has_cookie ? 0 : txnkey_target(&t->limits.key, m);
}

/* The INVITE that this CANCEL is for must learn of it, from every copy. */
static void
cancel(struct txntable *t, const struct sip_message *m,
    const struct origin *origin)
{
	const struct txnkey key =
	    txnkey_of(&t->limits.key, m, slice_text("INVITE"));
	const uint32_t target = target_of(t, m, &key);
	struct transaction_timers timers;
	unsigned legs;
	struct txn *invite =
	    txnmatch_request(t->store.by_key, &key, &target, origin, &legs);

	if (invite == NULL || !transaction_pending(&invite->state))
		return;
	timers = txn_timers(invite, &t->limits.timers);
	transaction_cancel(&invite->state, &timers, origin->now);
	txndue_reschedule(t, invite);
}

static enum txntable_match
on_ack(struct txntable *t, const struct sip_message *m,
    const struct origin *origin)
{
	const struct txnkey key = t->keys.transaction;
	unsigned legs;
	bool missed = false;
	struct txn *invite =
	    txnmatch_request(t->store.by_key, &key, NULL, origin, &legs);

	if (invite != NULL) {
		missed = transaction_ack(&invite->state);
		txn_settle(invite, t->store.texts);
	} else if (!txngroup_ack(t->store.dialogs, t->keys.dialog, m->cseq,
		       origin, t->store.texts, &missed))
		t->counters.ack_orphan++;
	t->missed = t->missed || missed;
	return TXNTABLE_ACK;
}

static void
give_up(struct txntable *t, struct txn *leg, uint16_t status, nstime now)
{
	const struct transaction_timers timers =
	    txn_timers(leg, &t->limits.timers);

	if (!transaction_give_up(&leg->state, &timers, now))
		return;
	txn_set_upstream(leg, status);
	txndue_fire(t, leg, now);
}

/* A final may end the waiting of other legs of the request. */
static void
spread(struct txntable *t, struct txn *answered, nstime now)
{
	struct txngroup_walk w = txngroup_around(answered);
	struct txn *leg;

	while ((leg = txngroup_next_leg(&w)) != NULL) {
		if (txngroup_given_up(leg, answered)) {
			give_up(t, leg, answered->state.status, now);
			continue;
		}
		if (leg->recovered || transaction_final(&leg->state) != 0 ||
		    !txngroup_covers(answered, leg))
			continue;
		leg->recovered = true;
		if (leg->state.state == TRANSACTION_EXPIRED)
			txndue_tell(t, leg, OUTCOME_RECOVERED, now);
	}
}

static enum txntable_match
on_status(struct txntable *t, struct txn *txn, unsigned status, uint32_t tag,
    nstime now)
{
	const enum transaction_step step =
	    transaction_response(&txn->state, status, tag, now);
	const bool late = step == TRANSACTION_LATE;

	if (late || step == TRANSACTION_ANSWERED) {
		txndue_reschedule(t, txn);
		txndue_tell(
		    t, txn, late ? OUTCOME_LATE : OUTCOME_ANSWERED, now);
		txn_settle(txn, t->store.texts);
		spread(t, txn, now);
		txndue_review(t, txn, now);
		return TXNTABLE_RESPONSE;
	}
	/* An expired one may ring after all: then its final is still to come.
	 * A copy of a final moves no deadline. */
	if (transaction_final(&txn->state) == 0)
		txndue_reschedule(t, txn);
	return step == TRANSACTION_COPY ? TXNTABLE_RETRANSMISSION
					: TXNTABLE_RESPONSE;
}

/* Its response may have come first. */
static void
hear_orphan(struct txntable *t, struct txn *txn, const struct txnkey *key,
    const struct origin *origin)
{
	unsigned status;
	uint32_t tag;

	if (!orphans_take(
		&t->orphans, key, origin, t->limits.timers.t1, &status, &tag))
		return;
	t->counters.orphan--;
	on_status(t, txn, status, tag, origin->now);
}

/* False: it has the identifiers of one that was over, which is forgotten. */
static bool
repeat(struct txntable *t, struct txn *txn, const struct origin *origin)
{
	const nstime t1 = t->limits.timers.t1;
	const bool over = transaction_is_over(&txn->state, t1, origin->now);

	if (!txn_again(txn, origin, t1, t->store.more))
		return true;
	if (over) {
		txnstore_forget(&t->store, txn);
		return false;
	}
	transaction_again(&txn->state, origin->now);
	return true;
}

static struct txn *
begin(struct txntable *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method, uint32_t target)
{
	return txnstore_begin(
	    &t->store, m, origin, method, target, &t->limits.timers);
}

/* Its low bits are never 0: that is of one that is forgotten. */
static uint32_t
next_id(struct txntable *t)
{
	if ((uint32_t)++t->last_id == 0)
		t->last_id++;
	return (uint32_t)t->last_id;
}

static enum txntable_match
on_request(struct txntable *t, const struct sip_message *m,
    const struct origin *origin, uint8_t method)
{
	const struct txnkey *key = &t->keys.transaction;
	const uint32_t target = target_of(t, m, key);
	unsigned legs;
	struct txn *txn =
	    txnmatch_request(t->store.by_key, key, &target, origin, &legs);

	if (txn != NULL && repeat(t, txn, origin))
		return TXNTABLE_RETRANSMISSION;
	if (legs >= LEGS_MAX) {
		t->counters.too_many_legs++;
		return TXNTABLE_REFUSED;
	}
	if (!make_room(t, origin))
		return TXNTABLE_REFUSED;
	txn = begin(t, m, origin, method, target);
	if (txn == NULL && give_way(t, origin, "memory"))
		txn = begin(t, m, origin, method, target);
	if (txn == NULL || !txnstore_add(&t->store, txn, &t->keys)) {
		t->counters.no_memory++;
		return TXNTABLE_REFUSED;
	}
	txn->id = next_id(t);
	victims_add(&t->victims, txn);
	t->missed |= txngroup_signs(txn, t->limits.timers.t1);
	hear_orphan(t, txn, key, origin);
	return TXNTABLE_NEW;
}

static struct txntable_input
on_response(struct txntable *t, const struct sip_message *m,
    const struct origin *origin)
{
	const struct siphash_key *secret = &t->limits.key;
	const struct txnkey key = t->keys.transaction;
	bool relayed = false;
	struct txn *txn;
	uint32_t tag;

	table_expect_entry(t->store.by_key, key.a);
	tag = m->status < 200 ? 0 : txnkey_short(secret, m->to_tag);
	txn = txnmatch_response(t->store.by_key, &key, origin);
	if (txn != NULL)
		prefetch_write(txn->text);

	if (txn == NULL) {
		t->counters.orphan++;
		orphans_add(&t->orphans, &key, origin, m->status, tag);
		return (struct txntable_input){ .match = TXNTABLE_ORPHAN };
	}
	if (transaction_is_final(&txn->state, m->status, tag) &&
	    !txn_final_again(txn, origin, t->limits.timers.t1, t->store.more))
		return (struct txntable_input){
			.match = TXNTABLE_RETRANSMISSION,
		};
	if (transaction_final(&txn->state) == 0)
		txn_final_by(txn, origin->agent, t->store.more);
	if (m->date.len > 0)
		relayed = txngroup_date(txn, txnkey_short(secret, m->date));
	return (struct txntable_input){
		.match = on_status(t, txn, m->status, tag, origin->now),
		.date_relayed = relayed,
	};
}

void
txntable_hint(const struct txntable *t, const struct txnkey_all *keys)
{
	txnstore_expect(&t->store, keys);
}

void
txntable_hint_entry(const struct txntable *t, const struct txnkey_all *keys)
{
	txnstore_expect_entry(&t->store, keys);
}

void
txntable_expect(struct txntable *t, const struct sip_message *m,
    const struct txnkey_all *keys)
{
	t->expected = m;
	t->keys = keys != NULL ? *keys : txnkey_all(&t->limits.key, m);
	txnstore_expect(&t->store, &t->keys);
	orphans_expect(&t->orphans, &t->keys.transaction);
}

void
txntable_at(struct txntable *t, uint64_t id)
{
	if (t->last_id < id)
		t->last_id = id - 1;
}

struct txntable_input
txntable_input(struct txntable *t, const struct sip_message *m,
    const struct origin *origin)
{
	struct txntable_input input = { .date_relayed = false };
	uint8_t method;

	if (t->expected != m)
		txntable_expect(t, m, NULL);
	t->expected = NULL;
	if (!m->is_request)
		return on_response(t, m, origin);

	method = methods_number(&t->methods, m->method);
	if (method == METHODS_BENOTIFY) {
		input.match = TXNTABLE_NO_ANSWER_DUE;
		return input;
	}
	t->limited = NULL;
	t->missed = false;
	if (method == METHODS_CANCEL)
		cancel(t, m, origin);
	input.match = method == METHODS_ACK ? on_ack(t, m, origin)
					    : on_request(t, m, origin, method);
	input.limited = t->limited;
	input.missed = t->missed;
	return input;
}

/* Digests made with the old key are in use, so the key stays. */
void
txntable_set(struct txntable *t, const struct txntable_limits *limits)
{
	const struct siphash_key key = t->limits.key;

	set_limits(t, limits);
	t->limits.key = key;
}

size_t
txntable_open(const struct txntable *t)
{
	return table_count(t->store.by_key);
}

static bool
has_waited_longer(const struct txn *a, const struct txn *b)
{
	if (a->state.sent != b->state.sent)
		return a->state.sent < b->state.sent;
	return txn_began_before(a, b);
}

/* `slowest' holds `count' in order and has room for one more. */
static size_t
insert_slow(
    const struct txn **slowest, size_t count, size_t most, const struct txn *t)
{
	size_t at = count;

	while (at > 0 && has_waited_longer(t, slowest[at - 1])) {
		slowest[at] = slowest[at - 1];
		at--;
	}
	slowest[at] = t;
	return count < most ? count + 1 : count;
}

void
txntable_slowest(const struct txntable *t, size_t most,
    txntable_waiting_output *output, void *arg)
{
	const struct txn *slowest[TXNTABLE_SLOWEST + 1];
	const struct table_entry *entry = table_first(t->store.by_key);
	size_t count = 0;

	most = most < TXNTABLE_SLOWEST ? most : TXNTABLE_SLOWEST;
	for (; entry != NULL; entry = table_next(t->store.by_key, entry)) {
		const struct txn *one = (const struct txn *)entry;

		if (!one->lingers)
			count = insert_slow(slowest, count, most, one);
	}
	for (size_t i = 0; i < count; i++)
		output(arg,
		    &(struct txntable_waiting){
			.method = methods_name(&t->methods, slowest[i]->method),
			.client = txn_endpoint(slowest[i], TXN_CLIENT),
			.server = txn_endpoint(slowest[i], TXN_SERVER),
			.sent = slowest[i]->state.sent,
			.copies = slowest[i]->state.copies,
			.watched = slowest[i]->watched,
		    });
}

size_t
txntable_pending(const struct txntable *t)
{
	return timerq_count(t->store.queue.pending);
}

void
txntable_stats(const struct txntable *t, counter_output *output, void *arg)
{
	const struct txntable_counters *c = &t->counters;

	output(arg, COUNTER_LIMIT, "txntable.full", c->full);
	output(arg, COUNTER_LIMIT, "txntable.evicted", c->evicted);
	output(arg, COUNTER_LIMIT, "txntable.unproven", c->unproven);
	output(arg, COUNTER_LIMIT, "txntable.too_many_legs", c->too_many_legs);
	output(arg, COUNTER_LIMIT, "txntable.no_memory", c->no_memory);
	output(arg, COUNTER_LIMIT, "txntable.unquoted",
	    txntext_counts(t->store.texts).unquoted);
	output(arg, COUNTER_EVENT, "txntable.orphan", c->orphan);
	output(arg, COUNTER_EVENT, "txntable.ack_orphan", c->ack_orphan);
}
