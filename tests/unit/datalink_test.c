/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/datalink.h"

#include "unit/wire.h"

#define SOME_IPV4 "45000014 00000000 40110000 c0000201 c0000202"
#define MACS "020000000002 020000000001 "

static struct wire wire;

/* The headers in front of an IPv4 packet lead to it. */
static void
leads_to_ip(int datalink, const char *headers)
{
	struct slice ip, whole;

	wire_begin(&wire, "");
	wire_hex(&wire, SOME_IPV4);
	whole = wire_slice(&wire);
	wire_hex(&wire, headers);
	ck_assert_msg(
	    datalink_parse(datalink, wire_slice(&wire), &ip) == DATALINK_IP,
	    "%d: %s", datalink, headers);
	ck_assert_ptr_eq(ip.p, whole.p);
	ck_assert_uint_eq(ip.len, whole.len);
}

/* .. and cut anywhere they lead nowhere. */
static void
leads_to_ip_unless_cut(int datalink, const char *headers)
{
	struct slice ip, all;

	leads_to_ip(datalink, headers);
	wire_begin(&wire, "");
	wire_hex(&wire, headers);
	all = wire_slice(&wire);
	for (size_t len = 0; len < all.len; len++) {
		const struct slice cut = slice_first(all, len);
		uint8_t *exact = unit_exact(cut);

		ck_assert_int_eq(
		    datalink_parse(datalink, slice_of(exact, len), &ip),
		    DATALINK_SHORT);
		free(exact);
	}
}

static enum datalink_result
result_of(int datalink, const char *octets)
{
	struct slice ip;

	wire_begin(&wire, "");
	wire_hex(&wire, octets);
	return datalink_parse(datalink, wire_slice(&wire), &ip);
}

START_TEST(ethernet_leads_to_ip)
{
	leads_to_ip_unless_cut(1, MACS "0800");
	leads_to_ip_unless_cut(1, MACS "86dd");
	leads_to_ip_unless_cut(1, MACS "0024 aaaa03 000000 0800");
}
END_TEST

START_TEST(up_to_four_vlan_tags_are_skipped)
{
	leads_to_ip_unless_cut(1, MACS "8100 0005 0800");
	leads_to_ip_unless_cut(1, MACS "88a8 0005 8100 0006 0800");
	leads_to_ip(1, MACS "8100 0001 9100 0002 9200 0003 88a8 0004 0800");
	leads_to_ip(1, MACS "8100 0001 0024 aaaa03 000000 0800");
	ck_assert_int_eq(
	    result_of(1,
		MACS "8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800"),
	    DATALINK_TOO_MANY_HEADERS);
}
END_TEST

START_TEST(cooked_captures_lead_to_ip)
{
	leads_to_ip_unless_cut(113, "0000 0001 0006 0200000000010000 0800");
	leads_to_ip_unless_cut(
	    113, "0000 0001 0006 0200000000010000 8100 0005 0800");
	leads_to_ip(
	    113, "0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800");
	leads_to_ip_unless_cut(
	    276, "0800 0000 00000002 0001 00 06 0200000000010000");
}
END_TEST

START_TEST(loopback_families_are_read_in_either_order)
{
	leads_to_ip_unless_cut(0, "02000000");
	leads_to_ip_unless_cut(0, "00000002");
	leads_to_ip(0, "0a000000");
	leads_to_ip(0, "18000000");
	leads_to_ip(0, "0000001c");
	leads_to_ip(0, "1e000000");
	leads_to_ip_unless_cut(108, "00000018");
	ck_assert_int_eq(result_of(0, "07000000"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(raw_packets_begin_with_ip)
{
	static const int raw[] = { 12, 14, 101, 228, 229 };

	for (size_t i = 0; i < sizeof(raw) / sizeof(*raw); i++) {
		leads_to_ip(raw[i], "");
		ck_assert_int_eq(result_of(raw[i], ""), DATALINK_SHORT);
		ck_assert_int_eq(result_of(raw[i], "00"), DATALINK_NOT_IP);
	}
}
END_TEST

START_TEST(ppp_leads_to_ip_however_much_was_negotiated_away)
{
	leads_to_ip(9, "ff03 0021");
	leads_to_ip_unless_cut(50, "0057");
	leads_to_ip(9, "ff03 21");
	leads_to_ip(9, "57");
	ck_assert_int_eq(result_of(9, "ff03 c021 01"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(pppoe_sessions_lead_to_ip_and_discovery_does_not)
{
	leads_to_ip_unless_cut(1, MACS "8864 1100 0001 0016 0021");
	leads_to_ip_unless_cut(51, "1100 0001 0016 0057");
	ck_assert_int_eq(
	    result_of(1, MACS "8863 1109 0000 0000"), DATALINK_NOT_IP);
	ck_assert_int_eq(
	    result_of(1, MACS "8864 11a7 0001 0000"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(mpls_labels_are_skipped_to_the_bottom)
{
	leads_to_ip(1, MACS "8847 00010140");
	leads_to_ip(1, MACS "8847 00010040 00020140");
	leads_to_ip(1, MACS "8848 00010140");
	ck_assert_int_eq(result_of(1, MACS "8847 00010140"), DATALINK_SHORT);
	ck_assert_int_eq(
	    result_of(1, MACS "8847 00010140 00000000"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(labels_without_end_are_given_up)
{
	wire_begin_count(&wire, 0, 0);
	for (int i = 0; i < 1000; i++)
		wire_hex(&wire, "00010040");
	wire_hex(&wire, MACS "8847");
	ck_assert_int_eq(
	    datalink_parse(1, wire_slice(&wire), &(struct slice){ .p = NULL }),
	    DATALINK_TOO_MANY_HEADERS);
}
END_TEST

START_TEST(a_payload_other_than_ip_is_recognized)
{
	ck_assert_int_eq(result_of(1, MACS "0806"), DATALINK_NOT_IP);
	ck_assert_int_eq(
	    result_of(1, MACS "0026 424203 000000 0000"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(wireless_frames_lead_to_ip)
{
	leads_to_ip_unless_cut(105,
	    "0801 0000 020000000002 020000000001 020000000003 1000"
	    "aaaa03 000000 0800");
	leads_to_ip_unless_cut(127,
	    "0000 0800 00000000 8802 0000 020000000002 020000000001"
	    "020000000003 0000 0000 aaaa03 000000 0800");
	ck_assert_int_eq(
	    result_of(
		105, "0841 0000 020000000002 020000000001 020000000003 1000"),
	    DATALINK_ENCRYPTED);
}
END_TEST

START_TEST(serial_lines_lead_to_ip)
{
	leads_to_ip(50, "0f00 0800");
	leads_to_ip(50, "ff03 0021");
	leads_to_ip_unless_cut(104, "0f00 0800");
	leads_to_ip(204, "00 ff03 0021");
	leads_to_ip(9, "ff03 0281 00010140");
}
END_TEST

START_TEST(what_systems_write_in_front_is_skipped)
{
	leads_to_ip(239, "02000000 0800 0100 08000000 2c00 0900");
	leads_to_ip_unless_cut(
	    258, "10000000 01000000 01000000 656e3000" MACS "0800");
	leads_to_ip(149, "10000000 01000000 0c000000 656e3000");
	ck_assert_int_eq(result_of(258, "10000000 01000000 02010000 656e3000"),
	    DATALINK_NOT_IP);
	leads_to_ip_unless_cut(178, "4d4743 01" MACS "0800");
	leads_to_ip(178, "4d4743 03 00000002");
	leads_to_ip(179, "4d4743 81 0002 0102 0021");
	leads_to_ip(181, "4d4743 01 0f00 0800");
	ck_assert_int_eq(result_of(178, "4d4744 01"), DATALINK_MALFORMED);
}
END_TEST

START_TEST(shims_are_skipped)
{
	leads_to_ip_unless_cut(1, MACS "8926 00010002 0800");
	leads_to_ip_unless_cut(1, MACS "8909 0101 00010002 8100 0005 0800");
	leads_to_ip_unless_cut(1, MACS "88e7 00000101 " MACS "0800");
	leads_to_ip_unless_cut(1, MACS "8903 0041 " MACS "0800");
	leads_to_ip_unless_cut(1, MACS "88e5 0000 00000001 0800");
	leads_to_ip_unless_cut(1, MACS "894f 0fc2 0203 00000100 " MACS "0800");
	ck_assert_int_eq(
	    result_of(1, MACS "88e5 0c00 00000001 1234"), DATALINK_ENCRYPTED);
	ck_assert_int_eq(result_of(1, MACS "8909 0201"), DATALINK_MALFORMED);
}
END_TEST

START_TEST(frames_lie_in_pseudowires)
{
	leads_to_ip(1, MACS "8847 00010140 00000000 " MACS "0800");
	leads_to_ip(1, MACS "8847 00010140 " MACS "0800");
	ck_assert_int_eq(
	    result_of(1, MACS "8847 00010140 00000000 " MACS "88cc"),
	    DATALINK_NOT_IP);
	ck_assert_int_eq(
	    result_of(1, MACS "8847 00010140 10000021 4500"), DATALINK_NOT_IP);
}
END_TEST

START_TEST(where_it_ended_is_told)
{
	wire_begin(&wire, "");
	wire_hex(&wire, MACS "8100 0005 88cc 00");
	ck_assert_uint_eq(datalink_end(1, wire_slice(&wire)), 0x88cc);
	wire_begin(&wire, "");
	wire_hex(&wire, MACS "0024 424203 000000 0000");
	ck_assert_uint_eq(datalink_end(1, wire_slice(&wire)), 0);
}
END_TEST

START_TEST(an_unknown_datalink_is_recognized)
{
	ck_assert_int_eq(result_of(143, "00"), DATALINK_UNKNOWN);
	ck_assert(!datalink_known(143));
	ck_assert(datalink_known(1));
	ck_assert_str_eq(datalink_name(DATALINK_UNKNOWN), "datalink.unknown");
}
END_TEST

START_TEST(a_tunnel_can_carry_a_frame)
{
	struct slice ip;

	wire_begin(&wire, "");
	wire_hex(&wire, MACS "8100 0001 0800" SOME_IPV4);
	ck_assert_int_eq(datalink_descend(DATALINK_ETHERTYPE_ETHERNET,
			     wire_slice(&wire), &ip),
	    DATALINK_IP);
	ck_assert_uint_eq(ip.len, 20);
}
END_TEST

UNIT("datalink", ethernet_leads_to_ip, up_to_four_vlan_tags_are_skipped,
    cooked_captures_lead_to_ip, loopback_families_are_read_in_either_order,
    raw_packets_begin_with_ip, ppp_leads_to_ip_however_much_was_negotiated_away,
    pppoe_sessions_lead_to_ip_and_discovery_does_not,
    mpls_labels_are_skipped_to_the_bottom, labels_without_end_are_given_up,
    a_payload_other_than_ip_is_recognized, wireless_frames_lead_to_ip,
    serial_lines_lead_to_ip, what_systems_write_in_front_is_skipped,
    shims_are_skipped, frames_lie_in_pseudowires, where_it_ended_is_told,
    an_unknown_datalink_is_recognized, a_tunnel_can_carry_a_frame)
