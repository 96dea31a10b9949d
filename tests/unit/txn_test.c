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

enum { PACKETS, ONE, OTHER };

/* A request that agent ONE showed at 0 ms; its clock is a second ahead. */
static void
requested(void)
{
	const struct sip_message m = message();
	const struct origin origin = { .agent = ONE, .wall = NSTIME_S };

	txn_begin(&t, &m, &origin, 0);
}

static struct origin
shown(uint16_t agent, nstime ms, nstime stamp_ms)
{
	return (struct origin){
		.agent = agent,
		.now = ms * NSTIME_MS,
		.wall = NSTIME_S + stamp_ms * NSTIME_MS,
	};
}

static bool
counts(uint16_t agent, nstime ms, nstime stamp_ms)
{
	const struct origin origin = shown(agent, ms, stamp_ms);
	const bool counted = txn_again(&t, &origin, TIMERS_T1);

	if (counted)
		transaction_again(&t.state, origin.now);
	return counted;
}

START_TEST(of_each_copy_the_first_agent_to_show_it_counts)
{
	requested();
	ck_assert(!counts(OTHER, 10, 10));
	ck_assert(counts(OTHER, 500, 500));
	ck_assert(!counts(ONE, 510, 510));
	ck_assert(counts(ONE, 1500, 1500));
	ck_assert(!counts(OTHER, 1749, 1749));
	ck_assert(counts(OTHER, 3500, 3500));
	ck_assert(counts(OTHER, 3501, 3501));
	ck_assert_uint_eq(t.state.copies, 5);
}
END_TEST

START_TEST(a_slow_agent_is_known_by_its_stamps)
{
	requested();
	ck_assert(counts(ONE, 500, 500));
	ck_assert(!counts(OTHER, 1200, 0));
	ck_assert(counts(ONE, 1500, 1500));
	ck_assert(!counts(OTHER, 1900, 500));
	ck_assert(!counts(OTHER, 2700, 1500));
	ck_assert(counts(OTHER, 4700, 3500));
}
END_TEST

/* The stamps of packets are another clock's. */
START_TEST(packets_are_known_by_their_arrival)
{
	requested();
	ck_assert(t.by_agent);
	ck_assert(!counts(PACKETS, 10, 60000));
	ck_assert(!t.by_agent);
	ck_assert(counts(PACKETS, 500, -60000));
	ck_assert(!counts(ONE, 501, 500));
	ck_assert(!t.by_agent);
}
END_TEST

START_TEST(copies_of_the_final_are_counted_likewise)
{
	struct origin origin = shown(ONE, 600, 600);

	requested();
	transaction_response(&t.state, 200, 1, 100 * NSTIME_MS);
	t.final_agent = OTHER;
	ck_assert(txn_final_again(&t, &origin, TIMERS_T1));
	transaction_response(&t.state, 200, 1, origin.now);
	origin = shown(OTHER, 610, 610);
	ck_assert(!txn_final_again(&t, &origin, TIMERS_T1));
	origin = shown(OTHER, 1600, 1600);
	ck_assert(txn_final_again(&t, &origin, TIMERS_T1));
}
END_TEST

UNIT("txn", of_each_copy_the_first_agent_to_show_it_counts,
    a_slow_agent_is_known_by_its_stamps, packets_are_known_by_their_arrival,
    copies_of_the_final_are_counted_likewise, texts_come_out_as_they_went_in,
    texts_are_kept_until_nothing_more_can_be_told, texts_may_not_be_there)
