/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/tlsconn.h"

#include "unit/tlsstory.h"

#define TIME 1294078965

static const struct tlswire_hello hello12 = { .version = 0x0303,
	.time = TIME,
	.sni = "edge.example.com",
	.cipher = 0xc030 };
static const struct tlswire_hello hello13 = { .version = 0x0303,
	.supported_version = 0x0304,
	.time = TIME,
	.cipher = 0x1301 };
static const struct tlswire_certificate chain[12] = { { .serial = 1 },
	{ .serial = 2 } };

static void
told(const char *words)
{
	ck_assert_str_eq(story.told, words);
	story.told[0] = '\0';
}

START_TEST(mutual_tls_is_told_from_hello_to_data)
{
	story_begin();
	story_client_hello(&hello12);
	told("hello> stamp>");
	ck_assert_uint_eq(story.last.told, TIME);
	ck_assert_str_eq(story.sni, "edge.example.com");
	ck_assert_uint_eq(story.facts.offered, 0x0303);
	story_server_hello(&hello12);
	story_chain(SERVER, chain, 2);
	told("<hello <stamp <certificate <certificate");
	ck_assert_uint_eq(story.last.depth, 1);
	ck_assert_uint_eq(story.last.chain, 2);
	ck_assert_str_eq(story.last.certificate->subject, "CN=edge, C=US");
	story_message(SERVER, 13, slice_text("\x01\x01"));
	story_message(SERVER, 14, slice_text(""));
	story_chain(CLIENT, chain, 1);
	told("certificate>");
	story_ccs(CLIENT);
	story_record(CLIENT, 22, slice_text("encrypted Finished"));
	told("");
	story_ccs(SERVER);
	story_record(SERVER, 22, slice_text("encrypted Finished"));
	told("established");
	story_data(CLIENT, 600);
	told("record>");
	ck_assert_uint_eq(story.last.octets, 600);
	ck_assert_uint_eq(story.last.end, story.offsets[CLIENT]);
	ck_assert(!story.last.may_be_handshake);
	ck_assert_uint_eq(story.facts.version, 0x0303);
	ck_assert_uint_eq(story.facts.cipher, 0xc030);
	ck_assert(story.facts.certificate_asked);
	ck_assert(!story.facts.resumed && !story.facts.lost);
	story_end();
}
END_TEST

START_TEST(a_short_handshake_is_a_resumed_session)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story_message(SERVER, 4, slice_text("new ticket"));
	story_ccs(SERVER);
	story_ccs(CLIENT);
	ck_assert(story.facts.established);
	ck_assert(story.facts.resumed);
	story_end();
}
END_TEST

START_TEST(tls_13_is_encrypted_from_its_flights_on)
{
	story_begin();
	story_client_hello(&hello13);
	told("hello>"); /* no stamp: all of it is random */
	story_server_hello(&hello13);
	told("<hello");
	ck_assert_uint_eq(story.facts.version, 0x0304);
	story_ccs(SERVER);
	story_data(SERVER, 1500);
	told("<record");
	ck_assert(story.last.may_be_handshake);
	story_ccs(CLIENT);
	story_data(CLIENT, 53);
	told("established record>");
	ck_assert(story.last.may_be_handshake);
	story_data(CLIENT, 800);
	ck_assert(story.last.may_be_handshake);
	story_data(SERVER, 230);
	ck_assert(!story.last.may_be_handshake);
	story_data(CLIENT, 800);
	ck_assert(!story.last.may_be_handshake);
	story_end();
}
END_TEST

START_TEST(an_alert_in_place_of_finished_establishes_nothing)
{
	story_begin();
	story_client_hello(&hello13);
	story_server_hello(&hello13);
	story_data(SERVER, 1500);
	story_data(CLIENT, 19);
	story_data(CLIENT, 44);
	ck_assert(!story.facts.established);
	story_data(CLIENT, 45); /* the shortest there is: CCM with 8 octets */
	ck_assert(story.facts.established);
	story_end();
}
END_TEST

START_TEST(a_retry_request_is_not_the_server_hello)
{
	const struct tlswire_hello retry = {
		.version = 0x0303, .supported_version = 0x0304, .retry = true
	};

	story_begin();
	story_client_hello(&hello13);
	story_server_hello(&retry);
	story_record(SERVER, 20, slice_text("\x01"));
	story_client_hello(&hello13);
	told("hello>");
	story_server_hello(&hello13);
	told("<hello");
	story_end();
}
END_TEST

START_TEST(no_time_is_no_stamp)
{
	story_begin();
	story_client_hello(&(struct tlswire_hello){ .version = 0x0301 });
	told("hello>");
	story_end();
}
END_TEST

START_TEST(alerts_in_clear_have_a_sender)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story.told[0] = '\0';
	story_record(CLIENT, 21, slice_text("\x02\x2d"));
	told("alert>");
	ck_assert(story.last.fatal);
	ck_assert_uint_eq(story.last.alert, 45);
	ck_assert_int_eq(story.last.from, TLSFLOW_CLIENT);
	story_record(SERVER, 21, slice_of("\x01\x00", 2));
	told("<alert");
	ck_assert(!story.last.fatal);
	ck_assert_uint_eq(story.last.alert, 0);
	story_end();
}
END_TEST

START_TEST(an_alert_may_be_split)
{
	story_begin();
	story_client_hello(&hello12);
	story.told[0] = '\0';
	story_octets(
	    TCPREASM_TO_CLIENT, slice_of("\x15\x03\x03\x00\x02\x02", 6));
	told("");
	story_octets(TCPREASM_TO_CLIENT, slice_text("\x28"));
	told("<alert");
	ck_assert_uint_eq(story.last.alert, 40);
	story_end();
}
END_TEST

START_TEST(encrypted_alerts_are_none_in_clear)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story_ccs(SERVER);
	story_ccs(CLIENT);
	story.told[0] = '\0';
	story_record(CLIENT, 21, slice_text("\x02\x28 and a tag"));
	told("");
	story_end();
}
END_TEST

START_TEST(chains_are_told_up_to_ten)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story_chain(SERVER, chain, 12);
	ck_assert_uint_eq(story.last.depth, 9);
	ck_assert_uint_eq(story.last.chain, 10);
	story_end();
}
END_TEST

START_TEST(a_second_chain_is_not_looked_at)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story_chain(SERVER, chain, 1);
	story.told[0] = '\0';
	story_chain(SERVER, chain + 1, 1);
	told("");
	story_end();
}
END_TEST

START_TEST(an_empty_client_certificate_is_none)
{
	story_begin();
	story_client_hello(&hello12);
	story_server_hello(&hello12);
	story_message(SERVER, 13, slice_text("\x01\x01"));
	story.told[0] = '\0';
	story_chain(CLIENT, chain, 0);
	told("");
	story_end();
}
END_TEST

START_TEST(the_hellos_say_who_is_client)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_client_hello(&wire, &hello12);
	story_begin();
	story.guessed = true;
	story_message(SERVER, 1, tlswire_slice(&wire));
	told("hello> stamp>");
	ck_assert_uint_eq(story.last.client.port, 5062);
	ck_assert_int_eq(story.last.from, TLSFLOW_CLIENT);
	story_record(CLIENT, 21, slice_text("\x02\x28"));
	told("<alert");
	story_end();
}
END_TEST

START_TEST(an_sslv2_hello_tells_its_version)
{
	static struct tlswire wire;

	wire.len = 0;
	tlswire_number(&wire, 0x801f, 2);
	tlswire_number(&wire, 1, 1);
	tlswire_number(&wire, 0x0301, 2);
	tlswire_number(&wire, 6, 2);
	tlswire_number(&wire, 0, 2);
	tlswire_number(&wire, 16, 2);
	for (int i = 0; i < 22; i++)
		tlswire_number(&wire, 7, 1);
	story_begin();
	story_octets(TCPREASM_TO_SERVER, tlswire_slice(&wire));
	told("hello>");
	ck_assert(story.facts.sslv2);
	ck_assert_uint_eq(story.facts.offered, 0x0301);
	story_server_hello(&hello12);
	told("<hello <stamp");
	story_end();
}
END_TEST

START_TEST(a_second_hello_says_nothing_new)
{
	const struct tlswire_hello other = {
		.version = 0x0301, .sni = "other", .time = 7
	};

	story_begin();
	story_client_hello(&hello12);
	story_client_hello(&other);
	told("hello> stamp>");
	ck_assert_str_eq(story.sni, "edge.example.com");
	story_end();
}
END_TEST

UNIT("tlsconn", mutual_tls_is_told_from_hello_to_data,
    a_short_handshake_is_a_resumed_session,
    tls_13_is_encrypted_from_its_flights_on,
    an_alert_in_place_of_finished_establishes_nothing,
    a_retry_request_is_not_the_server_hello, no_time_is_no_stamp,
    alerts_in_clear_have_a_sender, an_alert_may_be_split,
    encrypted_alerts_are_none_in_clear, chains_are_told_up_to_ten,
    a_second_chain_is_not_looked_at, an_empty_client_certificate_is_none,
    the_hellos_say_who_is_client, an_sslv2_hello_tells_its_version,
    a_second_hello_says_nothing_new)
