/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txndue.h"

/* Each of them walks round the group in its turn. */
enum { REVIEWED_MAX = 4 };

/* A record has but the low bits of an id. */
static uint64_t
whole_id(const struct txntable *t, uint64_t id)
{
	return t->last_id - (uint32_t)(t->last_id - id);
}

void
txndue_tell(
    struct txntable *t, struct txn *txn, enum outcome_event event, nstime now)
{
	struct outcome outcome;

	txn_describe(txn, &outcome);
	if (event != OUTCOME_ANSWERED)
		txn_quote(txn, &outcome, &t->quotes);
	outcome.event = event;
	outcome.id = whole_id(t, txn->id);
	outcome.now = now;
	outcome.method = methods_name(&t->methods, txn->method);
	outcome.request.repeated =
	    transaction_repeated(&txn->state, t->limits.timers.t1);
	if (event == OUTCOME_EXPIRED || event == OUTCOME_REVIEWED ||
	    event == OUTCOME_UNFINISHED)
		outcome.group.legs = txngroup_legs(txn);
	if (outcome.group.legs > 1 && transaction_final(&txn->state) == 0)
		outcome.group.deeper_count =
		    txngroup_silent(txn, outcome.group.deeper);
	for (unsigned i = 0; i < outcome.group.deeper_count; i++)
		outcome.group.deeper[i] = whole_id(t, outcome.group.deeper[i]);
	t->output(t->arg, &outcome);
}

void
txndue_reschedule(struct txntable *t, struct txn *txn)
{
	const struct transaction_timers timers =
	    txn_timers(txn, &t->limits.timers);

	if (transaction_pending(&txn->state))
		txnqueue_await(&t->store.queue, txn,
		    transaction_deadline(&txn->state, &timers));
	else
		txnqueue_linger(&t->store.queue, txn);
}

void
txndue_review(struct txntable *t, struct txn *ended, nstime now)
{
	struct txngroup_walk w = txngroup_around(ended);
	unsigned left = REVIEWED_MAX;
	struct txn *leg;

	while (left > 0 && (leg = txngroup_next_leg(&w)) != NULL) {
		if (leg->state.state != TRANSACTION_EXPIRED ||
		    !txngroup_deeper(ended, leg))
			continue;
		txndue_tell(t, leg, OUTCOME_REVIEWED, now);
		left--;
	}
}

/*
 * A deadline in a hole of the capture: the response may have come then, so it
 * waits for the packets behind it.  A client that was seen to resend to the
 * end got none.
 */
static bool
waits_for_hole(const struct txntable *t, const struct txn *txn, nstime deadline,
    nstime now)
{
	return deadline > t->hole && deadline <= t->hole_until &&
	    now < nstime_after(t->hole_until, t->limits.timers.grace) &&
	    !transaction_repeated(&txn->state, t->limits.timers.t1);
}

void
txndue_fire(struct txntable *t, struct txn *txn, nstime now)
{
	const struct transaction_timers timers =
	    txn_timers(txn, &t->limits.timers);
	const nstime deadline = transaction_deadline(&txn->state, &timers);
	enum transaction_alarm alarm;

	if (deadline > now) {
		txndue_reschedule(t, txn);
		return;
	}
	if (waits_for_hole(t, txn, deadline, now)) {
		txnqueue_await(&t->store.queue, txn,
		    nstime_after(t->hole_until, t->limits.timers.grace));
		return;
	}
	alarm = transaction_fire(&txn->state, &timers, deadline);
	txnqueue_look_ahead(&t->store.queue);
	txndue_reschedule(t, txn);
	if (alarm == TRANSACTION_SLOW) {
		txndue_tell(t, txn, OUTCOME_SLOW, deadline);
		return;
	}
	txndue_tell(t, txn, OUTCOME_EXPIRED, deadline);
	txndue_review(t, txn, deadline);
}

/* One has lingered long enough: is its final still without an ACK? */
static void
lapse(struct txntable *t, struct txn *txn, nstime now)
{
	const struct transaction_timers timers =
	    txn_timers(txn, &t->limits.timers);

	if (transaction_fire(&txn->state, &timers, now) == TRANSACTION_GONE)
		txndue_tell(t, txn, OUTCOME_EXPIRED, now);
	txnstore_forget(&t->store, txn);
}

void
txndue_tick(struct txntable *t, nstime now)
{
	struct txn *txn;

	while ((txn = txnqueue_due(&t->store.queue, now)) != NULL) {
		const nstime due = txnqueue_next_deadline(&t->store.queue);

		if (transaction_pending(&txn->state))
			txndue_fire(t, txn, due);
		else
			lapse(t, txn, due);
	}
}

/* Its deadline has passed, and a hole kept it; or it has not. */
static void
end(struct txntable *t, struct txn *txn, nstime now)
{
	const struct transaction_timers timers =
	    txn_timers(txn, &t->limits.timers);

	if (transaction_deadline(&txn->state, &timers) <= now) {
		txndue_fire(t, txn, now);
		return;
	}
	transaction_end(&txn->state, now);
	txnqueue_look_ahead(&t->store.queue);
	txnqueue_linger(&t->store.queue, txn);
	txndue_tell(t, txn, OUTCOME_UNFINISHED, now);
	txndue_review(t, txn, now);
}

/* Legs may take the blame from one another, so none is forgotten before all are
 * reported. */
void
txndue_close(struct txntable *t, nstime now)
{
	struct txn *txn;

	t->hole_until = INT64_MIN;
	while ((txn = txnqueue_pending(&t->store.queue)) != NULL)
		end(t, txn, now);
	while ((txn = txnqueue_lingering(&t->store.queue)) != NULL)
		lapse(t, txn, now);
}
