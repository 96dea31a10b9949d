/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/linkwrap.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>

#include "base/cursor.h"
#include "script/words.h"

static void
write_hex(struct octets *o, const char *hex)
{
	if (!octets_hex(o, hex))
		words_fail("no hexadecimal: %s", hex);
}

static void
write_zeros(struct octets *o, unsigned count)
{
	while (count-- > 0)
		octets_u8(o, 0);
}

static void
write_type(struct octets *o, const struct wrap_parcel *parcel)
{
	octets_u16(o, parcel->ethertype);
}

static void
write_ppp(struct octets *o, const struct wrap_parcel *parcel)
{
	octets_u16(o, parcel->ethertype == ETHERTYPE_IPV6 ? 0x57 : 0x21);
}

static void
write_frame(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o, "020000000002 020000000001");
	write_type(o, parcel);
}

/* A data frame from its station to the access point, with QoS. */
static void
write_wireless(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o,
	    "8801 0000 020000000003 020000000001 020000000002 1000"
	    "0000 aaaa03 000000");
	write_type(o, parcel);
}

/* The last of some frames that are sent as one. */
static void
write_subframe(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o, "020000000002 020000000001");
	octets_u16(o, 8 + (unsigned)parcel->octets.len);
	write_hex(o, "aaaa03 000000");
	write_type(o, parcel);
}

/* A hardware type before the packet, which is not padded. */
static void
write_nflog(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o, parcel->ethertype == ETHERTYPE_IPV6 ? "0a" : "02");
	write_hex(o, "00 0000 0600 0300 00010000 0400 0900");
}

static void
write_pktap(struct octets *o, const struct wrap_parcel *parcel)
{
	write_zeros(o, 92);
	write_frame(o, parcel);
}

/* OpenBSD's header without its last fields, padded. */
static void
write_pflog(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o, parcel->ethertype == ETHERTYPE_IPV6 ? "3d18" : "3d02");
	write_hex(o, "0000 656d3000000000000000000000000000");
	write_zeros(o, 44);
}

static void
write_enc(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(
	    o, parcel->ethertype == ETHERTYPE_IPV6 ? "18000000" : "02000000");
	write_hex(o, "00001001 00000c00");
}

static void
write_ipnet(struct octets *o, const struct wrap_parcel *parcel)
{
	write_hex(o, parcel->ethertype == ETHERTYPE_IPV6 ? "011a" : "0102");
	write_hex(o, "0000 00000000 00000002 00000000 00000001 00000002");
}

static void
write_prism(struct octets *o, const struct wrap_parcel *parcel)
{
	write_zeros(o, 136);
	write_wireless(o, parcel);
}

static void
write_avs(struct octets *o, const struct wrap_parcel *parcel)
{
	write_zeros(o, 56);
	write_wireless(o, parcel);
}

static void
write_frame_relay(struct octets *o, const struct wrap_parcel *parcel)
{
	if (parcel->ethertype == ETHERTYPE_IP) {
		write_hex(o, "cc");
		return;
	}
	write_hex(o, "00 80 000000");
	write_type(o, parcel);
}

const struct wrap_link linkwrap_rows[] = {
	{ "ppp", DLT_PPP, true, "ff03", write_ppp },
	{ "serial", DLT_PPP_SERIAL, true, "ff03", write_ppp },
	{ "hdlc", DLT_C_HDLC, false, "0f00", write_type },
	{ "wireless", DLT_IEEE802_11, false, "", write_wireless },
	/* Its first frame is of an ethertype for experiments. */
	{ "amsdu", DLT_IEEE802_11, false,
	    "8801 0000 020000000003 020000000001 020000000002 1000 8000"
	    "020000000002 020000000001 0009 aaaa03 000000 88b5 00 00",
	    write_subframe },
	/* With a time stamp, and flags without padding. */
	{ "radiotap", DLT_IEEE802_11_RADIO, false,
	    "0000 1100 03000000 0000000000000001 00", write_wireless },
	{ "nflog", DLT_NFLOG, true, "", write_nflog },
	{ "pktap", DLT_PKTAP, false, "6c000000 01000000 01000000 656e3000",
	    write_pktap },
	{ "juniper", DLT_JUNIPER_ETHER, false, "4d4743 81 0006 010101 020102",
	    write_frame },
	{ "pflog", DLT_PFLOG, true, "", write_pflog },
	{ "enc", DLT_ENC, true, "", write_enc },
	{ "ipnet", DLT_IPNET, true, "", write_ipnet },
	/* With a field of 802.11's own. */
	{ "ppi", DLT_PPI, false,
	    "00 00 2000 69000000 0200 1400"
	    "0000000000000000 0000 0200 6c09 a000 00 00 c4 a0",
	    write_wireless },
	{ "prism", DLT_PRISM_HEADER, false, "44000000 90000000", write_prism },
	{ "avs", DLT_IEEE802_11_RADIO_AVS, false, "80211001 00000040",
	    write_avs },
	/* With an extension header; the record's length is not looked at. */
	{ "erf", DLT_ERF, false,
	    "0000000000000001 82 04 0200 0000 01f0 0500000000000000"
	    "0000",
	    write_frame },
	{ "framerelay", DLT_FRELAY, false, "1841 03", write_frame_relay },
	/* The frames of bridged Ethernet. */
	{ "atm", DLT_ATM_RFC1483, false, "aaaa03 0080c2 0007 0000",
	    write_frame },
	{ "dsa", DLT_DSA_TAG_DSA, false, "020000000002 020000000001 c0180000",
	    write_type },
	{ "edsa", DLT_DSA_TAG_EDSA, false,
	    "020000000002 020000000001 dada0000 c0180000", write_type },
	{ "mpacket", DLT_ETHERNET_MPACKET, false, "55555555555555d5",
	    write_frame },
	{ "pppd", DLT_PPP_PPPD, true, "0003", write_ppp },
	{ "user0", DLT_USER0, false, "", write_frame },
	{ "exported", LINKWRAP_EXPORTED, true, "", NULL },
	{ NULL, 0, false, NULL, NULL },
};

void
linkwrap_header(const struct wrap_link *link, const struct wrap_parcel *parcel,
    struct octets *o)
{
	write_hex(o, link->head);
	link->write(o, parcel);
}

static void
write_tag(struct octets *o, unsigned tag, struct slice value)
{
	octets_u16(o, tag);
	octets_u16(o, (unsigned)(value.len + 3) / 4 * 4);
	octets_slice(o, value);
	for (size_t pad = value.len; pad % 4 != 0; pad++)
		octets_u8(o, 0);
}

static void
write_number(struct octets *o, unsigned tag, unsigned number)
{
	octets_u16(o, tag);
	octets_u16(o, 4);
	octets_u32(o, number);
}

/* A whole datagram in IPv4 or IPv6 without extensions: its payload. */
static bool
export_datagram(struct slice packet, bool v6, struct octets *o)
{
	const size_t header = v6 ? 40 : (packet.p[0] & 0xf) * (size_t)4;
	const size_t address = v6 ? 16 : 4, at = v6 ? 8 : 12;
	const uint8_t protocol = packet.p[v6 ? 6 : 9];
	struct cursor c = cursor_over(slice_after(packet, header));

	if (protocol != IPPROTO_UDP ||
	    (!v6 && ((packet.p[6] & 0x3f) | packet.p[7]) != 0))
		return false;
	write_tag(o, 12, slice_text("sip"));
	write_tag(o, v6 ? 22 : 20, slice_between(packet, at, at + address));
	write_tag(o, v6 ? 23 : 21,
	    slice_between(packet, at + address, at + 2 * address));
	write_number(o, 24, 3);
	write_number(o, 25, cursor_u16(&c));
	write_number(o, 26, cursor_u16(&c));
	octets_u32(o, 0);
	cursor_take(&c, 4);
	octets_slice(o, c.rest);
	return true;
}

struct octets
linkwrap_export(const struct wrap_parcel *parcel)
{
	const bool v6 = parcel->ethertype == ETHERTYPE_IPV6;
	const struct slice packet = octets_view(&parcel->octets);
	struct octets o = { .len = 0 };

	if (!v6 && parcel->ethertype != ETHERTYPE_IP)
		words_fail("this datalink carries IP and nothing else");
	if (export_datagram(packet, v6, &o))
		return o;
	write_tag(&o, 12, slice_text(v6 ? "ipv6" : "ip"));
	octets_u32(&o, 0);
	octets_slice(&o, packet);
	return o;
}
