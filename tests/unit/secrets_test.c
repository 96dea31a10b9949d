/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/secrets.h"

#include <stdio.h>

#include "base/totals.h"
#include "unit/tlsvectors.h"
#include "unit/unit.h"

static struct keylog_lines lines;

static struct secrets *
secrets_of(size_t limit)
{
	struct secrets *s = secrets_new(&(struct secrets_limits){
	    .sessions = limit, .resumptions = limit });

	ck_assert_ptr_nonnull(s);
	memset(&lines, 0, sizeof(lines));
	return s;
}

/* A line with a random that ends in `n', and a secret that does. */
static void
tell(struct secrets *s, const char *label, unsigned n, const char *end)
{
	char text[300];

	snprintf(text, sizeof(text), "%s %064x %096x%s", label, n, n, end);
	secrets_keylog(s, &lines, slice_text(text));
}

static bool
knows(struct secrets *s, enum keylog_label label, unsigned n)
{
	uint8_t random[KEYLOG_RANDOM] = {
		[30] = (uint8_t)(n >> 8), [31] = (uint8_t)n
	};
	struct keyschedule_secret secret;

	if (!secrets_find(s, slice_of(random, sizeof(random)), label, &secret))
		return false;
	ck_assert_uint_eq(secret.len, 48);
	ck_assert_uint_eq(secret.octets[47], (uint8_t)n);
	return true;
}

START_TEST(what_a_key_log_tells_is_found_by_the_clients_random)
{
	struct secrets *s = secrets_of(10);

	tell(s, "CLIENT_RANDOM", 1, "\n");
	tell(s, "SERVER_TRAFFIC_SECRET_0", 2, "\n");
	ck_assert(knows(s, KEYLOG_MASTER, 1));
	ck_assert(!knows(s, KEYLOG_SERVER_TRAFFIC, 1));
	ck_assert(knows(s, KEYLOG_SERVER_TRAFFIC, 2));
	ck_assert(!knows(s, KEYLOG_MASTER, 3));
	ck_assert_uint_eq(secrets_told(s), 2);
	secrets_free(s);
}
END_TEST

START_TEST(a_last_line_without_an_end_counts_at_the_end)
{
	struct secrets *s = secrets_of(10);

	tell(s, "CLIENT_RANDOM", 1, "");
	ck_assert(!knows(s, KEYLOG_MASTER, 1));
	secrets_keylog_end(s, &lines);
	ck_assert(knows(s, KEYLOG_MASTER, 1));
	secrets_free(s);
}
END_TEST

START_TEST(at_the_limit_the_longest_unused_gives_way)
{
	struct secrets *s = secrets_of(3);
	struct totals totals = { .count = 0 };

	for (unsigned i = 1; i <= 3; i++)
		tell(s, "CLIENT_RANDOM", i, "\n");
	ck_assert(knows(s, KEYLOG_MASTER, 1));
	tell(s, "CLIENT_RANDOM", 4, "\n");
	ck_assert(!knows(s, KEYLOG_MASTER, 2));
	ck_assert(knows(s, KEYLOG_MASTER, 1));
	secrets_stats(s, totals_gather, &totals);
	ck_assert_uint_eq(totals_get(&totals, "secrets.evicted"), 1);
	secrets_free(s);
}
END_TEST

START_TEST(malformed_lines_are_counted)
{
	struct secrets *s = secrets_of(3);
	struct totals totals = { .count = 0 };

	secrets_keylog(s, &lines, slice_text("# comment\nwhat\n\nis this\n"));
	secrets_stats(s, totals_gather, &totals);
	ck_assert_uint_eq(totals_get(&totals, "secrets.malformed"), 2);
	secrets_free(s);
}
END_TEST

START_TEST(a_session_is_resumed_by_what_it_is_remembered_by)
{
	struct secrets *s = secrets_of(3);
	struct keyschedule_secret master = { .len = 48, .octets = { 7 } };
	struct keyschedule_secret found;
	struct siphash_wide id = secrets_id(s, slice_text("a ticket"));

	ck_assert(!secrets_resume(s, &id, &found));
	secrets_remember(s, &id, &master);
	ck_assert(secrets_resume(s, &id, &found));
	ck_assert_uint_eq(found.octets[0], 7);
	id = secrets_id(s, slice_text("a ticket more"));
	ck_assert(!secrets_resume(s, &id, &found));
	secrets_free(s);
}
END_TEST

START_TEST(no_session_id_resumes_nothing)
{
	struct secrets *s = secrets_of(3);
	struct keyschedule_secret master = { .len = 48 };
	const struct siphash_wide id = secrets_id(s, slice_of(NULL, 0));

	secrets_remember(s, &id, &master);
	ck_assert(!secrets_resume(s, &id, &master));
	secrets_free(s);
}
END_TEST

START_TEST(keys_are_found_by_their_certificate)
{
	struct secrets *s = secrets_of(3);
	struct privatekey *key;

	ck_assert(!secrets_has_keys(s));
	ck_assert_int_eq(
	    privatekey_parse(slice_text(tlsvectors_key), NULL, &key),
	    PRIVATEKEY_READ);
	ck_assert(secrets_add_key(s, key));
	ck_assert(secrets_has_keys(s));
	ck_assert_ptr_null(secrets_key(s, slice_text("no certificate")));
	secrets_free(s);
}
END_TEST

UNIT("secrets", what_a_key_log_tells_is_found_by_the_clients_random,
    a_last_line_without_an_end_counts_at_the_end,
    at_the_limit_the_longest_unused_gives_way, malformed_lines_are_counted,
    a_session_is_resumed_by_what_it_is_remembered_by,
    no_session_id_resumes_nothing, keys_are_found_by_their_certificate)
