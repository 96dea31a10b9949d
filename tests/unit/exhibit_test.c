/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/exhibit.h"

#include "net/ip.h"
#include "net/pcapng.h"
#include "unit/event.h"
#include "unit/wire.h"

static struct wire w;
static struct evidence e;
static struct packetring *rings[2], *ring; /* where the next packet goes */
static nstime wall;
static unsigned source; /* of the packets to come */
static int datalink;

/* The file that was made, as it is read again. */
static unsigned packets;
static char payloads[128][2000];
static int datalinks[128];
static uint8_t octets[65536]; /* the file itself */
static size_t octet_count;

static void
begin(void)
{
	for (size_t i = 0; i < 2; i++) {
		packetring_free(rings[i]);
		rings[i] = packetring_new(
		    &(struct packetring_limits){ .octets = 1000000 });
	}
	ring = rings[0];
	wall = EVENT_WALL - 40 * NSTIME_S;
	source = 0;
	datalink = 1;
}

/* Linux cooked, sent to us. */
#define COOKED_IPV4 "0000 0001 0006 000000000001 0000 0800"

static void
input_of(uint8_t protocol, const char *from_to)
{
	wire_ipv4_between(&w, from_to, protocol, 1, 0);
	wire_hex(&w, datalink == 1 ? ETHERNET_IPV4 : COOKED_IPV4);
	packetring_input(ring,
	    &(struct packet){
		.octets = wire_slice(&w),
		.len = wire_slice(&w).len,
		.source = source,
		.datalink = datalink,
		.wall = wall += NSTIME_S,
		.now = wall,
	    });
}

static void
input(const char *from_to)
{
	input_of(IP_UDP, from_to);
}

/* From 10.0.0.11:49152 to 10.0.0.21:5062. */
static void
request(const char *text)
{
	wire_begin(&w, text);
	wire_udp(&w, 49152, 5062);
	input("0a00000b 0a000015");
}

static void
response(const char *text)
{
	wire_begin(&w, text);
	wire_udp(&w, 5062, 49152);
	input("0a000015 0a00000b");
}

/* Make the file, and read it again.  False: there is none. */
static bool
made(const struct alert_event *event, size_t most)
{
	const struct packetring_set set = { rings, 2 };
	const struct exhibit_limits limits = {
		.packets = most,
		.application = "test",
	};
	struct pcapng *in = pcapng_new(NULL, NULL);
	struct pcapng_packet packet;
	struct pcapngout out;
	struct slice rest;
	bool found = exhibit_make(&set, event, &limits, &out);

	packets = 0;
	if (found) {
		ck_assert_uint_le(out.len, sizeof(octets));
		memcpy(octets, out.octets, out.len);
		octet_count = out.len;
		rest = slice_of(out.octets, out.len);
		while (pcapng_next(in, &rest, &packet) == PCAPNG_PACKET) {
			const size_t len = packet.octets.len - 42;

			datalinks[packets] = packet.datalink;
			memcpy(payloads[packets], packet.octets.p + 42, len);
			payloads[packets++][len] = '\0';
		}
		pcapngout_done(&out);
	}
	pcapng_free(in);
	return found;
}

/* Is it in the file, as the comment on a packet or of all? */
static bool
says(const char *text)
{
	return memmem(octets, octet_count, text, strlen(text)) != NULL;
}

#define SERVICE                                                                \
	"SERVICE sip:e@10.0.0.21 SIP/2.0\r\nCall-ID: 7d8d76435a47\r\n\r\n"
#define OTHER "SERVICE sip:e@10.0.0.21 SIP/2.0\r\nCall-ID: other\r\n\r\n"
#define TRYING "SIP/2.0 100 Trying\r\nCall-ID: 7d8d76435a47\r\n\r\n"

START_TEST(a_call_that_was_not_answered)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	request(SERVICE);
	response(TRYING);
	request(OTHER);
	request(SERVICE);
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 3);
	ck_assert_str_eq(payloads[0], SERVICE);
	ck_assert_str_eq(payloads[1], TRYING);
	ck_assert_str_eq(payloads[2], SERVICE);
}
END_TEST

/* Theirs begin, or end, with its Call-ID. */
START_TEST(calls_of_similar_names_are_not_shown)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	request("SERVICE sip:e@10.0.0.21 SIP/2.0\r\nCall-ID: "
		"7d8d76435a47@10.0.0.11\r\n\r\n");
	request("SERVICE sip:e@10.0.0.21 SIP/2.0\r\ni:17d8d76435a47\r\n\r\n");
	request("SERVICE sip:e@10.0.0.21 SIP/2.0\r\ni:17d8d76435a47\r\n"
		"Replaces: 7d8d76435a47;to-tag=1\r\n\r\n");
	request("SERVICE sip:e@10.0.0.21 SIP/2.0\r\ni:7d8d76435a47\r\n\r\n");
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 2);
	ck_assert_ptr_nonnull(strstr(payloads[0], "Replaces"));
	ck_assert_ptr_nonnull(strstr(payloads[1], "i:7d8d76435a47"));
}
END_TEST

/* Each keeps the packets that it captured. */
START_TEST(what_several_threads_captured_is_in_the_order_of_time)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	ring = rings[1];
	request(SERVICE);
	ring = rings[0];
	response(TRYING);
	request(OTHER);
	ring = rings[1];
	request(SERVICE);
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 3);
	ck_assert_str_eq(payloads[0], SERVICE);
	ck_assert_str_eq(payloads[1], TRYING);
	ck_assert_str_eq(payloads[2], SERVICE);
}
END_TEST

/* The earlier copies may have left the ring. */
START_TEST(copies_are_counted_from_the_last)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	request(SERVICE);
	response(TRYING);
	request(SERVICE);
	ck_assert(made(&event, 100));
	ck_assert(says("copy 10 of 11"));
	ck_assert(says("copy 11 of 11"));
	ck_assert(!says("copy 9 of 11"));
	ck_assert(says("provisional response 100"));
	ck_assert(says("transaction-timeout: 10.0.0.21:5062 "));
}
END_TEST

static void
segment(const char *text, bool to_server, uint32_t sequence, uint32_t ack)
{
	wire_begin(&w, text);
	if (to_server)
		wire_segment(&w, 49152, 5062, sequence, ack, 0x18);
	else
		wire_segment(&w, 5062, 49152, sequence, ack, 0x10);
	input_of(IP_TCP, to_server ? "0a00000b 0a000015" : "0a000015 0a00000b");
}

START_TEST(the_acknowledgement_is_told)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
	const uint32_t end = 1000 + (uint32_t)strlen(SERVICE);

	event_timeout(&e, "no_response", "acknowledged");
	begin();
	segment(SERVICE, true, 1000, 1);
	segment("", false, 1, end - 1);
	segment("", false, 1, end);
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 3);
	ck_assert(says("ACK of these octets, nothing followed"));
}
END_TEST

START_TEST(a_date_tells_how_far_it_is)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	begin();
	/* EVENT_WALL is 18:22:45.123, the first packet 39 s before. */
	request(
	    "SIP/2.0 200 OK\r\nDate: Mon, 03 Jan 2011 17:22:06 GMT\r\n\r\n");
	ck_assert(made(&event, 100));
	ck_assert(says("its Date is -3600.1 s from the time of this capture"));
}
END_TEST

START_TEST(the_latest_when_there_are_too_many)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	request(SERVICE);
	request(SERVICE);
	response(TRYING);
	ck_assert(made(&event, 2));
	ck_assert_uint_eq(packets, 2);
	ck_assert_str_eq(payloads[1], TRYING);
}
END_TEST

START_TEST(both_directions_of_a_host_whose_clock_is_wrong)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	begin();
	request(SERVICE);
	response(TRYING);
	wire_begin(&w, OTHER);
	wire_udp(&w, 5060, 5060);
	input("0a000001 0a000002"); /* of other hosts */
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 2);
}
END_TEST

START_TEST(without_packets_there_is_no_file)
{
	struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	ck_assert(!made(&event, 100));
	request(SERVICE);
	ck_assert(made(&event, 100));
	evidence_init(&e);
	ck_assert(!made(&event, 100));
	event.evidence = NULL;
	ck_assert(!made(&event, 100));
}
END_TEST

static void
handed(uint32_t number, const char *text)
{
	static const uint8_t hosts[] = { 10, 0, 0, 50, 10, 0, 0, 11, 10, 0, 0,
		21 };
	const struct address agent = endpoint_address(slice_of(hosts, 4));
	const struct hepmsg m = {
		.from = { endpoint_address(slice_of(hosts + 4, 4)), 49152 },
		.to = { endpoint_address(slice_of(hosts + 8, 4)), 5062 },
		.protocol = 6,
		.agent = number,
		.payload = slice_text(text),
	};

	packetring_handed(ring, &m, &agent, wall += NSTIME_S);
}

START_TEST(of_what_an_agent_handed_on_the_agent_is_told)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_response", "retransmitted");
	begin();
	handed(7, SERVICE);
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 1);
	ck_assert(says("; handed on by HEP agent 10.0.0.50 (number 7), its IP "
		       "and UDP headers are made up, it was sent by protocol "
		       "6"));
	ck_assert(!says("of the request, of which"));
	handed(8, SERVICE);
	ck_assert(made(&event, 100));
	ck_assert_uint_eq(packets, 2);
	ck_assert(says("of the request, of which"));
}
END_TEST

START_TEST(packets_of_another_day_are_none_of_it)
{
	struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	request(SERVICE);
	event.first_seen += 3600 * NSTIME_S;
	ck_assert(!made(&event, 100));
}
END_TEST

START_TEST(each_of_many_sources_keeps_its_datalink)
{
	enum { SOURCES = 100 };
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_final", "provisional");
	begin();
	for (source = 0; source < SOURCES; source++) {
		datalink = source < SOURCES - 1 ? 1 : 113;
		wall -= NSTIME_S - NSTIME_MS;
		request(SERVICE);
	}
	ck_assert(made(&event, SOURCES));
	ck_assert_uint_eq(packets, SOURCES);
	ck_assert_int_eq(datalinks[SOURCES - 2], 1);
	ck_assert_int_eq(datalinks[SOURCES - 1], 113);
}
END_TEST

UNIT("exhibit", of_what_an_agent_handed_on_the_agent_is_told,
    what_several_threads_captured_is_in_the_order_of_time,
    a_call_that_was_not_answered, calls_of_similar_names_are_not_shown,
    copies_are_counted_from_the_last, the_acknowledgement_is_told,
    a_date_tells_how_far_it_is, the_latest_when_there_are_too_many,
    both_directions_of_a_host_whose_clock_is_wrong,
    without_packets_there_is_no_file, packets_of_another_day_are_none_of_it,
    each_of_many_sources_keeps_its_datalink)
