/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetmask.h"

#include "net/ip.h"
#include "unit/wire.h"

enum { PACKETS = 16, OCTETS = 4096 };

#define HEAD "SIP/2.0 200 OK\r\nCall-ID: 1@a\r\n"
#define SECRET "s3cr3t-0ctets"

static struct wire w;
static struct packetring *ring;
static struct packetmask_packet packets[PACKETS];
static uint8_t masked[PACKETS][OCTETS];
static size_t count;

static void
begin(void)
{
	packetring_free(ring);
	ring = packetring_new(&(struct packetring_limits){ .octets = 1000000 });
	count = 0;
}

/* What is in `wire', down to its IP packet, as checksums would have it. */
static void
input(void)
{
	wire_hex(&w, ETHERNET_IPV4);
	packetring_input(ring,
	    &(struct packet){
		.octets = wire_slice(&w),
		.len = wire_slice(&w).len,
		.datalink = 1,
	    });
	packets[count].packet = packetring_at(ring, count);
	packets[count].octets = masked[count];
	count++;
}

static void
datagram(uint16_t port, const char *text)
{
	wire_begin(&w, text);
	wire_udp(&w, 40000, port);
	wire_ipv4(&w, IP_UDP, 1, 0);
	input();
}

static void
segment(uint32_t sequence, const char *text)
{
	wire_begin(&w, text);
	wire_tcp(&w, 5061, 40000, sequence);
	wire_ipv4(&w, IP_TCP, 1, 0);
	input();
}

static void
mask(enum identity_mode mode)
{
	ck_assert(packetmask(packets, count, mode));
}

static const char *
content(size_t i)
{
	static char text[OCTETS];
	const struct layers *l = &packets[i].packet->layers;

	memcpy(text, masked[i] + l->content, l->end - l->content);
	text[l->end - l->content] = '\0';
	return text;
}

/* Is any six octets of the secret anywhere in what would be written? */
static bool
is_told(void)
{
	enum { PART = 6 };

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at + PART < strlen(SECRET); at++)
			if (memmem(masked[i],
				packets[i].packet->packet.octets.len,
				SECRET + at, PART) != NULL)
				return true;
	return false;
}

/* The sum of all 16-bit words of a transport with a checksum: masking keeps
 * it. */
static unsigned
sum(const uint8_t *octets, const struct layers *l)
{
	unsigned sum = 0;

	for (size_t i = l->transport; i < l->end; i++)
		sum += (unsigned)octets[i]
		    << ((i - l->transport) % 2 == 0 ? 8 : 0);
	while (sum > UINT16_MAX)
		sum = (sum >> 16) + (sum & UINT16_MAX);
	return sum;
}

static void
same_sums(void)
{
	for (size_t i = 0; i < count; i++)
		if (packets[i].packet->layers.checksum != 0)
			ck_assert_uint_eq(
			    sum(masked[i], &packets[i].packet->layers),
			    sum(packets[i].packet->packet.octets.p,
				&packets[i].packet->layers));
}

START_TEST(a_message_keeps_its_length_and_its_headers)
{
	begin();
	datagram(5062, HEAD "Authorization: " SECRET "\r\n\r\n" SECRET);
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(0),
	    HEAD "Authorization:xxxxxxxxxxxxxx\r\n\r\nxxxxxxxxxxxxx");
	ck_assert_mem_eq(masked[0], packets[0].packet->packet.octets.p, 40);
	same_sums();
}
END_TEST

START_TEST(a_secret_cut_by_segments_is_hidden_in_both)
{
	begin();
	segment(1000, HEAD "Authorization: s3cr3t");
	segment(1000 + strlen(HEAD "Authorization: s3cr3t"),
	    "-0ctets\r\nl: 13\r\n\r\ns3cr");
	segment(1000 +
		strlen(
		    HEAD "Authorization: s3cr3t-0ctets\r\nl: 13\r\n\r\ns3cr"),
	    "3t-0ctets" HEAD "\r\n");
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(1), "xxxxxxx\r\nl: 13\r\n\r\nxxxx");
	ck_assert_str_eq(content(2), "xxxxxxxxx" HEAD "\r\n");
	ck_assert(!is_told());
	same_sums();
}
END_TEST

START_TEST(segments_are_read_in_their_order)
{
	begin();
	segment(
	    1000 + strlen(HEAD "Proxy-Authorization:"), " " SECRET "\r\n\r\n");
	segment(1000, HEAD "Proxy-Authorization:");
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(1), HEAD "Proxy-Authorization:");
	ck_assert_str_eq(content(0), "xxxxxxxxxxxxxx\r\n\r\n");
}
END_TEST

START_TEST(across_the_wrap_of_sequences)
{
	begin();
	segment(0xfffffff0, HEAD "Identity: ");
	segment(0xfffffff0 + (uint32_t)strlen(HEAD "Identity: "),
	    SECRET "\r\n\r\n");
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(1), "xxxxxxxxxxxxx\r\n\r\n");
}
END_TEST

START_TEST(behind_a_gap_all_is_hidden_up_to_a_message)
{
	begin();
	segment(1000, HEAD "Authorization: ");
	segment(2000, "Via: " SECRET "\r\n\r\n" HEAD "\r\n");
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(1), "xxxxxxxxxxxxxxxxxx\r\n\r\n" HEAD "\r\n");
}
END_TEST

/* Otherwise one of two readings might show what the other hides. */
START_TEST(octets_that_differ_are_shown_in_neither)
{
	begin();
	segment(1000, HEAD "Via: 123456789012345\r\n\r\n");
	segment(1000, HEAD "Via: " SECRET "xx\r\n\r\n");
	mask(IDENTITY_FULL);
	ck_assert_ptr_null(strstr(content(0), "Via"));
	ck_assert(!is_told());
}
END_TEST

START_TEST(a_retransmission_is_shown_as_the_first)
{
	begin();
	segment(1000, HEAD "\r\n");
	segment(1000, HEAD "\r\n");
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(1), HEAD "\r\n");
}
END_TEST

START_TEST(of_tls_the_data_is_hidden)
{
	begin();
	wire_begin(&w, SECRET);
	wire_hex(&w, "170303000d");
	wire_front(&w, slice_text("hello"));
	wire_hex(&w, "1603010005");
	wire_tcp(&w, 5061, 40000, 1);
	wire_ipv4(&w, IP_TCP, 1, 0);
	input();
	mask(IDENTITY_FULL);
	ck_assert_mem_eq(content(0), "\x16\x03\x01\x00\x05hello\x17", 11);
	ck_assert_str_eq(content(0) + 15, "xxxxxxxxxxxxx");
	/* A client's certificate may name a person. */
	mask(IDENTITY_DOMAIN);
	ck_assert_mem_eq(content(0) + 5, "xxxxx", 5);
	ck_assert(!is_told());
}
END_TEST

START_TEST(of_ntp_the_key_is_hidden)
{
	static const char header[] =
	    "123456789012345678901234567890123456789012345678";

	begin();
	wire_begin(&w, SECRET);
	wire_front(&w, slice_text(header));
	wire_udp(&w, 123, 123);
	wire_ipv4(&w, IP_UDP, 1, 0);
	input();
	mask(IDENTITY_FULL);
	ck_assert_mem_eq(content(0), header, 48);
	ck_assert(!is_told());
}
END_TEST

START_TEST(what_is_not_read_is_hidden)
{
	begin();
	datagram(88, "\x7e" SECRET);
	wire_begin(&w, SECRET);
	wire_ipv4(&w, IP_UDP, 1, 100); /* a later fragment */
	input();
	wire_begin(&w, "12345678" SECRET);
	wire_ipv4(&w, IP_UDP, 1, 0);
	wire_hex(&w, "0301 0001 00000000");
	wire_ipv4(&w, IP_ICMP, 2, 0);
	input();
	wire_begin(&w, SECRET);
	wire_ipv4(&w, IP_SCTP, 2, 0);
	input();
	mask(IDENTITY_FULL);
	ck_assert(!is_told());
	same_sums();
}
END_TEST

START_TEST(padding_is_hidden)
{
	begin();
	wire_begin(&w, SECRET);
	wire_front(&w, slice_text("SIP/2.0 200 OK\r\n\r\n"));
	wire_udp(&w, 5060, 5060);
	w.room[w.begin + 5] = (uint8_t)(w.room[w.begin + 5] - strlen(SECRET));
	wire_ipv4(&w, IP_UDP, 1, 0);
	w.room[w.begin + 3] = (uint8_t)(w.room[w.begin + 3] - strlen(SECRET));
	input();
	mask(IDENTITY_FULL);
	ck_assert_str_eq(content(0), "SIP/2.0 200 OK\r\n\r\n");
	ck_assert(!is_told());
}
END_TEST

/* Every way to cut a stream in two, the second half kept or lost. */
START_TEST(no_cut_tells_a_secret)
{
	static const char stream[] =
	    "INVITE sip:b:" SECRET "@h SIP/2.0\r\n"
	    "From: <sip:a:" SECRET "@h>\r\nl: 13\r\n"
	    "Authorization: a\r\n " SECRET "\r\n\r\n" SECRET HEAD "\r\n";

	for (size_t at = 1; at < strlen(stream); at++) {
		char front[sizeof(stream)] = { 0 };

		memcpy(front, stream, at);
		begin();
		segment(1000, front);
		segment((uint32_t)(1000 + at), stream + at);
		mask(IDENTITY_FULL);
		ck_assert(!is_told());
		same_sums();
		begin();
		segment((uint32_t)(1000 + at), stream + at);
		mask(IDENTITY_FULL);
		ck_assert(!is_told());
		begin();
		segment(1000, front);
		mask(IDENTITY_FULL);
		ck_assert(!is_told());
	}
}
END_TEST

UNIT("packetmask", a_message_keeps_its_length_and_its_headers,
    a_secret_cut_by_segments_is_hidden_in_both,
    segments_are_read_in_their_order, across_the_wrap_of_sequences,
    behind_a_gap_all_is_hidden_up_to_a_message,
    octets_that_differ_are_shown_in_neither,
    a_retransmission_is_shown_as_the_first, of_tls_the_data_is_hidden,
    of_ntp_the_key_is_hidden, what_is_not_read_is_hidden, padding_is_hidden,
    no_cut_tells_a_secret)
