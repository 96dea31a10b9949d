/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/capturehead.h"

#include <stdio.h>
#include <string.h>

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

static uint16_t
ppi(struct cursor *c)
{
	return capturehead_ppi(c, &datalink);
}

static uint16_t
prism(struct cursor *c)
{
	return capturehead_prism(c, &datalink);
}

static uint16_t
endace(struct cursor *c)
{
	return capturehead_erf(c, &datalink);
}

/* `hex', and zeros behind it up to so many octets. */
static const char *
padded(const char *hex, size_t octets)
{
	static char text[2 * 144 + 1];

	snprintf(text, sizeof(text), "%s%0*d", hex,
	    (int)(2 * octets - strlen(hex)), 0);
	return text;
}

START_TEST(firewalls_of_bsd_write_their_rule_before_the_packet)
{
	linkheader_leads(capturehead_pflog, padded("3d02", 64), LINKTYPE_RAW);
	linkheader_leads(capturehead_pflog, padded("6418", 100), LINKTYPE_RAW);
	ck_assert_int_eq(
	    linkheader_type(capturehead_pflog, "2c02"), LINKTYPE_MALFORMED);
	linkheader_leads(capturehead_enc, padded("02000000", 12), LINKTYPE_RAW);
	linkheader_leads(capturehead_ipnet, padded("0102", 24), LINKTYPE_RAW);
}
END_TEST

START_TEST(ppi_tells_the_link_that_follows)
{
	linkheader_leads(ppi, "00 00 0c00 69000000 02000000", 0);
	ck_assert_int_eq(datalink, 105);
	ck_assert_int_eq(
	    linkheader_type(ppi, "00 00 0700 69000000"), LINKTYPE_MALFORMED);
	ck_assert_int_eq(datalink, -1);
}
END_TEST

START_TEST(prism_and_avs_look_for_each_other)
{
	linkheader_leads(prism, padded("4400000090000000", 144), 0);
	ck_assert_int_eq(datalink, 105);
	linkheader_leads(prism, padded("8021100100000040", 64), 0);
	ck_assert_int_eq(datalink, 105);
	ck_assert_int_eq(
	    linkheader_type(prism, "80211001 00000007"), LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(records_of_endace_tell_what_they_carry)
{
	linkheader_leads(endace, padded("000000000000000102", 18), 0);
	ck_assert_int_eq(datalink, 1);
	linkheader_leads(endace,
	    "0000000000000001 82 04 0000 0000 0000"
	    "8500000000000000 0500000000000000 0000",
	    0);
	ck_assert_int_eq(datalink, 1);
	linkheader_leads(endace, padded("000000000000000101", 16), 0);
	ck_assert_int_eq(datalink, 50);
	linkheader_leads(endace, padded("000000000000000116", 16), 0);
	ck_assert_int_eq(datalink, 101);
	linkheader_leads(endace, padded("00000000000000011b", 16), 0);
	ck_assert_int_eq(datalink, -1);
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
    pktap_tells_the_link_that_follows, junos_may_leave_the_link_out,
    firewalls_of_bsd_write_their_rule_before_the_packet,
    ppi_tells_the_link_that_follows, prism_and_avs_look_for_each_other,
    records_of_endace_tell_what_they_carry)
