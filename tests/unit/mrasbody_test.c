/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mrasbody.h"

#include <stdio.h>

#include "unit.h"

#define NAMESPACE "xmlns=\"http://schemas.microsoft.com/2006/09/sip/mrasp\""
#define RELAY                                                                  \
	"<mediaRelay><location>intranet</location><hostName>edge</hostName>"   \
	"<udpPort>3478</udpPort><tcpPort>443</tcpPort></mediaRelay>"
#define CREDENTIALS                                                            \
	"<credentialsResponse credentialsRequestID=\"1\"><credentials>"        \
	"<username>c2VjcmV0</username><password>cGFzcw==</password>"           \
	"<duration>480</duration></credentials><mediaRelayList>" RELAY RELAY   \
	"</mediaRelayList></credentialsResponse>"
#define RESPONSE(phrase, content)                                              \
	"<response " NAMESPACE " requestID=\"1\" version=\"2.0\" "             \
	"serverVersion=\"2.0\" to=\"sip:e@x\" from=\"sip:u@x\" "               \
	"reasonPhrase=\"" phrase "\">" content "</response>"

static bool
parse(const char *text, struct mrasbody *body)
{
	return mrasbody_parse(slice_text(text), body);
}

START_TEST(a_response_succeeds_with_the_phrase_ok)
{
	struct mrasbody body;

	ck_assert(parse(RESPONSE("OK", CREDENTIALS), &body));
	ck_assert(body.is_response);
	ck_assert(body.has_credentials);
	ck_assert_uint_eq(body.relays, 2);
	ck_assert_str_eq(body.reason_phrase, "OK");
	ck_assert(mrasbody_succeeded(&body));
}
END_TEST

/* Issued at 2011-01-03 18:22:00.25 for 480 minutes: it ends at FILETIME
 * 0x01cbabb62ae8f9a0, low half first. */
#define ISSUED (1294078920 * NSTIME_S + 250 * NSTIME_MS)
#define TOKEN "AQEAICro+aABy6u2MDEyMzQ1Njc4OTAxMjM0NTY3ODk="
#define GRANTED(name, minutes)                                                 \
	RESPONSE("OK",                                                         \
	    "<credentialsResponse><credentials><username>" name                \
	    "</username><password>cGFzcw==</password><duration>" minutes       \
	    "</duration></credentials></credentialsResponse>")

START_TEST(credentials_tell_when_they_were_issued)
{
	struct mrasbody body;

	ck_assert(parse(GRANTED(TOKEN, "480"), &body));
	ck_assert(body.has_issued);
	ck_assert_int_eq(body.issued, ISSUED);
	ck_assert(parse(GRANTED("\r\n  " TOKEN, " 480\n"), &body));
	ck_assert_int_eq(body.issued, ISSUED);
}
END_TEST

START_TEST(credentials_of_another_form_tell_nothing)
{
	static const char *const others[] = {
		GRANTED("c2VjcmV0", "480"),
		GRANTED("not base 64, not at all", "480"),
		GRANTED(TOKEN, ""),
		GRANTED(TOKEN, "0"),
		GRANTED(TOKEN, "-480"),
		GRANTED(TOKEN, "99999999"),
		GRANTED("AQEAIQAAAAAAAAAAAAAAAAAA", "480"),
		RESPONSE("OK",
		    "<username>" TOKEN "</username><duration>480</duration>"),
	};
	struct mrasbody body;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		ck_assert_msg(parse(others[i], &body), "%zu", i);
		ck_assert_msg(!body.has_issued, "%zu", i);
	}
}
END_TEST

START_TEST(any_other_phrase_is_a_failure)
{
	static const char *const phrases[] = {
		RESPONSE("Request Malformed", ""),
		RESPONSE("Request Too Large", ""),
		RESPONSE("Not Supported", ""),
		RESPONSE("Server Busy", ""),
		RESPONSE("Time Out", ""),
		RESPONSE("Forbidden", ""),
		RESPONSE("Internal Server Error", ""),
		RESPONSE("Other Failure", ""),
		RESPONSE("Version Mismatch", ""),
		RESPONSE("", ""),
	};
	struct mrasbody body;

	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
		ck_assert(parse(phrases[i], &body));
		ck_assert(!mrasbody_succeeded(&body));
	}
}
END_TEST

START_TEST(a_request_is_recognized)
{
	struct mrasbody body;

	ck_assert(parse("<request requestID=\"1\" version=\"2.0\" " NAMESPACE
			"><credentialsRequest credentialsRequestID=\"1\"/>"
			"</request>",
	    &body));
	ck_assert(!body.is_response);
	ck_assert(!body.has_credentials);
	ck_assert(parse("<request/>", &body));
}
END_TEST

START_TEST(other_documents_are_refused)
{
	struct mrasbody body = { .relays = 7 };

	ck_assert(!parse("", &body));
	ck_assert(!parse("v=0\r\n", &body));
	ck_assert(!parse("<html/>", &body));
	ck_assert(!parse("<x:response xmlns:x=\"urn:x\"/>", &body));
	ck_assert(!parse("<response>", &body));
	ck_assert_uint_eq(body.relays, 7);
}
END_TEST

/* Neither ours nor the system's are ever looked at. */
START_TEST(entities_are_refused)
{
	struct mrasbody body;

	ck_assert(!parse("<!DOCTYPE response [<!ENTITY a \"x\">]>"
			 "<response reasonPhrase=\"&a;\"/>",
	    &body));
	ck_assert(!parse("<!DOCTYPE response SYSTEM \"file:///etc/passwd\">"
			 "<response/>",
	    &body));
	ck_assert(!parse("<response reasonPhrase=\"&a;\"/>", &body));
}
END_TEST

START_TEST(depth_elements_and_size_are_bounded)
{
	static char text[2 * MRASBODY_OCTETS];
	struct mrasbody body;
	size_t len = 0;

	for (unsigned i = 0; i < 20; i++)
		len += (size_t)sprintf(text + len, "<response>");
	for (unsigned i = 0; i < 20; i++)
		len += (size_t)sprintf(text + len, "</response>");
	ck_assert(!parse(text, &body));

	len = (size_t)sprintf(text, "<response>");
	for (unsigned i = 0; i < 1100; i++)
		len += (size_t)sprintf(text + len, "<a/>");
	sprintf(text + len, "</response>");
	ck_assert(!parse(text, &body));

	memset(text, ' ', MRASBODY_OCTETS);
	sprintf(text + MRASBODY_OCTETS, "<response/>");
	ck_assert(!parse(text, &body));
}
END_TEST

START_TEST(a_long_phrase_is_cut)
{
	struct mrasbody body;

	ck_assert(parse("<response reasonPhrase=\"0123456789012345678901234567"
			"89012345678901234567890123456789012345678901234567\""
			"/>",
	    &body));
	ck_assert_uint_eq(strlen(body.reason_phrase), MRASBODY_PHRASE - 1);
}
END_TEST

START_TEST(survives_every_cut)
{
	const struct slice whole = slice_text(RESPONSE("OK", CREDENTIALS));

	for (size_t len = 0; len < whole.len; len++) {
		struct mrasbody body;
		uint8_t *exact = unit_exact(slice_first(whole, len));

		ck_assert(!mrasbody_parse(slice_of(exact, len), &body));
		free(exact);
	}
}
END_TEST

UNIT("mrasbody", credentials_tell_when_they_were_issued,
    credentials_of_another_form_tell_nothing,
    a_response_succeeds_with_the_phrase_ok, any_other_phrase_is_a_failure,
    a_request_is_recognized, other_documents_are_refused, entities_are_refused,
    depth_elements_and_size_are_bounded, a_long_phrase_is_cut,
    survives_every_cut)
