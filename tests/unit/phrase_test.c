/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/phrase.h"

#include "unit/unit.h"

static char store[400];
static struct textbuf t;
static struct evidence e;

static void
setup(void)
{
	textbuf_init(&t, store, sizeof(store));
	evidence_init(&e);
}

static const char *
span(nstime duration)
{
	setup();
	phrase_span(&t, duration);
	return store;
}

START_TEST(spans_read_as_people_say_them)
{
	ck_assert_str_eq(span(34 * NSTIME_S), "34.0 s");
	ck_assert_str_eq(span(120 * NSTIME_S), "2 min");
	ck_assert_str_eq(span(1264 * NSTIME_S), "21 min 4 s");
	ck_assert_str_eq(span(19800 * NSTIME_S), "5 h 30 min");
	ck_assert_str_eq(span(51 * 3600 * NSTIME_S), "2 d 3 h");
	ck_assert_str_eq(span(0), "0.0 s");
}
END_TEST

START_TEST(one_is_singular)
{
	setup();
	phrase_count(&t, 1, "sample");
	textbuf_add(&t, ", ");
	phrase_count(&t, 0, "sample");
	ck_assert_str_eq(store, "1 sample, 0 samples");
}
END_TEST

START_TEST(seconds_lose_their_sign)
{
	setup();
	evidence_seconds(&e, "a", -3600400 * NSTIME_MS, 1);
	evidence_seconds(&e, "b", INT64_MIN, 0);
	evidence_integer(&e, "c", 5);
	ck_assert(phrase_seconds(&t, &e, "a"));
	ck_assert_str_eq(store, "3600.4 s");
	ck_assert(phrase_seconds(&t, &e, "b"));
	ck_assert(!phrase_seconds(&t, &e, "c"));
	ck_assert(!phrase_seconds(&t, &e, "none"));
	ck_assert_str_eq(store, "3600.4 s9223372037 s");
}
END_TEST

START_TEST(long_values_are_shortened)
{
	char name[200];

	setup();
	memset(name, 'x', sizeof(name));
	phrase_value(&t, slice_of(name, 80));
	ck_assert_uint_eq(t.len, 80);
	phrase_value(&t, slice_of(name, 81));
	ck_assert_uint_eq(t.len, 163);
	ck_assert_str_eq(store + 160, "...");
}
END_TEST

START_TEST(a_missing_field_has_a_stand_in)
{
	setup();
	evidence_text(&e, "a", "here");
	phrase_field(&t, &e, "a", "nobody");
	phrase_field(&t, &e, "b", ", nobody");
	ck_assert_str_eq(store, "here, nobody");
}
END_TEST

static void
offset_reads(nstime offset, const char *words)
{
	setup();
	phrase_offset(&t, offset);
	ck_assert_str_eq(store, words);
}

START_TEST(offsets_are_told_as_people_say_them)
{
	offset_reads(40240 * NSTIME_MS, "40.2 s");
	offset_reads(-137 * NSTIME_S, "2 min 17 s");
	offset_reads(600 * NSTIME_S, "10 min");
	offset_reads(-3600400 * NSTIME_MS, "1 h");
	offset_reads(3595600 * NSTIME_MS, "1 h");
	offset_reads(3594000 * NSTIME_MS, "59 min 54 s");
	offset_reads(-7169 * NSTIME_S, "1 h 59 min");
	offset_reads(-7185 * NSTIME_S, "2 h");
	offset_reads(19800 * NSTIME_S, "5 h 30 min");
	offset_reads(172799 * NSTIME_S, "2 days");
	offset_reads(276000 * NSTIME_S, "3 days 5 h");
	offset_reads(365 * 86400 * NSTIME_S, "1 year");
	offset_reads(500 * 86400 * NSTIME_S, "500 days");
	offset_reads(-1294077600 * NSTIME_S, "41 years");
	offset_reads(INT64_MIN, "292 years");
	offset_reads(INT64_MAX, "292 years");
}
END_TEST

UNIT("phrase", spans_read_as_people_say_them, one_is_singular,
    seconds_lose_their_sign, long_values_are_shortened,
    a_missing_field_has_a_stand_in, offsets_are_told_as_people_say_them)
