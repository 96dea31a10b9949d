/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/evidence.h"

#include "unit/unit.h"

static struct evidence e;

static struct slice
repeated(char *store, size_t len, const char *text)
{
	for (size_t i = 0; i < len; i++)
		store[i] = text[i % strlen(text)];
	return slice_of(store, len);
}

START_TEST(fields_keep_their_order_and_type)
{
	evidence_init(&e);
	evidence_text(&e, "class", "no_response");
	evidence_integer(&e, "copies", -11);
	evidence_boolean(&e, "mras", true);
	evidence_seconds(&e, "elapsed_s", 34 * NSTIME_S, 1);
	ck_assert_uint_eq(e.count, 4);
	ck_assert_str_eq(e.fields[0].name, "class");
	ck_assert_int_eq(e.fields[3].type, EVIDENCE_SECONDS);
	ck_assert_uint_eq(e.fields[3].decimals, 1);
	ck_assert(slice_is(evidence_get(&e, "class"), "no_response"));
	ck_assert_int_eq(evidence_number(&e, "copies", 0), -11);
	ck_assert_int_eq(evidence_number(&e, "mras", 0), 1);
}
END_TEST

START_TEST(an_unknown_is_left_out)
{
	evidence_init(&e);
	evidence_text(&e, "a", "");
	evidence_text(&e, "b", NULL);
	evidence_wire(&e, "c", slice_of(NULL, 0));
	evidence_list(&e, "d", "");
	ck_assert_uint_eq(e.count, 0);
	ck_assert_ptr_null(evidence_find(&e, "a"));
	ck_assert_uint_eq(evidence_get(&e, "a").len, 0);
	ck_assert_int_eq(evidence_number(&e, "a", -7), -7);
}
END_TEST

START_TEST(text_is_no_number_and_a_number_no_text)
{
	evidence_init(&e);
	evidence_text(&e, "a", "12");
	evidence_integer(&e, "b", 12);
	ck_assert_int_eq(evidence_number(&e, "a", -1), -1);
	ck_assert_uint_eq(evidence_get(&e, "b").len, 0);
}
END_TEST

START_TEST(wire_octets_are_escaped)
{
	evidence_init(&e);
	evidence_wire(&e, "a", slice_of("x\x1b[2J\xff\n", 7));
	ck_assert(slice_is(evidence_get(&e, "a"), "x\\x1b[2J\\xff\\x0a"));
}
END_TEST

START_TEST(long_values_are_cut_at_a_whole_character)
{
	char store[2000];

	evidence_init(&e);
	evidence_wire(&e, "a", repeated(store, sizeof(store), "\xc3\xa9"));
	evidence_text_slice(
	    &e, "b", repeated(store, sizeof(store), "\xe2\x82\xac"));
	ck_assert_uint_eq(evidence_get(&e, "a").len, EVIDENCE_VALUE);
	ck_assert_uint_eq(evidence_get(&e, "b").len, 510);
}
END_TEST

START_TEST(long_values_never_push_out_the_short_ones)
{
	char store[64 * 1024];
	const struct endpoint uas = {
		.address = endpoint_address(slice_of("\x0a\0\0\x15", 4)),
		.port = 5062,
	};

	evidence_init(&e);
	for (int i = 0; i < 10; i++)
		evidence_wire(
		    &e, "long", repeated(store, sizeof(store), "\x01"));
	evidence_endpoint(&e, "uas", &uas);
	evidence_address(&e, "peer", &uas.address);
	evidence_list(&e, "witnesses", "date,tls");
	ck_assert(slice_is(evidence_get(&e, "uas"), "10.0.0.21:5062"));
	ck_assert(slice_is(evidence_get(&e, "peer"), "10.0.0.21"));
	ck_assert(slice_is(evidence_get(&e, "witnesses"), "date,tls"));
	ck_assert_uint_le(e.used, EVIDENCE_STORE);
}
END_TEST

START_TEST(fields_beyond_the_limit_are_left_out)
{
	evidence_init(&e);
	for (int i = 0; i < EVIDENCE_FIELDS + 5; i++) {
		evidence_integer(&e, "n", i);
		evidence_text(&e, "t", "text");
	}
	ck_assert_uint_eq(e.count, EVIDENCE_FIELDS);
}
END_TEST

START_TEST(a_full_store_takes_no_more)
{
	char store[64];

	evidence_init(&e);
	for (int round = 0; round < 2000; round++) {
		if (e.count == EVIDENCE_FIELDS)
			e.count = 0;
		evidence_text_slice(
		    &e, "n", repeated(store, sizeof(store), "abc"));
	}
	ck_assert_uint_eq(e.used, EVIDENCE_STORE);
}
END_TEST

START_TEST(a_copy_stands_alone)
{
	struct evidence *copy = malloc(sizeof(*copy)), second;

	evidence_init(&e);
	evidence_text(&e, "a", "before");
	evidence_decimal(&e, "b", 5500);
	evidence_time(&e, "c", 42);
	evidence_copy(copy, &e);
	evidence_copy(copy, copy);
	second = *copy;
	free(copy);
	evidence_init(&e);
	evidence_text(&e, "a", "after.");
	ck_assert(slice_is(evidence_get(&second, "a"), "before"));
	ck_assert_int_eq(evidence_number(&second, "b", 0), 5500);
	ck_assert_int_eq(evidence_number(&second, "c", 0), 42);
}
END_TEST

static struct fieldnames names;

static void
load(struct evidence *to, struct slice octets, bool whole)
{
	uint8_t *exact = unit_exact(octets);
	struct cursor c = cursor_over(slice_of(exact, octets.len));

	evidence_load(to, &c, &names);
	ck_assert_int_eq(c.bad, !whole);
	free(exact);
}

START_TEST(what_was_saved_is_loaded)
{
	struct evidence loaded;
	struct record r;

	evidence_init(&e);
	evidence_wire(&e, "call_id", slice_text("a\nb"));
	evidence_list(&e, "witnesses", "date,ntp");
	evidence_seconds(&e, "offset_s", -3600 * NSTIME_S, 1);
	evidence_boolean(&e, "mras", true);
	record_init(&r, 1000);
	evidence_save(&r, &e);
	load(&loaded, slice_of(r.octets, r.len), true);
	ck_assert_uint_eq(loaded.count, 4);
	ck_assert(slice_is(evidence_get(&loaded, "call_id"), "a\\x0ab"));
	ck_assert(slice_is(evidence_get(&loaded, "witnesses"), "date,ntp"));
	ck_assert_int_eq(evidence_find(&loaded, "offset_s")->decimals, 1);
	ck_assert_int_eq(
	    evidence_number(&loaded, "offset_s", 0), -3600 * NSTIME_S);
	ck_assert_int_eq(
	    evidence_find(&loaded, "mras")->type, EVIDENCE_BOOLEAN);
	for (size_t len = 0; len < r.len; len++)
		load(&loaded, slice_of(r.octets, len), false);
	record_done(&r);
}
END_TEST

UNIT("evidence", fields_keep_their_order_and_type, an_unknown_is_left_out,
    text_is_no_number_and_a_number_no_text, wire_octets_are_escaped,
    long_values_are_cut_at_a_whole_character,
    long_values_never_push_out_the_short_ones,
    fields_beyond_the_limit_are_left_out, a_full_store_takes_no_more,
    a_copy_stands_alone, what_was_saved_is_loaded)
