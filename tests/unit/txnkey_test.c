/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txnkey.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };

static struct sip_message
message(void)
{
	return (struct sip_message){
		.is_request = true,
		.method = slice_text("INVITE"),
		.call_id = slice_text("c"),
		.cseq = 1,
		.from_tag = slice_text("f"),
		.to_tag = slice_text("t"),
		.request_uri = slice_text("sip:x"),
		.via_transport = slice_text("UDP"),
		.via_host = slice_text("h"),
		.via_branch = slice_text("z9hG4bK1"),
	};
}

static bool
same(const struct sip_message *a, const struct sip_message *b)
{
	const struct txnkey x = txnkey_of(&key, a, a->method);
	const struct txnkey y = txnkey_of(&key, b, b->method);

	ck_assert_int_eq(x.a == y.a, x.b == y.b);
	return x.a == y.a;
}

START_TEST(an_ack_is_part_of_its_invite)
{
	struct sip_message a = message(), b = message();

	b.method = slice_text("ACK");
	ck_assert(same(&a, &b));
}
END_TEST

START_TEST(a_cancel_is_not_but_finds_it)
{
	struct sip_message a = message(), b = message();
	struct txnkey found;

	b.method = slice_text("CANCEL");
	ck_assert(!same(&a, &b));
	found = txnkey_of(&key, &b, slice_text("INVITE"));
	ck_assert_uint_eq(found.a, txnkey_of(&key, &a, a.method).a);
}
END_TEST

START_TEST(the_branch_counts_octet_by_octet)
{
	struct sip_message a = message(), b = message();

	b.via_branch = slice_text("Z9hG4bK1");
	ck_assert(!same(&a, &b));
	b.via_branch = slice_text("z9hG4bK2");
	ck_assert(!same(&a, &b));
}
END_TEST

START_TEST(an_absent_port_is_the_transports_default)
{
	struct sip_message a = message(), b = message();

	b.via_port = 5060;
	ck_assert(same(&a, &b));
	b.via_port = 5061;
	ck_assert(!same(&a, &b));
	a.via_transport = slice_text("tls");
	b.via_transport = slice_text("TLS");
	ck_assert(same(&a, &b));
}
END_TEST

START_TEST(sent_by_is_the_same_in_any_case)
{
	struct sip_message a = message(), b = message();

	b.via_host = slice_text("H");
	ck_assert(same(&a, &b));
	b.via_host = slice_text("i");
	ck_assert(!same(&a, &b));
}
END_TEST

START_TEST(without_a_cookie_the_from_tag_takes_the_branchs_place)
{
	struct sip_message a = message(), b = message();

	a.via_branch = slice_text("1");
	b.via_branch = slice_text("");
	ck_assert(same(&a, &b));
	b.from_tag = slice_text("g");
	ck_assert(!same(&a, &b));
	a = message();
	b = message();
	b.from_tag = slice_text("g");
	ck_assert(same(&a, &b));
}
END_TEST

START_TEST(call_id_and_cseq_always_count)
{
	struct sip_message a = message(), b = message();

	b.cseq = 2;
	ck_assert(!same(&a, &b));
	b = message();
	b.call_id = slice_text("d");
	ck_assert(!same(&a, &b));
}
END_TEST

START_TEST(octets_cannot_move_from_one_field_to_the_next)
{
	struct sip_message a = message(), b = message();

	a.via_branch = slice_text("z9hG4bKab");
	a.call_id = slice_text("c");
	b.via_branch = slice_text("z9hG4bKa");
	b.call_id = slice_text("bc");
	ck_assert(!same(&a, &b));
}
END_TEST

/* 112 octets stand as they are, longer ones are hashed: all lengths work. */
START_TEST(fields_may_be_of_any_length)
{
	static char text[4000];

	for (size_t len = 0; len < sizeof(text); len += len < 300 ? 1 : 500) {
		struct sip_message a = message(), b;

		memset(text, 'x', sizeof(text));
		memcpy(text, "z9hG4bK", 7);
		a.via_host = a.call_id = a.method = slice_of(text, len);
		a.via_branch = a.call_id;
		b = a;
		ck_assert(same(&a, &b));
		b.call_id = slice_of(text, len + 1);
		ck_assert(!same(&a, &b));
	}
}
END_TEST

START_TEST(the_secret_key_decides_both_halves)
{
	const struct siphash_key other = { 1, 3 };
	const struct sip_message m = message();
	const struct txnkey x = txnkey_of(&key, &m, m.method);
	const struct txnkey y = txnkey_of(&other, &m, m.method);

	ck_assert_uint_ne(x.a, y.a);
	ck_assert_uint_ne(x.b, y.b);
	ck_assert_uint_ne(x.a, x.b);
}
END_TEST

START_TEST(the_dialog_is_call_id_and_from_tag)
{
	struct sip_message a = message(), b = message();

	b.cseq = 9;
	b.method = slice_text("BYE");
	b.via_branch = slice_text("other");
	ck_assert_uint_eq(txnkey_dialog(&key, &a), txnkey_dialog(&key, &b));
	b.from_tag = slice_text("g");
	ck_assert_uint_ne(txnkey_dialog(&key, &a), txnkey_dialog(&key, &b));
}
END_TEST

START_TEST(the_target_is_request_uri_and_to_tag)
{
	struct sip_message a = message(), b = message();

	ck_assert_uint_eq(txnkey_target(&key, &a), txnkey_target(&key, &b));
	b.request_uri = slice_text("sip:y");
	ck_assert_uint_ne(txnkey_target(&key, &a), txnkey_target(&key, &b));
	b = a;
	b.to_tag = slice_text("u");
	ck_assert_uint_ne(txnkey_target(&key, &a), txnkey_target(&key, &b));
}
END_TEST

START_TEST(all_of_them_are_those_that_are_made_one_by_one)
{
	struct sip_message m = message();
	struct txnkey_all all = txnkey_all(&key, &m);

	ck_assert_uint_eq(all.transaction.a, txnkey_of(&key, &m, m.method).a);
	ck_assert_uint_eq(all.transaction.b, txnkey_of(&key, &m, m.method).b);
	ck_assert_uint_eq(all.dialog, txnkey_dialog(&key, &m));
	m.is_request = false;
	all = txnkey_all(&key, &m);
	ck_assert_uint_eq(all.transaction.a, txnkey_of(&key, &m, m.method).a);
	ck_assert_uint_eq(all.dialog, 0);
}
END_TEST

UNIT("txnkey", an_ack_is_part_of_its_invite, a_cancel_is_not_but_finds_it,
    the_branch_counts_octet_by_octet, an_absent_port_is_the_transports_default,
    sent_by_is_the_same_in_any_case,
    without_a_cookie_the_from_tag_takes_the_branchs_place,
    call_id_and_cseq_always_count,
    octets_cannot_move_from_one_field_to_the_next, fields_may_be_of_any_length,
    the_secret_key_decides_both_halves, the_dialog_is_call_id_and_from_tag,
    the_target_is_request_uri_and_to_tag,
    all_of_them_are_those_that_are_made_one_by_one)
