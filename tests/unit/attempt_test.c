/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/attempt.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

static struct observation told;
static unsigned count;

static void
hear(void *arg, uint64_t flow, const struct observation *o)
{
	(void)arg;
	ck_assert_uint_eq(flow, 7);
	told = *o;
	count++;
}

static struct attempt_output output;

static void
overhear(void *arg, const struct tcpreasm_event *e)
{
	(void)arg;
	(void)e;
}

static void
begin(void)
{
	const struct tcpreasm_limits limits = { .connections = 1 };

	count = 0;
	output = (struct attempt_output){
		.output = hear,
		.tcp = tcpreasm_new(&limits, overhear, NULL),
	};
}

static void
end(void)
{
	tcpreasm_free((struct tcpreasm *)(uintptr_t)output.tcp);
}

START_TEST(a_failure_is_reported_once)
{
	struct attempt t = { .id = 7, .began = 3 };

	begin();
	attempt_fail(&output, &t, CONNECTION_RESET, 10, 11);
	attempt_fail(&output, &t, CONNECTION_CLOSED, 12, 13);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(told.kind, OBSERVATION_FAILED);
	ck_assert_int_eq(told.failure.class, CONNECTION_RESET);
	ck_assert_int_eq(told.failure.began, 3);
	ck_assert(!told.failure.established);
	end();
}
END_TEST

START_TEST(one_that_had_worked_failed_since_its_request)
{
	struct attempt t = {
		.id = 7,
		.answered_at = 100,
		.asked_at = 150,
	};

	begin();
	attempt_fail_established(
	    &output, &t, CONNECTION_BLACKHOLE, 2, 200, 1200);
	ck_assert(told.failure.established);
	ck_assert_uint_eq(told.failure.requests, 2);
	ck_assert_int_eq(told.failure.after, 100);
	ck_assert_int_eq(told.failure.began, 1150);
	end();
}
END_TEST

START_TEST(within_tls_messages_need_a_whole_handshake)
{
	struct attempt t = { .answered = true };

	ck_assert(attempt_is_up(&t));
	t.tls = true;
	ck_assert(!attempt_is_up(&t));
	t.secured = true;
	ck_assert(attempt_is_up(&t));
}
END_TEST

START_TEST(responses_acks_and_keep_alives_ask_for_nothing)
{
	ck_assert(attempt_asks(slice_text("INVITE sip:a@b SIP/2.0\r\n")));
	ck_assert(attempt_asks(slice_text("\x17\x03\x03")));
	ck_assert(!attempt_asks(slice_text("SIP/2.0 200 OK\r\n")));
	ck_assert(!attempt_asks(slice_text("ACK sip:a@b SIP/2.0\r\n")));
	ck_assert(!attempt_asks(slice_text("\r\n\r\n")));
	ck_assert(!attempt_asks(slice_of(NULL, 0)));
}
END_TEST

START_TEST(small_records_may_be_a_goodbye)
{
	const struct attempt clear = { .tls = false };
	const struct attempt secured = { .tls = true, .secured = true };
	static const uint8_t octets[400];

	ck_assert(attempt_may_expect_answer(&clear, slice_of(octets, 1)));
	ck_assert(!attempt_may_expect_answer(&secured, slice_of(octets, 399)));
	ck_assert(attempt_may_expect_answer(&secured, slice_of(octets, 400)));
}
END_TEST

static struct attempt *loaded;

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	attempt_free(loaded);
	loaded = attempt_load(&c, 7);
	return loaded != NULL;
}

START_TEST(one_that_is_up_outlives_a_restart)
{
	struct endpoint lb = outcomes_endpoint("192.0.2.9", 40000);
	const struct attempt t = {
		.began = 3,
		.answered_at = 100,
		.kept_at = 150,
		.version = 0x0303,
		.proxied = &lb,
		.answered = true,
		.tls = true,
		.secured = true,
		.failed = true,
		.stalled = true,
	};
	struct record r;

	record_init(&r, 100);
	attempt_save(&t, &r);
	saved_whole_or_not_at_all(&r, load);
	ck_assert(attempt_outlives(loaded, 3));
	ck_assert_uint_eq(loaded->id, 7);
	ck_assert_int_eq(loaded->began, 3);
	ck_assert_int_eq(loaded->answered_at, 100);
	ck_assert_int_eq(loaded->kept_at, 150);
	ck_assert_uint_eq(loaded->version, 0x0303);
	ck_assert(endpoint_equal(loaded->proxied, &lb));
	ck_assert(loaded->failed && loaded->stalled && loaded->secured);
	attempt_free(loaded);
	loaded = NULL;
}
END_TEST

START_TEST(one_that_is_not_up_or_misses_something_does_not)
{
	struct attempt t = { .answered = true, .began = 3 };

	ck_assert(attempt_outlives(&t, 3));
	ck_assert(!attempt_outlives(&t, 2));
	t.tls = true;
	ck_assert(!attempt_outlives(&t, 3));
	t.secured = true;
	ck_assert(attempt_outlives(&t, 3));
	t.lost = true;
	ck_assert(!attempt_outlives(&t, 3));
	t.lost = false;
	t.ended = true;
	ck_assert(!attempt_outlives(&t, 3));
}
END_TEST

UNIT("attempt", a_failure_is_reported_once,
    one_that_had_worked_failed_since_its_request,
    within_tls_messages_need_a_whole_handshake,
    responses_acks_and_keep_alives_ask_for_nothing,
    small_records_may_be_a_goodbye, one_that_is_up_outlives_a_restart,
    one_that_is_not_up_or_misses_something_does_not)
