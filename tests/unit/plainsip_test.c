/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/plainsip.h"

#include "unit/unit.h"

static enum plainsip
kind(const char *text)
{
	uint8_t *exact = unit_exact(slice_text(text));
	const enum plainsip found =
	    plainsip_kind(slice_of(exact, strlen(text)));

	free(exact);
	return found;
}

START_TEST(requests_and_responses_are_told_apart)
{
	ck_assert_int_eq(
	    kind("OPTIONS sip:a@example.com SIP/2.0\r\n"), PLAINSIP_REQUEST);
	ck_assert_int_eq(
	    kind("SIP/2.0 200 OK\r\nVia: x\r\n"), PLAINSIP_RESPONSE);
}
END_TEST

START_TEST(other_protocols_are_none)
{
	ck_assert_int_eq(kind(""), PLAINSIP_NONE);
	ck_assert_int_eq(kind("GET / HTTP/1.1\r\n"), PLAINSIP_NONE);
	ck_assert_int_eq(kind("\r\n\r\n"), PLAINSIP_NONE);
	ck_assert_int_eq(kind("OPTIONS sip:a SIP/3.0\r\n"), PLAINSIP_NONE);
	ck_assert_int_eq(kind("SIP/2.0 is a protocol\r\n"), PLAINSIP_NONE);
}
END_TEST

START_TEST(half_a_line_is_none)
{
	static const char line[] = "INVITE sip:bob@example.com SIP/2.0\r\n";

	for (size_t len = 0; len < sizeof(line) - 2; len++) {
		uint8_t *exact = unit_exact(slice_of(line, len));

		ck_assert_int_eq(
		    plainsip_kind(slice_of(exact, len)), PLAINSIP_NONE);
		free(exact);
	}
}
END_TEST

UNIT("plainsip", requests_and_responses_are_told_apart,
    other_protocols_are_none, half_a_line_is_none)
