/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/ntp.h"

#include "unit.h"

enum { OCTETS = 48 };

/* 2010-11-13 23:29:00 UTC: Unix seconds, and NTP's. */
#define UNIX 1289690940
#define STAMP (UNIX + 2208988800ull)

static uint8_t packet[OCTETS + 72];

static void
put(size_t at, uint64_t stamp)
{
	for (unsigned i = 0; i < 8; i++)
		packet[at + i] = (uint8_t)(stamp >> (56 - 8 * i));
}

static struct slice
datagram(unsigned mode, unsigned version, uint64_t transmit)
{
	memset(packet, 0, sizeof(packet));
	packet[0] = (uint8_t)(version << 3 | mode);
	packet[1] = mode == 3 ? 0 : 2;
	put(40, transmit);
	return slice_of(packet, OCTETS);
}

START_TEST(a_server_tells_its_time)
{
	struct ntp ntp;

	ck_assert(ntp_parse(datagram(4, 4, STAMP << 32 | 1u << 31), &ntp));
	ck_assert_int_eq(ntp.time, UNIX * NSTIME_S + NSTIME_S / 2);
	ck_assert_uint_eq(ntp.mode, 4);
	ck_assert_uint_eq(ntp.version, 4);
	ck_assert_uint_eq(ntp.stratum, 2);
	ck_assert(ntp.has_time && ntp.serves && ntp.synchronised);
	ck_assert(!ntp.from_client);
}
END_TEST

START_TEST(clients_and_active_peers_have_to_be_learnt)
{
	struct ntp ntp;

	for (unsigned mode = 1; mode <= 5; mode++) {
		ck_assert(ntp_parse(datagram(mode, 3, STAMP << 32), &ntp));
		ck_assert_int_eq(ntp.from_client, mode == 1 || mode == 3);
		ck_assert_int_eq(ntp.serves, !ntp.from_client);
		ck_assert(ntp.synchronised);
	}
}
END_TEST

START_TEST(only_modes_and_versions_of_old_are_read)
{
	struct ntp ntp;

	for (unsigned version = 0; version < 8; version++)
		for (unsigned mode = 0; mode < 8; mode++)
			ck_assert_int_eq(
			    ntp_parse(datagram(mode, version, 1), &ntp),
			    version >= 1 && version <= 4 && mode >= 1 &&
				mode <= 5);
}
END_TEST

START_TEST(a_zero_stamp_tells_no_time)
{
	struct ntp ntp;

	ck_assert(ntp_parse(datagram(3, 4, 0), &ntp));
	ck_assert(!ntp.has_time);
}
END_TEST

START_TEST(a_server_may_say_that_it_does_not_know)
{
	const struct slice d = datagram(4, 4, STAMP << 32);
	struct ntp ntp;

	packet[0] |= 3 << 6;
	ck_assert(ntp_parse(d, &ntp) && !ntp.synchronised);
	packet[0] &= 0x3f;
	packet[1] = 0;
	ck_assert(ntp_parse(d, &ntp) && !ntp.synchronised);
	packet[1] = 16;
	ck_assert(ntp_parse(d, &ntp) && !ntp.synchronised);
	packet[1] = 15;
	ck_assert(ntp_parse(d, &ntp) && ntp.synchronised);
}
END_TEST

START_TEST(time_goes_on_after_2036)
{
	struct ntp ntp;

	ck_assert(ntp_parse(datagram(4, 4, UINT64_MAX), &ntp));
	ck_assert_int_eq(ntp.time / NSTIME_S, 2085978495);
	ck_assert(ntp_parse(datagram(4, 4, 1ull << 32), &ntp));
	ck_assert_int_eq(ntp.time, 2085978497 * NSTIME_S);
	ck_assert(ntp_parse(datagram(4, 4, 1ull << 63), &ntp));
	ck_assert_int_eq(ntp.time, -61505152 * NSTIME_S);
}
END_TEST

START_TEST(interleaved_answers_are_judged_by_their_receive_stamp)
{
	const struct slice d = datagram(4, 4, STAMP << 32);
	struct ntp ntp;

	put(32, (STAMP + 64) << 32);
	ck_assert(ntp_parse(d, &ntp) && ntp.has_time);
	ck_assert_int_eq(ntp.time, (UNIX + 64) * NSTIME_S);
	put(32, STAMP << 32);
	ck_assert(ntp_parse(d, &ntp) && ntp.has_time);
	ck_assert_int_eq(ntp.time, UNIX * NSTIME_S);
	put(32, (STAMP - 1) << 32);
	ck_assert(ntp_parse(d, &ntp) && ntp.has_time);
	ck_assert_int_eq(ntp.time, UNIX * NSTIME_S);
	put(32, 0);
	ck_assert(ntp_parse(d, &ntp) && ntp.has_time);
	ck_assert_int_eq(ntp.time, UNIX * NSTIME_S);
}
END_TEST

/* Neither is when a symmetric peer sent this; nor is what is older than any
 * poll interval an earlier answer's. */
START_TEST(other_old_stamps_tell_no_time)
{
	struct ntp ntp;

	for (unsigned mode = 1; mode <= 5; mode++) {
		const struct slice d = datagram(mode, 4, STAMP << 32);

		put(32, (STAMP + (mode == 4 ? 200000 : 64)) << 32);
		ck_assert(ntp_parse(d, &ntp));
		ck_assert_int_eq(ntp.has_time, mode == 3);
	}
}
END_TEST

START_TEST(a_clients_second_with_hardly_a_fraction_is_a_whole_second)
{
	struct ntp ntp;

	ck_assert(ntp_parse(datagram(3, 4, STAMP << 32 | 4000000), &ntp));
	ck_assert_int_eq(ntp.resolution, NSTIME_S);
	ck_assert(ntp_parse(datagram(3, 4, STAMP << 32 | 5000000), &ntp));
	ck_assert_int_eq(ntp.resolution, NTP_RESOLUTION);
	ck_assert(ntp_parse(datagram(4, 4, STAMP << 32), &ntp));
	ck_assert_int_eq(ntp.resolution, NTP_RESOLUTION);
}
END_TEST

/* MS-SNTP: a key and a checksum of 16 or 68 octets follow. */
START_TEST(authenticators_are_not_looked_at)
{
	const struct slice d = datagram(4, 3, STAMP << 32);
	struct ntp ntp;

	ck_assert(ntp_parse(slice_of(d.p, OCTETS + 20), &ntp));
	ck_assert(ntp_parse(slice_of(d.p, OCTETS + 72), &ntp));
	ck_assert(!ntp_parse(slice_of(d.p, OCTETS + 3), &ntp));
}
END_TEST

START_TEST(survives_every_cut)
{
	const struct slice d = datagram(4, 4, STAMP << 32);

	for (size_t len = 0; len < d.len; len++) {
		uint8_t *exact = unit_exact(slice_first(d, len));
		struct ntp ntp = { .mode = 7 };

		ck_assert(!ntp_parse(slice_of(exact, len), &ntp));
		ck_assert_uint_eq(ntp.mode, 7);
		free(exact);
	}
}
END_TEST

START_TEST(as_a_witness_a_client_is_unproven)
{
	struct witness_reading r;

	ck_assert_int_eq(
	    ntp_read(datagram(4, 4, STAMP << 32), &r), WITNESS_TOLD);
	ck_assert(r.serves && !r.unproven);
	ck_assert_int_eq(r.sender.time, UNIX * NSTIME_S);
	ck_assert_int_eq(r.sender.resolution, NTP_RESOLUTION);
	ck_assert_int_eq(
	    ntp_read(datagram(3, 4, STAMP << 32), &r), WITNESS_TOLD);
	ck_assert(!r.serves && r.unproven);
	ck_assert_int_eq(r.receiver.resolution, 0);
	ck_assert_int_eq(ntp_read(datagram(4, 4, 0), &r), WITNESS_TOLD);
	ck_assert_int_eq(r.sender.resolution, 0);
	ck_assert_int_eq(
	    ntp_read(datagram(6, 4, STAMP << 32), &r), WITNESS_FOREIGN);
}
END_TEST

UNIT("ntp", a_server_tells_its_time, clients_and_active_peers_have_to_be_learnt,
    only_modes_and_versions_of_old_are_read, a_zero_stamp_tells_no_time,
    a_server_may_say_that_it_does_not_know, time_goes_on_after_2036,
    interleaved_answers_are_judged_by_their_receive_stamp,
    other_old_stamps_tell_no_time,
    a_clients_second_with_hardly_a_fraction_is_a_whole_second,
    authenticators_are_not_looked_at, survives_every_cut,
    as_a_witness_a_client_is_unproven)
