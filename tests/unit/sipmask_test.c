/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/sipmask.h"

static char store[4096];

typedef void mask(struct slice octets, enum identity_mode mode, uint8_t *shown);

static const char *
masked(mask *how, enum identity_mode mode, const char *text)
{
	uint8_t shown[sizeof(store)] = { 0 };
	uint8_t *exact = unit_exact(slice_text(text));
	const size_t len = strlen(text);

	how(slice_of(exact, len), mode, shown);
	for (size_t i = 0; i < len; i++)
		store[i] = shown[i] ? text[i] : '#';
	store[len] = '\0';
	free(exact);
	return store;
}

#define DATAGRAM(text) masked(sipmask_datagram, IDENTITY_FULL, text)
#define DOMAIN(text) masked(sipmask_datagram, IDENTITY_DOMAIN, text)
#define STREAM(text) masked(sipmask_stream, IDENTITY_FULL, text)

#define OK "SIP/2.0 200 OK\r\n"

START_TEST(start_lines_and_known_fields_are_shown)
{
	static const char text[] =
	    "SERVICE sip:edge@a.example SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9\r\n"
	    "From: \"Bob\" <sip:bob@a.example>;tag=1\r\n"
	    "Call-ID: 1@a\r\nCSeq: 1 SERVICE\r\n"
	    "Date: Mon, 03 Jan 2011 18:22:07 GMT\r\n\r\n";

	ck_assert_str_eq(DATAGRAM(text), text);
}
END_TEST

START_TEST(credentials_are_hidden)
{
	ck_assert_str_eq(DATAGRAM(OK "Authorization: Digest a=b\r\n\r\n"),
	    OK "Authorization:###########\r\n\r\n");
	ck_assert_str_eq(DATAGRAM(OK "Proxy-Authorization:x\r\n\r\n"),
	    OK "Proxy-Authorization:#\r\n\r\n");
	ck_assert_str_eq(
	    DATAGRAM(OK "Identity: ey.J\r\n\r\n"), OK "Identity:#####\r\n\r\n");
}
END_TEST

START_TEST(unknown_fields_are_hidden)
{
	ck_assert_str_eq(DATAGRAM(OK "X-Token: abc\r\nCSeq: 1 A\r\n\r\n"),
	    OK "X-Token:####\r\nCSeq: 1 A\r\n\r\n");
	ck_assert_str_eq(
	    DATAGRAM(OK "no colon\r\n\r\n"), OK "########\r\n\r\n");
	ck_assert_str_eq(
	    DATAGRAM(OK "a secret: x\r\n\r\n"), OK "###########\r\n\r\n");
}
END_TEST

START_TEST(a_folded_value_goes_with_its_field)
{
	ck_assert_str_eq(DATAGRAM(OK "Authorization: a,\r\n b\r\n\r\n"),
	    OK "Authorization:###\r\n##\r\n\r\n");
	ck_assert_str_eq(DATAGRAM(OK "Warning: 399\r\n b\r\n\r\n"),
	    OK "Warning: 399\r\n b\r\n\r\n");
}
END_TEST

START_TEST(a_body_is_hidden)
{
	ck_assert_str_eq(DATAGRAM(OK "l: 9\r\n\r\na=inline:\r\nb"),
	    OK "l: 9\r\n\r\n#########\r\n#");
}
END_TEST

START_TEST(passwords_in_uris_are_hidden)
{
	ck_assert_str_eq(DATAGRAM("A sip:bob:pw@h SIP/2.0\r\n\r\n"),
	    "A sip:bob:##@h SIP/2.0\r\n\r\n");
	ck_assert_str_eq(DATAGRAM(OK "From: <sip:b:p?,w@h:5060;x>\r\n\r\n"),
	    OK "From: <sip:b:#############>\r\n\r\n");
	ck_assert_str_eq(DATAGRAM(OK "f: <pres:b:p@q@h>\r\n\r\n"),
	    OK "f: <pres:b:###@h>\r\n\r\n");
	ck_assert_str_eq(DATAGRAM(OK "f: <sip:b:p\"q@h>\r\n\r\n"),
	    OK "f:###########@h>\r\n\r\n");
	ck_assert_str_eq(
	    DATAGRAM(OK "m: <b:pw@h>\r\n\r\n"), OK "m: <b:##@h>\r\n\r\n");
}
END_TEST

START_TEST(fields_in_uris_are_hidden)
{
	ck_assert_str_eq(
	    DATAGRAM(OK "m: <sip:b@h?Authorization=a>;q=1\r\n\r\n"),
	    OK "m: <sip:b@h?###############>;q=1\r\n\r\n");
}
END_TEST

START_TEST(identities_show_their_host_only)
{
	ck_assert_str_eq(
	    DOMAIN(OK
		"From: \"Bob B\" <sip:bob@h.example:5060>;tag=77;x=y\r\n\r\n"),
	    OK "From:##########sip:####h.example:5060#;tag=77####\r\n\r\n");
	ck_assert_str_eq(DOMAIN("A sip:bob@h SIP/2.0\r\nt: sip:h.i\r\n\r\n"),
	    "A sip:####h SIP/2.0\r\nt:#sip:h.i\r\n\r\n");
	ck_assert_str_eq(DOMAIN(OK "t: <tel:+491234>\r\nf: sip:1234\r\n\r\n"),
	    OK "t:##############\r\nf:#sip:####\r\n\r\n");
}
END_TEST

START_TEST(a_value_that_is_cut_is_hidden)
{
	ck_assert_str_eq(
	    DATAGRAM(OK "From: <sip:bob:p"), OK "From:###########");
	ck_assert_str_eq(DATAGRAM("A sip:bob:p"), "###########");
}
END_TEST

START_TEST(what_is_no_message_is_hidden)
{
	ck_assert_str_eq(DATAGRAM("GET /?token=1 HTTP/1.1\r\n\r\n"),
	    "######################\r\n\r\n");
	ck_assert_str_eq(STREAM("\x16\x03\x01secret"), "#########");
	ck_assert_str_eq(DATAGRAM(""), "");
}
END_TEST

START_TEST(a_status_has_three_digits)
{
	ck_assert_str_eq(STREAM("SIP/2.0 2\n"), "#########\n");
	ck_assert_str_eq(STREAM("SIP/2.0 \n"), "########\n");
	ck_assert_str_eq(STREAM("SIP/2.0 200\n"), "SIP/2.0 200\n");
	ck_assert_str_eq(STREAM("SIP/2.0 2000\n"), "############\n");
}
END_TEST

START_TEST(a_stream_goes_on_behind_the_body)
{
	ck_assert_str_eq(STREAM(OK "l: 3\r\n\r\nabc" OK "i: 1\r\n\r\n"),
	    OK "l: 3\r\n\r\n###" OK "i: 1\r\n\r\n");
}
END_TEST

START_TEST(a_stream_may_begin_anywhere)
{
	ck_assert_str_eq(
	    STREAM("rization: a\r\nCSeq: 1 A\r\n\r\n" OK "i: 1\r\n\r\n"),
	    "###########\r\n#########\r\n\r\n" OK "i: 1\r\n\r\n");
}
END_TEST

START_TEST(the_greatest_length_hides_most)
{
	ck_assert_str_eq(STREAM(OK "l: 1\r\nl: 20\r\nl: 2\r\n\r\nabc\r\n" OK),
	    OK "l: 1\r\nl: 20\r\nl: 2\r\n\r\n###\r\n##############\r\n");
}
END_TEST

/* Of a message cut anywhere no more is shown than of the whole one. */
START_TEST(no_cut_shows_more)
{
	static const char text[] = "A sip:b:secret@h SIP/2.0\r\n"
				   "From: <sip:b:secret@h>\r\nl: 9\r\n"
				   "Authorization: secret\r\n secret\r\n\r\n"
				   "secret\r\n" OK "i: 1\r\n\r\n";

	for (size_t from = 0; from < strlen(text); from++)
		for (size_t len = 0; len <= strlen(text) - from; len++) {
			char part[sizeof(text)] = { 0 };

			memcpy(part, text + from, len);
			ck_assert_ptr_null(strstr(STREAM(part), "secret"));
			ck_assert_ptr_null(strstr(DATAGRAM(part), "secret"));
			ck_assert_ptr_null(strstr(store, "secre"));
		}
}
END_TEST

UNIT("sipmask", start_lines_and_known_fields_are_shown, credentials_are_hidden,
    unknown_fields_are_hidden, a_folded_value_goes_with_its_field,
    a_body_is_hidden, passwords_in_uris_are_hidden, fields_in_uris_are_hidden,
    identities_show_their_host_only, a_value_that_is_cut_is_hidden,
    what_is_no_message_is_hidden, a_status_has_three_digits,
    a_stream_goes_on_behind_the_body, a_stream_may_begin_anywhere,
    the_greatest_length_hides_most, no_cut_shows_more)
