/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mediasec.h"

#include "unit.h"

#define CRYPTO "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^31|1:1\r\n"
#define HEAD "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nt=0 0\r\n"

static enum mediasec_level
level_as(const char *type, const char *body)
{
	struct mediasec m = { .level = MEDIASEC_UNKNOWN };

	mediasec_parse(slice_text(type), slice_text(body), &m);
	return m.level;
}

static enum mediasec_level
level(const char *body)
{
	return level_as("application/sdp", body);
}

START_TEST(the_secure_profile_alone_is_required)
{
	ck_assert_int_eq(level(HEAD "m=audio 50010 RTP/SAVP 114 9\r\n" CRYPTO),
	    MEDIASEC_REQUIRED);
	ck_assert_int_eq(level(HEAD "m=audio 9 TCP/RTP/SAVP 0\r\n" CRYPTO),
	    MEDIASEC_REQUIRED);
	ck_assert_int_eq(level(HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
				    "a=fingerprint:sha-256 AA\r\n"),
	    MEDIASEC_REQUIRED);
}
END_TEST

/* MS-SDPEXT offers both by the plain profile with keys. */
START_TEST(the_plain_profile_with_keys_is_supported)
{
	ck_assert_int_eq(
	    level(HEAD "m=audio 9 RTP/AVP 0\r\n" CRYPTO), MEDIASEC_SUPPORTED);
	ck_assert_int_eq(
	    level(HEAD "m=audio 9 RTP/AVP 0\r\n"
		       "a=cryptoscale:1 client AES_CM_128_HMAC_SHA1_80 "
		       "inline:x\r\n"),
	    MEDIASEC_SUPPORTED);
	ck_assert_int_eq(level(HEAD "m=audio 9 RTP/SAVP 0\r\n" CRYPTO
				    "m=audio 9 RTP/AVP 0\r\n"),
	    MEDIASEC_SUPPORTED);
}
END_TEST

START_TEST(the_plain_profile_without_keys_is_not_supported)
{
	ck_assert_int_eq(
	    level(HEAD "m=audio 9 RTP/AVP 0\r\n"), MEDIASEC_NOT_SUPPORTED);
	ck_assert_int_eq(level(HEAD "m=audio 9 RTP/AVP 0\r\n"
				    "a=encryption:rejected\r\n"),
	    MEDIASEC_NOT_SUPPORTED);
}
END_TEST

START_TEST(older_clients_say_it_in_an_attribute)
{
	ck_assert_int_eq(level(HEAD "m=audio 9 RTP/AVP 0\r\n"
				    "a=encryption:required\r\n"),
	    MEDIASEC_REQUIRED);
}
END_TEST

START_TEST(the_strictest_medium_counts_and_port_0_does_not)
{
	ck_assert_int_eq(level(HEAD "m=audio 9 RTP/AVP 0\r\n"
				    "m=video 9 RTP/SAVP 34\r\n" CRYPTO),
	    MEDIASEC_REQUIRED);
	ck_assert_int_eq(level(HEAD "m=audio 9 RTP/AVP 0\r\n"
				    "m=video 0 RTP/SAVP 34\r\n" CRYPTO),
	    MEDIASEC_NOT_SUPPORTED);
	ck_assert_int_eq(
	    level(HEAD "m=application 9 RTP/SAVP 0\r\n"), MEDIASEC_UNKNOWN);
}
END_TEST

START_TEST(each_part_of_a_multipart_is_read)
{
#define BODY                                                                   \
	"--b1\r\nContent-Type: application/sdp\r\n"                            \
	"Content-Disposition: session; ms-proxy-2007fallback\r\n\r\n" HEAD     \
	"m=audio 9 RTP/AVP 0\r\n" CRYPTO                                       \
	"--b1\r\nContent-Type: application/sdp\r\n\r\n" HEAD                   \
	"m=audio 9 RTP/SAVP 0\r\n" CRYPTO "--b1--\r\n"
	ck_assert_int_eq(
	    level_as("multipart/alternative;boundary=\"b1\"", BODY),
	    MEDIASEC_REQUIRED);
	ck_assert_int_eq(level_as("multipart/alternative; boundary=b1", BODY),
	    MEDIASEC_REQUIRED);
	ck_assert_int_eq(
	    level_as("multipart/alternative", BODY), MEDIASEC_UNKNOWN);
}
END_TEST

START_TEST(the_kind_of_keys_is_known)
{
	struct mediasec m;

	ck_assert(mediasec_parse(slice_text("application/sdp"),
	    slice_text("a=fingerprint:sha-1 AA\nm=audio 9 RTP/SAVP 0\n"), &m));
	ck_assert(m.dtls && !m.sdes);
	ck_assert_str_eq(mediasec_name(m.level), "required");
}
END_TEST

START_TEST(other_bodies_have_no_level)
{
	struct mediasec m = { .level = MEDIASEC_SUPPORTED };

	ck_assert(!mediasec_parse(
	    slice_text("text/plain"), slice_text("m=audio 9 RTP/AVP 0"), &m));
	ck_assert(!mediasec_parse(
	    slice_text("application/sdp"), slice_of(NULL, 0), &m));
	ck_assert_int_eq(m.level, MEDIASEC_SUPPORTED);
}
END_TEST

START_TEST(survives_every_cut)
{
	const struct slice whole = slice_text(BODY);

	for (size_t len = 0; len < whole.len; len++) {
		struct mediasec m;
		uint8_t *exact = unit_exact(slice_first(whole, len));

		mediasec_parse(
		    slice_text("multipart/alternative;boundary=\"b1\""),
		    slice_of(exact, len), &m);
		mediasec_parse(
		    slice_text("application/sdp"), slice_of(exact, len), &m);
		free(exact);
	}
}
END_TEST

UNIT("mediasec", the_secure_profile_alone_is_required,
    the_plain_profile_with_keys_is_supported,
    the_plain_profile_without_keys_is_not_supported,
    older_clients_say_it_in_an_attribute,
    the_strictest_medium_counts_and_port_0_does_not,
    each_part_of_a_multipart_is_read, the_kind_of_keys_is_known,
    other_bodies_have_no_level, survives_every_cut)
