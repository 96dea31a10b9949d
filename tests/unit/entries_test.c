/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/entries.h"

#include "unit/unit.h"

static void
nothing(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static struct alert *
room_of(size_t alerts)
{
	const struct alert_limits limits = { .alerts = alerts };

	return alert_new(&limits, nothing, NULL);
}

static struct finding
trouble(const char *key)
{
	return (struct finding){
		.kind = FINDING_STALE_DATE,
		.change = FINDING_TROUBLE,
		.key = slice_text(key),
		.subject = slice_text(key),
	};
}

START_TEST(trouble_makes_an_entry_and_its_end_finds_it)
{
	struct alert *a = room_of(10);
	struct finding f = trouble("10.0.0.1");
	struct alert_entry *e;

	f.change = FINDING_HEALTHY;
	ck_assert_ptr_null(entries_for(a, &f));
	f.change = FINDING_TROUBLE;
	e = entries_for(a, &f);
	ck_assert_ptr_nonnull(e);
	ck_assert_uint_eq(e->episode.id, finding_id(f.kind, f.key));
	f.change = FINDING_HEALTHY;
	ck_assert_ptr_eq(entries_for(a, &f), e);
	alert_free(a);
}
END_TEST

START_TEST(a_name_is_the_kind_and_the_key)
{
	char store[100];
	struct textbuf t;
	struct slice name;

	textbuf_init(&t, store, sizeof(store));
	name = entries_write_name(&t, FINDING_STALE_DATE, slice_text("x"));
	ck_assert(slice_equal(name, slice_of("stale-date\0x", 12)));
	ck_assert_uint_eq(
	    entries_folding_subject(FINDING_STALE_DATE, name).len, 0);
	name = slice_of("stale-date\0folded hosts", 23);
	ck_assert(slice_is(
	    entries_folding_subject(FINDING_STALE_DATE, name), "hosts"));
}
END_TEST

START_TEST(at_the_limit_idle_ones_go_first)
{
	struct alert *a = room_of(1);
	struct finding first = trouble("a"), second = trouble("b");

	ck_assert_ptr_nonnull(entries_for(a, &first));
	ck_assert_ptr_nonnull(entries_for(a, &second));
	first.change = FINDING_HEALTHY;
	ck_assert_ptr_null(entries_for(a, &first));
	alert_free(a);
}
END_TEST

START_TEST(the_first_to_be_due_is_first)
{
	struct alert_entry late = { .due = 2, .episode.id = 1 };
	struct alert_entry young = { .due = 1,
		.episode = { .first_seen = 9, .id = 2 } };
	struct alert_entry old = { .due = 1,
		.episode = { .first_seen = 8, .id = 3 } };
	struct alert_entry *entries[] = { &late, &young, &old };

	entries_sort(entries, 3);
	ck_assert_ptr_eq(entries[0], &old);
	ck_assert_ptr_eq(entries[1], &young);
	ck_assert_ptr_eq(entries[2], &late);
	entries_sort(NULL, 0);
}
END_TEST

UNIT("entries", trouble_makes_an_entry_and_its_end_finds_it,
    a_name_is_the_kind_and_the_key, at_the_limit_idle_ones_go_first,
    the_first_to_be_due_is_first)
