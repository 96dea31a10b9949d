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

UNIT("shim", cisco_tags_are_skipped, whole_frames_lie_in_backbones,
    macsec_is_read_unless_it_is_encrypted, service_headers_tell_what_they_carry,
    other_types_are_none_of_them)
