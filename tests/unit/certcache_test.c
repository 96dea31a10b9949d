/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/certcache.h"

#include "unit/tlswire.h"

static const struct siphash_key key = { 1, 2 };
static uint64_t refused, evicted, too_many;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, "certcache.refused") == 0)
		refused = value;
	else if (strcmp(name, "certcache.evicted") == 0)
		evicted = value;
	else
		too_many = value;
}

static const struct x509cert *
find(struct certcache *c, uint8_t serial)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_cert(&wire, &(struct tlswire_certificate){ .serial = serial });
	return certcache_find(c, tlswire_slice(&wire), 0);
}

START_TEST(one_certificate_is_parsed_once)
{
	struct certcache *c = certcache_new(4, &key, NULL);
	const struct x509cert *first = find(c, 1);

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_eq(find(c, 1), first);
	ck_assert_ptr_ne(find(c, 2), first);
	certcache_free(c);
}
END_TEST

START_TEST(refused_ones_are_remembered_too)
{
	struct certcache *c = certcache_new(4, &key, NULL);

	for (int i = 0; i < 3; i++)
		ck_assert_ptr_null(certcache_find(c, slice_text("garbage"), 0));
	certcache_stats(c, on_counter, NULL);
	ck_assert_uint_eq(refused, 1);
	certcache_free(c);
}
END_TEST

START_TEST(the_longest_unseen_is_forgotten_first)
{
	struct certcache *c = certcache_new(2, &key, NULL);
	const struct x509cert *first = find(c, 1);

	find(c, 2);
	find(c, 1);
	find(c, 3); /* in the place of 2 */
	ck_assert_ptr_eq(find(c, 1), first);
	certcache_stats(c, on_counter, NULL);
	ck_assert_uint_eq(evicted, 1);
	certcache_set(c, 1);
	ck_assert_ptr_eq(find(c, 1), first);
	certcache_free(c);
	certcache_free(NULL);
}
END_TEST

START_TEST(new_ones_are_parsed_at_a_bounded_rate)
{
	struct certcache *c = certcache_new(4, &key, NULL);
	uint32_t made = 0;

	for (; made < CERTCACHE_BURST + 100; made++)
		certcache_find(c, slice_of(&made, sizeof(made)), 0);
	certcache_stats(c, on_counter, NULL);
	ck_assert_uint_eq(refused, CERTCACHE_BURST);
	ck_assert_uint_eq(too_many, 100);
	certcache_find(c, slice_of(&made, sizeof(made)), NSTIME_S);
	certcache_stats(c, on_counter, NULL);
	ck_assert_uint_eq(too_many, 100);
	certcache_free(c);
}
END_TEST

UNIT("certcache", new_ones_are_parsed_at_a_bounded_rate,
    one_certificate_is_parsed_once, refused_ones_are_remembered_too,
    the_longest_unseen_is_forgotten_first)
