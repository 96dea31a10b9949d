/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/shim.h"

#include "net/datalink.h"
#include "unit/linkheader.h"

#define ETHERNET DATALINK_ETHERTYPE_ETHERNET

static void
leads(uint16_t ethertype, const char *hex, uint16_t type)
{
	ck_assert_ptr_nonnull(shim_behind(ethertype));
	linkheader_leads(shim_behind(ethertype), hex, type);
}

static uint16_t
type_of(uint16_t ethertype, const char *hex)
{
	return linkheader_type(shim_behind(ethertype), hex);
}

START_TEST(cisco_tags_are_skipped)
{
	leads(0x8926, "00010002 0800", 0x0800);
	leads(0x8909, "0101 00010002 86dd", 0x86dd);
	leads(0x8909, "0102 00010002 00010003 8100", 0x8100);
	ck_assert_int_eq(type_of(0x8909, "0201"), LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(whole_frames_lie_in_backbones)
{
	leads(0x88e7, "00000101", ETHERNET);
	leads(0x8903, "0041", ETHERNET);
}
END_TEST

START_TEST(macsec_is_read_unless_it_is_encrypted)
{
	leads(0x88e5, "00 00 00000001 0800", 0x0800);
	leads(0x88e5, "20 00 00000001 0200000000010001 86dd", 0x86dd);
	ck_assert_int_eq(
	    type_of(0x88e5, "2c 00 00000001 0200000000010001 1234"),
	    LINKTYPE_ENCRYPTED);
}
END_TEST

START_TEST(service_headers_tell_what_they_carry)
{
	leads(0x894f, "0fc6 01 01 00000100 00000000 00000000 00000000 00000000",
	    0x0800);
	leads(0x894f, "0fc2 02 03 00000100", ETHERNET);
	leads(0x894f, "0fc2 02 04 00000100", 0x894f);
	ck_assert_int_eq(
	    type_of(0x894f, "0fc2 02 09 00000100"), LINKTYPE_NOTHING);
	ck_assert_int_eq(type_of(0x894f, "0fc0 02 01"), LINKTYPE_MALFORMED);
	ck_assert_int_eq(
	    type_of(0x894f, "4fc2 02 01 00000100"), LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(other_types_are_none_of_them)
{
	ck_assert_ptr_null(shim_behind(0x0800));
}
END_TEST

START_TEST(chips_of_switches_tag_frames_without_an_ethertype)
{
#define ADDRESSES "020000000002 020000000001 "
	linkheader_leads(shim_frame(284), ADDRESSES "c0180000 0800", 0x0800);
	linkheader_leads(shim_frame(281), ADDRESSES "40000001 86dd", 0x86dd);
	linkheader_leads(
	    shim_frame(285), ADDRESSES "dada0000 c0180000 0800", 0x0800);
	linkheader_leads(shim_frame(282), "40000001", ETHERNET);
}
END_TEST

START_TEST(analyzers_keep_more_of_the_wire_than_the_frame)
{
	linkheader_leads(shim_frame(240), "01020304", ETHERNET);
	linkheader_leads(
	    shim_frame(241), "01020304 55555555555555d5", ETHERNET);
	linkheader_leads(shim_frame(274), "55555555555555d5", ETHERNET);
	ck_assert_ptr_null(shim_frame(1));
}
END_TEST

UNIT("shim", cisco_tags_are_skipped, whole_frames_lie_in_backbones,
    macsec_is_read_unless_it_is_encrypted, service_headers_tell_what_they_carry,
    other_types_are_none_of_them,
    chips_of_switches_tag_frames_without_an_ethertype,
    analyzers_keep_more_of_the_wire_than_the_frame)
