/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/callleg.h"

#include "unit/outcomes.h"

static const struct callleg_times times = {
	.hold = 1, .stall = 10, .patience = 100, .ringing = 1000
};

static struct callleg leg;

static void
begin(const char *method, bool is_request)
{
	const struct sip_message m = { .method = slice_text(method),
		.is_request = is_request };
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.message = { .message = &m,
		    .origin = { .from = outcomes_endpoint("192.0.2.1", 5060),
			.to = outcomes_endpoint("192.0.2.2", 5062),
			.now = 5000 } },
	};

	callleg_begin(&leg, 7, &event);
}

static bool
response(unsigned status)
{
	bool again;

	return callleg_response(&leg, status, &again);
}

START_TEST(the_server_is_where_requests_go)
{
	begin("INVITE", true);
	ck_assert_uint_eq(leg.server.port, 5062);
	ck_assert(leg.is_invite);
	begin("SERVICE", false);
	ck_assert_uint_eq(leg.server.port, 5060);
	ck_assert_uint_eq(leg.client.octets[3], 2);
	ck_assert(!leg.is_invite);
}
END_TEST

START_TEST(a_request_and_its_final_settle_it)
{
	begin("SERVICE", true);
	ck_assert(callleg_request(&leg));
	ck_assert(!callleg_is_settled(&leg));
	ck_assert(response(200));
	ck_assert(callleg_is_settled(&leg));
	ck_assert_int_eq(callleg_due(&leg, &times), NSTIME_NEVER);
}
END_TEST

START_TEST(copies_are_trouble_and_so_are_signs_of_giving_up)
{
	begin("SERVICE", true);
	ck_assert(callleg_request(&leg));
	ck_assert(!callleg_request(&leg));
	ck_assert(response(200));
	ck_assert(!response(200));
	begin("INVITE", true);
	ck_assert(!response(488));
	begin("INVITE", true);
	ck_assert(!response(408));
	begin("INVITE", true);
	ck_assert(response(486));
}
END_TEST

START_TEST(a_response_without_its_request_does_not_settle_it)
{
	begin("SERVICE", false);
	ck_assert(response(200));
	ck_assert(!callleg_is_settled(&leg));
}
END_TEST

START_TEST(a_response_that_is_not_new_is_a_copy)
{
	bool again;

	begin("INVITE", true);
	ck_assert(callleg_response(&leg, 180, &again));
	ck_assert(!again);
	ck_assert(callleg_response(&leg, 180, &again));
	ck_assert(again);
	ck_assert_uint_eq(leg.status, 180);
}
END_TEST

START_TEST(how_long_it_may_wait_depends_on_what_was_seen)
{
	begin("INVITE", true);
	callleg_request(&leg);
	ck_assert_int_eq(callleg_due(&leg, &times), 5001);
	leg.told = true;
	ck_assert_int_eq(callleg_due(&leg, &times), 5100);
	response(100);
	ck_assert_int_eq(callleg_due(&leg, &times), 5010);
	response(180);
	ck_assert_int_eq(callleg_due(&leg, &times), 6000);
	leg.cancelled = 5500;
	ck_assert_int_eq(callleg_due(&leg, &times), 5510);
}
END_TEST

UNIT("callleg", the_server_is_where_requests_go,
    a_request_and_its_final_settle_it,
    copies_are_trouble_and_so_are_signs_of_giving_up,
    a_response_without_its_request_does_not_settle_it,
    a_response_that_is_not_new_is_a_copy,
    how_long_it_may_wait_depends_on_what_was_seen)
