/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/capturehead.h"

#include "unit/linkheader.h"

static int datalink;
static bool bare;

static uint16_t
pktap(struct cursor *c)
{
	return capturehead_pktap(c, &datalink);
}

static uint16_t
juniper(struct cursor *c)
{
	return capturehead_juniper(c, &bare);
}

START_TEST(the_attributes_before_the_packet_are_skipped)
{
	linkheader_leads(capturehead_nflog,
	    "02000000 0800 0100 08000000 2c00 0900", LINKTYPE_RAW);
	linkheader_leads(capturehead_nflog,
	    "02000000 0005 000a 41000000 002c 0009", LINKTYPE_RAW);
	ck_assert_int_eq(
	    linkheader_type(capturehead_nflog, "02000000 0300 0100"),
	    LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(pktap_tells_the_link_that_follows)
{
	linkheader_leads(pktap, "10000000 01000000 01000000 656e3000", 0);
	ck_assert_int_eq(datalink, 1);
	linkheader_leads(pktap, "10000000 02000000 01000000 656e3000", 0);
	ck_assert_int_eq(datalink, -1);
	ck_assert_int_eq(linkheader_type(pktap, "0b000000 01000000 01000000"),
	    LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(junos_may_leave_the_link_out)
{
	linkheader_leads(juniper, "4d4743 01", LINKTYPE_NOTHING);
	ck_assert(!bare);
	linkheader_leads(juniper, "4d4743 03 00000002", LINKTYPE_RAW);
	ck_assert(bare);
	linkheader_leads(
	    juniper, "4d4743 81 0006 010203040506", LINKTYPE_NOTHING);
	ck_assert_int_eq(
	    linkheader_type(juniper, "4d4744 01"), LINKTYPE_MALFORMED);
}
END_TEST

UNIT("capturehead", the_attributes_before_the_packet_are_skipped,
    pktap_tells_the_link_that_follows, junos_may_leave_the_link_out)
