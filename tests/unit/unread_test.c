/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/unread.h"

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };
static struct unread *unread;
static struct evidence evidence;

static struct endpoint
server(uint8_t n)
{
	return (struct endpoint){ .port = 5062,
		.address = { .version = 4, .octets = { 10, 0, 0, n } } };
}

static bool
refused(uint8_t n, enum decrypt_reason reason)
{
	const struct endpoint s = server(n);

	return unread_refused(unread, &s, reason, &evidence);
}

static void
begin(void)
{
	unread = unread_new(2, &key, NULL);
	ck_assert_ptr_nonnull(unread);
}

START_TEST(three_connections_in_a_row_are_told)
{
	begin();
	ck_assert(!refused(21, DECRYPT_NO_SECRET));
	ck_assert(!refused(21, DECRYPT_NO_SECRET));
	ck_assert(refused(21, DECRYPT_EPHEMERAL));
	ck_assert(slice_is(evidence_get(&evidence, "class"), "undecrypted"));
	ck_assert(
	    slice_is(evidence_get(&evidence, "server"), "10.0.0.21:5062"));
	ck_assert(slice_is(evidence_get(&evidence, "reason"), "ephemeral"));
	unread_free(unread);
}
END_TEST

START_TEST(a_foreign_certificate_is_told_at_once)
{
	begin();
	ck_assert(refused(21, DECRYPT_FOREIGN_KEY));
	unread_free(unread);
}
END_TEST

START_TEST(one_that_is_read_begins_anew)
{
	const struct endpoint s = server(21);

	begin();
	refused(21, DECRYPT_NO_SECRET);
	refused(21, DECRYPT_NO_SECRET);
	unread_opened(unread, &s);
	ck_assert(!refused(21, DECRYPT_NO_SECRET));
	unread_free(unread);
}
END_TEST

START_TEST(servers_count_apart)
{
	begin();
	refused(21, DECRYPT_NO_SECRET);
	refused(22, DECRYPT_NO_SECRET);
	refused(21, DECRYPT_NO_SECRET);
	ck_assert(!refused(22, DECRYPT_NO_SECRET));
	ck_assert(refused(21, DECRYPT_NO_SECRET));
	unread_free(unread);
}
END_TEST

START_TEST(what_nobody_can_help_is_not_told)
{
	static const enum decrypt_reason reasons[] = { DECRYPT_NO_HANDSHAKE,
		DECRYPT_DAMAGED, DECRYPT_RESUMED, DECRYPT_LOST, DECRYPT_LIMIT };

	begin();
	for (unsigned i = 0; i < 25; i++)
		ck_assert(!refused(21, reasons[i % 5]));
	unread_free(unread);
}
END_TEST

static void
evicted(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	ck_assert_int_eq(kind, COUNTER_LIMIT);
	ck_assert_str_eq(name, "visibility.servers_evicted");
	*(uint64_t *)arg = value;
}

START_TEST(at_the_limit_the_longest_unheard_is_forgotten)
{
	uint64_t count = 0;

	begin();
	refused(21, DECRYPT_NO_SECRET);
	refused(21, DECRYPT_NO_SECRET);
	refused(22, DECRYPT_NO_SECRET);
	refused(23, DECRYPT_NO_SECRET);
	ck_assert(!refused(21, DECRYPT_NO_SECRET));
	unread_stats(unread, evicted, &count);
	ck_assert_uint_ge(count, 1);
	unread_free(unread);
}
END_TEST

UNIT("unread", three_connections_in_a_row_are_told,
    a_foreign_certificate_is_told_at_once, one_that_is_read_begins_anew,
    servers_count_apart, what_nobody_can_help_is_not_told,
    at_the_limit_the_longest_unheard_is_forgotten)
