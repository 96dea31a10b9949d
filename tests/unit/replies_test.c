/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/replies.h"

#include "incidentstory.h"
#include "sip/message.h"
#include "unit.h"
#include "unit/lync.h"

static unsigned seen[OBSERVATION_STIR + 1];
static struct observation last;
static char phrase[100];

static void
on_observation(void *arg, const struct observation *o)
{
	(void)arg;
	seen[o->kind]++;
	last = *o;
	if (o->kind == OBSERVATION_MRAS)
		memcpy(phrase, o->mras.phrase.p, o->mras.phrase.len);
}

static void
read_as(const char *text, enum txntable_match match)
{
	const struct message_limits limits = { 65536, 1000 };
	const struct slice octets = slice_text(text);
	const struct origin origin = {
		.from = host_at(21, 5062),
		.to = host_at(11, 50000),
		.now = START,
		.wall = START,
	};
	struct crosscheck *crosscheck;
	struct message *parser;
	struct sip_message m;

	message_init();
	parser = message_new(&limits);
	crosscheck = crosscheck_new(&limits);
	memset(seen, 0, sizeof(seen));
	memset(phrase, 0, sizeof(phrase));
	ck_assert_int_eq(message_parse(parser, octets, &m), MESSAGE_PARSED);
	replies_read(
	    &(struct replies_message){
		.message = &m,
		.octets = octets,
		.origin = &origin,
		.match = match,
		.crosscheck = crosscheck,
	    },
	    on_observation, NULL);
	crosscheck_free(crosscheck);
	message_free(parser);
}

START_TEST(an_answer_with_credentials_is_granted)
{
	read_as(LYNC_MRAS_RESPONSE, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MRAS], 1);
	ck_assert(last.mras.granted);
	ck_assert_uint_eq(last.mras.server.port, 5062);
}
END_TEST

START_TEST(a_failure_has_the_reason_of_its_body_or_status_line)
{
	read_as(LYNC_SERVICE_FAILED, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MRAS], 1);
	ck_assert(!last.mras.granted);
	ck_assert_uint_eq(last.mras.status, 504);
	ck_assert_str_eq(phrase, "Server time-out");
	read_as("SIP/2.0 200 OK\r\n" LYNC_VIA LYNC_FROM "To: " LYNC_EDGE
		"\r\n" LYNC_ID "CSeq: 1 SERVICE\r\n" LYNC_MRAS_TYPE
		"Content-Length: 38\r\n\r\n"
		"<response reasonPhrase=\"Server Busy\"/>",
	    TXNTABLE_RESPONSE);
	ck_assert(!last.mras.granted);
	ck_assert_str_eq(phrase, "Server Busy");
}
END_TEST

START_TEST(an_answer_whose_body_is_not_read_says_nothing)
{
	read_as("SIP/2.0 200 OK\r\n" LYNC_VIA LYNC_FROM "To: " LYNC_EDGE
		"\r\n" LYNC_ID "CSeq: 1 SERVICE\r\n" LYNC_MRAS_TYPE
		"Content-Length: 9\r\n\r\n<response",
	    TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MRAS], 0);
}
END_TEST

START_TEST(a_488_gives_each_of_its_diagnostics)
{
	read_as(LYNC_488, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MEDIA_REFUSED], 1);
	ck_assert_uint_eq(last.media_refused.diagnostic, 52017);
	read_as(LYNC_488_OLD, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MEDIA_REFUSED], 1);
	ck_assert_uint_eq(last.media_refused.diagnostic, 0);
	read_as(LYNC_488_OTHER, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_MEDIA_REFUSED], 2);
}
END_TEST

#define SDP                                                                    \
	"Content-Type: application/sdp\r\nContent-Length: 28\r\n\r\n"          \
	"v=0\r\nm=audio 9 RTP/SAVP 0\r\n "
#define INVITE                                                                 \
	"INVITE sip:b@example.org SIP/2.0\r\n"                                 \
	"Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK-1\r\n" LYNC_FROM            \
	"To: <sip:b@example.org>\r\n" LYNC_ID "CSeq: 1 INVITE\r\n" SDP

START_TEST(offers_and_answers_have_their_level)
{
	read_as(INVITE, TXNTABLE_NEW);
	ck_assert_uint_eq(seen[OBSERVATION_MEDIA], 1);
	ck_assert(!last.media.is_answer);
	ck_assert_int_eq(last.media.level, MEDIASEC_REQUIRED);
	read_as("SIP/2.0 200 OK\r\n"
		"Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK-1\r\n" LYNC_FROM
		"To: <sip:b@example.org>;tag=1\r\n" LYNC_ID
		"CSeq: 1 INVITE\r\n" SDP,
	    TXNTABLE_RESPONSE);
	ck_assert(last.media.is_answer);
}
END_TEST

START_TEST(copies_are_not_read)
{
	read_as(INVITE, TXNTABLE_RETRANSMISSION);
	ck_assert_uint_eq(seen[OBSERVATION_MEDIA], 0);
}
END_TEST

START_TEST(refusals_of_stir_are_told_by_status)
{
	read_as("SIP/2.0 438 Invalid Identity Header\r\n" LYNC_VIA LYNC_FROM
		"To: <sip:b@example.org>;tag=1\r\n" LYNC_ID
		"CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
	    TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_STIR], 1);
	ck_assert_uint_eq(last.status, 438);
	read_as(LYNC_504, TXNTABLE_RESPONSE);
	ck_assert_uint_eq(seen[OBSERVATION_STIR], 0);
}
END_TEST

UNIT("replies", an_answer_with_credentials_is_granted,
    a_failure_has_the_reason_of_its_body_or_status_line,
    an_answer_whose_body_is_not_read_says_nothing,
    a_488_gives_each_of_its_diagnostics, offers_and_answers_have_their_level,
    copies_are_not_read, refusals_of_stir_are_told_by_status)
