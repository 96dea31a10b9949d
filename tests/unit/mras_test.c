/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/mras.h"

static bool
is_mras(const char *method, const char *uri, const char *to, const char *type)
{
	const struct sip_message m = { .is_request = true,
		.method = slice_text(method),
		.request_uri = slice_text(uri),
		.to = slice_text(to),
		.content_type = slice_text(type) };

	return mras_is_request(&m);
}

#define TYPE "application/msrtc-media-relay-auth+xml"
#define MRAS "<sip:edge@example.com;gruu;opaque=srvr:MRAS:tmsO>"

START_TEST(any_one_sign_is_enough)
{
	ck_assert(is_mras("SERVICE", "sip:a@b", "<sip:a@b>", TYPE));
	ck_assert(is_mras(
	    "SERVICE", "sip:a@b", "<sip:a@b>", "Application/" TYPE + 12));
	ck_assert(is_mras("SERVICE", "sip:a@b", "x", TYPE " ; charset=a"));
	ck_assert(is_mras("SERVICE", "sip:a@b", MRAS ";tag=1", ""));
	ck_assert(is_mras(
	    "SERVICE", "sip:e@b;gruu;opaque=srvr:MRAS:x", "<sip:a@b>", ""));
	ck_assert(is_mras(
	    "SERVICE", "sip:edge.example.com:5062;grid", "<sip:a@b>", ""));
	ck_assert(
	    is_mras("SERVICE", "sip:MRASLoc.example.com@example.com", "x", ""));
}
END_TEST

START_TEST(other_services_are_not_mras)
{
	ck_assert(!is_mras("SERVICE", "sip:a@b", "<sip:a@b>",
	    "application/msrtc-category-publish+xml"));
	ck_assert(!is_mras("SERVICE", "sip:a@b:5061;grid", "<sip:a@b>", ""));
	ck_assert(!is_mras("SERVICE", "sip:a@b:5062", "<sip:a@b>", ""));
	ck_assert(!is_mras("SERVICE", "sip:a@b;opaque=srvr:HomeServer:x",
	    "\"opaque=srvr:MRAS\" <sip:a@b>", ""));
	ck_assert(!is_mras("service", "sip:a@b", MRAS, TYPE));
	ck_assert(!is_mras("INVITE", "sip:a@b", MRAS, TYPE));
	ck_assert(!is_mras("SERVICE", "", "", ""));
}
END_TEST

START_TEST(responses_are_not_requests)
{
	const struct sip_message m = { .is_request = false,
		.method = slice_text("SERVICE"),
		.content_type = slice_text(TYPE) };

	ck_assert(!mras_is_request(&m));
}
END_TEST

UNIT("mras", any_one_sign_is_enough, other_services_are_not_mras,
    responses_are_not_requests)
