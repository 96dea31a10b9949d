/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/transaction.h"

/*
 * A final was "repeated to the end" when Timer G (or 13.3.1.4 for a 2xx) ran
 * its course as far as a tap that may miss a copy or two can see: of the eleven
 * copies within 32 s, four that span nearly half of it.
 */
enum { REPEATED_COPIES = 4, REPEATED_T1S = 30 };

/*
 * Clients that hear nothing send 7 copies of an INVITE and 11 of anything else
 * in 31.5 s (Timers A and E); SIPp and Net::SIP send 6 in 15.5 s.  One copy,
 * even the first, may be lost to us.
 */
enum { RESENT_COPIES = 5, RESENT_T1S = 28 };

/* A client on UDP that heard nothing has resent at T1 and 3*T1. */
enum { RESENT_BY_T1S = 3 };

/* No deadline is as far as 71 minutes, where this ends. */
static uint32_t
microseconds(nstime span)
{
	const nstime us = span < 0 ? 0 : span / NSTIME_US;

	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void
transaction_begin(
    struct transaction *t, bool is_invite, bool reliable, nstime now)
{
	*t = (struct transaction){
		.sent = now,
		.since = now,
		.copies = 1,
		.state = TRANSACTION_TRYING,
		.is_invite = is_invite,
		.reliable = reliable,
	};
}

/* A client that still resends has received nothing, whatever hinted at a
 * response before. */
void
transaction_again(struct transaction *t, nstime now)
{
	if (t->copies < UINT32_MAX)
		t->copies++;
	t->resent_us = microseconds(now - t->sent);
	if (t->reliable)
		return;
	t->unseen = 0;
	t->failed_over = false;
}

/* Whether a 1xx of this status passed before; the rare ones share a bit. */
static bool
passed_before(struct transaction *t, unsigned status)
{
	unsigned bit = status < 180 ? 1 : 6;
	bool before;

	if (status == 100)
		bit = 0;
	else if (status >= 180 && status <= 183)
		bit = 2 + status - 180;
	else if (status == 199)
		bit = 7;
	before = t->passed_1xx >> bit & 1;
	t->passed_1xx |= (uint8_t)(1u << bit);
	return before;
}

/* RFC 3261 16.7 step 2: 101 to 199 reset Timer C, 100 does not. */
static enum transaction_step
provisional(struct transaction *t, unsigned status, nstime now)
{
	const bool before = passed_before(t, status);

	if (transaction_final(t) == 0) {
		t->status = (uint16_t)status;
		if (status > t->provisional)
			t->provisional = (uint16_t)status;
		if (t->state == TRANSACTION_TRYING)
			t->state = TRANSACTION_PROCEEDING;
		if (t->is_invite && status > 100 && !t->cancelled &&
		    !t->gave_up)
			t->since = now;
	}
	return before ? TRANSACTION_COPY : TRANSACTION_FIRST;
}

static enum transaction_step
another_final(struct transaction *t, unsigned status, uint32_t tag, nstime now)
{
	if (!transaction_is_final(t, status, tag))
		return TRANSACTION_FIRST;
	if (t->response_copies < UINT16_MAX)
		t->response_copies++;
	t->final_us = microseconds(now - t->since);
	return TRANSACTION_COPY;
}

enum transaction_step
transaction_response(
    struct transaction *t, unsigned status, uint32_t tag, nstime now)
{
	if (t->status == 0)
		t->response_us = microseconds(now - t->sent);
	if (status < 200)
		return provisional(t, status, now);
	if (transaction_final(t) != 0)
		return another_final(t, status, tag, now);

	t->late = t->state == TRANSACTION_EXPIRED;
	t->state = t->is_invite && status < 300 ? TRANSACTION_ACCEPTED
						: TRANSACTION_COMPLETED;
	t->status = (uint16_t)status;
	t->final_tag = tag;
	t->response_copies = 1;
	t->since = now;
	t->final_us = 0;
	return t->late ? TRANSACTION_LATE : TRANSACTION_ANSWERED;
}

bool
transaction_missed(struct transaction *t, enum outcome_unseen sign)
{
	t->unseen |= (uint8_t)sign;
	return t->provisional != 0;
}

bool
transaction_ack(struct transaction *t)
{
	if (transaction_final(t) == 0)
		return transaction_missed(t, OUTCOME_UNSEEN_ACK);
	if (t->is_invite && t->state != TRANSACTION_TERMINATED)
		t->state = TRANSACTION_CONFIRMED;
	return false;
}

/*
 * RFC 3261 9.1: no CANCEL before a 1xx, so one shows a 1xx that did not pass
 * here.  But some clients clean up with a CANCEL after Timer B: they cancel
 * nothing, they have timed out.
 */
void
transaction_cancel(
    struct transaction *t, const struct transaction_timers *timers, nstime now)
{
	if (!transaction_pending(t) || t->cancelled)
		return;
	if (t->status == 0 && now - t->sent >= timers_64_t1(timers->t1))
		return;
	if (t->status == 0)
		t->unseen |= OUTCOME_UNSEEN_CANCEL;
	t->cancelled = true;
	t->since = now;
}

static bool
is_ringing(const struct transaction *t)
{
	return t->is_invite && t->provisional > 100;
}

/*
 * When the client itself stops waiting.  A client that gave up after a 1xx will
 * cancel: for the CANCEL, and the 487 it brings, there is the grace.
 */
static nstime
gives_up_at(const struct transaction *t, const struct transaction_timers *x)
{
	const nstime window = timers_64_t1(x->t1) + x->grace;

	if (t->cancelled)
		return nstime_after(t->since, window);
	if (t->gave_up)
		return nstime_after(t->since, t->status == 0 ? 0 : x->grace);
	if (is_ringing(t))
		return nstime_after(t->since, x->timer_c + x->grace);
	return nstime_after(t->sent, window);
}

bool
transaction_give_up(
    struct transaction *t, const struct transaction_timers *timers, nstime now)
{
	if (!transaction_pending(t) || t->cancelled || t->gave_up ||
	    now > gives_up_at(t, timers))
		return false;
	t->gave_up = true;
	t->since = now;
	return true;
}

static nstime
slow_at(const struct transaction *t, const struct transaction_timers *x)
{
	if (t->state != TRANSACTION_TRYING || t->slow_told || t->cancelled ||
	    t->gave_up || x->slow == NSTIME_NEVER)
		return NSTIME_NEVER;
	return nstime_after(t->sent, x->slow);
}

nstime
transaction_deadline(
    const struct transaction *t, const struct transaction_timers *timers)
{
	nstime end, slow;

	if (!transaction_pending(t))
		return nstime_after(
		    t->since, timers_64_t1(timers->t1) + timers->grace);
	end = gives_up_at(t, timers);
	slow = slow_at(t, timers);
	return slow < end ? slow : end;
}

/* DOMAIN 1.4. */
static enum outcome_class
class_of(const struct transaction *t)
{
	if (t->cancelled)
		return OUTCOME_CANCELLED_NO_FINAL;
	if (t->status == 0)
		return OUTCOME_NO_RESPONSE;
	if (!t->is_invite)
		return OUTCOME_NO_FINAL;
	if (!is_ringing(t))
		return OUTCOME_STALLED_AFTER_100;
	return t->gave_up ? OUTCOME_NO_FINAL : OUTCOME_RING_NO_ANSWER;
}

bool
transaction_repeated(const struct transaction *t, nstime t1)
{
	nstime since = t->sent;

	if (t->reliable || t->copies < RESENT_COPIES)
		return false;
	if (t->status != 0 && transaction_final(t) == 0)
		since = transaction_first_response(t);
	return transaction_last_copy(t) - since >= RESENT_T1S * t1;
}

bool
transaction_is_over(const struct transaction *t, nstime t1, nstime now)
{
	const nstime quiet = now - transaction_last_copy(t);

	if (transaction_pending(t) || quiet <= TIMERS_T2 + t1)
		return false;
	if (now - t->sent > timers_64_t1(t1))
		return true;
	return transaction_final(t) != 0 &&
	    (!t->is_invite || t->state == TRANSACTION_CONFIRMED);
}

static bool
should_have_resent(
    const struct transaction *t, const struct transaction_timers *x, nstime now)
{
	const nstime by = RESENT_BY_T1S * x->t1;

	return !t->reliable && t->status == 0 && now - t->sent >= by &&
	    transaction_last_copy(t) - t->sent < by;
}

static bool
repeated_without_ack(
    const struct transaction *t, const struct transaction_timers *x)
{
	return t->is_invite && !t->late && t->state != TRANSACTION_CONFIRMED &&
	    t->response_copies >= REPEATED_COPIES &&
	    transaction_final_span(t) >= REPEATED_T1S * x->t1;
}

static enum transaction_alarm
terminate(struct transaction *t, const struct transaction_timers *timers)
{
	const bool no_ack =
	    transaction_final(t) != 0 && repeated_without_ack(t, timers);

	t->state = TRANSACTION_TERMINATED;
	if (!no_ack)
		return TRANSACTION_OVER;
	t->class = t->status < 300 ? OUTCOME_NO_ACK_2XX : OUTCOME_NO_ACK;
	return TRANSACTION_GONE;
}

void
transaction_end(struct transaction *t, nstime now)
{
	t->class = (uint8_t)class_of(t);
	t->state = TRANSACTION_EXPIRED;
	t->since = now;
}

enum transaction_alarm
transaction_fire(
    struct transaction *t, const struct transaction_timers *timers, nstime now)
{
	if (!transaction_pending(t))
		return terminate(t, timers);
	if (slow_at(t, timers) <= now && now < gives_up_at(t, timers)) {
		t->slow_told = true;
		return TRANSACTION_SLOW;
	}
	if (should_have_resent(t, timers, now))
		t->unseen |= OUTCOME_UNSEEN_NO_RESEND;
	transaction_end(t, now);
	return TRANSACTION_GONE;
}
