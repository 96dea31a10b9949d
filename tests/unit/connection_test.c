/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/connection.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

static struct outcomes_heard heard;

static struct connection *
connection_of(size_t servers)
{
	const struct connection_limits limits = {
		.count = 3,
		.window = 300 * NSTIME_S,
		.transaction = 32 * NSTIME_S,
		.quiet = 3600 * NSTIME_S,
		.servers = servers,
		.clients = 16,
	};

	heard = (struct outcomes_heard){ .count = 0 };
	return connection_new(&limits, outcomes_hear, &heard);
}

static struct connection_failure
failure_of(
    enum connection_class class, const char *client, uint16_t port, nstime now)
{
	return (struct connection_failure){
		.class = class,
		.client = outcomes_endpoint(client, port),
		.server = outcomes_endpoint("192.0.2.2", 5062),
		.tls_alert = -1,
		.now = now,
		.wall = now,
	};
}

static void
attempt(struct connection *c, enum connection_class class, const char *client,
    nstime now)
{
	static uint16_t port = 40000;
	const struct connection_failure f =
	    failure_of(class, client, ++port, now);

	connection_failed(c, &f);
}

static void
work(struct connection *c, enum connection_stage stage, const char *client,
    nstime now)
{
	connection_worked(c,
	    &(struct connection_success){
		.stage = stage,
		.client = outcomes_endpoint(client, 50000),
		.server = outcomes_endpoint("192.0.2.2", 5062),
		.now = now,
		.wall = now,
	    });
}

START_TEST(three_attempts_within_the_window_are_told)
{
	struct connection *c = connection_of(10);

	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 100 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 300 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.severity, FINDING_ERROR);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 refused");
	ck_assert(slice_is(evidence_get(&heard.evidence, "class"), "refused"));
	ck_assert_int_eq(evidence_number(&heard.evidence, "attempts", 0), 3);
	ck_assert_int_eq(evidence_number(&heard.evidence, "clients", 0), 1);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 0);
	connection_free(c);
}
END_TEST

START_TEST(three_over_a_longer_time_are_not)
{
	struct connection *c = connection_of(10);

	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 100 * NSTIME_S);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 301 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 0);
	connection_free(c);
}
END_TEST

START_TEST(classes_are_counted_apart)
{
	struct connection *c = connection_of(10);

	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 0);
	attempt(c, CONNECTION_UNANSWERED, "192.0.2.1", 1);
	attempt(c, CONNECTION_RESET, "192.0.2.1", 2);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 3);
	ck_assert_uint_eq(heard.count, 0);
	connection_free(c);
}
END_TEST

START_TEST(a_server_that_once_worked_is_told_apart)
{
	struct connection *c = connection_of(10);

	work(c, CONNECTION_OPENED, "192.0.2.9", 0);
	for (int i = 1; i <= 3; i++)
		attempt(c, CONNECTION_UNANSWERED, "192.0.2.1", i);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	connection_free(c);
}
END_TEST

START_TEST(a_port_that_opens_is_no_tls_that_worked)
{
	struct connection *c = connection_of(10);

	work(c, CONNECTION_ANSWERED, "192.0.2.1", 0);
	for (int i = 1; i <= 3; i++)
		attempt(c, CONNECTION_TLS_ALERT, "192.0.2.1", i);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 0);
	work(c, CONNECTION_SECURED, "192.0.2.1", 4);
	for (int i = 5; i <= 7; i++)
		attempt(c, CONNECTION_TLS_ALERT, "192.0.2.1", i);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	connection_free(c);
}
END_TEST

START_TEST(the_next_connection_that_works_ends_it)
{
	struct connection *c = connection_of(10);

	for (int i = 0; i < 3; i++)
		attempt(c, CONNECTION_TLS_CLOSED, "192.0.2.1", i);
	work(c, CONNECTION_OPENED, "192.0.2.1", 10);
	work(c, CONNECTION_ANSWERED, "192.0.2.1", 11);
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_SECURED, "192.0.2.7", 12);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 tls_closed");
	connection_free(c);
}
END_TEST

/* A firewall that stops one of many. */
START_TEST(where_it_works_for_others_they_do_not_end_it)
{
	struct connection *c = connection_of(10);

	for (int i = 0; i < 3; i++) {
		attempt(c, CONNECTION_UNANSWERED, "192.0.2.1", 10 * i);
		work(c, CONNECTION_OPENED, "192.0.2.7", 10 * i + 5);
	}
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_OPENED, "192.0.2.1", 40);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(one_client_that_gets_through_in_between_is_no_trouble)
{
	struct connection *c = connection_of(10);

	for (int i = 0; i < 20; i++) {
		attempt(c, CONNECTION_RESET, "192.0.2.1", 10 * i);
		work(c, CONNECTION_ANSWERED, "192.0.2.1", 10 * i + 5);
	}
	ck_assert_uint_eq(heard.count, 0);
	connection_free(c);
}
END_TEST

START_TEST(icmp_for_every_copy_is_one_attempt)
{
	struct connection *c = connection_of(10);
	struct connection_failure f =
	    failure_of(CONNECTION_UNREACHABLE, "192.0.2.1", 5060, 0);

	f.udp = true;
	for (int i = 0; i < 10; i++) {
		f.now = i * 3 * NSTIME_S;
		connection_failed(c, &f);
	}
	ck_assert_uint_eq(heard.count, 0);
	f.now = 40 * NSTIME_S;
	connection_failed(c, &f);
	f.now = 80 * NSTIME_S;
	connection_failed(c, &f);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert(slice_is(evidence_get(&heard.evidence, "transport"), "udp"));
	connection_udp_worked(
	    c, &f.client, &f.server, 90 * NSTIME_S, 90 * NSTIME_S);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(a_scan_is_no_trouble)
{
	struct connection *c = connection_of(1000);
	struct connection_failure f =
	    failure_of(CONNECTION_REFUSED, "192.0.2.1", 40000, 0);

	for (unsigned round = 0; round < 5; round++)
		for (unsigned i = 0; i < 100; i++) {
			f.server.port = (uint16_t)(5000 + i);
			f.client.port++;
			f.now += NSTIME_MS;
			connection_failed(c, &f);
		}
	/* The first ten are told before it is known to be one. */
	ck_assert_uint_le(heard.count, 30);
	connection_free(c);
}
END_TEST

START_TEST(alerts_are_named_with_their_sender)
{
	struct connection *c = connection_of(10);
	struct connection_failure f =
	    failure_of(CONNECTION_TLS_ALERT, "192.0.2.1", 40000, 0);

	f.tls_version = "TLSv1.2";
	f.tls_alert = 45;
	f.tls_alert_name = "certificate_expired";
	for (int i = 0; i < 3; i++)
		connection_failed(c, &f);
	ck_assert_int_eq(evidence_number(&heard.evidence, "tls_alert", 0), 45);
	ck_assert(slice_is(evidence_get(&heard.evidence, "tls_alert_name"),
	    "certificate_expired"));
	ck_assert(slice_is(
	    evidence_get(&heard.evidence, "tls_alert_from"), "client"));
	connection_free(c);
}
END_TEST

START_TEST(what_failed_long_ago_is_another_trouble)
{
	struct connection *c = connection_of(10);

	for (int i = 0; i < 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", i);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 1800 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 2);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 7200 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 2);
	connection_free(c);
}
END_TEST

START_TEST(at_the_limit_the_one_longest_unused_goes)
{
	struct connection *c = connection_of(2);
	struct connection_failure f =
	    failure_of(CONNECTION_REFUSED, "192.0.2.1", 40000, 0);

	f.worked = true;
	for (unsigned i = 0; i < 100; i++) {
		f.server.port = (uint16_t)(6000 + i);
		connection_failed(c, &f);
	}
	for (int i = 0; i < 3; i++)
		attempt(
		    c, CONNECTION_REFUSED, "192.0.2.8", 3600 * NSTIME_S + i);
	ck_assert_uint_eq(heard.count, 1);
	connection_free(c);
}
END_TEST

static struct connection *loaded;

/* So long nobody watched. */
static nstime away = 3600 * NSTIME_S;

static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 0, .real = -away };
	struct cursor c = cursor_over(octets);

	connection_free(loaded);
	loaded = connection_of(10);
	return connection_load(loaded, &c, &shift);
}

static struct connection *
restarted(struct connection *c)
{
	struct record r;

	record_init(&r, 1 << 20);
	connection_save(c, &r);
	saved_whole_or_older(&r, load, true);
	connection_free(c);
	c = loaded;
	loaded = NULL;
	return c;
}

START_TEST(what_failed_before_a_restart_is_healthy_after_it)
{
	struct connection *c = connection_of(10);

	work(c, CONNECTION_SECURED, "192.0.2.9", 0);
	for (unsigned i = 1; i <= 3; i++)
		attempt(c, CONNECTION_TLS_ALERT, "192.0.2.1", i * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	c = restarted(c);
	attempt(c, CONNECTION_TLS_ALERT, "192.0.2.3", 9 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	ck_assert_int_eq(evidence_number(&heard.evidence, "attempts", 0), 4);
	ck_assert_int_eq(evidence_number(&heard.evidence, "clients", 0), 2);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	work(c, CONNECTION_OPENED, "192.0.2.1", 10 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_SECURED, "192.0.2.1", 10 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(who_was_not_failing_does_not_heal_it_after_a_restart_either)
{
	struct connection *c = connection_of(10);

	for (unsigned i = 1; i <= 2; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", i * NSTIME_S);
	work(c, CONNECTION_SECURED, "192.0.2.9", 3 * NSTIME_S);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 4 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	c = restarted(c);
	work(c, CONNECTION_SECURED, "192.0.2.9", 5 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 0);
	work(c, CONNECTION_SECURED, "192.0.2.1", 6 * NSTIME_S);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(attempts_that_were_too_few_are_older_by_the_time_away)
{
	struct connection *c = connection_of(10);

	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 1);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 2);
	c = restarted(c);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 3);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 4);
	ck_assert_uint_eq(heard.count, 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 5);
	ck_assert_uint_eq(heard.count, 1);
	connection_free(c);
}
END_TEST

START_TEST(an_answer_over_udp_heals_after_a_restart)
{
	struct connection *c = connection_of(10);
	const struct endpoint client = outcomes_endpoint("192.0.2.1", 5060);
	const struct endpoint server = outcomes_endpoint("192.0.2.2", 5062);

	for (unsigned i = 0; i < 3; i++) {
		struct connection_failure f = failure_of(CONNECTION_UNREACHABLE,
		    "192.0.2.1", (uint16_t)(5060 + i), NSTIME_S);

		f.udp = true;
		connection_failed(c, &f);
	}
	ck_assert_uint_eq(heard.count, 1);
	c = restarted(c);
	connection_udp_worked(c, &client, &server, 2 * NSTIME_S, 0);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(attempts_before_a_short_restart_count_after_it)
{
	struct connection *c = connection_of(10);

	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.3", 100 * NSTIME_S);
	away = 0;
	c = restarted(c);
	away = 3600 * NSTIME_S;
	ck_assert_uint_eq(heard.count, 0);
	attempt(c, CONNECTION_REFUSED, "192.0.2.1", 300 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	connection_free(c);
}
END_TEST

START_TEST(what_fails_is_saved_before_what_works)
{
	struct connection *c = connection_of(1000);
	struct record r;

	for (unsigned i = 1; i <= 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", i);
	for (unsigned i = 0; i < 500; i++) {
		connection_worked(c,
		    &(struct connection_success){
			.server = outcomes_endpoint(
			    "192.0.2.7", (uint16_t)(1000 + i)),
		    });
	}
	record_init(&r, 8192 + 300);
	connection_save(c, &r);
	ck_assert(!r.failed);
	ck_assert(load(slice_of(r.octets, r.len)));
	record_done(&r);
	connection_free(c);
	work(loaded, CONNECTION_SECURED, "192.0.2.1", 10);
	ck_assert_uint_eq(heard.count, 1);
	connection_free(loaded);
	loaded = NULL;
}
END_TEST

static void
break_one(struct connection *c, enum connection_class class, unsigned requests,
    nstime now)
{
	struct connection_failure f =
	    failure_of(class, "192.0.2.1", 40000, now);

	f.established = true;
	f.after = 20 * NSTIME_S;
	f.requests = requests;
	connection_failed(c, &f);
}

START_TEST(several_requests_on_one_connection_are_enough)
{
	struct connection *c = connection_of(10);

	work(c, CONNECTION_ANSWERED, "192.0.2.1", 0);
	break_one(c, CONNECTION_BLACKHOLE, 2, 30 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 0);
	break_one(c, CONNECTION_BLACKHOLE, 1, 31 * NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	ck_assert_int_eq(
	    evidence_number(&heard.evidence, "after_s", 0), 20 * NSTIME_S);
	connection_free(c);
}
END_TEST

START_TEST(that_they_work_at_first_does_not_end_it)
{
	struct connection *c = connection_of(10);

	for (int i = 0; i < 3; i++) {
		work(c, CONNECTION_ANSWERED, "192.0.2.1", i);
		break_one(c, CONNECTION_RESET, 1, i);
	}
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_SECURED, "192.0.2.1", 10);
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_KEPT, "192.0.2.1", 11);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	connection_free(c);
}
END_TEST

START_TEST(an_answer_over_udp_shows_that_it_worked)
{
	struct connection *c = connection_of(10);
	const struct endpoint client = outcomes_endpoint("192.0.2.1", 5060);
	const struct endpoint server = outcomes_endpoint("192.0.2.2", 5062);

	connection_udp_worked(c, &client, &server, 0, 0);
	for (int i = 0; i < 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", i);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	connection_free(c);
}
END_TEST

static void
work_at(struct connection *c, const char *server)
{
	connection_worked(c,
	    &(struct connection_success){
		.stage = CONNECTION_ANSWERED,
		.server = outcomes_endpoint(server, 5062),
	    });
}

/* 192.0.2.2 was used last before the restart, so another one gives way. */
START_TEST(a_restart_does_not_change_which_was_used_longest_ago)
{
	const struct connection_limits two = { .count = 3,
		.window = 300 * NSTIME_S,
		.quiet = 3600 * NSTIME_S,
		.servers = 2,
		.clients = 16 };
	struct connection *c = connection_of(10);

	work_at(c, "192.0.2.3");
	work_at(c, "192.0.2.2");
	c = restarted(c);
	connection_set(c, &two);
	work_at(c, "192.0.2.4");
	for (int i = 0; i < 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", i);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	connection_free(c);
}
END_TEST

START_TEST(a_segment_that_tcp_repeats_is_one_attempt)
{
	static const int times[] = { 0, 1, 3, 7, 15, 31, 63, 127 };
	struct connection *c = connection_of(10);
	struct connection_failure f =
	    failure_of(CONNECTION_UNREACHABLE, "192.0.2.1", 40000, 0);

	f.sequence = 77;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		f.now = times[i] * NSTIME_S;
		connection_failed(c, &f);
	}
	ck_assert_uint_eq(heard.count, 0);
	connection_free(c);
}
END_TEST

START_TEST(udp_and_tcp_do_not_speak_for_each_other)
{
	struct connection *c = connection_of(10);
	struct connection_failure f =
	    failure_of(CONNECTION_UNREACHABLE, "192.0.2.1", 40000, 0);

	f.udp = true;
	for (uint16_t i = 0; i < 3; i++) {
		f.client.port = i;
		connection_failed(c, &f);
	}
	ck_assert_uint_eq(heard.count, 1);
	work(c, CONNECTION_SECURED, "192.0.2.1", NSTIME_S);
	ck_assert_uint_eq(heard.count, 1);
	for (unsigned i = 0; i < 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", NSTIME_S);
	ck_assert_uint_eq(heard.count, 2);
	connection_udp_worked(c, &f.client, &f.server, 2 * NSTIME_S, 0);
	ck_assert_uint_eq(heard.count, 3);
	ck_assert_str_eq(heard.key, "192.0.2.2:5062 unreachable");
	connection_free(c);
}
END_TEST

START_TEST(a_scan_drives_out_nobody)
{
	struct connection *c = connection_of(20);
	struct connection_failure f =
	    failure_of(CONNECTION_REFUSED, "192.0.2.66", 40000, 0);

	work(c, CONNECTION_OPENED, "192.0.2.1", 0);
	for (unsigned i = 0; i < 500; i++) {
		f.server.port = (uint16_t)(6000 + i);
		connection_failed(c, &f);
	}
	for (unsigned i = 0; i < 3; i++)
		attempt(c, CONNECTION_REFUSED, "192.0.2.1", NSTIME_S);
	ck_assert_int_eq(evidence_number(&heard.evidence, "ever_worked", 9), 1);
	connection_free(c);
}
END_TEST

UNIT("connection", a_segment_that_tcp_repeats_is_one_attempt,
    udp_and_tcp_do_not_speak_for_each_other, a_scan_drives_out_nobody,
    three_attempts_within_the_window_are_told, three_over_a_longer_time_are_not,
    classes_are_counted_apart, a_server_that_once_worked_is_told_apart,
    a_port_that_opens_is_no_tls_that_worked,
    the_next_connection_that_works_ends_it,
    where_it_works_for_others_they_do_not_end_it,
    one_client_that_gets_through_in_between_is_no_trouble,
    icmp_for_every_copy_is_one_attempt, a_scan_is_no_trouble,
    alerts_are_named_with_their_sender, what_failed_long_ago_is_another_trouble,
    at_the_limit_the_one_longest_unused_goes,
    what_failed_before_a_restart_is_healthy_after_it,
    who_was_not_failing_does_not_heal_it_after_a_restart_either,
    attempts_that_were_too_few_are_older_by_the_time_away,
    an_answer_over_udp_heals_after_a_restart,
    attempts_before_a_short_restart_count_after_it,
    what_fails_is_saved_before_what_works,
    several_requests_on_one_connection_are_enough,
    that_they_work_at_first_does_not_end_it,
    an_answer_over_udp_shows_that_it_worked,
    a_restart_does_not_change_which_was_used_longest_ago)
