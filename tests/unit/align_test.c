/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/align.h"

#include <stdio.h>

#include "unit/unit.h"

#define WALL (1294078920 * NSTIME_S)
#define DELAY (10 * NSTIME_MS)

static struct align *a;
static nstime ahead[4]; /* the clocks of the sources */

static void
begin(void)
{
	align_free(a);
	a = align_new(4);
	ck_assert_ptr_nonnull(a);
	memset(ahead, 0, sizeof(ahead));
}

static struct endpoint
host(uint8_t last, uint16_t port)
{
	const uint8_t octets[] = { 10, 0, 0, last };

	return (struct endpoint){
		.address = endpoint_address(slice_of(octets, 4)),
		.port = port,
	};
}

static void
input(struct decode_event *e, unsigned source, nstime at)
{
	const struct packet packet = {
		.source = source,
		.wall = WALL + at + ahead[source],
	};

	e->packet = &packet;
	align_input(a, e);
}

static void
segment(unsigned source, nstime at, bool to_server, uint32_t sequence,
    size_t octets, uint32_t acknowledgement)
{
	struct decode_event e = {
		.transport = DECODE_TCP,
		.from = to_server ? host(11, 40000) : host(21, 5062),
		.to = to_server ? host(21, 5062) : host(11, 40000),
		.tcp = { .sequence = sequence,
		    .payload_len = octets,
		    .flags = TCP_ACK,
		    .acknowledgement = acknowledgement },
	};

	input(&e, source, at);
}

/* Octets there, acknowledged DELAY later, and an answer DELAY after that. */
static void
talk(unsigned there, unsigned back, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		const nstime at = i * NSTIME_S;

		segment(there, at, true, 1000 + i * 300, 300, 500 + i * 200);
		segment(
		    back, at + DELAY, false, 500 + i * 200, 0, 1300 + i * 300);
		segment(back, at + 2 * DELAY, false, 500 + i * 200, 200,
		    1300 + i * 300);
		segment(there, at + 3 * DELAY, true, 1300 + i * 300, 0,
		    700 + i * 200);
	}
}

/* From the client to the server, or back. */
static void
datagram(unsigned source, nstime at, bool there, const char *text)
{
	struct decode_event e = {
		.transport = DECODE_UDP,
		.from = host(there ? 11 : 21, 5060),
		.to = host(there ? 21 : 11, 5060),
		.udp.payload = slice_text(text),
	};

	input(&e, source, at);
}

static void
sip(unsigned source, nstime at, bool request, unsigned n)
{
	char text[400];

	snprintf(text, sizeof(text),
	    "%s\r\nVia: SIP/2.0/UDP 10.0.0.11;branch=z9hG4bK%u\r\n"
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: %u@x\r\n"
	    "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
	    request ? "OPTIONS sip:b@x SIP/2.0" : "SIP/2.0 200 OK", n, n);
	datagram(source, at, request, text);
}

/* The final response to an INVITE, or the ACK of it. */
static void
finish(unsigned source, nstime at, bool ack, unsigned status, unsigned n)
{
	char text[400];

	snprintf(text, sizeof(text),
	    "%s%.0u%s\r\nVia: SIP/2.0/UDP 10.0.0.11;branch=z9hG4bK%u%s\r\n"
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=%u\r\nCall-ID: %u@x\r\n"
	    "CSeq: 1 %s\r\nContent-Length: 0\r\n\r\n",
	    ack ? "ACK sip:b@x SIP/2.0" : "SIP/2.0 ", ack ? 0 : status,
	    ack ? "" : " That", n, ack && status < 300 ? "ack" : "", n, n,
	    ack ? "ACK" : "INVITE");
	datagram(source, at, ack, text);
}

static struct align_pair
pair_of(unsigned first, unsigned second)
{
	struct align_pair pair;

	ck_assert(align_pair(a, first, second, &pair));
	return pair;
}

START_TEST(acknowledgements_before_their_octets_tell_the_difference)
{
	begin();
	ahead[1] = -3 * NSTIME_S;
	talk(0, 1, 10);
	ck_assert(pair_of(0, 1).differs);
	ck_assert_int_ge(pair_of(0, 1).offset, -3 * NSTIME_S - DELAY);
	ck_assert_int_le(pair_of(0, 1).offset, -3 * NSTIME_S + DELAY);
	ck_assert(pair_of(1, 0).differs);
	ck_assert_int_gt(pair_of(1, 0).offset, 2 * NSTIME_S);
}
END_TEST

START_TEST(one_clock_is_not_said_to_differ)
{
	begin();
	talk(0, 1, 10);
	ck_assert(!pair_of(0, 1).differs);
	ck_assert_uint_gt(pair_of(0, 1).answers, 10);
}
END_TEST

/* Slow answers prove no difference, early ones do. */
START_TEST(one_direction_bounds_from_one_side)
{
	begin();
	for (unsigned i = 0; i < 5; i++) {
		sip(0, i * NSTIME_S, true, i);
		sip(1, i * NSTIME_S + 400 * NSTIME_MS, false, i);
	}
	ck_assert(!pair_of(0, 1).differs);
	begin();
	ahead[1] = -2 * NSTIME_S;
	for (unsigned i = 0; i < 5; i++) {
		sip(0, i * NSTIME_S, true, i);
		sip(1, i * NSTIME_S + DELAY, false, i);
	}
	ck_assert(pair_of(0, 1).differs);
	ck_assert_int_eq(pair_of(0, 1).offset, -2 * NSTIME_S + DELAY);
}
END_TEST

static void
calls(unsigned status)
{
	begin();
	ahead[1] = 2 * NSTIME_S;
	for (unsigned i = 0; i < 5; i++) {
		finish(1, i * NSTIME_S, false, status, i);
		finish(0, i * NSTIME_S + DELAY, true, status, i);
	}
	ck_assert(pair_of(0, 1).differs);
	ck_assert_int_eq(pair_of(0, 1).offset, 2 * NSTIME_S - DELAY);
}

/* Where the responses are late, so that the requests tell nothing. */
START_TEST(an_ack_is_an_answer_to_a_final_response)
{
	calls(200);
	calls(486);
}
END_TEST

/* An hour: nobody would have waited for the answers. */
static void
answers_late(nstime late, nstime more, bool again)
{
	begin();
	for (unsigned i = 0; i < 8; i++) {
		const nstime at = i * NSTIME_S;

		sip(0, at, true, i);
		if (again)
			sip(0, at + NSTIME_S / 2, true, i);
		sip(1, at + late + i * more, false, i);
	}
}

START_TEST(answers_that_all_come_too_late_tell_the_difference)
{
	nstime corrections[ALIGN_SOURCES];

	answers_late(3600 * NSTIME_S, 0, false);
	ck_assert(pair_of(0, 1).differs);
	ck_assert_int_eq(pair_of(0, 1).offset, 3600 * NSTIME_S);
	ck_assert(pair_of(1, 0).differs);
	ck_assert_int_eq(pair_of(1, 0).offset, -3600 * NSTIME_S);
	align_corrections(a, corrections);
	ck_assert_int_eq(corrections[1], 3600 * NSTIME_S);
}
END_TEST

/* A server that stood still for a while. */
START_TEST(answers_that_were_waited_for_tell_nothing)
{
	struct align_pair pair;

	answers_late(30 * NSTIME_S, 0, false);
	ck_assert(!pair_of(0, 1).differs);
	answers_late(70 * NSTIME_S, 5 * NSTIME_S, false);
	ck_assert(!pair_of(0, 1).differs);
	answers_late(70 * NSTIME_S, 0, true);
	ck_assert(!align_pair(a, 0, 1, &pair));
}
END_TEST

START_TEST(two_answers_are_too_few)
{
	struct align_pair pair;

	begin();
	ahead[1] = -2 * NSTIME_S;
	for (unsigned i = 0; i < 2; i++) {
		sip(0, i * NSTIME_S, true, i);
		sip(1, i * NSTIME_S, false, i);
	}
	ck_assert(!align_pair(a, 0, 1, &pair));
	ck_assert(!align_pair(a, 0, 9, &pair));
}
END_TEST

/* An old answer to a request with the same identifiers. */
START_TEST(a_stray_answer_proves_nothing)
{
	begin();
	sip(1, -100 * NSTIME_S, false, 7);
	sip(0, 0, true, 7);
	for (unsigned i = 10; i < 40; i++) {
		sip(0, i * NSTIME_S, true, i);
		sip(1, i * NSTIME_S + DELAY, false, i);
	}
	ck_assert(!pair_of(0, 1).differs);
}
END_TEST

/* c is connected with a by b only. */
START_TEST(corrections_follow_from_source_to_source)
{
	nstime corrections[ALIGN_SOURCES];

	begin();
	ahead[1] = -3 * NSTIME_S;
	ahead[2] = 5 * NSTIME_S;
	talk(0, 1, 10);
	for (unsigned i = 0; i < 5; i++) {
		sip(1, i * NSTIME_S, true, i);
		sip(2, i * NSTIME_S + DELAY, false, i);
		sip(2, i * NSTIME_S, true, 100 + i);
		sip(1, i * NSTIME_S + DELAY, false, 100 + i);
	}
	align_corrections(a, corrections);
	ck_assert_int_eq(corrections[0], 0);
	ck_assert_int_ge(corrections[1], -3 * NSTIME_S);
	ck_assert_int_le(corrections[1], -3 * NSTIME_S + 2 * DELAY);
	ck_assert_int_ge(corrections[2], 5 * NSTIME_S - 4 * DELAY);
	ck_assert_int_le(corrections[2], 5 * NSTIME_S + 4 * DELAY);
	ck_assert_int_eq(corrections[3], 0);
	align_free(a);
	a = NULL;
}
END_TEST

UNIT("align", acknowledgements_before_their_octets_tell_the_difference,
    one_clock_is_not_said_to_differ, one_direction_bounds_from_one_side,
    an_ack_is_an_answer_to_a_final_response,
    answers_that_all_come_too_late_tell_the_difference,
    answers_that_were_waited_for_tell_nothing, two_answers_are_too_few,
    a_stray_answer_proves_nothing, corrections_follow_from_source_to_source)
