/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/smb.h"

#include "unit.h"

/* 2010-11-13 23:29:00.5 UTC */
#define FILETIME (116444736000000000 + 12896909405000000)
#define TIME (1289690940 * NSTIME_S + NSTIME_S / 2)

static uint8_t store[256];

static void
put(size_t at, size_t octets, uint64_t value)
{
	for (size_t i = 0; i < octets; i++)
		store[at + i] = (uint8_t)(value >> (8 * i));
}

static struct slice
begin(const char *protocol, size_t len)
{
	memset(store, 0, sizeof(store));
	store[3] = (uint8_t)len;
	memcpy(store + 4, protocol, 4);
	return slice_of(store, 4 + len);
}

static struct slice
smb2(void)
{
	const struct slice s = begin("\xfeSMB", 64 + 64);

	put(8, 2, 64);
	put(20, 4, 1); /* a response */
	put(68, 2, 65);
	put(72, 2, 0x0210);
	put(108, 8, FILETIME);
	return s;
}

static struct slice
smb1(int16_t west)
{
	const struct slice s = begin("\xffSMB", 32 + 1 + 34 + 2 + 8);

	store[8] = 0x72;
	store[13] = 0x88; /* a reply */
	store[36] = 17;
	put(60, 8, FILETIME);
	put(68, 2, (uint16_t)west);
	return s;
}

START_TEST(smb2_tells_the_time)
{
	struct smb smb;

	ck_assert_int_eq(smb_stream(smb2(), &smb), SMB_NEGOTIATED);
	ck_assert_int_eq(smb.time, TIME);
	ck_assert(!smb.has_zone);
}
END_TEST

START_TEST(smb1_tells_time_and_zone)
{
	struct smb smb;

	ck_assert_int_eq(smb_stream(smb1(480), &smb), SMB_NEGOTIATED);
	ck_assert_int_eq(smb.time, TIME);
	ck_assert(smb.has_zone);
	ck_assert_int_eq(smb.zone, -480);
	ck_assert_int_eq(smb_stream(smb1(-60), &smb), SMB_NEGOTIATED);
	ck_assert_int_eq(smb.zone, 60);
}
END_TEST

START_TEST(a_zone_that_is_none_is_left_out)
{
	struct smb smb;

	ck_assert_int_eq(smb_stream(smb1(1441), &smb), SMB_NEGOTIATED);
	ck_assert(!smb.has_zone);
	ck_assert_int_eq(smb_stream(smb1(INT16_MIN), &smb), SMB_NEGOTIATED);
	ck_assert(!smb.has_zone);
}
END_TEST

/* On port 139 the server accepts the session first. */
START_TEST(a_session_may_be_accepted_before)
{
	uint8_t both[4 + sizeof(store)] = { 0x82 };
	const struct slice s = smb2();
	struct smb smb;

	memcpy(both + 4, s.p, s.len);
	ck_assert_int_eq(
	    smb_stream(slice_of(both, 4 + s.len), &smb), SMB_NEGOTIATED);
	for (size_t len = 0; len < 5; len++)
		ck_assert_int_eq(
		    smb_stream(slice_of(both, len), &smb), SMB_PARTIAL);
}
END_TEST

static void
refuses(struct slice s, size_t at, uint8_t value)
{
	const uint8_t was = store[at];
	struct smb smb = { .zone = 7 };

	store[at] = value;
	ck_assert_int_eq(smb_stream(s, &smb), SMB_FOREIGN);
	ck_assert_int_eq(smb.zone, 7);
	store[at] = was;
}

START_TEST(nothing_else_is_looked_at)
{
	struct slice s = smb2();

	refuses(s, 0, 0x85);
	refuses(s, 4, 0xfd); /* encrypted */
	refuses(s, 8, 63);
	refuses(s, 12, 1); /* a status */
	refuses(s, 16, 1); /* another command */
	refuses(s, 20, 0); /* a request */
	refuses(s, 68, 36);
	refuses(s, 3, 111); /* too short */
	s = smb1(0);
	refuses(s, 8, 0x73);
	refuses(s, 9, 1);
	refuses(s, 13, 0x08);
	refuses(s, 36, 13); /* LANMAN */
	refuses(s, 3, 66);
}
END_TEST

START_TEST(zero_is_no_time)
{
	struct slice s = smb2();
	struct smb smb;

	put(108, 8, 0);
	ck_assert_int_eq(smb_stream(s, &smb), SMB_FOREIGN);
	put(108, 8, UINT64_MAX);
	ck_assert_int_eq(smb_stream(s, &smb), SMB_FOREIGN);
	put(108, 8, INT64_MAX);
	ck_assert_int_eq(smb_stream(s, &smb), SMB_FOREIGN);
}
END_TEST

static void
cut_everywhere(struct slice whole, size_t needed)
{
	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct smb smb;

		ck_assert_int_eq(smb_stream(slice_of(exact, len), &smb),
		    len < needed ? SMB_PARTIAL : SMB_NEGOTIATED);
		free(exact);
	}
}

START_TEST(waits_at_every_cut_for_what_it_needs)
{
	cut_everywhere(smb2(), 4 + 112);
	cut_everywhere(smb1(60), 4 + 67);
}
END_TEST

START_TEST(as_a_witness_smb1_tells_its_zone_too)
{
	struct witness_reading r;

	ck_assert_int_eq(smb_read_stream(smb1(60), &r), WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME);
	ck_assert_int_eq(r.sender.resolution, SMB_RESOLUTION);
	ck_assert(r.has_zone && !r.unproven && !r.serves);
	ck_assert_int_eq(r.zone, -60);
	ck_assert_int_eq(
	    smb_read_stream(slice_first(smb1(60), 20), &r), WITNESS_PARTIAL);
	ck_assert_int_eq(
	    smb_read_stream(slice_text("\x01"), &r), WITNESS_FOREIGN);
}
END_TEST

UNIT("smb", smb2_tells_the_time, smb1_tells_time_and_zone,
    a_zone_that_is_none_is_left_out, a_session_may_be_accepted_before,
    nothing_else_is_looked_at, zero_is_no_time,
    waits_at_every_cut_for_what_it_needs, as_a_witness_smb1_tells_its_zone_too)
