/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/stale.h"

#include "unit/saved.h"

#define START (1289690940 * NSTIME_S)

static struct stale *stale;
static unsigned count;
static struct finding last;
static struct evidence evidence;
static char key[64];

static void
on_finding(void *arg, const struct finding *finding)
{
	(void)arg;
	count++;
	last = *finding;
	evidence_copy(&evidence, finding->evidence);
	memcpy(key, finding->key.p, finding->key.len);
	key[finding->key.len] = '\0';
}

static void
begin(size_t clients)
{
	const struct stale_limits limits = {
		.count = 3,
		.hold = 10 * NSTIME_S,
		.clients = clients,
	};

	count = 0;
	stale = stale_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(stale);
}

static struct endpoint
end_of(unsigned n, uint16_t port)
{
	return (struct endpoint){ .port = port,
		.address = { .version = 4,
		    .octets = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } } };
}

static void
refuse_by(unsigned server, unsigned client, nstime at, int32_t error)
{
	stale_tick(stale, at, START + at);
	stale_kerberos(stale,
	    &(struct stale_refusal){
		.error = error,
		.server = end_of(server, 88),
		.client = end_of(client, 50000),
		.realm = slice_text("EXAMPLE.NET"),
		.server_time = START + at,
		.has_client_time = true,
		.client_time = START + at - 3600 * NSTIME_S,
		.now = at,
		.wall = START + at,
	    });
}

static void
refuse(unsigned client, nstime at, int32_t error)
{
	refuse_by(1, client, at, error);
}

static void
succeed_at(unsigned server, unsigned client)
{
	const struct endpoint e = end_of(client, 50001);
	const struct endpoint by = end_of(server, 88);

	stale_success(stale, &e.address, &by.address);
}

static void
succeed(unsigned client)
{
	succeed_at(1, client);
}

static void
wait_until(nstime at)
{
	while (stale_next_deadline(stale) <= at) {
		const nstime due = stale_next_deadline(stale);

		stale_tick(stale, due, START + due);
	}
}

START_TEST(three_refusals_without_success_are_told_after_the_hold)
{
	begin(10);
	for (unsigned i = 0; i < 3; i++)
		refuse(9, i * NSTIME_S, 37);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(stale_next_deadline(stale), 12 * NSTIME_S);
	wait_until(12 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(last.kind, FINDING_STALE_DATE);
	ck_assert_int_eq(last.severity, FINDING_ERROR);
	ck_assert_str_eq(key, "10.0.0.1:88");
	ck_assert_int_eq(evidence_number(&evidence, "krb_error", 0), 37);
	ck_assert(slice_is(evidence_get(&evidence, "source"), "EXAMPLE.NET"));
	ck_assert_ptr_nonnull(evidence_find(&evidence, "client_time"));
	ck_assert_int_eq(stale_next_deadline(stale), NSTIME_NEVER);
	stale_free(stale);
}
END_TEST

START_TEST(a_client_that_corrects_itself_is_no_fault)
{
	begin(10);
	for (unsigned i = 0; i < 20; i++) {
		refuse(9, 60 * i * NSTIME_S, 37);
		refuse(9, (60 * i + 1) * NSTIME_S, 37);
		succeed(9);
	}
	/* Three at once, and success then. */
	for (unsigned i = 0; i < 3; i++)
		refuse(9, 5000 * NSTIME_S, 37);
	succeed(9);
	wait_until(6000 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	stale_free(stale);
}
END_TEST

/* One domain controller is off; what it refuses the other one grants. */
START_TEST(success_elsewhere_does_not_clear_who_refused)
{
	begin(10);
	for (unsigned i = 0; i < 3; i++) {
		refuse(9, i * 60 * NSTIME_S, 37);
		succeed_at(2, 9);
	}
	wait_until(1000 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.1:88");
	stale_free(stale);
}
END_TEST

START_TEST(refusals_by_several_servers_count_together)
{
	begin(10);
	for (unsigned i = 0; i < 3; i++)
		refuse_by(1 + i, 9, i * NSTIME_S, 37);
	wait_until(100 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.3:88");
	stale_free(stale);
}
END_TEST

START_TEST(a_success_takes_back_what_is_held)
{
	begin(10);
	refuse_by(1, 9, 0, 37);
	refuse_by(2, 9, 1, 37);
	refuse_by(2, 9, 2, 37);
	succeed_at(2, 9);
	wait_until(100 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	refuse_by(1, 9, 101 * NSTIME_S, 37);
	refuse_by(1, 9, 102 * NSTIME_S, 37);
	wait_until(200 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.1:88");
	stale_free(stale);
}
END_TEST

START_TEST(more_servers_than_are_remembered_take_turns)
{
	begin(10);
	for (unsigned i = 0; i < 500; i++) {
		refuse_by(1 + i % 9, 9, i * NSTIME_MS, 37);
		succeed_at(1 + i % 7, 9);
	}
	wait_until(100 * NSTIME_S);
	ck_assert_uint_le(count, 1);
	stale_free(stale);
}
END_TEST

START_TEST(other_errors_and_other_clients_do_not_count)
{
	begin(10);
	for (unsigned i = 0; i < 9; i++)
		refuse(i, i * NSTIME_S, 37);
	for (unsigned i = 0; i < 9; i++)
		refuse(20, (10 + i) * NSTIME_S, 25);
	wait_until(100 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	stale_free(stale);
}
END_TEST

START_TEST(refusals_far_apart_are_no_run)
{
	begin(10);
	for (unsigned i = 0; i < 9; i++)
		refuse(9, i * 3600 * NSTIME_S, 37);
	wait_until(40000 * NSTIME_S);
	ck_assert_uint_eq(count, 0);
	stale_free(stale);
}
END_TEST

START_TEST(the_end_of_a_savefile_ends_the_hold)
{
	begin(10);
	for (unsigned i = 0; i < 3; i++)
		refuse(9, i, 37);
	stale_finish(stale, 3, START + 3);
	ck_assert_uint_eq(count, 1);
	stale_free(stale);
}
END_TEST

START_TEST(it_is_told_again_when_it_goes_on)
{
	begin(10);
	for (unsigned i = 0; i < 60; i++)
		refuse(9, i * 10 * NSTIME_S, 37);
	wait_until(700 * NSTIME_S);
	ck_assert_uint_ge(count, 10);
	ck_assert_uint_le(count, 20);
	stale_free(stale);
}
END_TEST

static void
evicted(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	if (strcmp(name, "stale.evicted") == 0)
		*(uint64_t *)arg = value;
}

START_TEST(the_table_has_a_limit)
{
	uint64_t forgotten = 0;

	begin(4);
	for (unsigned i = 0; i < 1000; i++)
		for (unsigned k = 0; k < i % 4; k++)
			refuse(i, i, 37);
	stale_stats(stale, evicted, &forgotten);
	ck_assert_uint_ge(forgotten, 700);
	stale_free(stale);
}
END_TEST

static void
respond(unsigned status, const char *phrase, uint32_t id, const char *whole)
{
	stale_input(stale,
	    &(struct stale_response){
		.status = status,
		.phrase = slice_text(phrase),
		.diagnostic = id,
		.diagnostics = slice_text(whole),
		.reason = slice_text(id == 0 ? "" : "why"),
		.call_id = slice_text("c1"),
		.server = end_of(2, 5061),
		.client = end_of(3, 40000),
		.wall = START,
	    });
}

START_TEST(sip_refusals_for_the_time_are_told_at_once)
{
	begin(4);
	respond(403, "Stale Date", 0, "");
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.2:5061");
	ck_assert(slice_is(evidence_get(&evidence, "reason"), "Stale Date"));
	respond(401, "Unauthorized", 1013, "1013;reason=\"why\"");
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(evidence_number(&evidence, "diagnostic_id", 0), 1013);
	ck_assert(slice_is(evidence_get(&evidence, "reason"), "why"));
	respond(429, "Provide Referrer Identity", 1020,
	    "1020;HRESULT=\"0xC3E93EE0(SIP_E_CRYPT_REFERRER_DATE_SKEWED)\"");
	ck_assert_uint_eq(count, 3);
	stale_free(stale);
}
END_TEST

START_TEST(the_code_alone_says_that_dates_are_skewed)
{
	struct stale_response r = {
		.status = 429,
		.diagnostic = 1020,
		.hresult = slice_text("0xc3e93ee0"),
	};

	ck_assert(stale_matters(&r));
	r.diagnostic = 1010;
	r.hresult = slice_text("0x80090324(SEC_E_TIME_SKEW)");
	ck_assert(stale_matters(&r));
	r.hresult = slice_text("0x80090322(SEC_E_WRONG_PRINCIPAL)");
	ck_assert(!stale_matters(&r));
}
END_TEST

START_TEST(stir_gives_its_reason_in_any_response)
{
	struct stale_response r = {
		.status = 183,
		.protocol = slice_text("stir"),
		.cause = 403,
	};

	ck_assert(stale_matters(&r));
	r.cause = 437; /* unsupported credential */
	ck_assert(!stale_matters(&r));
	r.protocol = slice_text("SIP");
	r.cause = 403;
	ck_assert(!stale_matters(&r));
	r.reason = slice_text("verification: stale date");
	ck_assert(stale_matters(&r));
}
END_TEST

START_TEST(stale_date_may_stand_anywhere_in_a_403)
{
	struct stale_response r = {
		.status = 403,
		.phrase = slice_text("Forbidden (Stale Date)"),
	};

	ck_assert(stale_matters(&r));
	r.status = 404;
	ck_assert(!stale_matters(&r));
}
END_TEST

START_TEST(a_proxy_that_passes_a_refusal_on_did_not_refuse)
{
	struct stale_response r = {
		.status = 403,
		.phrase = slice_text("Stale Date"),
		.call_id = slice_text("c1"),
		.server = end_of(3, 5061),
		.client = end_of(2, 5061),
		.wall = START,
	};

	begin(4);
	stale_input(stale, &r);
	r.server = end_of(2, 5062);
	r.client = end_of(1, 5060);
	stale_input(stale, &r);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.3:5061");
	/* Another call, the proxy's own affair. */
	r.call_id = slice_text("c2");
	stale_input(stale, &r);
	ck_assert_uint_eq(count, 2);
	r.call_id = slice_text("c1");
	r.now = 32 * NSTIME_S;
	stale_input(stale, &r);
	ck_assert_uint_eq(count, 3);
	stale_free(stale);
}
END_TEST

START_TEST(other_refusals_are_not)
{
	begin(4);
	respond(403, "Forbidden", 0, "");
	respond(404, "Stale Date", 0, "");
	respond(429, "x", 1020, "1020;reason=\"no\"");
	respond(504, "Server time-out", 1009, "1009");
	ck_assert_uint_eq(count, 0);
	stale_free(stale);
}
END_TEST

START_TEST(who_passes_on_what_is_recalled_did_not_refuse)
{
	struct stale_response r = {
		.status = 403,
		.phrase = slice_text("Stale Date"),
		.call_id = slice_text("c1"),
		.server = end_of(3, 5061),
		.client = end_of(2, 5061),
		.wall = START,
	};

	begin(4);
	stale_recall(stale, &r);
	r.server = end_of(2, 5062);
	r.client = end_of(1, 5060);
	stale_input(stale, &r);
	ck_assert_uint_eq(count, 0);
	r.call_id = slice_text("c2");
	stale_input(stale, &r);
	ck_assert_uint_eq(count, 1);
	stale_free(stale);
}
END_TEST

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 1000 * NSTIME_S };
	struct cursor c = cursor_over(octets);

	stale_free(stale);
	begin(10);
	return stale_load(stale, &c, &shift);
}

static void
restart(void)
{
	struct record r;

	record_init(&r, 1 << 16);
	stale_save(stale, &r);
	saved_whole_or_not_at_all(&r, load);
}

START_TEST(who_is_held_at_a_restart_is_told_after_it)
{
	begin(10);
	for (unsigned i = 0; i < 3; i++) {
		refuse(9, i * NSTIME_S, 37);
		refuse(8, i * NSTIME_S, 37);
	}
	restart();
	ck_assert_int_eq(stale_next_deadline(stale), 1012 * NSTIME_S);
	succeed(8);
	wait_until(1012 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.1:88");
	ck_assert(slice_is(evidence_get(&evidence, "source"), "EXAMPLE.NET"));
	ck_assert_ptr_nonnull(evidence_find(&evidence, "client_time"));
	stale_free(stale);
}
END_TEST

START_TEST(refusals_before_a_restart_count_after_it)
{
	begin(10);
	refuse_by(1, 9, 0, 37);
	refuse_by(2, 9, NSTIME_S, 37);
	restart();
	succeed_at(1, 9);
	refuse_by(2, 9, 1002 * NSTIME_S, 37);
	wait_until(1020 * NSTIME_S);
	ck_assert_uint_eq(count, 0); /* what server 1 refused is over */
	refuse_by(2, 9, 1021 * NSTIME_S, 37);
	wait_until(1040 * NSTIME_S);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(key, "10.0.0.2:88");
	stale_free(stale);
}
END_TEST

/* One that is held since `at', without the end of the list. */
static void
add_held(struct record *r, unsigned client, nstime at)
{
	struct record one;

	begin(10);
	for (unsigned i = 0; i < 3; i++)
		refuse(client, at, 37);
	record_init(&one, 1 << 16);
	stale_save(stale, &one);
	record_octets(r, slice_of(one.octets, one.len - 1));
	record_done(&one);
	stale_free(stale);
	stale = NULL;
}

START_TEST(held_ones_out_of_order_make_no_sense)
{
	for (unsigned i = 0; i < 2; i++) {
		struct record r;

		record_init(&r, 1 << 16);
		add_held(&r, 8, 5 * NSTIME_S);
		add_held(&r, 9, i == 0 ? 6 * NSTIME_S : 4 * NSTIME_S);
		record_more(&r, false);
		ck_assert_int_eq(load(slice_of(r.octets, r.len)), i == 0);
		record_done(&r);
		stale_free(stale);
		stale = NULL;
	}
}
END_TEST

UNIT("stale", three_refusals_without_success_are_told_after_the_hold,
    a_client_that_corrects_itself_is_no_fault,
    success_elsewhere_does_not_clear_who_refused,
    refusals_by_several_servers_count_together,
    a_success_takes_back_what_is_held,
    more_servers_than_are_remembered_take_turns,
    other_errors_and_other_clients_do_not_count, refusals_far_apart_are_no_run,
    the_end_of_a_savefile_ends_the_hold, it_is_told_again_when_it_goes_on,
    the_table_has_a_limit, the_code_alone_says_that_dates_are_skewed,
    stir_gives_its_reason_in_any_response,
    stale_date_may_stand_anywhere_in_a_403,
    sip_refusals_for_the_time_are_told_at_once,
    a_proxy_that_passes_a_refusal_on_did_not_refuse, other_refusals_are_not,
    who_is_held_at_a_restart_is_told_after_it,
    refusals_before_a_restart_count_after_it,
    held_ones_out_of_order_make_no_sense,
    who_passes_on_what_is_recalled_did_not_refuse)
