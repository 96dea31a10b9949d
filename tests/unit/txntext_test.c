/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txntext.h"

#include <stdio.h>

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };
static struct txntexts *x;
static struct txntext_quotes q;

static struct sip_message
message(const char *call_id)
{
	return (struct sip_message){
		.start_line = slice_text("SERVICE sip:edge:5062;grid SIP/2.0"),
		.call_id = slice_text(call_id),
		.from = slice_text("\"A\"<sip:a@x>;tag=f"),
		.to = slice_text("<sip:b@x>"),
		.via_branch = slice_text("z9hG4bK1"),
	};
}

static void
check(const struct txntext *text, const struct sip_message *m)
{
	ck_assert_ptr_nonnull(text);
	txntext_quote(text, &q);
	ck_assert(slice_equal(txntext_call_id(text), m->call_id));
	ck_assert(slice_equal(q.start_line, m->start_line));
	ck_assert(slice_equal(q.branch, m->via_branch));
	ck_assert(slice_equal(q.from, m->from));
	ck_assert(slice_equal(q.to, m->to));
}

/* As many others as the ring can have room for come and go. */
static void
push_out(void)
{
	const struct sip_message m = message("other");
	struct txntext *other;

	for (size_t i = 0; i < 4096; i++) {
		txntext_keep(x, &other, &m);
		txntext_give(x, &other);
	}
}

START_TEST(texts_come_out_as_they_went_in)
{
	const struct sip_message m = message("c");
	struct txntext *text;

	x = txntext_new(&key, NULL);
	txntext_keep(x, &text, &m);
	check(text, &m);
	ck_assert(slice_is(q.request_uri, "sip:edge:5062;grid"));
	txntext_give(x, &text);
	ck_assert_ptr_null(text);
	txntext_give(x, &text);
	txntext_free(x);
}
END_TEST

START_TEST(what_is_wanted_for_long_is_packed)
{
	const struct sip_message m = message("c"), n = message("dd");
	struct txntext *text[3];

	x = txntext_new(&key, NULL);
	txntext_keep(x, &text[0], &m);
	txntext_keep(x, &text[1], &n);
	txntext_keep(x, &text[2], &n);
	txntext_give(x, &text[1]);
	push_out();
	check(text[0], &m);
	check(text[2], &n);
	ck_assert_ptr_null(text[1]);
	ck_assert_uint_eq(txntext_counts(x).packed, 2);
	ck_assert_uint_eq(txntext_counts(x).shared, 1);
	txntext_give(x, &text[0]);
	txntext_give(x, &text[2]);
	ck_assert_uint_eq(txntext_counts(x).packed, 0);
	ck_assert_uint_eq(txntext_counts(x).shared, 0);
	txntext_free(x);
}
END_TEST

/* Of every length, so that laps end everywhere; given back in another order
 * than they came. */
START_TEST(many_texts_stay_apart)
{
	enum { COUNT = 20000, WANTED = 3000 };
	static struct txntext *text[COUNT];
	static char id[COUNT][80];

	x = txntext_new(&key, NULL);
	for (size_t i = 0; i < COUNT; i++) {
		struct sip_message m;

		snprintf(id[i], sizeof(id[i]), "%zu-%.*s", i, (int)(i % 60),
		    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		    "abcdefgh");
		m = message(id[i]);
		txntext_keep(x, &text[i], &m);
		if (i < WANTED)
			continue;
		m = message(id[i - WANTED]);
		check(text[i - WANTED], &m);
		if (i % 7 != 0)
			txntext_give(x, &text[i - WANTED]);
	}
	for (size_t i = 0; i < COUNT; i++) {
		const struct sip_message m = message(id[i]);

		if (text[i] != NULL)
			check(text[i], &m);
		txntext_give(x, &text[i]);
	}
	ck_assert_uint_eq(txntext_counts(x).packed, 0);
	ck_assert_uint_eq(txntext_counts(x).shared, 0);
	txntext_free(x);
}
END_TEST

START_TEST(long_texts_are_cut)
{
	char octets[1000];
	struct sip_message m = message("c");
	struct txntext *text;

	x = txntext_new(&key, NULL);
	memset(octets, 'x', sizeof(octets));
	m.start_line = m.from = m.call_id = m.to = m.via_branch =
	    slice_of(octets, sizeof(octets));
	txntext_keep(x, &text, &m);
	push_out();
	txntext_quote(text, &q);
	ck_assert_uint_eq(q.from.len, TXNTEXT_MAX);
	ck_assert_uint_eq(q.branch.len, TXNTEXT_MAX);
	ck_assert_uint_eq(q.request_uri.len, 0);
	ck_assert_uint_eq(txntext_call_id(text).len, TXNTEXT_MAX);
	txntext_give(x, &text);
	txntext_free(x);
}
END_TEST

START_TEST(texts_may_be_empty)
{
	const struct sip_message m = { .is_request = true };
	struct txntext *text;

	x = txntext_new(&key, NULL);
	txntext_keep(x, &text, &m);
	push_out();
	check(text, &m);
	txntext_give(x, &text);
	txntext_free(x);
}
END_TEST

UNIT("txntext", texts_come_out_as_they_went_in,
    what_is_wanted_for_long_is_packed, many_texts_stay_apart,
    long_texts_are_cut, texts_may_be_empty)
