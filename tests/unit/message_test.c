/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/unit.h"

#include <stdio.h>

#include "sip/message.h"

#define IS(s, text) ck_assert(slice_is(s, text))

static const char service[] =
    "SERVICE sip:edge.example.com:5062;grid SIP/2.0\r\n"
    "FROM: \"User\"<sip:user@example.com>;epid=0123456789;tag=abc\r\n"
    "To: <sip:edge@example.com;gruu;opaque=srvr:MRAS:x>;tag=\"t\"\r\n"
    "CSEQ: 1 SERVICE\r\n"
    "CALL-ID: 0123456789abcdef\r\n"
    "Record-Route: <sip:fe.example.com:5061;transport=tls;lr>;tag=1\r\n"
    "Via: SIP/2.0/TLS [2001:db8::7]:60353;branch=z9hg4bK58E6;x=y\r\n"
    "Max-Forwards: 69\r\n"
    "v: SIP/2.0/tls 172.16.7.8:58674;ms-received-cid=1, SIP/2.0/UDP z\r\n"
    "User-Agent: UCCAPI/4.0\r\n"
    "Date: Tue, 28 Sep 2010 22:33:22 GMT\r\n"
    "Content-Type: application/msrtc-media-relay-auth+xml\r\n"
    "CONTENT-LENGTH: 10\r\n"
    "\r\n"
    "<request/>and more";

static struct message *parser;
static struct sip_message m;

static enum message_verdict
parse(struct slice octets)
{
	static const struct message_limits limits = { .octets = 65536,
		.headers = 1000 };

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	return message_parse(parser, octets, &m);
}

static const char *wanted;
static uint64_t found;

static void
find(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, wanted) == 0)
		found = value;
}

static uint64_t
count(const char *name)
{
	wanted = name;
	found = UINT64_MAX;
	message_stats(parser, find, NULL);
	return found;
}

START_TEST(everything_is_read_from_a_request)
{
	ck_assert_int_eq(parse(slice_text(service)), MESSAGE_PARSED);
	ck_assert(m.is_request && !m.recovered && m.has_record_route);
	IS(m.start_line, "SERVICE sip:edge.example.com:5062;grid SIP/2.0");
	IS(m.method, "SERVICE");
	IS(m.request_uri, "sip:edge.example.com:5062;grid");
	IS(m.call_id, "0123456789abcdef");
	ck_assert_uint_eq(m.cseq, 1);
	IS(m.from, "\"User\"<sip:user@example.com>;epid=0123456789;tag=abc");
	IS(m.from_tag, "abc");
	IS(m.to_tag, "t");
	ck_assert_uint_eq(m.vias, 3);
	IS(m.via_transport, "TLS");
	IS(m.via_host, "2001:db8::7");
	ck_assert_uint_eq(m.via_port, 60353);
	IS(m.via_branch, "z9hg4bK58E6");
	ck_assert(sip_message_has_cookie(&m));
	IS(m.via_bottom_host, "z");
	IS(m.date, "Tue, 28 Sep 2010 22:33:22 GMT");
	IS(m.content_type, "application/msrtc-media-relay-auth+xml");
	IS(m.user_agent, "UCCAPI/4.0");
	IS(m.body, "<request/>");
}
END_TEST

START_TEST(a_response_has_the_method_of_its_cseq)
{
	ck_assert_int_eq(
	    parse(
		slice_text("\r\n\r\nSIP/2.0 504 Server time-out\r\n"
			   "Via: SIP/2.0/TLS 10.0.0.1:1;ms-received-port=1\r\n"
			   "f: <sip:a@b>;tag=1\r\nt: <sip:b@c>\r\n"
			   "i: id@host\r\nCSeq: 7 INVITE\r\n"
			   "Server: RTC/6.0\r\nl:0\r\n\r\n")),
	    MESSAGE_PARSED);
	ck_assert(!m.is_request && !m.recovered);
	ck_assert_uint_eq(m.status, 504);
	IS(m.reason, "Server time-out");
	IS(m.method, "INVITE");
	IS(m.user_agent, "RTC/6.0");
	ck_assert_uint_eq(m.via_branch.len, 0);
	ck_assert(!sip_message_has_cookie(&m));
	ck_assert_uint_eq(m.request_uri.len, 0);
}
END_TEST

START_TEST(folds_become_one_blank)
{
	ck_assert_int_eq(
	    parse(slice_text(
		"OPTIONS sip:x SIP/2.0\n"
		"Via: SIP/2.0/UDP\n  h\n ;branch=\n z9hG4bKq\n"
		"From: A \r\n\t  <sip:a@b>\n ;tag=1\n"
		"To: <sip:a@b>\nCall-ID:\n id\nCSeq:\n 1\n OPTIONS\n\n")),
	    MESSAGE_PARSED);
	ck_assert(!m.recovered);
	IS(m.from, "A <sip:a@b> ;tag=1");
	IS(m.from_tag, "1");
	IS(m.call_id, "id");
	IS(m.via_branch, "z9hG4bKq");
}
END_TEST

/* RFC 4475 section 3.1.2.6: no quote at the end of the display name. */
START_TEST(a_message_refused_by_libosip2_is_recovered_by_its_keys)
{
	const uint64_t before = parser == NULL ? 0 : count("message.recovered");

	ck_assert_int_eq(
	    parse(slice_text(
		"INVITE sip:user@example.com SIP/2.0\r\n"
		"To: \"Mr. J. User <sip:j.user@example.com>\r\n"
		"From: sip:caller@example.net;tag=93334\r\n"
		"Call-ID: quotbal.aksdj\r\nCSeq: 8 INVITE\r\n"
		"Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKk\r\n"
		"Contact: <sip:caller@host59.example.net>\r\n\r\n")),
	    MESSAGE_PARSED);
	ck_assert(m.recovered);
	IS(m.via_branch, "z9hG4bKk");
	ck_assert_uint_eq(count("message.recovered"), before + 1);
	ck_assert_uint_eq(message_recovered(parser), before + 1);
}
END_TEST

START_TEST(anything_but_sip_is_counted_by_name)
{
	static const uint8_t stun[20] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
	static const uint8_t rtp[12] = { 0x80, 0, 0, 1 };

	ck_assert_int_eq(parse(slice_text("\r\n\r\n")), MESSAGE_FOREIGN);
	ck_assert_int_eq(parse(slice_of("\0\0\0\0", 4)), MESSAGE_FOREIGN);
	ck_assert_int_eq(parse(slice_of(NULL, 0)), MESSAGE_FOREIGN);
	ck_assert_int_eq(parse(slice_of(stun, 20)), MESSAGE_FOREIGN);
	ck_assert_int_eq(parse(slice_of(rtp, 12)), MESSAGE_FOREIGN);
	ck_assert_int_eq(
	    parse(slice_text("GET / HTTP/1.1\r\n\r\n")), MESSAGE_FOREIGN);
	ck_assert_uint_eq(count("message.keepalive"), 3);
	ck_assert_uint_eq(count("message.stun"), 1);
	ck_assert_uint_eq(count("message.rtp"), 1);
	ck_assert_uint_eq(count("message.foreign"), 1);
}
END_TEST

START_TEST(a_refusal_leaves_the_output_alone)
{
	m.cseq = 77;
	ck_assert_int_eq(parse(slice_text("OPTIONS sip:x SIP/2.0\r\n\r\n")),
	    MESSAGE_REFUSED);
	ck_assert_uint_eq(m.cseq, 77);
	ck_assert_uint_eq(count("message.no_via"), 1);
}
END_TEST

/* As many separators of each kind as a message can hold: libosip2 would take
 * seconds over some of these, and the alarm of the test would go off. */
START_TEST(no_message_is_slow)
{
	static const char *const units[] = { ";", ";a", ";a=b", ",", "a,", "<",
		"<sip:", "\"", "\\\"", "%41", "&a=b", "=", "\r\n ", "\n\n",
		"\r", "(", "a: b\n", "Via: SIP/2.0/UDP a\n", "Accept: a/b\n" };
	static const char *const begins[] = { "X: ", "Contact: ", "Via: ",
		"To: ", "WWW-Authenticate: Digest a", "Accept: " };
	char *text = malloc(65536);

	for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++)
		for (size_t b = 0; b < sizeof(begins) / sizeof(*begins); b++) {
			size_t len = (size_t)snprintf(text, 65536,
			    "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n"
			    "Call-ID: c\r\nCSeq: 1 OPTIONS\r\nTo: <sip:a@b>\r\n"
			    "From: <sip:a@b>\r\n%s",
			    begins[b]);

			while (len + strlen(units[u]) < 65536) {
				memcpy(text + len, units[u], strlen(units[u]));
				len += strlen(units[u]);
			}
			ck_assert_int_ne(
			    parse(slice_of(text, len)), MESSAGE_FOREIGN);
		}
	free(text);
}
END_TEST

START_TEST(limits_are_kept)
{
	char *text = malloc(1 << 20);
	size_t len = strlen(strcpy(text, "OPTIONS sip:x SIP/2.0\r\n"));

	for (int i = 0; i < 10000; i++)
		len += strlen(strcpy(text + len, "A: b\n"));
	ck_assert_int_eq(parse(slice_of(text, len)), MESSAGE_REFUSED);
	ck_assert_uint_eq(count("message.too_many_headers"), 1);
	memset(text + len, ' ', 65537 - len);
	ck_assert_int_eq(parse(slice_of(text, 65537)), MESSAGE_REFUSED);
	ck_assert_uint_eq(count("message.too_long"), 1);
	free(text);
}
END_TEST

START_TEST(a_message_may_be_cut_anywhere)
{
	for (size_t len = 0; len < sizeof(service) - 1; len++) {
		uint8_t *exact = unit_exact(slice_of(service, len));

		parse(slice_of(exact, len));
		free(exact);
	}
	/* A message cut off by the snaplen after its keys is still of use. */
	ck_assert_int_eq(
	    parse(slice_first(slice_text(service), sizeof(service) - 40)),
	    MESSAGE_PARSED);
}
END_TEST

START_TEST(a_status_line_may_end_after_its_code)
{
	static const char *const starts[] = { "SIP/2.0 200\r\n",
		"SIP/2.0 200\n", "SIP/2.0 200 \r\n" };

	for (size_t i = 0; i < 3; i++) {
		char text[256];

		snprintf(text, sizeof(text),
		    "%sVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
		    "Via: SIP/2.0/UDP g;branch=z9hG4bK2\r\nCall-ID: c\r\n"
		    "CSeq: 1 SERVICE\r\nFrom: <sip:a@b>;tag=1\r\n"
		    "To: <sip:a@b>\r\n\r\n",
		    starts[i]);
		ck_assert_int_eq(parse(slice_text(text)), MESSAGE_PARSED);
		ck_assert(!m.recovered);
		ck_assert_uint_eq(m.status, 200);
		ck_assert_uint_eq(m.reason.len, 0);
		IS(m.via_branch, "z9hG4bK1");
		ck_assert_uint_eq(m.vias, 2);
	}
}
END_TEST

UNIT("message", a_status_line_may_end_after_its_code,
    everything_is_read_from_a_request,
    a_response_has_the_method_of_its_cseq, folds_become_one_blank,
    a_message_refused_by_libosip2_is_recovered_by_its_keys,
    anything_but_sip_is_counted_by_name, a_refusal_leaves_the_output_alone,
    no_message_is_slow, limits_are_kept, a_message_may_be_cut_anywhere)
