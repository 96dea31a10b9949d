/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/wanlink.h"

#include "net/datalink.h"
#include "unit/linkheader.h"

START_TEST(serial_lines_speak_ppp_or_hdlc)
{
	linkheader_leads(wanlink_serial, "0021", 0x0800);
	linkheader_leads(wanlink_serial, "0f00 86dd", 0x86dd);
	linkheader_leads(wanlink_hdlc, "8f00 0800", 0x0800);
}
END_TEST

START_TEST(a_direction_stands_before_or_instead_of_the_address)
{
	linkheader_leads(wanlink_directed_ppp, "00 0021", 0x0800);
	linkheader_leads(wanlink_pppd, "0103 0057", 0x86dd);
	linkheader_leads(wanlink_directed_frame_relay, "01 1841 03cc", 0x0800);
}
END_TEST

START_TEST(frame_relay_names_the_protocol_by_its_identifier)
{
	linkheader_leads(wanlink_frame_relay, "1841 03 cc", 0x0800);
	linkheader_leads(wanlink_frame_relay, "1841 03 00 8e", 0x86dd);
	linkheader_leads(wanlink_frame_relay, "18402021 03 cc", 0x0800);
	linkheader_leads(
	    wanlink_frame_relay, "1841 03 cf", DATALINK_ETHERTYPE_PPP);
	linkheader_leads(
	    wanlink_frame_relay, "1841 03 00 80 000000 0800", 0x0800);
	linkheader_leads(wanlink_frame_relay, "1841 03 00 80 0080c2 0007",
	    DATALINK_ETHERTYPE_ETHERNET);
	ck_assert_int_eq(linkheader_type(wanlink_frame_relay, "1841 03 08"),
	    LINKTYPE_NOTHING); /* Q.933 */
}
END_TEST

START_TEST(frame_relay_of_cisco_has_an_ethertype)
{
	linkheader_leads(wanlink_frame_relay, "1841 0800", 0x0800);
	ck_assert_int_eq(linkheader_type(wanlink_frame_relay, "1841 0308"),
	    LINKTYPE_NOTHING);
}
END_TEST

START_TEST(an_address_of_frame_relay_ends)
{
	ck_assert_int_eq(
	    linkheader_type(wanlink_frame_relay, "18402020 20 03cc"),
	    LINKTYPE_MALFORMED);
}
END_TEST

START_TEST(atm_carries_routed_and_bridged_packets)
{
	linkheader_leads(wanlink_atm, "aaaa03 000000 0800", 0x0800);
	linkheader_leads(wanlink_atm, "aaaa03 0080c2 0001 0000",
	    DATALINK_ETHERTYPE_ETHERNET);
	linkheader_leads(wanlink_atm, "fefe03 cf", DATALINK_ETHERTYPE_PPP);
	ck_assert_int_eq(linkheader_type(wanlink_atm, "aaaa03 0080c2 000e"),
	    LINKTYPE_NOTHING); /* a bridge's own */
	ck_assert_int_eq(
	    linkheader_type(wanlink_atm, "424203"), LINKTYPE_NOTHING);
}
END_TEST

UNIT("wanlink", serial_lines_speak_ppp_or_hdlc,
    a_direction_stands_before_or_instead_of_the_address,
    frame_relay_names_the_protocol_by_its_identifier,
    frame_relay_of_cisco_has_an_ethertype, an_address_of_frame_relay_ends,
    atm_carries_routed_and_bridged_packets)
