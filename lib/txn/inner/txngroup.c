/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txngroup.h"

#include "sip/methods.h"

/* Branches started together are a fork, later ones another attempt; a 408 or
 * 504 that comes at once is no result of waiting. */
#define TOGETHER NSTIME_S

/* A client that repeats its request with the next CSeq was challenged, if it
 * does so soon; after half of Timer F it may simply be trying again. */
enum { CHALLENGED_WITHIN_T1S = 32 };

static bool
equal(const struct table_entry *entry, const void *key)
{
	(void)entry;
	(void)key;
	return true;
}

struct table *
txngroup_new(const struct siphash_key *key, struct budget_share *memory)
{
	return table_new_drawing(SIZE_MAX, key, equal, memory);
}

static struct txn *
head_of(const struct table *dialogs, uint64_t dialog)
{
	struct table_entry *entry = table_find(dialogs, dialog, NULL);

	if (entry == NULL)
		return NULL;
	return (struct txn *)(void *)((uint8_t *)entry -
	    offsetof(struct txn, by_dialog));
}

static struct txn *
newer_than(const struct txn *t)
{
	return txn_linked(t, t->newer);
}

static struct txn *
older_than(const struct txn *t)
{
	return txn_linked(t, t->older);
}

/* Neighbors in the ring. */
static void
join(struct txn *older, struct txn *newer)
{
	older->newer = txn_link_to(older, newer);
	newer->older = txn_link_to(newer, older);
}

bool
txngroup_join(struct table *dialogs, struct txn *t, uint64_t dialog)
{
	struct txn *head = head_of(dialogs, dialog);

	t->is_head = head == NULL;
	if (t->is_head) {
		join(t, t);
		return table_add(dialogs, &t->by_dialog, dialog);
	}
	join(older_than(head), t);
	join(t, head);
	return true;
}

void
txngroup_leave(struct table *dialogs, struct txn *t)
{
	struct txn *heir = newer_than(t);

	join(older_than(t), heir);
	if (!t->is_head)
		return;
	heir->is_head = true;
	if (heir == t)
		table_remove(dialogs, &t->by_dialog);
	else
		table_replace(dialogs, &t->by_dialog, &heir->by_dialog);
}

struct txn *
txngroup_newest(const struct table *dialogs, uint64_t dialog)
{
	const struct txn *head = head_of(dialogs, dialog);

	return head == NULL ? NULL : older_than(head);
}

struct txngroup_walk
txngroup_around(struct txn *self)
{
	return (struct txngroup_walk){
		.self = self, .newest = self, .oldest = self, .steps = 0
	};
}

/* One to the newer side, one to the older, until both meet in the ring. */
struct txn *
txngroup_next(struct txngroup_walk *w)
{
	if (w->steps == 2 * TXNGROUP_REACH ||
	    newer_than(w->newest) == w->oldest)
		return NULL;
	if (w->steps++ % 2 == 0) {
		w->newest = newer_than(w->newest);
		return w->newest;
	}
	w->oldest = older_than(w->oldest);
	return w->oldest;
}

struct txn *
txngroup_next_leg(struct txngroup_walk *w)
{
	struct txn *other;

	while ((other = txngroup_next(w)) != NULL)
		if (other->cseq == w->self->cseq &&
		    other->method == w->self->method)
			return other;
	return NULL;
}

static bool
same_client(const struct txn *a, const struct txn *b)
{
	return txn_same_address(a, TXN_CLIENT, b, TXN_CLIENT);
}

static bool
same_server(const struct txn *a, const struct txn *b)
{
	return a->port[TXN_SERVER] == b->port[TXN_SERVER] &&
	    txn_same_address(a, TXN_SERVER, b, TXN_SERVER);
}

static bool
passed_on(const struct txn *by, const struct txn *from)
{
	return txn_same_address(by, TXN_CLIENT, from, TXN_SERVER);
}

/* Its sender is the host where the other arrived; or it has more Vias.  Behind
 * a NAT or a load balancer it is the same message on both sides: there the
 * later copy is the deeper one. */
bool
txngroup_deeper(const struct txn *a, const struct txn *b)
{
	const bool a_passed_on_b = passed_on(a, b);

	if (a_passed_on_b != passed_on(b, a))
		return a_passed_on_b;
	if (a->vias != b->vias)
		return a->vias > b->vias;
	return txn_same_key(a, b) && txn_began_before(b, a);
}

unsigned
txngroup_legs(struct txn *t)
{
	struct txngroup_walk w = txngroup_around(t);
	unsigned legs = 1;

	while (txngroup_next_leg(&w) != NULL)
		legs++;
	return legs;
}

/* A 2xx or a 6xx ends the search (RFC 3261 16.7 step 5). */
static bool
ends_the_search(unsigned status)
{
	return (status >= 200 && status < 300) || status >= 600;
}

/*
 * One of several forks that is silent holds the proxy up.  But one that was
 * accepted should have come through; and if all were answered, the proxy kept
 * the answers for itself.
 */
unsigned
txngroup_silent(struct txn *t, uint64_t ids[OUTCOME_DEEPER])
{
	struct txngroup_walk w = txngroup_around(t);
	const struct txn *other;
	unsigned count = 0;

	while ((other = txngroup_next_leg(&w)) != NULL) {
		const unsigned status = transaction_final(&other->state);

		if (txn_began_before(other, t) || !txngroup_deeper(other, t))
			continue;
		if (ends_the_search(status))
			return 0;
		if (status == 0 && count < OUTCOME_DEEPER)
			ids[count++] = other->id;
	}
	return count;
}

bool
txngroup_covers(const struct txn *winner, const struct txn *loser)
{
	const unsigned status = transaction_final(&winner->state);
	const nstime later = winner->state.sent - loser->state.sent;

	if (!same_client(winner, loser) || winner->vias != loser->vias ||
	    txn_same_key(winner, loser))
		return false;
	if (later > -TOGETHER && later < TOGETHER)
		return ends_the_search(status);
	return later > 0 && status >= 200 && status < 300 &&
	    !same_server(winner, loser);
}

bool
txngroup_given_up(const struct txn *leg, const struct txn *above)
{
	const unsigned status = transaction_final(&above->state);

	return (status == 408 || status == 504) &&
	    transaction_pending(&leg->state) && txngroup_deeper(leg, above) &&
	    above->state.since - leg->state.sent >= TOGETHER;
}

/* A challenged client asks the same server again; a request to another server
 * may be an attempt to avoid the silent one.  In a dialog only INVITEs wait for
 * one another (RFC 3261 14.1), so the next CSeq of any other method shows
 * nothing there. */
static bool
shows_challenge(const struct txn *next, const struct txn *t, nstime t1)
{
	return next->method == t->method && next->cseq == t->cseq + 1 &&
	    next->has_to_tag == t->has_to_tag &&
	    txn_same_address(next, TXN_SERVER, t, TXN_SERVER) &&
	    (!t->has_to_tag || t->method == METHODS_INVITE) &&
	    next->state.sent - t->state.sent < CHALLENGED_WITHIN_T1S * t1;
}

/* Did the same client get a To tag from another server it sent this to? */
static bool
has_dialog_elsewhere(struct txn *t)
{
	struct txngroup_walk w = txngroup_around(t);
	const struct txn *leg;

	while ((leg = txngroup_next_leg(&w)) != NULL)
		if (leg->state.status > 100 && same_client(leg, t))
			return true;
	return false;
}

/* The To tag was learnt from a response: not from a 100, which has none. */
static bool
shows_dialog(const struct txn *next, struct txn *t)
{
	return next->has_to_tag && !t->has_to_tag && next->cseq > t->cseq &&
	    t->state.provisional <= 100 && !has_dialog_elsewhere(t);
}

/*
 * The same client asks another server the same (RFC 3263 section 4.3): it
 * resent or waited in vain.  Branches of a fork start together; a request that
 * was forwarded comes from another host, or back with more Vias.
 */
static bool
shows_failover(const struct txn *next, const struct txn *t)
{
	return next->method == t->method && next->cseq == t->cseq &&
	    next->vias == t->vias && t->state.status == 0 &&
	    !same_server(next, t) && !txn_same_key(next, t) &&
	    (t->state.copies >= 2 ||
		next->state.sent - t->state.sent >= TOGETHER);
}

bool
txngroup_signs(struct txn *request, nstime t1)
{
	struct txngroup_walk w = txngroup_around(request);
	bool missed = false;
	struct txn *t;

	while ((t = txngroup_next(&w)) != NULL) {
		if (t->cseq == request->cseq && t->method == request->method &&
		    txngroup_covers(t, request))
			request->recovered = true;
		if (!transaction_pending(&t->state) || !same_client(t, request))
			continue;
		if (shows_challenge(request, t, t1))
			missed |= transaction_missed(
			    &t->state, OUTCOME_UNSEEN_CHALLENGE);
		if (shows_dialog(request, t))
			missed |= transaction_missed(
			    &t->state, OUTCOME_UNSEEN_DIALOG);
		if (shows_failover(request, t))
			t->state.failed_over = true;
	}
	return missed;
}

/* How likely is this the INVITE of an ACK?  Legs with the endpoints of the ACK
 * come first, answered ones before silent ones; a route of its own may lead the
 * ACK past the proxies. */
static int
likelihood(const struct txn *t, uint32_t cseq, const struct origin *origin)
{
	const unsigned status = transaction_final(&t->state);
	const bool here =
	    txn_has_address(t, TXN_CLIENT, &origin->from.address) &&
	    txn_has_address(t, TXN_SERVER, &origin->to.address);

	if (t->method != METHODS_INVITE || t->cseq != cseq || status >= 300 ||
	    (status == 0 && !transaction_pending(&t->state)))
		return 0;
	return 1 + (here ? 2 : 0) + (status != 0 ? 1 : 0);
}

static void
acknowledge(struct txn *t, struct txntexts *texts, bool *missed)
{
	*missed |= transaction_ack(&t->state);
	txn_settle(t, texts);
}

bool
txngroup_ack(struct table *dialogs, uint64_t dialog, uint32_t cseq,
    const struct origin *origin, struct txntexts *texts, bool *missed)
{
	struct txn *newest = txngroup_newest(dialogs, dialog), *t;
	struct txngroup_walk w;
	int best;

	if (newest == NULL)
		return false;
	best = likelihood(newest, cseq, origin);
	for (w = txngroup_around(newest); (t = txngroup_next(&w)) != NULL;) {
		const int likely = likelihood(t, cseq, origin);

		best = likely > best ? likely : best;
	}
	if (best == 0)
		return false;
	if (likelihood(newest, cseq, origin) == best)
		acknowledge(newest, texts, missed);
	for (w = txngroup_around(newest); (t = txngroup_next(&w)) != NULL;)
		if (likelihood(t, cseq, origin) == best)
			acknowledge(t, texts, missed);
	return true;
}

bool
txngroup_date(struct txn *t, uint32_t date)
{
	struct txngroup_walk w = txngroup_around(t);
	const struct txn *other;

	t->last_date = date;
	while ((other = txngroup_next_leg(&w)) != NULL)
		if (other->last_date == date)
			return true;
	return false;
}
