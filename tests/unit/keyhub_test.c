/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyhub.h"

#include <stdio.h>

#include "base/totals.h"
#include "keys/keylogs.h"
#include "unit/folder.h"
#include "unit/tlsvectors.h"
#include "unit/unit.h"

enum { MANY = 5000, OCTETS = 8 << 20 };

static const struct log keyhub_log = { .verbose = false };
static const struct siphash_key hash_key = { 1, 2 };
static struct secrets *own;
static struct keyhub *hub;

static void
begin(void)
{
	own = secrets_new(&(struct secrets_limits){
	    .sessions = 10000, .resumptions = 10000, .key = hash_key });
	ck_assert_ptr_nonnull(own);
}

static void
share(unsigned others)
{
	hub = keyhub_new(&(struct keyhub_setup){
	    .secrets = own,
	    .others = others,
	    .octets = OCTETS,
	    .most = 10000,
	    .key = &hash_key,
	});
	ck_assert_ptr_nonnull(hub);
	ck_assert_uint_le(keyhub_octets(hub), OCTETS);
}

static void
end(void)
{
	keyhub_free(hub);
	secrets_free(own);
}

static void
tell(const char *text)
{
	static struct keylog_lines lines;

	secrets_keylog(own, &lines, slice_text(text));
}

static void
tell_line(unsigned n, const char *end)
{
	char text[300];

	snprintf(text, sizeof(text), "CLIENT_RANDOM %064x %096x%s", n, n, end);
	tell(text);
}

static bool
knows(struct secrets *s, unsigned n)
{
	const uint8_t random[KEYLOG_RANDOM] = {
		[30] = (uint8_t)(n >> 8), [31] = (uint8_t)n
	};
	struct keyschedule_secret secret;

	return secrets_find(
	    s, slice_of(random, sizeof(random)), KEYLOG_MASTER, &secret);
}

static void
remember(struct secrets *s, const char *ticket)
{
	const struct siphash_wide id = secrets_id(s, slice_text(ticket));
	const struct keyschedule_secret master = { .len = 48,
		.octets = { (uint8_t)ticket[0] } };

	secrets_remember(s, &id, &master);
}

static bool
resumes(struct secrets *s, const char *ticket)
{
	const struct siphash_wide id = secrets_id(s, slice_text(ticket));
	struct keyschedule_secret master;

	return secrets_resume(s, &id, &master) &&
	    master.octets[0] == (uint8_t)ticket[0];
}

static uint64_t
lost(void)
{
	struct totals totals = { .count = 0 };

	keyhub_stats(hub, totals_gather, &totals);
	return totals_get(&totals, "keyhub.lost");
}

START_TEST(the_others_know_what_was_known_before_them)
{
	struct privatekey *key;

	begin();
	tell_line(1, "\n");
	remember(own, "a ticket");
	ck_assert_int_eq(
	    privatekey_parse(slice_text(tlsvectors_key), NULL, &key),
	    PRIVATEKEY_READ);
	ck_assert(secrets_add_key(own, key));
	share(2);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert(knows(keyhub_secrets(hub, i), 1));
		ck_assert(resumes(keyhub_secrets(hub, i), "a ticket"));
		ck_assert(secrets_has_keys(keyhub_secrets(hub, i)));
	}
	end();
}
END_TEST

START_TEST(lines_of_key_logs_reach_all_however_they_were_cut)
{
	begin();
	share(2);
	tell_line(1, "");
	tell("\nno line\n");
	for (unsigned i = 0; i < 2; i++) {
		ck_assert(!knows(keyhub_secrets(hub, i), 1));
		keyhub_take(hub, i);
		ck_assert(knows(keyhub_secrets(hub, i), 1));
		ck_assert_uint_eq(secrets_told(keyhub_secrets(hub, i)), 1);
	}
	end();
}
END_TEST

START_TEST(a_session_that_one_saw_is_resumed_by_all)
{
	struct secrets *first, *second;

	begin();
	share(2);
	first = keyhub_secrets(hub, 0);
	second = keyhub_secrets(hub, 1);
	remember(first, "a ticket");
	ck_assert(!resumes(own, "a ticket"));
	keyhub_tick(hub);
	ck_assert(resumes(own, "a ticket"));
	keyhub_take(hub, 1);
	ck_assert(resumes(second, "a ticket"));
	ck_assert_uint_gt(secrets_news(second), 0);
	ck_assert_uint_eq(secrets_told(second), 0);
	/* It does not come back. */
	keyhub_take(hub, 0);
	ck_assert_uint_eq(secrets_news(first), 1);
	remember(own, "b ticket");
	for (unsigned i = 0; i < 2; i++) {
		keyhub_take(hub, i);
		ck_assert(resumes(keyhub_secrets(hub, i), "b ticket"));
	}
	end();
}
END_TEST

START_TEST(what_is_known_is_not_told_again)
{
	uint64_t news;

	begin();
	share(2);
	remember(keyhub_secrets(hub, 0), "a ticket");
	keyhub_tick(hub);
	keyhub_take(hub, 1);
	news = secrets_news(own);
	remember(keyhub_secrets(hub, 0), "a ticket");
	remember(keyhub_secrets(hub, 1), "a ticket");
	keyhub_tick(hub);
	ck_assert_uint_eq(secrets_news(own), news);
	end();
}
END_TEST

START_TEST(what_a_thread_cannot_hand_on_is_counted)
{
	char ticket[20];

	begin();
	share(1);
	for (unsigned n = 0; n < MANY; n++) {
		snprintf(ticket, sizeof(ticket), "%u", n);
		remember(keyhub_secrets(hub, 0), ticket);
	}
	ck_assert_uint_gt(lost(), 0);
	ck_assert_uint_lt(lost(), MANY);
	ck_assert(resumes(keyhub_secrets(hub, 0), ticket));
	end();
}
END_TEST

/* The second thread takes nothing for a while, and misses nothing. */
START_TEST(a_key_log_is_read_no_faster_than_the_slowest_takes)
{
	struct config_tls tls = { .name = "edge" };
	struct keylogs *keylogs;
	unsigned rounds = 0;
	FILE *file;

	begin();
	share(2);
	folder_make();
	folder_write("log", "");
	file = fopen(folder_path("log"), "w");
	for (unsigned n = 1; n <= MANY; n++)
		fprintf(file, "CLIENT_RANDOM %064x %096x\n", n, n);
	fclose(file);
	chmod(folder_path("log"), 0600);
	snprintf(tls.keylog, sizeof(tls.keylog), "%s", folder_path("log"));
	keylogs = keylogs_new(own, &keyhub_log);
	ck_assert_int_eq(keylogs_add(keylogs, &tls), 0);
	for (unsigned i = 0; i < 3; i++) {
		keylogs_read(keylogs, SIZE_MAX);
		keyhub_take(hub, 0);
	}
	ck_assert(knows(own, 1) && !knows(own, MANY));
	/* Another takes its place meanwhile. */
	ck_assert_int_eq(unlink(folder_path("log")), 0);
	folder_write("log", "");
	chmod(folder_path("log"), 0600);
	for (unsigned i = 0; i < 30; i++)
		keylogs_read(keylogs, SIZE_MAX);
	while (!knows(own, MANY) && rounds++ < MANY) {
		keylogs_read(keylogs, SIZE_MAX);
		keyhub_take(hub, 0);
		keyhub_take(hub, 1);
	}
	keyhub_take(hub, 0);
	keyhub_take(hub, 1);
	for (unsigned n = 1; n <= MANY; n++)
		ck_assert(knows(keyhub_secrets(hub, 0), n) &&
		    knows(keyhub_secrets(hub, 1), n));
	ck_assert_uint_eq(lost(), 0);
	keylogs_free(keylogs);
	folder_remove();
	end();
}
END_TEST

UNIT("keyhub", the_others_know_what_was_known_before_them,
    lines_of_key_logs_reach_all_however_they_were_cut,
    a_session_that_one_saw_is_resumed_by_all, what_is_known_is_not_told_again,
    what_a_thread_cannot_hand_on_is_counted,
    a_key_log_is_read_no_faster_than_the_slowest_takes)
