/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tunnel.h"

#include "net/datalink.h"
#include "net/inner/linktype.h"
#include "net/ip.h"
#include "unit/wire.h"

#define ETHERNET DATALINK_ETHERTYPE_ETHERNET
#define IPV4 DATALINK_ETHERTYPE_IPV4
#define IPV6 DATALINK_ETHERTYPE_IPV6

/* As a site may have configured them. */
static struct tunnel_ports named;
static struct wire wire;

static enum tunnel_result
over(int port, struct slice octets, struct tunnel *tunnel)
{
	const struct udp udp = {
		.destination_port = (uint16_t)port,
		.payload = octets,
		.payload_len = octets.len,
	};
	struct portset all = { .bits = { 0 } };
	enum tunnel_result result;

	if (port < 256)
		return tunnel_ip((uint8_t)port, octets, tunnel);
	portset_add(&named.vxlan, 4789);
	portset_add(&named.vxlan, 8472);
	portset_add(&named.vxlan, 8473);
	portset_add(&named.geneve, 6081);
	portset_add(&named.geneve, 6083);
	result = tunnel_udp(&udp, &named, tunnel);
	tunnel_add_ports(&named, &all);
	ck_assert(result == TUNNEL_NONE || portset_has(&all, (uint16_t)port));
	return result;
}

/* The header leads to `inside' of that EtherType; cut anywhere, to nothing.
 * `port' below 256 is an IP protocol. */
static void
carries(int port, const char *header, uint16_t ethertype, const char *inside)
{
	struct tunnel tunnel;
	size_t len;

	wire_begin(&wire, "");
	wire_hex(&wire, inside);
	len = wire_slice(&wire).len;
	wire_hex(&wire, header);
	ck_assert_msg(over(port, wire_slice(&wire), &tunnel) == TUNNEL_FOUND,
	    "%d: %s", port, header);
	ck_assert_uint_eq(tunnel.ethertype, ethertype);
	ck_assert_uint_eq(tunnel.octets.len, len);

	for (size_t cut = 0; cut <= wire_slice(&wire).len - len; cut++) {
		const struct slice s = slice_first(wire_slice(&wire), cut);
		uint8_t *exact = unit_exact(s);

		ck_assert_int_ne(
		    over(port, slice_of(exact, cut), &tunnel), TUNNEL_FOUND);
		free(exact);
	}
}

static enum tunnel_result
result_of(int port, const char *octets)
{
	struct tunnel tunnel;

	wire_begin(&wire, "");
	wire_hex(&wire, octets);
	return over(port, wire_slice(&wire), &tunnel);
}

START_TEST(ip_in_ip_is_found_both_ways)
{
	carries(IP_IPV4, "", IPV4, "45");
	carries(IP_IPV6, "", IPV6, "60");
	ck_assert_int_eq(result_of(IP_TCP, "45"), TUNNEL_NONE);
}
END_TEST

START_TEST(gre_is_found_with_all_its_fields)
{
	carries(IP_GRE, "0000 0800", IPV4, "45");
	carries(IP_GRE, "8000 86dd 00000000", IPV6, "60");
	carries(IP_GRE, "2000 6558 00000100", ETHERNET, "02");
	carries(IP_GRE, "b000 0800 00000000 00000001 00000002", IPV4, "45");
	carries(IP_GRE, "0000 8847", DATALINK_ETHERTYPE_MPLS, "00");
}
END_TEST

START_TEST(pptp_is_found)
{
	carries(IP_GRE, "2001 880b 00100001", DATALINK_ETHERTYPE_PPP, "ff");
	carries(IP_GRE, "3081 880b 00100001 00000001 00000001",
	    DATALINK_ETHERTYPE_PPP, "ff");
	ck_assert_int_eq(result_of(IP_GRE, "2081 880b 00000001 00000001"),
	    TUNNEL_UNSUPPORTED);
}
END_TEST

START_TEST(other_gre_is_refused_by_name)
{
	ck_assert_int_eq(result_of(IP_GRE, "0002 0800 45"), TUNNEL_MALFORMED);
	ck_assert_int_eq(
	    result_of(IP_GRE, "4000 0800 00000000 45"), TUNNEL_UNSUPPORTED);
	ck_assert_int_eq(result_of(IP_GRE, "0000 0000 45"), TUNNEL_UNSUPPORTED);
	ck_assert_str_eq(tunnel_name(TUNNEL_UNSUPPORTED), "tunnel.unsupported");
}
END_TEST

START_TEST(erspan_is_found_in_its_three_types)
{
	carries(IP_GRE, "0000 88be", ETHERNET, "02");
	carries(IP_GRE, "1000 88be 00000001 1001000100000000", ETHERNET, "02");
	carries(IP_GRE, "1000 22eb 00000001 20010001 00000000 0000 0000",
	    ETHERNET, "02");
	carries(IP_GRE,
	    "1000 22eb 00000001 20010001 00000000 0000 0001 0000000000000000",
	    ETHERNET, "02");
	carries(IP_GRE, "1000 22eb 00000001 20010001 00000000 0000 0800", IPV6,
	    "60");
	ck_assert_int_eq(
	    result_of(
		IP_GRE, "1000 22eb 00000001 20010001 00000000 0000 0c00 45"),
	    TUNNEL_UNSUPPORTED);
}
END_TEST

START_TEST(vxlan_is_found_on_both_its_ports)
{
	carries(4789, "08000000 00000100", ETHERNET, "02");
	carries(8472, "88000000 00000100", ETHERNET, "02");
	ck_assert_int_eq(result_of(4789, "00000000 00000100 02"), TUNNEL_NONE);
}
END_TEST

START_TEST(vxlan_gpe_names_its_payload)
{
	carries(4790, "0c000001 00000100", IPV4, "45");
	carries(4790, "0c000002 00000100", IPV6, "60");
	carries(4790, "0c000003 00000100", ETHERNET, "02");
	carries(4790, "08000000 00000100", ETHERNET, "02");
	ck_assert_int_eq(
	    result_of(4790, "0c000006 00000100 02"), TUNNEL_UNSUPPORTED);
	ck_assert_int_eq(
	    result_of(4790, "0c0000ff 00000100 02"), TUNNEL_UNSUPPORTED);
}
END_TEST

START_TEST(geneve_options_are_skipped)
{
	carries(6081, "0000 6558 00000100", ETHERNET, "02");
	carries(6081, "0200 0800 00000100 0000000000000000", IPV4, "45");
	ck_assert_int_eq(result_of(6081, "4000 6558 00000100 02"), TUNNEL_NONE);
}
END_TEST

START_TEST(gtpu_extension_headers_are_skipped)
{
	carries(2152, "30ff 0004 00000001", IPV4, "45");
	carries(2152, "32ff 0008 00000001 00010000", IPV6, "60");
	carries(2152, "34ff 0010 00000001 00010085 01000000", IPV4, "45");
	carries(2152,
	    "34ff 0010 00000001 000100c0 01000085"
	    "02000000 00000000",
	    IPV4, "45");
	ck_assert_int_eq(result_of(2152, "3001 0004 00000001 45"), TUNNEL_NONE);
	ck_assert_int_eq(
	    result_of(2152, "34ff 0010 00000001 00010085 00000000 45"),
	    TUNNEL_MALFORMED);
}
END_TEST

START_TEST(sip_on_a_tunnels_port_is_no_tunnel)
{
	static const int ports[] = { 4789, 8472, 4790, 6081, 2152 };
	static const char *const messages[] = {
		"INVITE sip:a@example.com SIP/2.0\r\n",
		"HELLO sip:a@example.com SIP/2.0\r\n",
		"SIP/2.0 200 OK\r\n",
		"\r\n\r\n",
	};
	struct tunnel tunnel;

	for (size_t p = 0; p < 5; p++)
		for (size_t m = 0; m < 4; m++)
			ck_assert_int_eq(
			    over(ports[p], slice_text(messages[m]), &tunnel),
			    TUNNEL_NONE);
}
END_TEST

START_TEST(ports_that_the_site_names_are_tunnels_too)
{
	carries(8473, "08000000 00000700", ETHERNET, "02");
	carries(6083, "0000 6558 00000700", ETHERNET, "02");
	ck_assert_int_eq(result_of(6084, "0000 6558 00000700 02"), TUNNEL_NONE);
}
END_TEST

START_TEST(wccp_is_found_with_its_header_and_without)
{
	carries(IP_GRE, "0000 883e 00000000", LINKTYPE_RAW, "45");
	ck_assert_int_eq(result_of(IP_GRE, "0000 883e 45"), TUNNEL_FOUND);
	ck_assert_int_eq(
	    result_of(IP_GRE, "0000 883e 40000001"), TUNNEL_UNSUPPORTED);
}
END_TEST

START_TEST(tzsp_is_found_behind_its_tags)
{
	carries(37008, "01 00 0001 01", ETHERNET, "02");
	carries(37008, "01 01 0001 00 00 0a 02 aabb 01", ETHERNET, "02");
	carries(37008, "01 00 0012 01", LINKTYPE_WIRELESS, "08");
	ck_assert_int_eq(result_of(37008, "01 04 0000 01"), TUNNEL_NONE);
	ck_assert_int_eq(
	    result_of(37008, "01 00 0077 01 00"), TUNNEL_UNSUPPORTED);
}
END_TEST

START_TEST(l2tp_is_found_with_all_its_fields)
{
	carries(1701, "0002 0001 0002", DATALINK_ETHERTYPE_PPP, "ff");
	carries(1701, "4b02 0030 0001 0002 00000003 0002 0000",
	    DATALINK_ETHERTYPE_PPP, "ff");
	ck_assert_int_eq(result_of(1701, "c802 0014"), TUNNEL_NONE);
	ck_assert_int_eq(result_of(1701, "0004 0001 0002"), TUNNEL_NONE);
}
END_TEST

#define FRAME "020000000002 020000000001 0800 45"

START_TEST(l2tp_of_version_3_is_found_where_it_carries_ethernet)
{
	static const char *const before[] = {
		"0003 0000 00000007 " FRAME,
		"0003 0000 00000007 11223344 " FRAME,
		"0003 0000 00000007 11223344 55667788 40000001 " FRAME,
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		ck_assert_int_eq(result_of(1701, before[i]), TUNNEL_FOUND);
	ck_assert_int_eq(result_of(1701, "0003 0000 00000000 " FRAME),
	    TUNNEL_UNSUPPORTED); /* control */
	ck_assert_int_eq(result_of(1701, "0003 0000 00000007 ff030021 45"),
	    TUNNEL_UNSUPPORTED);
	ck_assert_int_eq(result_of(1701, "0003 0000 000000"), TUNNEL_MALFORMED);
}
END_TEST

START_TEST(gue_carries_ip_protocols_and_ip_itself)
{
	carries(6080, "00 04 0000", IPV4, "45");
	carries(6080, "01 2f 0000 00000000 0000 6558", ETHERNET, "02");
	ck_assert_int_eq(result_of(6080, "45000014 00000000"), TUNNEL_FOUND);
	ck_assert_int_eq(result_of(6080, "20 04 0000 45"), TUNNEL_NONE);
}
END_TEST

START_TEST(capwap_carries_frames_of_either_kind)
{
	carries(5247, "00 100200 0000 0000", ETHERNET, "02");
	carries(5247, "00 180310 0000 0000 00000000", LINKTYPE_WIRELESS, "08");
	ck_assert_int_eq(result_of(5247, "01 000000 16fefd"), TUNNEL_ENCRYPTED);
	ck_assert_int_eq(
	    result_of(5247, "00 080200 0000 0000 02"), TUNNEL_MALFORMED);
	ck_assert_int_eq(
	    result_of(5247, "00 100280 0001 0000 02"), TUNNEL_PIECE);
	ck_assert_int_eq(
	    result_of(5247, "00 100208 0000 0000 02"), TUNNEL_UNSUPPORTED);
	ck_assert_str_eq(tunnel_name(TUNNEL_ENCRYPTED), "tunnel.encrypted");
}
END_TEST

START_TEST(labels_lie_in_udp)
{
	carries(6635, "", DATALINK_ETHERTYPE_MPLS, "00");
}
END_TEST

UNIT("tunnel", ports_that_the_site_names_are_tunnels_too,
    wccp_is_found_with_its_header_and_without, tzsp_is_found_behind_its_tags,
    l2tp_is_found_with_all_its_fields,
    l2tp_of_version_3_is_found_where_it_carries_ethernet,
    gue_carries_ip_protocols_and_ip_itself,
    capwap_carries_frames_of_either_kind, labels_lie_in_udp,
    ip_in_ip_is_found_both_ways, gre_is_found_with_all_its_fields,
    pptp_is_found, other_gre_is_refused_by_name,
    erspan_is_found_in_its_three_types, vxlan_is_found_on_both_its_ports,
    vxlan_gpe_names_its_payload, geneve_options_are_skipped,
    gtpu_extension_headers_are_skipped, sip_on_a_tunnels_port_is_no_tunnel)
