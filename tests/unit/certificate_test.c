/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/certificate.h"

#include "unit/saved.h"

#define DAY ((int64_t)86400)
#define NOW 1294078965 /* 2011-01-03 */

static struct certificate *c;
static char told[2000];
static char key[200];
static struct evidence e;
static enum finding_severity severity;

/* "trouble:expired 10.0.0.21:5062" and so on. */
static void
on_finding(void *arg, const struct finding *f)
{
	struct textbuf t = {
		.text = told, .size = sizeof(told), .len = strlen(told)
	};

	(void)arg;
	ck_assert_int_eq(f->kind, FINDING_CERTIFICATE);
	textbuf_add(&t, t.len > 0 ? " " : "");
	if (f->change == FINDING_TROUBLE) {
		evidence_copy(&e, f->evidence);
		severity = f->severity;
		textbuf_add_slice(&t, evidence_get(&e, "class"));
	} else {
		textbuf_add(&t,
		    f->change == FINDING_HEALTHY ? "healthy" : "superseded");
	}
	textbuf_add(&t, ":");
	textbuf_add_slice(&t, f->subject);
	ck_assert_uint_lt(f->key.len, sizeof(key));
	memcpy(key, f->key.p, f->key.len);
	key[f->key.len] = '\0';
}

static void
begin(size_t troubles)
{
	certificate_free(c);
	c = certificate_new(&(struct certificate_limits){ .troubles = troubles,
				.clocks = 2,
				.expiry_warning = 14 * DAY * NSTIME_S },
	    on_finding, NULL);
	ck_assert_ptr_nonnull(c);
	told[0] = '\0';
}

static void
is(const char *words)
{
	ck_assert_str_eq(told, words);
	told[0] = '\0';
}

static struct address
host(uint8_t last)
{
	const uint8_t octets[] = { 10, 0, 0, last };

	return endpoint_address(slice_of(octets, 4));
}

struct seen {
	uint8_t client, server, id;
	bool from_client;
	unsigned depth, chain;
	int64_t from, to; /* days from now */
};

static void
see(struct seen s)
{
	struct x509cert cert = { .subject = "CN=edge",
		.issuer = "CN=CA",
		.not_before = NOW + s.from * DAY,
		.not_after = NOW + s.to * DAY };

	memset(cert.sha256, s.id, sizeof(cert.sha256));
	certificate_input(c,
	    &(struct certificate_sight){
		.client = { host(s.client == 0 ? 11 : s.client), 49152 },
		.server = { host(21), s.server == 0 ? 5062 : s.server },
		.holder = s.from_client ? TLSFLOW_CLIENT : TLSFLOW_SERVER,
		.depth = s.depth,
		.chain = s.chain == 0 ? 1 : s.chain,
		.certificate = &cert,
		.wall = NOW * NSTIME_S,
	    });
}

START_TEST(a_good_certificate_is_no_news)
{
	begin(10);
	see((struct seen){ .from = -100, .to = 100 });
	is("");
}
END_TEST

START_TEST(one_is_held_while_nobody_vouches_for_our_clock)
{
	const nstime due = 300 * NSTIME_S;

	begin(10);
	certificate_vouched(c, false, 0, 0);
	see((struct seen){ .from = -100, .to = -1 });
	is("");
	ck_assert_int_eq(certificate_next_deadline(c), due);
	certificate_tick(c, due - 1, NOW * NSTIME_S + due - 1);
	is("");
	certificate_tick(c, due, NOW * NSTIME_S + due);
	is("expired:10.0.0.21:5062");
	ck_assert_int_eq(certificate_next_deadline(c), NSTIME_NEVER);
}
END_TEST

START_TEST(once_somebody_vouches_it_is_judged_by_the_true_time)
{
	begin(10);
	certificate_vouched(c, false, 0, 0);
	see((struct seen){ .from = -200, .to = -1, .id = 1 });
	see((struct seen){ .from = -200, .to = -150, .id = 2 });
	certificate_reference(c, 100 * DAY * NSTIME_S, 0, NOW * NSTIME_S);
	is("");
	certificate_vouched(c, true, 0, NOW * NSTIME_S);
	is("expired:10.0.0.21:5062");
}
END_TEST

START_TEST(a_held_one_that_is_replaced_was_no_trouble)
{
	begin(10);
	certificate_vouched(c, false, 0, 0);
	see((struct seen){ .from = -100, .to = -1, .id = 1 });
	see((struct seen){ .from = -100, .to = 100, .id = 2 });
	certificate_finish(c, 0, NOW * NSTIME_S);
	is("");
	see((struct seen){ .from = -100, .to = -1, .id = 1 });
	certificate_finish(c, 0, NOW * NSTIME_S);
	is("expired:10.0.0.21:5062");
}
END_TEST

START_TEST(a_refused_handshake_vouches_for_what_it_refused)
{
	const struct endpoint other = { host(22), 5062 };
	const struct endpoint server = { host(21), 5062 };

	begin(10);
	certificate_vouched(c, false, 0, 0);
	see((struct seen){ .from = -100, .to = -1 });
	certificate_refused(c, &other, 1, NOW * NSTIME_S);
	is("");
	certificate_refused(c, &server, 1, NOW * NSTIME_S);
	is("expired:10.0.0.21:5062");
}
END_TEST

START_TEST(dates_are_judged_to_the_second)
{
	struct x509cert cert = { .not_before = NOW, .not_after = NOW };
	struct certificate_sight s = { .certificate = &cert, .chain = 1 };

	begin(10);
	s.holder = TLSFLOW_SERVER;
	s.server.address = host(21);
	s.wall = NOW * NSTIME_S + 999999999;
	certificate_input(c, &s);
	is("");
	s.wall++;
	certificate_input(c, &s);
	is("expired:10.0.0.21");
	s.wall = NOW * NSTIME_S - 1;
	certificate_input(c, &s);
	is("not_yet_valid:10.0.0.21");
}
END_TEST

START_TEST(what_expires_soon_is_a_warning)
{
	begin(10);
	see((struct seen){ .from = -100, .to = 13 });
	is("expiring:10.0.0.21:5062");
	ck_assert_int_eq(severity, FINDING_WARNING);
	see((struct seen){ .from = -100, .to = -1 });
	is("expired:10.0.0.21:5062");
	ck_assert_int_eq(severity, FINDING_ERROR);
}
END_TEST

START_TEST(certificates_of_a_week_are_not_always_expiring)
{
	begin(10);
	see((struct seen){ .from = -2, .to = 5 });
	is("");
	see((struct seen){ .from = -6, .to = 1 });
	is("expiring:10.0.0.21:5062");
}
END_TEST

START_TEST(the_evidence_is_what_the_design_lists_in_that_order)
{
	static const char *const names[] = { "class", "holder", "role", "depth",
		"server", "subject", "issuer", "not_before", "not_after",
		"sha256" };

	begin(10);
	see((struct seen){ .from = -9, .to = -5, .depth = 1, .id = 0xab });
	ck_assert_uint_eq(e.count, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < e.count; i++)
		ck_assert_str_eq(e.fields[i].name, names[i]);
	ck_assert(slice_is(evidence_get(&e, "holder"), "10.0.0.21:5062"));
	ck_assert(slice_is(evidence_get(&e, "role"), "server"));
	ck_assert_int_eq(evidence_number(&e, "depth", 0), 1);
	ck_assert_int_eq(
	    evidence_number(&e, "not_after", 0), (NOW - 5 * DAY) * NSTIME_S);
	ck_assert_uint_eq(evidence_get(&e, "sha256").len, 64);
	ck_assert_str_eq(key,
	    "10.0.0.21:5062 abababababababababababababababab"
	    "abababababababababababababababab");
}
END_TEST

START_TEST(a_client_is_held_by_its_address)
{
	begin(10);
	see((struct seen){ .from = -9, .to = -5, .from_client = true });
	is("expired:10.0.0.11");
	ck_assert(slice_is(evidence_get(&e, "role"), "client"));
	ck_assert(slice_is(evidence_get(&e, "server"), "10.0.0.21:5062"));
}
END_TEST

START_TEST(another_good_one_of_the_holder_ends_it)
{
	begin(10);
	see((struct seen){ .id = 1, .from = -9, .to = -5 });
	see((struct seen){
	    .id = 1, .from = -9, .to = -5, .from_client = true });
	told[0] = '\0';
	see((struct seen){ .id = 2, .from = -1, .to = 500, .server = 61 });
	is(""); /* another port, another service */
	see((struct seen){ .id = 2, .from = -1, .to = 500 });
	is("healthy:10.0.0.21:5062");
	ck_assert_ptr_nonnull(strstr(key, " 0101"));
	see((struct seen){ .id = 2, .from = -1, .to = 500 });
	is("");
	see((struct seen){
	    .id = 2, .from = -1, .to = 500, .from_client = true });
	is("healthy:10.0.0.11");
}
END_TEST

START_TEST(one_that_expires_soon_ends_what_another_had)
{
	begin(10);
	see((struct seen){ .id = 1, .from = -90, .to = -5 });
	told[0] = '\0';
	see((struct seen){ .id = 2, .from = -90, .to = 5 });
	is("expiring:10.0.0.21:5062 healthy:10.0.0.21:5062");
	see((struct seen){ .id = 2, .from = -90, .to = 5 });
	is("expiring:10.0.0.21:5062");
}
END_TEST

START_TEST(the_chain_is_judged_place_by_place)
{
	begin(10);
	see((struct seen){ .id = 1, .chain = 2, .from = -9, .to = 500 });
	see((struct seen){
	    .id = 2, .chain = 2, .depth = 1, .from = -9, .to = -5 });
	is("expired:10.0.0.21:5062");
	see((struct seen){ .id = 3, .chain = 2, .from = -9, .to = 500 });
	is("");
	see((struct seen){ .id = 3, .chain = 1, .from = -9, .to = 500 });
	is("healthy:10.0.0.21:5062");
}
END_TEST

START_TEST(good_by_ours_and_not_by_the_peers_clock)
{
	const struct address client = host(11);

	begin(10);
	certificate_clock(c, &client, -60 * DAY * NSTIME_S, NSTIME_S);
	see((struct seen){ .from = -30, .to = 300 });
	is("invalid_by_peer_clock:10.0.0.21:5062");
	ck_assert_int_eq(
	    evidence_number(&e, "peer_offset_s", 0), -60 * DAY * NSTIME_S);
	ck_assert_int_eq(severity, FINDING_ERROR);
	/* To another client it is good, and that ends nothing. */
	see((struct seen){ .from = -30, .to = 300, .client = 12 });
	is("");
	certificate_clock(c, &client, 0, NSTIME_S);
	see((struct seen){ .from = -30, .to = 300 });
	is("healthy:10.0.0.21:5062");
	certificate_clock(c, &client, 400 * DAY * NSTIME_S, NSTIME_S);
	see((struct seen){ .from = -30, .to = 300 });
	is("invalid_by_peer_clock:10.0.0.21:5062");
	certificate_clock_unknown(c, &client);
	see((struct seen){ .from = -30, .to = 300 });
	is("healthy:10.0.0.21:5062");
}
END_TEST

START_TEST(a_servers_clock_judges_the_clients_certificate)
{
	const struct address server = host(21);

	begin(10);
	certificate_clock(c, &server, 400 * DAY * NSTIME_S, NSTIME_S);
	see((struct seen){ .from = -30, .to = 300 });
	is("");
	see((struct seen){ .from = -30, .to = 300, .from_client = true });
	is("invalid_by_peer_clock:10.0.0.11");
}
END_TEST

START_TEST(an_uncertain_clock_accuses_nobody)
{
	const struct address client = host(11);

	begin(10);
	certificate_clock(c, &client, -31 * DAY * NSTIME_S, 2 * DAY * NSTIME_S);
	see((struct seen){ .from = -30, .to = 300 });
	is("");
	certificate_clock(c, &client, INT64_MIN, INT64_MAX);
	see((struct seen){ .from = -30, .to = 300 });
	is("");
}
END_TEST

START_TEST(dates_beyond_our_time_are_written_all_the_same)
{
	begin(10);
	see((struct seen){ .from = 200000, .to = 2900000 });
	is("not_yet_valid:10.0.0.21:5062");
	ck_assert(slice_is(
	    evidence_get(&e, "not_before"), "2558-08-03T18:22:45.000000Z"));
	ck_assert(slice_is(
	    evidence_get(&e, "not_after"), "9950-12-09T18:22:45.000000Z"));
}
END_TEST

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	if (strcmp(name, arg) == 0)
		textbuf_uint(
		    &(struct textbuf){ .text = told, .size = sizeof(told) },
		    value);
}

START_TEST(tables_are_bounded)
{
	begin(2);
	for (uint8_t client = 1; client < 6; client++) {
		const struct address address = host(client);

		certificate_clock(c, &address, 0, 0);
		see((struct seen){ .from = -9,
		    .to = -5,
		    .from_client = true,
		    .client = client });
	}
	told[0] = '\0';
	certificate_stats(c, on_counter,
	    (char[]){ "certificate."
		      "troubles_evicted" });
	is("3");
	certificate_stats(c, on_counter,
	    (char[]){ "certificate."
		      "clocks_evicted" });
	is("3");
	for (uint8_t id = 1; id < 9; id++)
		see((struct seen){ .from = -9, .to = -5, .id = id });
	told[0] = '\0';
	see((struct seen){ .from = -9, .to = 500 });
	is("healthy:10.0.0.21:5062 healthy:10.0.0.21:5062 "
	   "healthy:10.0.0.21:5062 healthy:10.0.0.21:5062");
	certificate_free(c);
	c = NULL;
}
END_TEST

/* 1,000 s later, by another clock. */
static bool
load(struct slice octets)
{
	const struct record_shift shift = { .watching = 1000 * NSTIME_S };
	struct cursor from = cursor_over(octets);

	begin(10);
	return certificate_load(c, &from, &shift);
}

static void
restart(void)
{
	struct record r;

	record_init(&r, 1 << 20);
	certificate_save(c, &r);
	saved_whole_or_older(&r, load, true);
}

START_TEST(what_was_wrong_before_a_restart_is_healthy_after_it)
{
	const struct address client = host(11);

	begin(10);
	certificate_clock(c, &client, -60 * DAY * NSTIME_S, NSTIME_S);
	see((struct seen){ .id = 1, .from = -9, .to = -5 });
	see((struct seen){ .id = 2, .from = -9, .to = -1, .depth = 3 });
	see((struct seen){ .id = 3, .from = -30, .to = 300, .server = 61 });
	see((struct seen){ .id = 4, .from = -9, .to = -5, .server = 62 });
	see((struct seen){ .id = 5, .from = -90, .to = 500, .server = 62 });
	restart();
	is("");
	see((struct seen){ .id = 9, .from = -90, .to = 500, .chain = 4 });
	is("healthy:10.0.0.21:5062");
	see((struct seen){ .id = 9, .from = -90, .to = 500, .depth = 3 });
	is("healthy:10.0.0.21:5062");
	see((struct seen){
	    .id = 3, .from = -30, .to = 300, .server = 61, .client = 12 });
	is(""); /* it was wrong by another's clock */
	see((struct seen){ .id = 3, .from = -30, .to = 300, .server = 61 });
	is("healthy:10.0.0.21:61");
	see((struct seen){ .id = 5, .from = -90, .to = 500, .server = 62 });
	is("");
}
END_TEST

START_TEST(one_that_is_held_at_a_restart_is_judged_after_it)
{
	const nstime due = 1300 * NSTIME_S;

	begin(10);
	certificate_vouched(c, false, 0, 0);
	see((struct seen){ .from = -100, .to = -1 });
	restart();
	is("");
	ck_assert_int_eq(certificate_next_deadline(c), due);
	see((struct seen){ .from = -100, .to = -1, .server = 61, .id = 2 });
	is(""); /* nobody vouches for our clock yet */
	certificate_tick(c, due, NOW * NSTIME_S);
	is("expired:10.0.0.21:5062 expired:10.0.0.21:61");
}
END_TEST

START_TEST(what_our_clock_is_ahead_is_known_after_a_restart)
{
	begin(10);
	certificate_reference(c, 1095 * DAY * NSTIME_S, 0, NOW * NSTIME_S);
	restart();
	see((struct seen){ .server = 21, .id = 1, .from = -1400, .to = -700 });
	is("");
}
END_TEST

static void
refer(int64_t days_ahead)
{
	certificate_reference(
	    c, days_ahead * DAY * NSTIME_S, 0, NOW * NSTIME_S);
}

START_TEST(a_wrong_clock_of_ours_does_not_make_certificates_expire)
{
	begin(10);
	refer(1095);
	see((struct seen){ .server = 21, .id = 1, .from = -1400, .to = -700 });
	is("");
	see((struct seen){ .server = 21, .id = 2, .from = -700, .to = 700 });
	is("not_yet_valid:10.0.0.21:21");
}
END_TEST

START_TEST(troubles_that_our_wrong_clock_explains_are_superseded)
{
	begin(10);
	see((struct seen){ .server = 21, .id = 1, .from = -1400, .to = -700 });
	see((struct seen){ .server = 22, .id = 2, .from = -2400, .to = -1700 });
	is("expired:10.0.0.21:21 expired:10.0.0.21:22");
	refer(1095);
	is("superseded:10.0.0.21:21");
	refer(1095);
	is("");
	refer(0);
	see((struct seen){ .server = 21, .id = 1, .from = -1400, .to = -700 });
	is("expired:10.0.0.21:21");
	certificate_free(c);
	c = NULL;
}
END_TEST

UNIT("certificate", a_good_certificate_is_no_news,
    one_is_held_while_nobody_vouches_for_our_clock,
    once_somebody_vouches_it_is_judged_by_the_true_time,
    a_held_one_that_is_replaced_was_no_trouble,
    a_refused_handshake_vouches_for_what_it_refused,
    dates_are_judged_to_the_second, what_expires_soon_is_a_warning,
    certificates_of_a_week_are_not_always_expiring,
    the_evidence_is_what_the_design_lists_in_that_order,
    a_client_is_held_by_its_address, another_good_one_of_the_holder_ends_it,
    one_that_expires_soon_ends_what_another_had,
    the_chain_is_judged_place_by_place, good_by_ours_and_not_by_the_peers_clock,
    a_servers_clock_judges_the_clients_certificate,
    an_uncertain_clock_accuses_nobody,
    dates_beyond_our_time_are_written_all_the_same, tables_are_bounded,
    what_was_wrong_before_a_restart_is_healthy_after_it,
    one_that_is_held_at_a_restart_is_judged_after_it,
    what_our_clock_is_ahead_is_known_after_a_restart,
    a_wrong_clock_of_ours_does_not_make_certificates_expire,
    troubles_that_our_wrong_clock_explains_are_superseded)
