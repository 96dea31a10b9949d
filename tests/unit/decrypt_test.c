/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/decrypt.h"

#include "base/totals.h"
#include "unit/hex.h"
#include "unit/tlsvectors.h"

enum { WAIT = 10 };

/* What was told of one connection. */
static struct {
	struct secrets *secrets;
	struct decrypt *decrypt;
	void *slot;
	bool guessed;
	uint64_t offsets[2]; /* by enum tcpreasm_direction */
	nstime now;
	char text[2][500];
	uint64_t end;     /* the offset after the last plain octet */
	nstime first_now; /* of the first plain octet */
	unsigned gaps, opened, refused;
	enum decrypt_reason reason;
} run;

static void
on_decrypt(void *arg, const struct decrypt_event *e)
{
	const struct tcpreasm_event *tcp = e->tcp;

	(void)arg;
	run.opened += e->kind == DECRYPT_OPENED;
	if (e->kind == DECRYPT_REFUSED) {
		run.refused++;
		run.reason = e->reason;
	}
	if (e->kind != DECRYPT_STREAM)
		return;
	if (tcp->fact == TCPREASM_GAP) {
		run.gaps++;
		return;
	}
	if (run.text[0][0] == '\0' && run.text[1][0] == '\0')
		run.first_now = tcp->now;
	strncat(run.text[tcp->direction], (const char *)tcp->octets.p,
	    tcp->octets.len);
	run.end = tcp->offset + e->size;
}

static const struct decrypt_limits some = {
	.connections = 10,
	.held = 100000,
	.connection = 50000,
	.handshakes = 100000,
};

static void
begin(const struct decrypt_limits *limits)
{
	memset(&run, 0, sizeof(run));
	run.secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 10, .resumptions = 10 });
	run.decrypt = decrypt_new(limits, run.secrets, on_decrypt, NULL);
	ck_assert_ptr_nonnull(run.decrypt);
}

static void
event(enum tcpreasm_fact fact, int from, struct slice octets, uint64_t lost)
{
	const struct tcpreasm_event e = {
		.fact = fact,
		.connection = 1,
		.client = { .port = 50001 },
		.server = { .port = 5062 },
		.guessed = run.guessed,
		.direction = (enum tcpreasm_direction)from,
		.octets = octets,
		.offset = run.offsets[from],
		.lost = lost,
		.now = run.now,
		.wall = run.now + NSTIME_S,
	};

	run.offsets[from] += octets.len + lost;
	run.now += NSTIME_MS;
	decrypt_input(run.decrypt, &e, &run.slot);
}

static void
finish(void)
{
	event(TCPREASM_FORGOTTEN, 0, slice_of(NULL, 0), 0);
	ck_assert_ptr_null(run.slot);
	decrypt_free(run.decrypt);
	secrets_free(run.secrets);
}

static void
tell_keylog(const char *text)
{
	struct keylog_lines lines = { .len = 0 };

	secrets_keylog(run.secrets, &lines, slice_text(text));
}

static void
tell_key(void)
{
	struct privatekey *key;

	ck_assert_int_eq(
	    privatekey_parse(slice_text(tlsvectors_key), NULL, &key),
	    PRIVATEKEY_READ);
	secrets_add_key(run.secrets, key);
}

/* The whole connection, in segments of at most `size' octets. */
static void
play(const struct tlsvector *v, size_t size)
{
	for (; v->hex != NULL; v++) {
		uint8_t *octets;
		struct slice rest = hex_octets(v->hex, &octets);

		for (; rest.len > 0; rest = slice_after(rest, size)) {
			uint8_t *exact = unit_exact(slice_first(rest, size));

			event(TCPREASM_DATA, v->from,
			    slice_of(exact, slice_first(rest, size).len), 0);
			free(exact);
		}
		free(octets);
	}
}

static void
expect_all(void)
{
	ck_assert_str_eq(run.text[0], TLSVECTORS_REQUEST);
	ck_assert_str_eq(run.text[1], TLSVECTORS_ANSWER);
	ck_assert_uint_eq(run.opened, 1);
	ck_assert_uint_eq(run.refused, 0);
	ck_assert_uint_eq(run.gaps, 0);
}

static void
expect_refused(enum decrypt_reason reason)
{
	ck_assert_uint_eq(run.refused, 1);
	ck_assert_str_eq(
	    decrypt_reason_name(run.reason), decrypt_reason_name(reason));
}

static const struct {
	const struct tlsvector *vector;
	const char *keylog;
	bool rsa;
} all[] = {
	{ tls10_rsa, tls10_rsa_keylog, true },
	{ tls12_rsa, tls12_rsa_keylog, true },
	{ tls12_ecdhe, tls12_ecdhe_keylog, false },
	{ tls13, tls13_keylog, false },
};

enum { ALL = sizeof(all) / sizeof(*all) };

START_TEST(a_key_log_decrypts_every_version)
{
	for (size_t i = 0; i < ALL; i++) {
		begin(&some);
		tell_keylog(all[i].keylog);
		play(all[i].vector, SIZE_MAX);
		expect_all();
		ck_assert(decrypt_reads(&run.slot));
		finish();
	}
}
END_TEST

START_TEST(a_private_key_decrypts_rsa_key_exchange)
{
	for (size_t i = 0; i < ALL; i++) {
		begin(&some);
		tell_key();
		play(all[i].vector, SIZE_MAX);
		if (all[i].rsa)
			expect_all();
		else
			expect_refused(DECRYPT_EPHEMERAL);
		finish();
	}
}
END_TEST

START_TEST(it_does_not_matter_how_tcp_cuts)
{
	static const size_t sizes[] = { 1, 2, 5, 7, 100 };

	for (size_t i = 0; i < ALL; i++)
		for (size_t n = 0; n < 5; n++) {
			begin(&some);
			tell_keylog(all[i].keylog);
			play(all[i].vector, sizes[n]);
			expect_all();
			finish();
		}
}
END_TEST

START_TEST(offsets_are_those_of_the_encrypted_stream)
{
	begin(&some);
	tell_keylog(tls12_ecdhe_keylog);
	play(tls12_ecdhe, SIZE_MAX);
	ck_assert_uint_eq(run.end, run.offsets[TCPREASM_TO_CLIENT]);
	finish();
}
END_TEST

START_TEST(records_wait_for_their_secret_and_keep_their_time)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	limits.expected = true;
	for (size_t i = 0; i < ALL; i++) {
		begin(&limits);
		play(all[i].vector, SIZE_MAX);
		ck_assert_uint_eq(run.opened + run.refused, 0);
		ck_assert_int_lt(
		    decrypt_next_deadline(run.decrypt), NSTIME_NEVER);
		tell_keylog(all[i].keylog);
		decrypt_tick(run.decrypt, run.now + NSTIME_S);
		expect_all();
		ck_assert_int_lt(run.first_now, run.now);
		ck_assert_int_eq(
		    decrypt_next_deadline(run.decrypt), NSTIME_NEVER);
		finish();
	}
}
END_TEST

START_TEST(they_do_not_wait_for_ever)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	limits.expected = true;
	begin(&limits);
	play(tls12_ecdhe, SIZE_MAX);
	decrypt_tick(run.decrypt, decrypt_next_deadline(run.decrypt) - 1);
	ck_assert_uint_eq(run.refused, 0);
	decrypt_tick(run.decrypt, decrypt_next_deadline(run.decrypt));
	expect_refused(DECRYPT_EPHEMERAL);
	tell_keylog(tls12_ecdhe_keylog);
	decrypt_tick(run.decrypt, run.now + 60 * NSTIME_S);
	ck_assert_uint_eq(run.opened, 0);
	finish();
}
END_TEST

static void
tell_nobody(void *arg, const struct secrets_item *item)
{
	(void)arg;
	(void)item;
}

/* Another thread saw the session begin. */
static void
learn_resumed(void)
{
	struct secrets_item item = { .is_line = false };
	uint8_t *octets;
	struct slice hex = hex_octets(tls12_resumed_id, &octets);

	item.id = secrets_id(run.secrets, hex);
	free(octets);
	hex = hex_octets(tls12_resumed_master, &octets);
	item.master.len = (uint8_t)hex.len;
	memcpy(item.master.octets, hex.p, hex.len);
	free(octets);
	secrets_learn(run.secrets, &item);
}

static void
begin_resumed(bool shared)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	begin(&limits);
	tell_key();
	if (shared)
		secrets_share(run.secrets,
		    &(struct secrets_sharing){ .output = tell_nobody });
	play(tls12_resumed, SIZE_MAX);
}

START_TEST(a_resumed_session_waits_for_the_thread_that_saw_it_begin)
{
	begin_resumed(true);
	ck_assert_uint_eq(run.opened + run.refused, 0);
	decrypt_tick(run.decrypt, run.now);
	ck_assert_uint_eq(run.opened + run.refused, 0);
	learn_resumed();
	decrypt_tick(run.decrypt, run.now);
	expect_all();
	finish();
}
END_TEST

START_TEST(a_resumed_session_does_not_wait_for_ever)
{
	begin_resumed(true);
	decrypt_tick(run.decrypt, decrypt_next_deadline(run.decrypt));
	expect_refused(DECRYPT_RESUMED);
	finish();
}
END_TEST

START_TEST(a_resumed_session_does_not_wait_where_one_thread_sees_all)
{
	begin_resumed(false);
	expect_refused(DECRYPT_RESUMED);
	finish();
}
END_TEST

/* No other thread can help. */
START_TEST(what_is_not_resumed_does_not_wait_for_other_threads)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	begin(&limits);
	tell_key();
	secrets_share(
	    run.secrets, &(struct secrets_sharing){ .output = tell_nobody });
	play(tls12_ecdhe, SIZE_MAX);
	expect_refused(DECRYPT_EPHEMERAL);
	finish();
}
END_TEST

START_TEST(no_time_is_too_early_or_too_late_to_wait)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	limits.expected = true;
	begin(&limits);
	run.now = NSTIME_NEVER - 2 * NSTIME_S;
	play(tls12_ecdhe, SIZE_MAX);
	ck_assert_int_eq(decrypt_next_deadline(run.decrypt), NSTIME_NEVER);
	decrypt_tick(run.decrypt, run.now);
	decrypt_tick(run.decrypt, INT64_MIN);
	ck_assert_uint_eq(run.refused, 0);
	decrypt_finish(run.decrypt, run.now);
	expect_refused(DECRYPT_EPHEMERAL);
	finish();
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct decrypt_limits limits = some;

	limits.wait = WAIT * NSTIME_S;
	limits.expected = true;
	limits.connection = 300;
	begin(&limits);
	play(tls13, SIZE_MAX);
	expect_refused(DECRYPT_LIMIT);
	finish();
}
END_TEST

/* The other vectors' certificates are of the same key: one octet of it is
 * changed. */
START_TEST(a_key_of_another_certificate_is_told)
{
	static const char modulus[] = "e30d29f911f44578e227287cbfa3a896";
	static struct tlsvector changed[8];
	size_t n = 0;

	for (; tls12_rsa[n].hex != NULL; n++) {
		char *copy = strdup(tls12_rsa[n].hex);
		char *at = strstr(copy, modulus);

		changed[n] = (struct tlsvector){ tls12_rsa[n].from, copy };
		if (at != NULL)
			*at = 'f';
	}
	begin(&some);
	tell_key();
	play(changed, SIZE_MAX);
	expect_refused(DECRYPT_FOREIGN_KEY);
	finish();
	while (n > 0)
		free((char *)(uintptr_t)changed[--n].hex);
}
END_TEST

START_TEST(a_secret_of_another_connection_opens_nothing)
{
	char wrong[sizeof(tls12_ecdhe_keylog)];
	const size_t len = strlen(tls12_ecdhe_keylog);

	memcpy(wrong, tls12_ecdhe_keylog, sizeof(wrong));
	wrong[len - 2] = wrong[len - 2] == '0' ? '1' : '0';
	begin(&some);
	tell_keylog(wrong);
	play(tls12_ecdhe, SIZE_MAX);
	expect_refused(DECRYPT_WRONG_SECRET);
	finish();
}
END_TEST

START_TEST(mid_way_nothing_can_be_decrypted)
{
	uint8_t *octets;
	const struct slice record = hex_octets("1703030004aaaaaaaa", &octets);

	begin(&some);
	tell_key();
	run.guessed = true;
	event(TCPREASM_DATA, 0, record, 0);
	event(TCPREASM_DATA, 0, record, 0);
	expect_refused(DECRYPT_NO_HANDSHAKE);
	finish();
	free(octets);
}
END_TEST

START_TEST(without_secrets_nobody_asks_why)
{
	begin(&some);
	play(tls13, SIZE_MAX);
	ck_assert_uint_eq(run.refused + run.opened, 0);
	finish();
}
END_TEST

START_TEST(clear_text_is_let_alone)
{
	begin(&some);
	event(TCPREASM_DATA, 0, slice_text("OPTIONS sip:a SIP/2.0\r\n"), 0);
	event(TCPREASM_DATA, 1, slice_text("SIP/2.0 200 OK\r\n"), 0);
	ck_assert_uint_eq(run.refused + run.opened + run.gaps, 0);
	ck_assert(!decrypt_reads(&run.slot));
	finish();
}
END_TEST

START_TEST(beyond_the_limit_connections_are_not_decrypted)
{
	struct decrypt_limits limits = some;

	limits.connections = 0;
	begin(&limits);
	tell_keylog(tls13_keylog);
	play(tls13, SIZE_MAX);
	expect_refused(DECRYPT_LIMIT);
	finish();
}
END_TEST

/* Without its handshake there is no random to find secrets by. */
START_TEST(a_lost_hello_is_told)
{
	begin(&some);
	tell_keylog(tls12_ecdhe_keylog);
	event(TCPREASM_DATA, 0, slice_text("\x16\x03\x01"), 0);
	event(TCPREASM_GAP, 0, slice_of(NULL, 0), 600);
	play(tls12_ecdhe + 1, SIZE_MAX);
	expect_refused(DECRYPT_DAMAGED);
	finish();
}
END_TEST

/* A segment of the request is lost: the answer is still read. */
START_TEST(a_gap_costs_what_it_took)
{
	const struct tlsvector *v = tls12_ecdhe;
	uint8_t *octets;
	struct slice segment;

	begin(&some);
	tell_keylog(tls12_ecdhe_keylog);
	for (; v[2].hex != NULL; v++) {
		const struct tlsvector one[] = { *v, { 0, NULL } };

		play(one, SIZE_MAX);
	}
	segment = hex_octets(v->hex, &octets);
	event(TCPREASM_GAP, v->from, slice_of(NULL, 0), segment.len);
	free(octets);
	play(v + 1, SIZE_MAX);
	ck_assert_str_eq(run.text[0], "");
	ck_assert_str_eq(run.text[1], TLSVECTORS_ANSWER);
	ck_assert_uint_eq(run.gaps, 1);
	finish();
}
END_TEST

START_TEST(no_cut_capture_is_read_beyond_its_end)
{
	for (size_t i = 0; i < ALL; i++) {
		size_t octets = 0;

		for (const struct tlsvector *v = all[i].vector; v->hex != NULL;
		     v++)
			octets += strlen(v->hex) / 2;
		for (size_t cut = 0; cut < octets; cut += 7) {
			size_t left = cut;

			begin(&some);
			tell_keylog(all[i].keylog);
			for (const struct tlsvector *v = all[i].vector;
			     v->hex != NULL && left > 0; v++) {
				uint8_t *whole;
				const struct slice part = slice_first(
				    hex_octets(v->hex, &whole), left);
				uint8_t *exact = unit_exact(part);

				event(TCPREASM_DATA, v->from,
				    slice_of(exact, part.len), 0);
				left -= part.len;
				free(exact);
				free(whole);
			}
			ck_assert_uint_eq(run.refused, 0);
			finish();
		}
	}
}
END_TEST

START_TEST(every_reason_is_counted_by_its_name)
{
	struct totals totals = { .count = 0 };

	begin(&some);
	tell_key();
	play(tls13, SIZE_MAX);
	decrypt_stats(run.decrypt, totals_gather, &totals);
	ck_assert_uint_eq(totals_get(&totals, "decrypt.ephemeral"), 1);
	ck_assert_uint_eq(totals_get(&totals, "decrypt.lost"), 0);
	finish();
}
END_TEST

UNIT("decrypt", a_key_log_decrypts_every_version,
    a_private_key_decrypts_rsa_key_exchange, it_does_not_matter_how_tcp_cuts,
    offsets_are_those_of_the_encrypted_stream,
    records_wait_for_their_secret_and_keep_their_time,
    they_do_not_wait_for_ever,
    a_resumed_session_waits_for_the_thread_that_saw_it_begin,
    a_resumed_session_does_not_wait_for_ever,
    a_resumed_session_does_not_wait_where_one_thread_sees_all,
    what_is_not_resumed_does_not_wait_for_other_threads,
    no_time_is_too_early_or_too_late_to_wait, what_waits_is_bounded,
    a_key_of_another_certificate_is_told,
    a_secret_of_another_connection_opens_nothing,
    mid_way_nothing_can_be_decrypted, without_secrets_nobody_asks_why,
    clear_text_is_let_alone, beyond_the_limit_connections_are_not_decrypted,
    a_lost_hello_is_told, a_gap_costs_what_it_took,
    no_cut_capture_is_read_beyond_its_end, every_reason_is_counted_by_its_name)
