/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/filter.h"

#include <arpa/inet.h>
#include <errno.h>

#include "unit/unit.h"
#include "witness/witness.h"

enum { SNAPLEN = 65535, MOST = 256 };

/* A packet under construction; what is not set is zero. */
static uint8_t packet[MOST];
static size_t len;

static struct portset ports, vxlan, geneve;
static struct bpf_program program;

static void
compile_for(int datalink, const char *user, bool tunnels, unsigned witnesses)
{
	const struct filter_wanted wanted = {
		.ports = &ports,
		.tunnels = tunnels,
		.vxlan = &vxlan,
		.geneve = &geneve,
		.witnesses = witnesses,
		.user = user,
	};
	pcap_t *pcap = pcap_open_dead(datalink, SNAPLEN);
	char store[256];
	struct textbuf why;

	portset_add(&ports, 5060);
	portset_add(&ports, 5062);
	portset_add(&vxlan, 4799);
	portset_add(&geneve, 6099);
	textbuf_init(&why, store, sizeof(store));
	ck_assert_msg(
	    filter_compile(pcap, &wanted, &program, &why) == 0, "%s", store);
	pcap_close(pcap);
}

static void
add(const void *octets, size_t count)
{
	ck_assert_uint_le(len + count, MOST);
	memcpy(packet + len, octets, count);
	len += count;
}

static void
add_u16(unsigned n)
{
	const uint16_t wire = htons((uint16_t)n);

	add(&wire, sizeof(wire));
}

static void
add_zeros(size_t count)
{
	static const uint8_t zeros[64];

	add(zeros, count);
}

static void
begin_ethernet(unsigned type)
{
	len = 0;
	add_zeros(12);
	add_u16(type);
}

static void
add_ip4(uint8_t protocol, unsigned fragment)
{
	const uint8_t source[] = { 192, 0, 2, 1 };
	const uint8_t destination[] = { 192, 0, 2, 2 };

	add_u16(0x4500);
	add_zeros(4);
	add_u16(fragment);
	add_u16(protocol);
	add_zeros(2);
	add(source, 4);
	add(destination, 4);
}

static void
add_udp(unsigned from, unsigned to, const char *payload)
{
	add_u16(from);
	add_u16(to);
	add_zeros(4);
	add(payload, strlen(payload));
}

static bool
taken(void)
{
	uint8_t *exact = unit_exact(slice_of(packet, len));
	const u_int octets =
	    bpf_filter(program.bf_insns, exact, (u_int)len, (u_int)len);

	free(exact);
	ck_assert(octets == 0 || octets >= SNAPLEN);
	return octets != 0;
}

static bool
udp_taken(unsigned from, unsigned to, const char *payload)
{
	begin_ethernet(0x0800);
	add_ip4(17, 0);
	add_udp(from, to, payload);
	return taken();
}

START_TEST(sip_ports_are_taken_in_both_directions)
{
	compile_for(DLT_EN10MB, "", false, 0);
	ck_assert(udp_taken(5060, 40000, "x"));
	ck_assert(udp_taken(40000, 5062, "x"));
	ck_assert(!udp_taken(40000, 5061, "xxxxxxxx"));
	begin_ethernet(0x0800);
	add_ip4(6, 0);
	add_u16(40000);
	add_u16(5062);
	add_zeros(16);
	ck_assert(taken());
	pcap_freecode(&program);
}
END_TEST

START_TEST(a_response_is_taken_from_any_port)
{
	compile_for(DLT_EN10MB, "", false, 0);
	ck_assert(udp_taken(9000, 9001, "SIP/2.0 200 OK"));
	ck_assert(!udp_taken(9000, 9001, "SIP/3.0 200 OK"));
	ck_assert(!udp_taken(9000, 9001, "SIP/"));
	pcap_freecode(&program);
}
END_TEST

START_TEST(fragments_but_the_first_are_taken)
{
	compile_for(DLT_EN10MB, "", false, 0);
	begin_ethernet(0x0800);
	add_ip4(17, 0x0001);
	ck_assert(taken());
	begin_ethernet(0x0800);
	add_ip4(17, 0x2000);
	add_udp(9000, 9001, "xxxxxxxx");
	ck_assert_msg(!taken(), "the first has ports of its own");
	pcap_freecode(&program);
}
END_TEST

START_TEST(of_icmp_only_unreachable_is_taken)
{
	compile_for(DLT_EN10MB, "", false, 0);
	begin_ethernet(0x0800);
	add_ip4(1, 0);
	add_u16(0x0303);
	ck_assert(taken());
	packet[len - 2] = 8;
	ck_assert_msg(!taken(), "echo");
	pcap_freecode(&program);
}
END_TEST

START_TEST(vlan_tags_are_looked_behind)
{
	static const unsigned tags[] = { 0x8100, 0x88a8, 0x9100 };

	compile_for(DLT_EN10MB, "", false, 0);
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		begin_ethernet(tags[i]);
		add_u16(7);
		add_u16(0x8100);
		add_u16(8);
		add_u16(0x0800);
		add_ip4(17, 0);
		add_udp(40000, 5060, "x");
		ck_assert(taken());
		packet[len - 6] = 0;
		ck_assert(!taken());
	}
	pcap_freecode(&program);
}
END_TEST

START_TEST(ip6_is_read_too)
{
	compile_for(DLT_EN10MB, "", false, 0);
	begin_ethernet(0x86dd);
	add_u16(0x6000);
	add_zeros(4);
	add_u16(0x1140);
	add_zeros(32);
	add_udp(40000, 5062, "x");
	ck_assert(taken());
	packet[14 + 6] = 44;
	ck_assert_msg(taken(), "a fragment");
	pcap_freecode(&program);
}
END_TEST

START_TEST(tunnels_and_witnesses_are_taken_if_they_are_wanted)
{
	compile_for(DLT_EN10MB, "", false, 0);
	ck_assert(!udp_taken(40000, 4799, "xxxxxxxx"));
	ck_assert(!udp_taken(40000, 37008, "xxxxxxxx"));
	ck_assert(!udp_taken(123, 123, "xxxxxxxx"));
	pcap_freecode(&program);
	compile_for(DLT_EN10MB, "", true, 1u << WITNESS_NTP);
	ck_assert(udp_taken(40000, 4799, "xxxxxxxx"));
	ck_assert(udp_taken(40000, 6099, "xxxxxxxx"));
	ck_assert(udp_taken(40000, 37008, "xxxxxxxx")); /* TZSP */
	ck_assert(udp_taken(40000, 1701, "xxxxxxxx"));
	ck_assert(!udp_taken(40000, 4789, "xxxxxxxx"));
	ck_assert(udp_taken(123, 40000, "xxxxxxxx"));
	pcap_freecode(&program);
}
END_TEST

START_TEST(sender_reports_pass_and_rtp_does_not)
{
	char payload[] = "\x80\xc8\0\6xxxxxxxxxxxxxxxxxxxxxxxx";
	size_t without;

	compile_for(DLT_EN10MB, "", false, 0);
	without = program.bf_len;
	ck_assert(!udp_taken(40000, 40002, payload));
	pcap_freecode(&program);
	compile_for(DLT_EN10MB, "", false, 1u << WITNESS_RTCP);
	ck_assert_uint_eq(program.bf_len, without + 4);
	for (unsigned type = 1; type < 256; type++) {
		payload[1] = (char)type;
		payload[0] = '\x80';
		ck_assert_int_eq(udp_taken(40000, 40002, payload), type == 200);
		payload[0] = '\x81';
		ck_assert_int_eq(udp_taken(40001, 40003, payload), type == 200);
		payload[0] = '\x40';
		ck_assert(!udp_taken(40000, 40002, payload));
	}
	pcap_freecode(&program);
}
END_TEST

static bool
tcp_taken(unsigned from, const char *payload, size_t octets)
{
	begin_ethernet(0x0800);
	add_ip4(6, 0);
	add_u16(from);
	add_u16(40000);
	add_zeros(8);
	add_u16(0x5018);
	add_zeros(6);
	add(payload, octets);
	return taken();
}

#define LDAP_TAKEN(from, octets) tcp_taken(from, octets, sizeof(octets) - 1)

/* Samba writes a short length for a single attribute, Windows never does. */
START_TEST(root_entries_pass_however_long)
{
	compile_for(DLT_EN10MB, "", false, 1u << WITNESS_LDAP);
	ck_assert(LDAP_TAKEN(389,
	    "0\x2d\2\1\1d\x28\4\0"
	    "0xxxx"));
	ck_assert(LDAP_TAKEN(389,
	    "0\x81\xad\2\1\1d\x81\xa7\4\0"
	    "0xxxx"));
	ck_assert(LDAP_TAKEN(389,
	    "0\x82\7\x60\2\1\1d\x82\7\x59\4\0"
	    "0xxxx"));
	ck_assert(LDAP_TAKEN(3268,
	    "0\x84\0\0\7\x60\2\1\1d"
	    "\x84\0\0\7\x57\4\0"
	    "0xxxx"));
	ck_assert(!LDAP_TAKEN(389, "0\x2d\2\1\1d\x28\4\3dc=0xxxx"));
	ck_assert(!LDAP_TAKEN(389,
	    "0\x2d\2\1\1e\x28\4\0"
	    "0xxxx"));
	ck_assert(!LDAP_TAKEN(390,
	    "0\x2d\2\1\1d\x28\4\0"
	    "0xxxx"));
	pcap_freecode(&program);
}
END_TEST

START_TEST(clients_are_heard_on_the_ports_of_servers)
{
	compile_for(
	    DLT_EN10MB, "", false, 1u << WITNESS_SYSLOG | 1u << WITNESS_SNMP);
	ck_assert(udp_taken(40000, 514, "<34>1 2010-11-13T"));
	ck_assert(udp_taken(40000, 514, "<134>1 2010-11-13T"));
	ck_assert(!udp_taken(40000, 514, "<34>Nov 13 23:29:00"));
	ck_assert(!udp_taken(514, 40000, "<34>1 2010-11-13T"));
	ck_assert(udp_taken(161, 40000, "0xxxxxxxxx"));
	ck_assert(!udp_taken(40000, 161, "0xxxxxxxxx"));
	/* Nothing else is kept from what is behind it. */
	ck_assert(udp_taken(161, 514, "0xxxxxxxxx"));
	ck_assert(udp_taken(9, 514, "SIP/2.0 200 OK"));
	pcap_freecode(&program);
}
END_TEST

START_TEST(the_operators_own_is_wanted_too)
{
	compile_for(DLT_EN10MB, "host 192.0.2.1", false, 0);
	ck_assert(udp_taken(40000, 5062, "x"));
	ck_assert(!udp_taken(40000, 5063, "xxxxxxxx"));
	pcap_freecode(&program);
	compile_for(DLT_EN10MB, "host 192.0.2.9", false, 0);
	ck_assert(!udp_taken(40000, 5062, "x"));
	pcap_freecode(&program);
}
END_TEST

START_TEST(the_operators_own_is_looked_for_behind_a_tag)
{
	compile_for(DLT_EN10MB, "host 192.0.2.1", false, 0);
	begin_ethernet(0x8100);
	add_u16(7);
	add_u16(0x0800);
	add_ip4(17, 0);
	add_udp(40000, 5060, "x");
	ck_assert(taken());
	pcap_freecode(&program);
}
END_TEST

START_TEST(an_expression_that_does_not_compile_is_told)
{
	const struct filter_wanted wanted = { .ports = &ports,
		.user = "host and" };
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	char store[256];
	struct textbuf why;

	textbuf_init(&why, store, sizeof(store));
	ck_assert_int_eq(
	    filter_compile(pcap, &wanted, &program, &why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(store, "does not compile: "));
	pcap_close(pcap);
}
END_TEST

START_TEST(every_datalink_has_a_program)
{
	static const int datalinks[] = { DLT_EN10MB, DLT_LINUX_SLL,
		DLT_LINUX_SLL2, DLT_RAW, DLT_NULL };

	for (size_t i = 0; i < sizeof(datalinks) / sizeof(*datalinks); i++) {
		compile_for(datalinks[i], "", true, ~0u);
		ck_assert_int_eq(
		    bpf_validate(program.bf_insns, (int)program.bf_len), 1);
		ck_assert_uint_lt(program.bf_len, 4096);
		pcap_freecode(&program);
	}
}
END_TEST

START_TEST(a_cut_packet_is_not_read_past_its_end)
{
	size_t whole;

	compile_for(DLT_EN10MB, "", true, ~0u);
	ck_assert(udp_taken(9000, 9001, "SIP/2.0 200 OK"));
	whole = len;
	for (len = 0; len < whole; len++)
		taken();
	pcap_freecode(&program);
}
END_TEST

UNIT("filter", sip_ports_are_taken_in_both_directions,
    a_response_is_taken_from_any_port, fragments_but_the_first_are_taken,
    of_icmp_only_unreachable_is_taken, vlan_tags_are_looked_behind,
    ip6_is_read_too, tunnels_and_witnesses_are_taken_if_they_are_wanted,
    sender_reports_pass_and_rtp_does_not, root_entries_pass_however_long,
    clients_are_heard_on_the_ports_of_servers, the_operators_own_is_wanted_too,
    the_operators_own_is_looked_for_behind_a_tag,
    an_expression_that_does_not_compile_is_told, every_datalink_has_a_program,
    a_cut_packet_is_not_read_past_its_end)
