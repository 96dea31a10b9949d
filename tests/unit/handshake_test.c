/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/handshake.h"

#include "unit/tlswire.h"

static struct handshake h;
static struct handshake_budget budget;
static struct tlswire wire;
static unsigned messages;
static uint8_t type;
static bool whole;
static size_t len;
static uint8_t last_octet;

static void
begin(void)
{
	budget = (struct handshake_budget){ .holdings = { .limit = 1 << 20 } };
	handshake_init(&h);
	messages = 0;
	wire.len = 0;
}

/* One record of these octets. */
static void
feed(struct slice octets)
{
	uint8_t *exact = unit_exact(octets);
	struct slice rest = slice_of(exact, octets.len);
	struct handshake_message m;

	handshake_record(&h, rest);
	while (handshake_next(&h, &budget, &rest, &m)) {
		messages++;
		type = m.type;
		whole = m.whole;
		len = m.body.len;
		last_octet = m.body.len == 0 ? 0 : m.body.p[m.body.len - 1];
	}
	free(exact);
}

static void
add_message(uint8_t number, size_t size)
{
	tlswire_number(&wire, number, 1);
	tlswire_number(&wire, size, 3);
	for (size_t i = 1; i <= size; i++)
		tlswire_number(&wire, i == size ? 0xee : i, 1);
}

START_TEST(a_message_is_the_same_wherever_it_is_cut)
{
	begin();
	add_message(HANDSHAKE_CERTIFICATE, 40);
	for (size_t cut = 0; cut <= wire.len; cut++) {
		messages = 0;
		feed(slice_first(tlswire_slice(&wire), cut));
		feed(slice_after(tlswire_slice(&wire), cut));
		ck_assert_uint_eq(messages, 1);
		ck_assert_uint_eq(type, HANDSHAKE_CERTIFICATE);
		ck_assert_uint_eq(len, 40);
		ck_assert_uint_eq(last_octet, 0xee);
	}
	handshake_done(&h, &budget);
	ck_assert_uint_eq(budget.holdings.held, 0);
}
END_TEST

START_TEST(one_record_holds_many_messages)
{
	begin();
	add_message(HANDSHAKE_SERVER_HELLO, 70);
	add_message(HANDSHAKE_CERTIFICATE, 0);
	add_message(HANDSHAKE_CERTIFICATE, 30);
	feed(tlswire_slice(&wire));
	ck_assert_uint_eq(messages, 3);
	ck_assert_uint_eq(len, 30);
	ck_assert_uint_eq(budget.holdings.held, 0);
}
END_TEST

START_TEST(one_message_spans_many_records)
{
	begin();
	add_message(HANDSHAKE_CERTIFICATE, 65536);
	for (size_t at = 0; at < wire.len; at += 1000)
		feed(slice_between(tlswire_slice(&wire), at, at + 1000));
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(len, 65536);
	handshake_done(&h, &budget);
	ck_assert_uint_eq(budget.holdings.held, 0);
}
END_TEST

START_TEST(messages_of_no_interest_are_stepped_over)
{
	begin();
	add_message(HANDSHAKE_SERVER_KEY_EXCHANGE, 5000);
	feed(slice_first(tlswire_slice(&wire), 2000));
	ck_assert_uint_eq(budget.holdings.held, 0);
	feed(slice_after(tlswire_slice(&wire), 2000));
	ck_assert_uint_eq(messages, 1);
	ck_assert_uint_eq(type, HANDSHAKE_SERVER_KEY_EXCHANGE);
	ck_assert(!whole);
}
END_TEST

START_TEST(a_message_too_long_is_counted_and_stepped_over)
{
	begin();
	add_message(HANDSHAKE_CERTIFICATE, 65537);
	add_message(HANDSHAKE_SERVER_HELLO, 3);
	feed(tlswire_slice(&wire));
	ck_assert_uint_eq(messages, 2);
	ck_assert_uint_eq(budget.too_long, 1);
	ck_assert(whole);
}
END_TEST

START_TEST(memory_grows_with_the_octets_sent_not_the_length_promised)
{
	begin();
	add_message(HANDSHAKE_CERTIFICATE, 60000);
	feed(slice_first(tlswire_slice(&wire), 10));
	ck_assert_uint_le(budget.holdings.held, 4096);
	handshake_done(&h, &budget);
}
END_TEST

START_TEST(above_the_budget_nothing_is_kept)
{
	begin();
	budget.holdings.limit = 4096;
	add_message(HANDSHAKE_CERTIFICATE, 10000);
	for (size_t at = 0; at < wire.len; at += 1000)
		feed(slice_between(tlswire_slice(&wire), at, at + 1000));
	ck_assert_uint_eq(messages, 1);
	ck_assert(!whole);
	ck_assert_uint_eq(budget.over, 1);
	ck_assert_uint_eq(budget.holdings.held, 0);
}
END_TEST

START_TEST(after_a_loss_a_record_that_begins_a_message_goes_on)
{
	begin();
	add_message(HANDSHAKE_CERTIFICATE, 100);
	feed(slice_first(tlswire_slice(&wire), 50));
	handshake_lost(&h, &budget);
	ck_assert_uint_eq(budget.holdings.held, 0);
	feed(slice_text("\xff\xff\xff\xff the rest of it"));
	ck_assert_uint_eq(messages, 0);
	feed(tlswire_slice(&wire));
	ck_assert_uint_eq(messages, 1);
}
END_TEST

START_TEST(a_chain_is_cut_into_certificates)
{
	static const struct tlswire_certificate two[2] = { { .serial = 1 },
		{ .serial = 2 } };
	struct slice list, der;

	wire.len = 0;
	tlswire_chain(&wire, two, 2);
	ck_assert(handshake_certificates(tlswire_slice(&wire), &list));
	ck_assert(handshake_next_certificate(&list, &der));
	ck_assert(handshake_next_certificate(&list, &der));
	ck_assert(!handshake_next_certificate(&list, &der));
	ck_assert_uint_eq(list.len, 0);
	for (size_t cut = 0; cut < wire.len; cut++) {
		uint8_t *exact = unit_exact(slice_of(wire.octets, cut));

		ck_assert(!handshake_certificates(slice_of(exact, cut), &list));
		free(exact);
	}
}
END_TEST

UNIT("handshake", a_message_is_the_same_wherever_it_is_cut,
    one_record_holds_many_messages, one_message_spans_many_records,
    messages_of_no_interest_are_stepped_over,
    a_message_too_long_is_counted_and_stepped_over,
    memory_grows_with_the_octets_sent_not_the_length_promised,
    above_the_budget_nothing_is_kept,
    after_a_loss_a_record_that_begins_a_message_goes_on,
    a_chain_is_cut_into_certificates)
