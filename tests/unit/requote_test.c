/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/requote.h"

#include "unit/unit.h"

static struct message *parser;
static struct requote_head head;

static struct outcome
outcome(void)
{
	if (parser == NULL) {
		message_init();
		parser = message_new(&(struct message_limits){ 65536, 1000 });
	}
	return (struct outcome){
		.transport = TRANSPORT_UDP,
		.uac = { .address = { .version = 4,
			     .octets = { 192, 0, 2, 1 } },
		    .port = 5060 },
		.method = slice_text("SERVICE"),
		.text = { .cseq = 7,
		    .start_line =
			slice_text("SERVICE sip:edge:5062;grid SIP/2.0"),
		    .request_uri = slice_text("sip:edge:5062;grid"),
		    .call_id = slice_text("c@x"),
		    .from = slice_text("\"A\"<sip:a@x>;tag=f"),
		    .to = slice_text("<sip:b@x>"),
		    .branch = slice_text("z9hG4bK1") },
	};
}

START_TEST(what_was_read_well_stays)
{
	struct outcome o = outcome();

	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_SAME);
	o.transport = TRANSPORT_TCP;
	o.uac.address.version = 6;
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_SAME);
	o.text.branch = slice_text("");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_SAME);
}
END_TEST

START_TEST(libosip2_has_the_last_word)
{
	struct outcome o = outcome();

	o.text.from = slice_text(" <sip:a@x>;tag=f ");
	o.text.request_uri = slice_text("sip:another");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_OTHER);
	ck_assert(slice_is(o.text.from, "<sip:a@x>;tag=f"));
	ck_assert(slice_is(o.text.request_uri, "sip:edge:5062;grid"));
	ck_assert(slice_is(o.text.to, "<sip:b@x>"));
}
END_TEST

START_TEST(what_it_refuses_is_said_to_be_so)
{
	struct outcome o = outcome();

	o.text.from = slice_text("<sip:a@x");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_REFUSED);
	ck_assert(slice_is(o.text.from, "<sip:a@x"));
	o = outcome();
	o.text.start_line = slice_text("SERVICE sip:edge:5062;grid SIP/3.0");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_REFUSED);
	o = outcome();
	o.text.call_id = slice_text("");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_REFUSED);
}
END_TEST

START_TEST(a_method_is_asked_about_by_its_own_name)
{
	struct outcome o = outcome();

	o.text.start_line = slice_text("FOO sip:edge:5062;grid SIP/2.0");
	o.method = slice_text("other");
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_SAME);
	ck_assert(slice_is(o.method, "other"));
}
END_TEST

START_TEST(half_a_text_is_not_asked_about)
{
	static char text[8 * TXNTEXT_MAX];
	struct outcome o = outcome();

	memset(text, 'x', sizeof(text));
	o.text.call_id = slice_of(text, TXNTEXT_MAX);
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_CUT);
	o.text.call_id = slice_of(text, TXNTEXT_MAX - 1);
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_SAME);
	o.text.start_line = slice_of(text, sizeof(text));
	ck_assert_int_eq(requote(parser, &head, &o), REQUOTE_CUT);
}
END_TEST

UNIT("requote", what_was_read_well_stays, libosip2_has_the_last_word,
    what_it_refuses_is_said_to_be_so, a_method_is_asked_about_by_its_own_name,
    half_a_text_is_not_asked_about)
