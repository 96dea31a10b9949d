/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/hepreading.h"

#include <zlib.h>

#include "unit/wire.h"

static struct wire wire;
static struct hepmsg m;
static struct slice left;
static const struct hepreading_limits open_to_all = { .key = "" };

static void
chunk(unsigned type, struct slice octets)
{
	wire_front(&wire, octets);
	wire_number(&wire, octets.len + 6, 2);
	wire_number(&wire, type, 2);
	wire_number(&wire, 0, 2);
}

static void
begin(struct slice payload, unsigned type)
{
	wire_begin(&wire, "");
	chunk(type, payload);
	chunk(3, slice_of("\xc0\0\2\1", 4));
	chunk(4, slice_of("\xc0\0\2\2", 4));
}

static bool
next_packet(struct hepreading *h)
{
	return hepreading_packet(h, &left, &m) == HEPREADING_USABLE;
}

static bool
read_packet(struct hepreading *h)
{
	wire_number(&wire, sizeof(wire.room) - wire.begin + 6, 2);
	wire_front(&wire, slice_text("HEP3"));
	left = wire_slice(&wire);
	return next_packet(h);
}

static uint64_t counted;

static void
count(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	if (strcmp(name, *(const char **)arg) == 0)
		counted = value;
}

static uint64_t
counter(const struct hepreading *h, const char *name)
{
	counted = UINT64_MAX;
	hepreading_stats(h, count, &name);
	return counted;
}

START_TEST(a_message_has_both_addresses_and_its_payload)
{
	struct hepreading *h = hepreading_new(&open_to_all);

	begin(slice_text("SIP/2.0 200 OK"), 15);
	ck_assert(read_packet(h));
	ck_assert(slice_is(m.payload, "SIP/2.0 200 OK"));
	ck_assert_uint_eq(m.from.address.octets[3], 1);
	ck_assert_uint_eq(m.to.address.octets[3], 2);
	hepreading_free(h);
}
END_TEST

START_TEST(a_compressed_payload_is_inflated)
{
	struct hepreading *h = hepreading_new(&open_to_all);
	uint8_t compressed[100];
	uLongf len = sizeof(compressed);

	ck_assert_int_eq(
	    compress(compressed, &len, (const uint8_t *)"SIP/2.0", 7), Z_OK);
	begin(slice_of(compressed, len), 16);
	ck_assert(read_packet(h));
	ck_assert(slice_is(m.payload, "SIP/2.0"));
	begin(slice_of(compressed, len - 1), 16);
	ck_assert(!read_packet(h));
	ck_assert_uint_eq(counter(h, "hep.not_inflated"), 1);
	hepreading_free(h);
}
END_TEST

START_TEST(agents_must_send_the_whole_key)
{
	const struct hepreading_limits limits = { .key = "secret" };
	static const char *const wrong[] = { "", "secre", "secret2", "Secret" };
	struct hepreading *h = hepreading_new(&open_to_all);

	hepreading_set(h, &limits);
	for (size_t i = 0; i < 4; i++) {
		begin(slice_text("x"), 15);
		chunk(14, slice_text(wrong[i]));
		ck_assert(!read_packet(h));
	}
	begin(slice_text("x"), 15);
	ck_assert(!read_packet(h));
	ck_assert_uint_eq(counter(h, "hep.wrong_key"), 5);
	left = wire_slice(&wire);
	ck_assert_int_eq(hepreading_packet(h, &left, &m), HEPREADING_OTHER_KEY);
	begin(slice_text("x"), 15);
	chunk(14, slice_text("secret"));
	ck_assert(read_packet(h));
	hepreading_free(h);
}
END_TEST

START_TEST(what_cannot_be_used_is_counted_by_its_reason)
{
	struct hepreading *h = hepreading_new(&open_to_all);

	left = slice_text("SIP/2.0 200 OK");
	ck_assert(!next_packet(h));
	ck_assert_uint_eq(left.len, 0);
	ck_assert_uint_eq(counter(h, "hep.malformed"), 1);
	wire_begin(&wire, "");
	chunk(15, slice_text("x"));
	chunk(3, slice_of("\xc0\0\2\1", 4));
	ck_assert(!read_packet(h));
	ck_assert_uint_eq(counter(h, "hep.no_address"), 1);
	begin(slice_text(""), 15);
	ck_assert(!read_packet(h));
	ck_assert_uint_eq(counter(h, "hep.no_payload"), 1);
	begin(slice_text("a log line"), 15);
	chunk(11, slice_of("\x64", 1));
	ck_assert(!read_packet(h));
	ck_assert_uint_eq(counter(h, "hep.other_payload"), 1);
	hepreading_free(h);
}
END_TEST

START_TEST(a_message_with_a_bad_stamp_is_read_and_that_is_counted)
{
	struct hepreading *h = hepreading_new(&open_to_all);

	begin(slice_text("SIP/2.0 200 OK"), 15);
	chunk(9, slice_of("\x4c\xdf\x1f\x3c", 4));
	chunk(10, slice_of("\xff\0\0\0", 4));
	ck_assert(read_packet(h));
	ck_assert_int_eq(m.stamp, 0);
	ck_assert_uint_eq(counter(h, "hep.bad_stamp"), 1);
	hepreading_free(h);
}
END_TEST

START_TEST(the_transport_is_that_of_the_agent_or_of_the_via)
{
	static const struct {
		uint8_t protocol;
		enum transport via, is;
	} cases[] = {
		{ 17, TRANSPORT_UDP, TRANSPORT_UDP },
		{ 17, TRANSPORT_TLS, TRANSPORT_TLS }, /* hep-js */
		{ 6, TRANSPORT_TCP, TRANSPORT_TCP },
		{ 6, TRANSPORT_TLS, TRANSPORT_TLS }, /* sngrep */
		{ 6, TRANSPORT_UDP, TRANSPORT_TCP },
		{ 22, TRANSPORT_UDP, TRANSPORT_TLS }, /* Kamailio */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m.protocol = cases[i].protocol;
		ck_assert_int_eq(
		    hepreading_origin(&m, cases[i].via).transport, cases[i].is);
	}
}
END_TEST

START_TEST(another_packet_may_follow_in_one_datagram)
{
	struct hepreading *h = hepreading_new(&open_to_all);
	uint8_t two[400];
	size_t len;

	begin(slice_text("SIP/2.0 200 OK"), 15);
	ck_assert(read_packet(h));
	ck_assert_uint_eq(left.len, 0);
	len = wire_slice(&wire).len;
	memcpy(two, wire_slice(&wire).p, len);
	memcpy(two + len, two, len);
	left = slice_of(two, 2 * len);
	ck_assert(next_packet(h));
	ck_assert_uint_eq(left.len, len);
	ck_assert(next_packet(h));
	ck_assert_uint_eq(left.len, 0);
	left = slice_of(two, len + 3);
	ck_assert(next_packet(h));
	ck_assert_uint_eq(left.len, 0);
	hepreading_free(h);
}
END_TEST

START_TEST(over_sctp_nothing_is_resent)
{
	const struct hepmsg sctp = { .protocol = 132 };

	ck_assert_int_eq(
	    hepreading_origin(&sctp, TRANSPORT_UDP).transport, TRANSPORT_TCP);
}
END_TEST

UNIT("hepreading", another_packet_may_follow_in_one_datagram,
    over_sctp_nothing_is_resent, a_message_has_both_addresses_and_its_payload,
    a_compressed_payload_is_inflated, agents_must_send_the_whole_key,
    what_cannot_be_used_is_counted_by_its_reason,
    a_message_with_a_bad_stamp_is_read_and_that_is_counted,
    the_transport_is_that_of_the_agent_or_of_the_via)
