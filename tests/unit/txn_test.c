/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txn.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct txn t;
static struct txntexts *texts;
static struct txntext_quotes quotes;

static struct sip_message
message(void)
{
	return (struct sip_message){
		.start_line = slice_text("SERVICE sip:edge:5062;grid SIP/2.0"),
		.call_id = slice_text("c"),
		.from = slice_text("\"A\"<sip:a@x>;tag=f"),
		.to = slice_text("<sip:b@x>"),
		.via_branch = slice_text("z9hG4bK1"),
	};
}

static struct outcome
described(const struct sip_message *m)
{
	struct outcome outcome;

	if (texts == NULL)
		texts = txntext_new(&(struct siphash_key){ 1, 2 }, NULL);
	t = (struct txn){ .watched = true };
	transaction_begin(&t.state, false, false, 1);
	if (m != NULL)
		txntext_keep(texts, &t.text, m);
	txn_describe(&t, &outcome);
	txn_quote(&t, &outcome, &quotes);
	return outcome;
}

START_TEST(texts_come_out_as_they_went_in)
{
	const struct sip_message m = message();
	const struct outcome o = described(&m);

	ck_assert(slice_equal(o.text.start_line, m.start_line));
	ck_assert(slice_equal(o.text.call_id, m.call_id));
	ck_assert(slice_equal(o.text.from, m.from));
	ck_assert(slice_equal(o.text.to, m.to));
	ck_assert(slice_equal(o.text.branch, m.via_branch));
	ck_assert(slice_is(o.text.request_uri, "sip:edge:5062;grid"));
	txntext_give(texts, &t.text);
}
END_TEST

START_TEST(texts_are_kept_until_nothing_more_can_be_told)
{
	const struct sip_message m = message();

	described(&m);
	txn_settle(&t, texts);
	ck_assert_ptr_nonnull(t.text);
	transaction_response(&t.state, 200, 1, 2);
	txn_settle(&t, texts);
	ck_assert_ptr_null(t.text);

	described(&m);
	t.state.is_invite = true;
	transaction_response(&t.state, 200, 1, 2);
	txn_settle(&t, texts);
	ck_assert_ptr_nonnull(t.text);
	transaction_ack(&t.state);
	txn_settle(&t, texts);
	ck_assert_ptr_null(t.text);
}
END_TEST

START_TEST(texts_may_not_be_there)
{
	struct outcome o = described(NULL);

	ck_assert_uint_eq(o.text.call_id.len, 0);
	ck_assert_uint_eq(o.text.start_line.len, 0);
	txn_settle(&t, texts);
}
END_TEST

UNIT("txn", texts_come_out_as_they_went_in,
    texts_are_kept_until_nothing_more_can_be_told, texts_may_not_be_there)
