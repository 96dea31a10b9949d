/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include "sip/scan.h"
#include "tools/scansame.h"

#define START "OPTIONS sip:a@example.com SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/UDP h:5060;branch=z9hG4bKa\r\n"
#define KEYS                                                                   \
	"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"       \
	"Call-ID: c@h\r\nCSeq: 1 OPTIONS\r\n"
#define HEAD START VIA KEYS

static const struct message_limits limits = { .octets = 65536, .headers = 100 };
static struct message *parser;

/* Known lines, which all tests share, make no difference. */
static void
scan_again(struct slice octets, enum scan_verdict verdict,
    const struct sip_message *parsed)
{
	static struct scanlines *known;
	struct sip_message scanned;

	if (known == NULL)
		known = scanlines_new();
	ck_assert_ptr_nonnull(known);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
		    scan_message(octets, &limits, known, &scanned), verdict);
		if (verdict == SCAN_PARSED)
			ck_assert_ptr_null(
			    scansame_difference(&scanned, parsed));
	}
}

/* Both read the text; where the scanner returns PARSED they must agree. */
static enum scan_verdict
scan(struct slice text)
{
	struct sip_message scanned, parsed;
	uint8_t *exact = unit_exact(text);
	const struct slice octets = slice_of(exact, text.len);
	const enum scan_verdict verdict =
	    scan_message(octets, &limits, NULL, &scanned);
	enum message_verdict judged;

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	judged = message_parse(parser, octets, &parsed);
	if (verdict == SCAN_PARSED) {
		ck_assert_int_eq(judged, MESSAGE_PARSED);
		ck_assert_ptr_null(scansame_difference(&scanned, &parsed));
	}
	if (verdict == SCAN_FOREIGN)
		ck_assert_int_eq(judged, MESSAGE_FOREIGN);
	scan_again(octets, verdict, &parsed);
	free(exact);
	return verdict;
}

static enum scan_verdict
scan_text(const char *text)
{
	return scan(slice_text(text));
}

static const char *const regular[] = {
	HEAD "\r\n",
	"\r\n\r\n" HEAD "Content-Length: 2\r\n\r\nabcd",
	HEAD "l: 0\r\nContact: *\r\nServer: a\r\nUser-Agent: b \r\n\r\n",
	START VIA "v: SIP/2.0/TLS [::1];x=y, SIP/2.0/TCP z:1\r\n" KEYS
		  "Record-Route: <sip:p;lr>\r\nX: ,;\"\\(\r\n\r\n",
	"SERVICE sip:edge.example.com:5062;grid SIP/2.0\r\n"
	"FROM: \"U S\"<sip:u@example.com>;epid=01;tag=abc\r\n"
	"To: <sip:edge@example.com;gruu;opaque=srvr:MRAS:x>\r\n"
	"CSEQ: 1 SERVICE\r\nCALL-ID: 0123\r\n"
	"Via: SIP/2.0/TLS 10.0.0.1:60353;branch=z9hG4bK58E6;branched=FALSE\r\n"
	"Max-Forwards: 69\r\n"
	"Via: SIP/2.0/TLS 10.0.0.2:58674;ms-received-port=58674\r\n"
	"Content-Type: application/msrtc-media-relay-auth+xml\r\n"
	"CONTENT-LENGTH: 4\r\n\r\n<a/>",
	"SIP/2.0 401 Unauthorized\r\nDate: Wed, 07 Jan 2009 22:24:39 GMT\r\n"
	"WWW-Authenticate: NTLM realm=\"SIP\", version=4\r\n" VIA KEYS
	"Contact: <sip:a@b;gr>;+sip.instance=\"<urn:uuid:1>\";expires=5\r\n"
	"Content-Type: text/plain; charset=\"utf-8\"\r\n\r\n",
};

START_TEST(regular_messages_are_scanned_as_they_are_parsed)
{
	for (size_t i = 0; i < sizeof(regular) / sizeof(*regular); i++)
		ck_assert_msg(scan_text(regular[i]) == SCAN_PARSED, "%zu", i);
}
END_TEST

/* Its octets are known after the first message. */
START_TEST(a_known_tail_is_read_with_what_came_before)
{
#define TAIL                                                                   \
	"User-Agent: somebody/1.0\r\nReason: SIP;cause=1\r\n"                  \
	"Server: else\r\nDate: Wed, 07 Jan 2009 22:24:39 GMT\r\n"              \
	"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n"
#define ROUTE "Record-Route: <sip:p;lr>\r\n"

	ck_assert_int_eq(scan_text(HEAD TAIL "ab"), SCAN_PARSED);
	ck_assert_int_eq(
	    scan_text(START ROUTE VIA KEYS TAIL "abc"), SCAN_PARSED);
	ck_assert_int_eq(
	    scan_text(START VIA KEYS ROUTE TAIL "ab"), SCAN_PARSED);
	ck_assert_int_eq(scan_text(HEAD TAIL "ab"), SCAN_PARSED);
	ck_assert_int_eq(scan_text(START VIA KEYS VIA TAIL "ab"), SCAN_PARSED);
	ck_assert_int_eq(scan_text(HEAD TAIL "a"), SCAN_IRREGULAR);
	ck_assert_int_eq(scan_text(START "Server: a\r\n" VIA KEYS TAIL "ab"),
	    SCAN_IRREGULAR);
	ck_assert_int_eq(
	    scan_text(START "Date: a\r\n" VIA KEYS TAIL "ab"), SCAN_IRREGULAR);
}
END_TEST

START_TEST(irregular_messages_are_left_to_libosip2)
{
	static const char *const irregular[] = {
		HEAD, /* no blank line */
		HEAD "X: a\r\n b\r\n\r\n",
		HEAD "X: a\n\r\n",
		HEAD "X: a\tb\r\n\r\n",
		HEAD "X: a\rb\r\n\r\n",
		HEAD "Subject\r\n\r\n",
		HEAD ": y\r\n\r\n",
		HEAD "Via : SIP/2.0/UDP h\r\n\r\n",
		HEAD "Call-ID: d\r\n\r\n",
		HEAD "From: <sip:b@example.com>\r\n\r\n",
		HEAD "Date: a\r\nDate: b\r\n\r\n",
		HEAD "Content-Length: 3\r\n\r\nab",
		HEAD "Content-Length: -1\r\n\r\n",
		HEAD "Content-Length: 0\r\nl: 0\r\n\r\n",
		HEAD "Contact: \"A <sip:a@b>\r\n\r\n",
		HEAD "Content-Type: text\r\n\r\n",
		START KEYS "\r\n",
		START VIA "\r\n",
		"INVITE sip:a@example.com SIP/2.0\r\n" VIA KEYS "\r\n",
		"OPTIONS  sip:a@example.com SIP/2.0\r\n" VIA KEYS "\r\n",
		"OPTIONS sip:a@example.com SIP/3.0\r\n" VIA KEYS "\r\n",
		"SIP/2.0 200\r\n" VIA KEYS "\r\n",
		"SIP/2.0 099 X\r\n" VIA KEYS "\r\n",
		START VIA "CSeq: 4294967296 OPTIONS\r\n\r\n",
		START VIA "CSeq: 1 \r\n\r\n",
		START VIA "CSeq: 1\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(irregular) / sizeof(*irregular); i++)
		ck_assert_msg(
		    scan_text(irregular[i]) == SCAN_IRREGULAR, "%zu", i);
}
END_TEST

START_TEST(octets_that_begin_like_nothing_are_foreign)
{
	ck_assert_int_eq(scan_text("\r\n\r\n"), SCAN_FOREIGN);
	ck_assert_int_eq(scan_text("\x80\x01"), SCAN_FOREIGN);
	ck_assert_int_eq(scan_text("GET / HTTP/1.1\r\n\r\n"), SCAN_IRREGULAR);
}
END_TEST

START_TEST(limits_are_kept)
{
	char text[8192] = HEAD;
	size_t len = strlen(text);

	for (int i = 0; i < 96; i++)
		len += strlen(strcpy(text + len, "A: b\r\n"));
	strcpy(text + len, "\r\n");
	ck_assert_int_eq(scan_text(text), SCAN_IRREGULAR);
	strcpy(text, HEAD "A: ");
	memset(text + strlen(text), ',', 600);
	strcpy(text + strlen(HEAD) + 603, "\r\n\r\n");
	ck_assert_int_eq(scan_text(text), SCAN_IRREGULAR);
}
END_TEST

START_TEST(a_message_may_be_cut_or_changed_anywhere)
{
	static const char octets[] = "\0\r\n \t\",;<>@:=[]()\\?x1\x80";

	for (size_t i = 0; i < sizeof(regular) / sizeof(*regular); i++) {
		const struct slice text = slice_text(regular[i]);
		uint8_t *changed = unit_exact(text);

		for (size_t at = 0; at < text.len; at++) {
			scan(slice_first(text, at));
			for (size_t o = 0; o < sizeof(octets); o++) {
				changed[at] = (uint8_t)octets[o];
				scan(slice_of(changed, text.len));
			}
			changed[at] = text.p[at];
		}
		free(changed);
	}
}
END_TEST

UNIT("scan", regular_messages_are_scanned_as_they_are_parsed,
    a_known_tail_is_read_with_what_came_before,
    irregular_messages_are_left_to_libosip2,
    octets_that_begin_like_nothing_are_foreign, limits_are_kept,
    a_message_may_be_cut_or_changed_anywhere)
