/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/calls.h"

#include "unit/fleetitems.h"

#define NOW FLEET_NOW

static struct calls *calls;
static unsigned told, halves;
static struct wire_half last;

static void
on_event(void *arg, const struct event *event, bool well)
{
	(void)arg;
	(void)well;
	told += event->kind == EVENT_MESSAGE;
}

static void
on_half(void *arg, const struct wire_half *half)
{
	(void)arg;
	halves++;
	last = *half;
}

static void
begin(size_t most)
{
	const struct calls_limits limits = {
		.calls = most,
		.times = { .hold = 500 * NSTIME_MS,
		    .stall = 4 * NSTIME_S,
		    .patience = 40 * NSTIME_S,
		    .ringing = 200 * NSTIME_S },
	};

	told = halves = 0;
	calls =
	    calls_new(&limits, &(struct calls_output){ on_event, on_half, 0 });
	ck_assert_ptr_nonnull(calls);
}

static bool
put(const struct event *e)
{
	return calls_message(calls, wire_call(e->message.message), e);
}

static bool
say(const char *method, unsigned status, nstime now)
{
	struct sip_message m;
	struct event e = fleet_message(&m, "call", status, now);

	m.method = slice_text(method);
	return put(&e);
}

START_TEST(what_is_answered_soon_is_not_told)
{
	begin(10);
	say("SERVICE", 0, NOW);
	say("SERVICE", 200, NOW + 100 * NSTIME_MS);
	calls_tick(calls, NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(told + halves, 0);
	ck_assert_uint_eq(calls_count(calls), 0);
	calls_free(calls);
}
END_TEST

START_TEST(a_silent_request_is_half_after_the_hold_and_then_forgotten)
{
	begin(10);
	say("SERVICE", 0, NOW);
	calls_tick(calls, NOW + 499 * NSTIME_MS);
	ck_assert_uint_eq(halves, 0);
	calls_tick(calls, NOW + 500 * NSTIME_MS);
	ck_assert_uint_eq(halves, 1);
	ck_assert(last.is_request);
	calls_tick(calls, NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(halves, 1);
	ck_assert_uint_eq(told, 0);
	ck_assert_uint_eq(calls_count(calls), 0);
	calls_free(calls);
}
END_TEST

START_TEST(a_response_without_its_request_is_half_at_once_and_only_once)
{
	begin(10);
	say("INVITE", 100, NOW);
	ck_assert_uint_eq(halves, 1);
	ck_assert(!last.is_request);
	say("INVITE", 180, NOW + 1);
	say("INVITE", 200, NOW + 2);
	ck_assert_uint_eq(halves, 1);
	calls_free(calls);
}
END_TEST

START_TEST(a_retransmission_tells_the_call_from_its_beginning)
{
	begin(10);
	say("SERVICE", 0, NOW);
	ck_assert(say("SERVICE", 0, NOW + 400 * NSTIME_MS));
	ck_assert_uint_eq(told, 2);
	ck_assert(say("SERVICE", 200, NOW + 600 * NSTIME_MS));
	ck_assert_uint_eq(told, 3);
	calls_free(calls);
}
END_TEST

START_TEST(what_a_judge_wants_is_told_before_and_after)
{
	struct sip_message m;

	begin(10);
	fleet_message(&m, "call", 0, NOW);
	say("SERVICE", 0, NOW);
	calls_tell(calls, wire_call(&m), NOW + 1);
	ck_assert_uint_eq(told, 1);
	say("SERVICE", 200, NOW + 2);
	ck_assert_uint_eq(told, 2);
	calls_free(calls);
	begin(10);
	calls_tell(calls, wire_call(&m), NOW);
	say("SERVICE", 200, NOW + 5 * NSTIME_S);
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(halves, 0);
	calls_free(calls);
}
END_TEST

START_TEST(an_invite_may_ring_but_not_stall)
{
	begin(10);
	say("INVITE", 0, NOW);
	say("INVITE", 180, NOW + 1);
	calls_tick(calls, NOW + 100 * NSTIME_S);
	ck_assert_uint_eq(told + halves, 0);
	calls_free(calls);
	begin(10);
	say("INVITE", 0, NOW);
	say("INVITE", 100, NOW + 1);
	calls_tick(calls, NOW + 4 * NSTIME_S);
	ck_assert_uint_eq(told, 2);
	calls_free(calls);
}
END_TEST

START_TEST(an_invite_that_was_cancelled_is_due_an_answer)
{
	begin(10);
	say("INVITE", 0, NOW);
	say("INVITE", 180, NOW + 1);
	say("CANCEL", 0, NOW + 9 * NSTIME_S);
	say("CANCEL", 200, NOW + 9 * NSTIME_S);
	calls_tick(calls, NOW + 12 * NSTIME_S);
	ck_assert_uint_eq(told, 0);
	calls_tick(calls, NOW + 13 * NSTIME_S);
	ck_assert_uint_eq(told, 4);
	calls_free(calls);
}
END_TEST

START_TEST(a_call_that_goes_on_well_for_ever_is_never_told)
{
	begin(10);
	for (unsigned i = 0; i < 100; i++) {
		struct sip_message m;
		struct event e =
		    fleet_message(&m, "call", 0, NOW + i * NSTIME_S);

		m.cseq = i;
		put(&e);
		e = fleet_message(&m, "call", 200, NOW + i * NSTIME_S + 1);
		m.cseq = i;
		put(&e);
		calls_tick(calls, NOW + i * NSTIME_S + 2);
	}
	ck_assert_uint_eq(told + halves, 0);
	calls_free(calls);
}
END_TEST

START_TEST(at_the_limit_the_longest_unused_goes)
{
	struct sip_message m;
	struct event e;

	begin(1);
	say("SERVICE", 0, NOW);
	e = fleet_message(&m, "other", 0, NOW);
	put(&e);
	ck_assert_uint_eq(calls_count(calls), 1);
	calls_free(calls);
}
END_TEST

UNIT("calls", what_is_answered_soon_is_not_told,
    a_silent_request_is_half_after_the_hold_and_then_forgotten,
    a_response_without_its_request_is_half_at_once_and_only_once,
    a_retransmission_tells_the_call_from_its_beginning,
    what_a_judge_wants_is_told_before_and_after,
    an_invite_may_ring_but_not_stall,
    an_invite_that_was_cancelled_is_due_an_answer,
    a_call_that_goes_on_well_for_ever_is_never_told,
    at_the_limit_the_longest_unused_goes)
