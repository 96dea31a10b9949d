/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/asreq.h"

#include "cutwitness.h"
#include "hex.h"

/* Options, a principal, the realm R, until 2010-11-13 23:29:00 UTC, a number:
 * alice; host/f; FE$. */
static const char user_hex[] =
    "6a4a3048a103020105a20302010aa43c303aa00703050000000000a11230"
    "10a003020101a10930071b05616c696365a2031b0152a511180f32303130"
    "313131333233323930305aa703020107";
static const char service_hex[] =
    "6a4c304aa103020105a20302010aa43e303ca00703050000000000a11430"
    "12a003020103a10b30091b04686f73741b0166a2031b0152a511180f3230"
    "3130313131333233323930305aa703020107";
static const char machine_hex[] =
    "6a483046a103020105a20302010aa43a3038a00703050000000000a11030"
    "0ea003020101a10730051b03464524a2031b0152a511180f323031303131"
    "31333233323930305aa703020107";

START_TEST(a_client_says_until_when)
{
	uint8_t *octets;
	struct asreq r;

	ck_assert(asreq_parse(hex_octets(user_hex, &octets), &r));
	ck_assert_int_eq(r.till, 1289690940 * NSTIME_S);
	ck_assert(!r.machine);
	free(octets);
}
END_TEST

static struct witness_reading
reading_of(const char *hex)
{
	struct witness_reading reading;
	uint8_t *octets;

	ck_assert_int_eq(
	    asreq_read_datagram(hex_octets(hex, &octets), &reading),
	    WITNESS_TOLD);
	ck_assert(reading.unproven);
	free(octets);
	return reading;
}

START_TEST(machines_are_a_class_of_their_own)
{
	const uint32_t user = reading_of(user_hex).speaker.number;

	ck_assert_uint_ne(user, reading_of(machine_hex).speaker.number);
	ck_assert_uint_ne(user, reading_of(service_hex).speaker.number);
}
END_TEST

START_TEST(other_messages_and_versions_are_none)
{
	uint8_t *octets;
	const struct slice whole = hex_octets(user_hex, &octets);
	struct asreq r;

	octets[0] = 0x6c; /* TGS-REQ */
	ck_assert(!asreq_parse(whole, &r));
	octets[0] = 0x6a;
	ck_assert(asreq_parse(whole, &r));
	octets[8] = 4;
	ck_assert(!asreq_parse(whole, &r));
	free(octets);
}
END_TEST

/* The end of the ticket stands before the end of the message. */
START_TEST(every_cut_of_a_datagram_is_refused)
{
	uint8_t *octets;
	const struct slice whole = hex_octets(user_hex, &octets);

	cutwitness(asreq_read_datagram, whole, WITNESS_FOREIGN);
	free(octets);
}
END_TEST

START_TEST(a_stream_waits_for_the_rest)
{
	uint8_t framed[4 + 128] = { 0 };
	uint8_t *octets;
	const struct slice whole = hex_octets(user_hex, &octets);
	struct witness_reading reading;

	framed[3] = (uint8_t)whole.len;
	memcpy(framed + 4, whole.p, whole.len);
	cutwitness(asreq_read_stream, slice_of(framed, 4 + whole.len),
	    WITNESS_PARTIAL);
	framed[4] = 0x6c;
	ck_assert_int_eq(
	    asreq_read_stream(slice_of(framed, 5), &reading), WITNESS_FOREIGN);
	framed[1] = 1; /* 64 KiB */
	framed[4] = 0x6a;
	ck_assert_int_eq(
	    asreq_read_stream(slice_of(framed, 5), &reading), WITNESS_FOREIGN);
	free(octets);
}
END_TEST

UNIT("asreq", a_client_says_until_when, machines_are_a_class_of_their_own,
    other_messages_and_versions_are_none, every_cut_of_a_datagram_is_refused,
    a_stream_waits_for_the_rest)
