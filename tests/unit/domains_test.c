/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/domains.h"

#include "incident/inner/bundle.h"
#include "unit/unit.h"

static struct lru *parts;

static bool
never(const struct table_entry *entry, const void *key)
{
	(void)entry;
	(void)key;
	return false;
}

static void
begin(void)
{
	const struct lru_setup setup = {
		.limit = 8,
		.octets = sizeof(struct symptom),
		.equal = never,
	};

	parts = lru_new(&setup, &(struct siphash_key){ 1, 2 });
}

static struct symptom *
add(const char *key)
{
	struct symptom *p = lru_add(parts, 0);

	ck_assert_ptr_nonnull(p);
	p->latest.role = SIGHTING_MEDIA;
	p->key_len = strlen(key);
	memcpy(p->key, key, p->key_len);
	return p;
}

START_TEST(calls_to_one_domain_have_it_in_common)
{
	struct symptom *p;

	begin();
	add("a.example to c.example");
	p = add("b.example to c.example");
	ck_assert(slice_is(domains_common(parts, p), "c.example"));
	lru_free(parts);
}
END_TEST

START_TEST(so_have_calls_from_one)
{
	struct symptom *p;

	begin();
	p = add("a.example to c.example");
	add("a.example to b.example");
	add("d.example to e.example");
	ck_assert(slice_is(domains_common(parts, p), "a.example"));
	lru_free(parts);
}
END_TEST

START_TEST(it_may_call_and_be_called)
{
	struct symptom *p;

	begin();
	add("a.example to b.example");
	p = add("b.example to c.example");
	ck_assert(slice_is(domains_common(parts, p), "b.example"));
	lru_free(parts);
}
END_TEST

START_TEST(what_is_joined_by_its_other_end_does_not_count)
{
	struct bundle b = { .cause.kind = CAUSE_MEDIA_ENCRYPTION };
	const char *key = "media_encryption c.example";
	struct symptom *p;

	begin();
	b.key_len = strlen(key);
	memcpy(b.key, key, b.key_len);
	add("a.example to c.example")->bundle = &b;
	p = add("a.example to d.example");
	ck_assert(slice_is(domains_common(parts, p), "d.example"));
	ck_assert(!domains_concern(lru_oldest(parts), slice_text("a.example")));
	ck_assert(domains_concern(lru_oldest(parts), slice_text("c.example")));
	lru_free(parts);
}
END_TEST

UNIT("domains", calls_to_one_domain_have_it_in_common, so_have_calls_from_one,
    it_may_call_and_be_called, what_is_joined_by_its_other_end_does_not_count)
