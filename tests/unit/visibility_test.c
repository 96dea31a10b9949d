/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/visibility.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

static struct outcomes_heard heard;

static struct visibility *
visibility_of(size_t pairs)
{
	const struct visibility_limits limits = {
		.one_way = 20,
		.truncated = 3,
		.no_sip = 15,
		.quiet = 300 * NSTIME_S,
		.pairs = pairs,
	};

	heard = (struct outcomes_heard){ .count = 0 };
	return visibility_new(&limits, outcomes_hear, &heard);
}

static void
input(struct visibility *v, const struct outcome *o, bool reverse,
    enum timeout_verdict verdict)
{
	const struct delivery delivery = { .reverse_seen = reverse };

	visibility_transaction(v, o, &delivery, verdict, o->now);
}

START_TEST(twenty_requests_without_a_packet_back_are_one_way)
{
	struct visibility *v = visibility_of(10);
	const struct outcome o = outcomes_silent(1, 0);

	for (unsigned i = 0; i < 19; i++)
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	ck_assert_uint_eq(heard.count, 0);
	input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "one_way 192.0.2.1 192.0.2.2");
	visibility_free(v);
}
END_TEST

START_TEST(an_agent_that_stopped_is_told_until_it_is_back)
{
	struct visibility *v = visibility_of(10);
	const struct address a = outcomes_endpoint("192.0.2.9", 0).address;

	visibility_agent(
	    v, &a, &(struct visibility_agent){ 7, .lost = true }, 1, 1);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "agent_lost 192.0.2.9 7");
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	visibility_agent(
	    v, &a, &(struct visibility_agent){ 7, .lost = false }, 2, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	visibility_free(v);
}
END_TEST

START_TEST(an_outage_is_not_one_way)
{
	struct visibility *v = visibility_of(10);
	const struct outcome o = outcomes_silent(1, 0);

	for (unsigned i = 0; i < 50; i++)
		input(v, &o, false, TIMEOUT_TIMED_OUT);
	ck_assert_uint_eq(heard.count, 0);
	visibility_free(v);
}
END_TEST

START_TEST(clocks_that_differ_are_told_and_explain_loss)
{
	struct visibility *v = visibility_of(10);
	struct outcome o = outcomes_silent(1, 0);

	o.watched = true;
	visibility_clocks_differ(v,
	    &(struct visibility_sources){
		.a = "a.pcap", .b = "b.pcap", .offset = -3 * NSTIME_S },
	    0, 0);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "clocks_differ a.pcap b.pcap");
	visibility_transaction(v, &o,
	    &(struct delivery){ .reverse_seen = true, .lost = true },
	    TIMEOUT_UNKNOWN_LOSS, 0);
	ck_assert_uint_eq(heard.count, 1);
	visibility_free(v);
}
END_TEST

START_TEST(clocks_that_agree_again_leave_those_that_differ)
{
	const struct visibility_sources east = { "fleet", "east", NSTIME_S };
	const struct visibility_sources west = { "fleet", "west", NSTIME_S };
	struct visibility *v = visibility_of(10);
	const struct outcome o = outcomes_silent(1, 0);
	const struct delivery drops = { .reverse_seen = true, .lost = true };

	visibility_clocks_differ(v, &east, 0, 0);
	visibility_clocks_differ(v, &west, 0, 0);
	visibility_clocks_agree(v, &east, 0, 0);
	visibility_transaction(v, &o, &drops, TIMEOUT_UNKNOWN_LOSS, 0);
	ck_assert_str_eq(heard.key, "clocks_differ fleet east");
	visibility_clocks_agree(v, &west, 0, 0);
	visibility_transaction(v, &o, &drops, TIMEOUT_UNKNOWN_LOSS, 0);
	ck_assert_str_eq(heard.key, "loss");
	visibility_free(v);
}
END_TEST

START_TEST(one_packet_back_ends_it)
{
	struct visibility *v = visibility_of(10);
	const struct outcome o = outcomes_silent(1, 0);

	for (unsigned i = 0; i < 20; i++)
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	input(v, &o, true, TIMEOUT_ANSWERED);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	for (unsigned i = 0; i < 19; i++)
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	ck_assert_uint_eq(heard.count, 2);
	visibility_free(v);
}
END_TEST

START_TEST(loss_that_cost_a_verdict_is_told_and_ends_when_quiet)
{
	struct visibility *v = visibility_of(10);
	const struct outcome o = outcomes_silent(1, 0);
	const struct delivery drops = { .lost = true };

	input(v, &o, true, TIMEOUT_UNKNOWN_LOSS); /* inferred only */
	ck_assert_uint_eq(heard.count, 0);
	visibility_transaction(v, &o, &drops, TIMEOUT_UNKNOWN_LOSS, o.now);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "loss");
	ck_assert_int_eq(visibility_next_deadline(v), 334 * NSTIME_S);
	visibility_tick(v, 334 * NSTIME_S, 0);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	ck_assert_int_eq(visibility_next_deadline(v), NSTIME_NEVER);
	visibility_free(v);
}
END_TEST

START_TEST(two_truncated_messages_are_not_yet_a_finding)
{
	struct visibility *v = visibility_of(10);

	visibility_truncated(v, 1, 1);
	visibility_truncated(v, 2, 2);
	ck_assert_uint_eq(heard.count, 0);
	visibility_truncated(v, 3, 3);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "truncated");
	visibility_free(v);
}
END_TEST

START_TEST(a_limit_of_ours_is_told_with_its_name_and_ends_when_quiet)
{
	struct visibility *v = visibility_of(10);

	visibility_limited(v, "transactions", 1, 1);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "limit");
	visibility_tick(v, 300 * NSTIME_S + 1, 2);
	ck_assert_uint_eq(heard.count, 2);
	visibility_free(v);
}
END_TEST

START_TEST(a_flood_of_pairs_does_not_hide_a_real_one)
{
	struct visibility *v = visibility_of(4);
	struct outcome o = outcomes_silent(1, 0);

	for (unsigned i = 0; i < 1000; i++) {
		o.uac.address.octets[3] = (uint8_t)i;
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	}
	heard.count = 0;
	o = outcomes_silent(1, 0);
	for (unsigned i = 0; i < 20; i++)
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	ck_assert_uint_ge(heard.count, 1);
	visibility_free(v);
}
END_TEST

static void
minute(struct visibility *v, uint64_t captured, uint64_t dropped)
{
	const struct visibility_minute m = {
		.interface = "eth1",
		.captured = captured,
		.dropped = dropped,
	};

	visibility_minute(v, &m, 1, 1);
}

START_TEST(an_interface_that_drops_more_than_one_in_a_thousand_is_told)
{
	struct visibility *v = visibility_of(10);

	minute(v, 10000, 10);
	ck_assert_uint_eq(heard.count, 0);
	minute(v, 10000, 11);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "loss eth1");
	ck_assert_int_eq(heard.change, FINDING_TROUBLE);
	visibility_free(v);
}
END_TEST

START_TEST(a_minute_with_packets_and_without_drops_ends_it)
{
	struct visibility *v = visibility_of(10);

	minute(v, 0, 5);
	minute(v, 0, 0);
	ck_assert_uint_eq(heard.count, 1);
	minute(v, 1, 0);
	ck_assert_uint_eq(heard.count, 2);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	minute(v, 1, 0);
	ck_assert_uint_eq(heard.count, 2);
	visibility_free(v);
}
END_TEST

START_TEST(fifteen_minutes_of_other_packets_are_no_sip)
{
	struct visibility *v = visibility_of(10);

	visibility_arrived(v, 9, 1, 1, 1);
	for (int i = 0; i < 14; i++)
		visibility_arrived(v, 9, 0, 1, 1);
	visibility_arrived(v, 0, 0, 1, 1); /* no packets tell nothing */
	ck_assert_uint_eq(heard.count, 0);
	visibility_arrived(v, 9, 0, 1, 1);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "no_sip");
	visibility_arrived(v, 9, 1, 1, 1);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	visibility_free(v);
}
END_TEST

static struct visibility *loaded;

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 1000 * NSTIME_S };
	struct cursor c = cursor_over(octets);

	visibility_free(loaded);
	loaded = visibility_of(10);
	return visibility_load(loaded, &c, &shift);
}

START_TEST(what_was_told_before_a_restart_ends_after_it)
{
	const struct visibility_minute bad = { "eth1", 1000, 100 };
	const struct visibility_minute good = { "eth1", 1000, 0 };
	const struct outcome o = outcomes_silent(1, 0);
	const struct delivery drops = { .lost = true };
	struct visibility *v = visibility_of(10);
	struct record r;

	for (unsigned i = 0; i < 20; i++)
		input(v, &o, false, TIMEOUT_UNKNOWN_ASYMMETRIC);
	for (unsigned i = 0; i < 15; i++)
		visibility_arrived(v, 10, 0, 0, 0);
	visibility_transaction(v, &o, &drops, TIMEOUT_UNKNOWN_LOSS, o.now);
	visibility_minute(v, &bad, 0, 0);
	record_init(&r, 10000);
	visibility_save(v, &r);
	visibility_free(v);
	saved_whole_or_older(&r, load, true);
	input(loaded, &o, true, TIMEOUT_ANSWERED);
	ck_assert_str_eq(heard.key, "one_way 192.0.2.1 192.0.2.2");
	visibility_arrived(loaded, 10, 1, 0, 0);
	ck_assert_str_eq(heard.key, "no_sip");
	visibility_minute(loaded, &good, 0, 0);
	ck_assert_str_eq(heard.key, "loss eth1");
	visibility_tick(loaded, 1334 * NSTIME_S, 0);
	ck_assert_str_eq(heard.key, "loss");
	ck_assert_uint_eq(heard.count, 4);
	ck_assert_int_eq(heard.change, FINDING_HEALTHY);
	visibility_free(loaded);
}
END_TEST

START_TEST(a_foreign_certificate_is_told_at_once)
{
	const struct endpoint edge = outcomes_endpoint("10.0.0.21", 5062);
	struct visibility *v = visibility_of(10);

	visibility_refused(v, &edge, DECRYPT_FOREIGN_KEY, 0, 0);
	ck_assert_uint_eq(heard.count, 1);
	ck_assert_str_eq(heard.key, "undecrypted 10.0.0.21:5062");
	visibility_free(v);
}
END_TEST

START_TEST(three_connections_in_a_row_that_are_not_decrypted_are_told)
{
	const struct endpoint edge = outcomes_endpoint("10.0.0.21", 5062);
	struct visibility *v = visibility_of(10);

	visibility_refused(v, &edge, DECRYPT_EPHEMERAL, 0, 0);
	visibility_refused(v, &edge, DECRYPT_EPHEMERAL, 0, 0);
	visibility_opened(v, &edge, 0, 0);
	heard.count = 0;
	visibility_refused(v, &edge, DECRYPT_EPHEMERAL, 0, 0);
	visibility_refused(v, &edge, DECRYPT_EPHEMERAL, 0, 0);
	ck_assert_uint_eq(heard.count, 0);
	visibility_refused(v, &edge, DECRYPT_EPHEMERAL, 0, 0);
	ck_assert_uint_eq(heard.count, 1);
	visibility_opened(v, &edge, 0, 0);
	ck_assert_uint_eq(heard.count, 2);
	visibility_free(v);
}
END_TEST

START_TEST(what_nobody_can_help_is_not_told)
{
	const struct endpoint edge = outcomes_endpoint("10.0.0.21", 5062);
	struct visibility *v = visibility_of(10);

	for (unsigned i = 0; i < 10; i++) {
		visibility_refused(v, &edge, DECRYPT_NO_HANDSHAKE, 0, 0);
		visibility_refused(v, &edge, DECRYPT_RESUMED, 0, 0);
		visibility_refused(v, &edge, DECRYPT_LOST, 0, 0);
	}
	ck_assert_uint_eq(heard.count, 0);
	visibility_free(v);
}
END_TEST

UNIT("visibility", an_agent_that_stopped_is_told_until_it_is_back,
    a_foreign_certificate_is_told_at_once,
    three_connections_in_a_row_that_are_not_decrypted_are_told,
    what_nobody_can_help_is_not_told,
    twenty_requests_without_a_packet_back_are_one_way, an_outage_is_not_one_way,
    one_packet_back_ends_it,
    loss_that_cost_a_verdict_is_told_and_ends_when_quiet,
    two_truncated_messages_are_not_yet_a_finding,
    a_limit_of_ours_is_told_with_its_name_and_ends_when_quiet,
    a_flood_of_pairs_does_not_hide_a_real_one,
    an_interface_that_drops_more_than_one_in_a_thousand_is_told,
    a_minute_with_packets_and_without_drops_ends_it,
    fifteen_minutes_of_other_packets_are_no_sip,
    what_was_told_before_a_restart_ends_after_it,
    clocks_that_differ_are_told_and_explain_loss,
    clocks_that_agree_again_leave_those_that_differ)
