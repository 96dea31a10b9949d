/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/traffic.h"

#include "unit/unit.h"

static struct traffic *
of(size_t methods, size_t servers)
{
	const struct traffic_limits limits = {
		.methods = methods,
		.servers = servers,
	};

	return traffic_new(&limits);
}

static void
went(struct traffic *t, uint16_t port, const char *method,
    enum traffic_result result, nstime duration)
{
	traffic_input(t,
	    &(struct traffic_transaction){
		.server = { { { 192, 0, 2, 1 }, 4 }, port },
		.method = slice_text(method),
		.result = result,
		.duration = duration,
		.wall = 100 * NSTIME_S,
	    });
}

START_TEST(a_duration_falls_into_the_bucket_it_does_not_exceed)
{
	struct traffic *t = of(4, 4);
	const struct traffic_durations *d;

	went(t, 5062, "SERVICE", TRAFFIC_SUCCESS, 10 * NSTIME_MS);
	went(t, 5062, "SERVICE", TRAFFIC_SUCCESS, 10 * NSTIME_MS + 1);
	went(t, 5062, "SERVICE", TRAFFIC_SUCCESS, 60 * NSTIME_S);
	d = &traffic_method(t, 0)->results[TRAFFIC_SUCCESS];
	ck_assert_uint_eq(d->buckets[0], 1);
	ck_assert_uint_eq(d->buckets[1], 1);
	ck_assert_uint_eq(d->buckets[TRAFFIC_BOUNDS], 1);
	ck_assert_uint_eq(d->count, 3);
	ck_assert_int_eq(d->sum, 60 * NSTIME_S + 20 * NSTIME_MS + 1);
	traffic_free(t);
}
END_TEST

START_TEST(methods_stand_in_order_and_share_other_beyond_the_limit)
{
	struct traffic *t = of(2, 4);

	went(t, 5060, "SERVICE", TRAFFIC_SUCCESS, 1);
	went(t, 5060, "INVITE", TRAFFIC_SUCCESS, 1);
	went(t, 5060, "BYE", TRAFFIC_SUCCESS, 1);
	went(t, 5060, "A", TRAFFIC_FAILED, 1);
	went(t, 5060, "BYE", TRAFFIC_SUCCESS, 1);
	ck_assert_str_eq(traffic_method(t, 0)->name, "INVITE");
	ck_assert_str_eq(traffic_method(t, 1)->name, "SERVICE");
	ck_assert_str_eq(traffic_method(t, 2)->name, "other");
	ck_assert_uint_eq(
	    traffic_method(t, 2)->results[TRAFFIC_SUCCESS].count, 2);
	ck_assert_uint_eq(
	    traffic_method(t, 2)->results[TRAFFIC_FAILED].count, 1);
	ck_assert_ptr_null(traffic_method(t, 3));
	traffic_free(t);
}
END_TEST

START_TEST(a_method_from_the_wire_is_escaped)
{
	struct traffic *t = of(2, 4);

	went(t, 5060, "\x1b[2J", TRAFFIC_SUCCESS, 1);
	went(t, 5060, "\x1b[2J", TRAFFIC_SUCCESS, 1);
	ck_assert_str_eq(traffic_method(t, 0)->name, "\\x1b[2J");
	ck_assert_uint_eq(
	    traffic_method(t, 0)->results[TRAFFIC_SUCCESS].count, 2);
	traffic_free(t);
}
END_TEST

START_TEST(servers_are_listed_in_order_of_their_endpoints)
{
	struct traffic *t = of(2, 4);
	struct traffic_server list[4];

	went(t, 5062, "SERVICE", TRAFFIC_TIMED_OUT, 34 * NSTIME_S);
	went(t, 5061, "SERVICE", TRAFFIC_SUCCESS, NSTIME_S);
	went(t, 5061, "SERVICE", TRAFFIC_FAILED, 3 * NSTIME_S);
	ck_assert_uint_eq(traffic_list(t, 100 * NSTIME_S, list, 4), 2);
	ck_assert_uint_eq(list[0].server.port, 5061);
	ck_assert_int_eq(list[0].answered_sum, 4 * NSTIME_S);
	ck_assert_int_eq(list[0].slowest, 3 * NSTIME_S);
	ck_assert_int_eq(list[0].last_timeout, 0);
	ck_assert_uint_eq(list[1].results[TRAFFIC_TIMED_OUT], 1);
	ck_assert_int_eq(list[1].slowest, 0);
	ck_assert_int_eq(list[1].last_timeout, 100 * NSTIME_S);
	traffic_free(t);
}
END_TEST

START_TEST(the_server_unused_for_longest_gives_way)
{
	struct traffic *t = of(2, 2);
	struct traffic_server list[4];

	went(t, 1, "SERVICE", TRAFFIC_SUCCESS, 1);
	went(t, 2, "SERVICE", TRAFFIC_SUCCESS, 1);
	went(t, 1, "SERVICE", TRAFFIC_SUCCESS, 1);
	went(t, 3, "SERVICE", TRAFFIC_SUCCESS, 1);
	ck_assert_uint_eq(traffic_list(t, 100 * NSTIME_S, list, 4), 2);
	ck_assert_uint_eq(list[0].server.port, 1);
	ck_assert_uint_eq(list[1].server.port, 3);
	traffic_free(t);
}
END_TEST

START_TEST(timeouts_are_counted_by_the_minute)
{
	const nstime minute = 60 * NSTIME_S;
	const nstime at[] = { 100, 100, 101, 159, 160 };
	struct traffic *t = of(2, 2);
	struct traffic_transaction one = {
		.server = { { { 192, 0, 2, 1 }, 4 }, 5062 },
		.method = slice_text("SERVICE"),
		.result = TRAFFIC_TIMED_OUT,
	};
	struct traffic_server server;

	for (size_t i = 0; i < 5; i++) {
		one.wall = at[i] * minute;
		traffic_input(t, &one);
	}
	ck_assert_uint_eq(traffic_list(t, 160 * minute, &server, 1), 1);
	ck_assert_uint_eq(server.by_minute[TRAFFIC_MINUTES - 1], 1);
	ck_assert_uint_eq(server.by_minute[TRAFFIC_MINUTES - 2], 1);
	ck_assert_uint_eq(server.by_minute[0], 1);
	traffic_list(t, 159 * minute, &server, 1);
	ck_assert_uint_eq(server.by_minute[TRAFFIC_MINUTES - 1], 1);
	ck_assert_uint_eq(server.by_minute[0], 0);
	traffic_list(t, 500 * minute, &server, 1);
	for (size_t i = 0; i < TRAFFIC_MINUTES; i++)
		ck_assert_uint_eq(server.by_minute[i], 0);
	traffic_free(t);
}
END_TEST

START_TEST(a_status_stands_for_a_result)
{
	ck_assert_int_eq(traffic_result_of(200), TRAFFIC_SUCCESS);
	ck_assert_int_eq(traffic_result_of(302), TRAFFIC_REDIRECTED);
	ck_assert_int_eq(traffic_result_of(401), TRAFFIC_CHALLENGED);
	ck_assert_int_eq(traffic_result_of(407), TRAFFIC_CHALLENGED);
	ck_assert_int_eq(traffic_result_of(404), TRAFFIC_REFUSED);
	ck_assert_int_eq(traffic_result_of(603), TRAFFIC_REFUSED);
	ck_assert_int_eq(traffic_result_of(408), TRAFFIC_FAILED);
	ck_assert_int_eq(traffic_result_of(504), TRAFFIC_FAILED);
}
END_TEST

UNIT("traffic", a_duration_falls_into_the_bucket_it_does_not_exceed,
    methods_stand_in_order_and_share_other_beyond_the_limit,
    a_method_from_the_wire_is_escaped,
    servers_are_listed_in_order_of_their_endpoints,
    the_server_unused_for_longest_gives_way, timeouts_are_counted_by_the_minute,
    a_status_stands_for_a_result)
