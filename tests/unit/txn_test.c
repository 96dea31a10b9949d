/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txn.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct txn t;
static struct slab *more;
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

	more = slab_new(sizeof(struct txn_more), NULL);
	ck_assert(txn_begin(&t, &m, &origin, 0, 0, more));
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
	const bool counted = txn_again(&t, &origin, TIMERS_T1, more);

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
	slab_free(more);
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
	slab_free(more);
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
	slab_free(more);
}
END_TEST

START_TEST(copies_of_the_final_are_counted_likewise)
{
	struct origin origin = shown(ONE, 600, 600);

	requested();
	transaction_response(&t.state, 200, 1, 100 * NSTIME_MS);
	txn_final_by(&t, OTHER, more);
	ck_assert(txn_final_again(&t, &origin, TIMERS_T1, more));
	transaction_response(&t.state, 200, 1, origin.now);
	origin = shown(OTHER, 610, 610);
	ck_assert(!txn_final_again(&t, &origin, TIMERS_T1, more));
	origin = shown(OTHER, 1600, 1600);
	ck_assert(txn_final_again(&t, &origin, TIMERS_T1, more));
	slab_free(more);
}
END_TEST

static struct endpoint
host(size_t octets, uint16_t port)
{
	static const uint8_t address[16] = { 10, 0, 0, 1, 5, 6, 7, 8 };

	return (struct endpoint){
		.address = endpoint_address(slice_of(address, octets)),
		.port = port,
	};
}

/* Whether it takes a part of its own for what few have. */
static bool
has_more(const struct origin *origin, uint32_t target)
{
	const struct sip_message m = message();
	struct slab *parts = slab_new(sizeof(struct txn_more), NULL);
	struct outcome outcome;
	bool has;

	ck_assert(txn_begin(&t, &m, origin, 0, target, parts));
	txn_describe(&t, &outcome);
	ck_assert(endpoint_equal(&outcome.uac, &origin->from));
	ck_assert(endpoint_equal(&outcome.uas, &origin->to));
	ck_assert(txn_has_endpoint(&t, TXN_CLIENT, &origin->from));
	ck_assert(txn_has_endpoint(&t, TXN_SERVER, &origin->to));
	ck_assert(!txn_has_endpoint(&t, TXN_CLIENT, &origin->to));
	ck_assert_uint_eq(outcome.request.flow, origin->flow);
	ck_assert_uint_eq(outcome.request.flow_end, origin->flow_end);
	ck_assert_uint_eq(txn_target(&t), target);
	has = t.has_more;
	txn_end(&t, parts);
	slab_free(parts);
	return has;
}

START_TEST(what_few_have_is_kept_apart)
{
	const struct origin plain = { .from = host(4, 1), .to = host(4, 2) };
	const struct origin ipv6 = { .from = host(16, 1), .to = host(16, 2) };
	struct origin other = plain;

	ck_assert(!has_more(&plain, 0));
	ck_assert(has_more(&plain, 7));
	ck_assert(has_more(&ipv6, 0));
	other.flow = 9;
	other.flow_end = 500;
	ck_assert(has_more(&other, 0));
}
END_TEST

START_TEST(an_address_is_the_same_wherever_it_is_kept)
{
	const struct sip_message m = message();
	struct slab *parts = slab_new(sizeof(struct txn_more), NULL);
	struct origin origin = { .from = host(4, 1), .to = host(4, 2) };
	struct txn a, b;

	ck_assert(txn_begin(&a, &m, &origin, 0, 0, parts));
	ck_assert(txn_begin(&b, &m, &origin, 0, 1, parts));
	ck_assert(txn_same_address(&a, TXN_CLIENT, &b, TXN_SERVER));
	ck_assert(txn_same_address(&b, TXN_CLIENT, &a, TXN_SERVER));
	txn_end(&b, parts);
	origin.from = host(16, 1);
	ck_assert(txn_begin(&b, &m, &origin, 0, 0, parts));
	ck_assert(!txn_same_address(&a, TXN_CLIENT, &b, TXN_CLIENT));
	ck_assert(txn_same_address(&a, TXN_SERVER, &b, TXN_SERVER));
	slab_free(parts);
}
END_TEST

START_TEST(links_lead_there_and_back)
{
	static struct txn all[3];

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			ck_assert_ptr_eq(
			    txn_linked(&all[i], txn_link_to(&all[i], &all[k])),
			    &all[k]);
	ck_assert_int_eq(txn_link_to(&all[1], &all[1]), 0);
}
END_TEST

UNIT("txn", what_few_have_is_kept_apart,
    an_address_is_the_same_wherever_it_is_kept, links_lead_there_and_back,
    of_each_copy_the_first_agent_to_show_it_counts,
    a_slow_agent_is_known_by_its_stamps, packets_are_known_by_their_arrival,
    copies_of_the_final_are_counted_likewise, texts_come_out_as_they_went_in,
    texts_are_kept_until_nothing_more_can_be_told, texts_may_not_be_there)
