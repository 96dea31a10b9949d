/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/digest.h"

#include "unit.h"

#define HEAD "SIP/2.0 407 Proxy\r\n"

START_TEST(the_first_digest_counts)
{
	struct slice nonce;

	ck_assert(digest_nonce(
	    slice_text(HEAD "WWW-Authenticate: NTLM gssapi-data=\"x\"\r\n"
			    "proxy-authenticate: digest realm=\"a\",\r\n"
			    " Nonce=\"one\"\r\n"
			    "WWW-Authenticate: Digest nonce=\"two\"\r\n\r\n"),
	    &nonce));
	ck_assert(slice_is(nonce, "one"));
}
END_TEST

START_TEST(without_one_nothing_is_found)
{
	struct slice nonce = slice_text("x");

	ck_assert(!digest_nonce(
	    slice_text(HEAD "X: Digest nonce=\"one\"\r\n\r\n"), &nonce));
	ck_assert(!digest_nonce(slice_text(""), &nonce));
	ck_assert(slice_is(nonce, "x"));
}
END_TEST

UNIT("digest", the_first_digest_counts, without_one_nothing_is_found)
