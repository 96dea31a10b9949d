/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/shim.h"

#include "net/datalink.h"

enum {
	FABRICPATH = 0x8903,
	CISCO_METADATA = 0x8909,
	VN_TAG = 0x8926,
	MACSEC = 0x88e5,
	PROVIDER_BACKBONE = 0x88e7,

	MACSEC_ENCRYPTED = 0x0c, /* E and C: encrypted, or changed */
	MACSEC_SCI = 0x20,

	ADDRESSES = 12,
	DSA_TAG = 4,
	EDSA_TAG = 8,
	ANALYZER_HEADER = 4,
	PREAMBLE = 8
};

/* Cisco's VN-Tag, that of 802.1Qbh. */
static uint16_t
vn_tag(struct cursor *c)
{
	cursor_take(c, 4);
	return linktype_read(c);
}

/* Cisco MetaData, with a Security Group Tag: version, and how many options
 * of four octets there are. */
static uint16_t
metadata(struct cursor *c)
{
	const uint8_t version = cursor_u8(c);
	const size_t options = cursor_u8(c);

	if (version != 1 && !c->bad)
		return LINKTYPE_MALFORMED;
	cursor_take(c, options * 4);
	return linktype_read(c);
}

/* 802.1AE.  The check value at the end is cut off with IP's padding. */
static uint16_t
macsec(struct cursor *c)
{
	const uint8_t control = cursor_u8(c);

	cursor_take(c, 5);
	if ((control & MACSEC_SCI) != 0)
		cursor_take(c, 8);
	if ((control & MACSEC_ENCRYPTED) != 0)
		return LINKTYPE_ENCRYPTED;
	return linktype_read(c);
}

/* 802.1ah: the service's tag, then the customer's frame. */
static uint16_t
provider_backbone(struct cursor *c)
{
	cursor_take(c, 4);
	return DATALINK_ETHERTYPE_ETHERNET;
}

/* Cisco's FabricPath: the outer addresses, this type with a tag, and the frame
 * that came in. */
static uint16_t
fabricpath(struct cursor *c)
{
	cursor_take(c, 2);
	return DATALINK_ETHERTYPE_ETHERNET;
}

uint16_t
shim_nsh(struct cursor *c)
{
	static const uint16_t next[] = {
		[1] = DATALINK_ETHERTYPE_IPV4,
		[2] = DATALINK_ETHERTYPE_IPV6,
		[3] = DATALINK_ETHERTYPE_ETHERNET,
		[4] = DATALINK_ETHERTYPE_NSH,
		[5] = DATALINK_ETHERTYPE_MPLS,
	};
	const uint16_t bits = cursor_u16(c);
	const size_t len = (bits & 0x3f) * (size_t)4;
	const uint16_t protocol = cursor_u16(c) & 0xff;

	if (bits >> 14 != 0 || (len < 8 && !c->bad))
		return LINKTYPE_MALFORMED;
	cursor_take(c, len < 8 ? 0 : len - 4);
	return protocol < sizeof(next) / sizeof(*next) ? next[protocol]
						       : LINKTYPE_NOTHING;
}

static uint16_t
dsa(struct cursor *c)
{
	cursor_take(c, ADDRESSES + DSA_TAG);
	return linktype_read(c);
}

static uint16_t
edsa(struct cursor *c)
{
	cursor_take(c, ADDRESSES + EDSA_TAG);
	return linktype_read(c);
}

static uint16_t
dsa_prepended(struct cursor *c)
{
	cursor_take(c, DSA_TAG);
	return DATALINK_ETHERTYPE_ETHERNET;
}

static uint16_t
netanalyzer(struct cursor *c)
{
	cursor_take(c, ANALYZER_HEADER);
	return DATALINK_ETHERTYPE_ETHERNET;
}

static uint16_t
netanalyzer_transparent(struct cursor *c)
{
	cursor_take(c, ANALYZER_HEADER + PREAMBLE);
	return DATALINK_ETHERTYPE_ETHERNET;
}

static uint16_t
mpacket(struct cursor *c)
{
	cursor_take(c, PREAMBLE);
	return DATALINK_ETHERTYPE_ETHERNET;
}

linktype_reader *
shim_behind(uint16_t ethertype)
{
	switch (ethertype) {
	case FABRICPATH:
		return fabricpath;
	case CISCO_METADATA:
		return metadata;
	case VN_TAG:
		return vn_tag;
	case MACSEC:
		return macsec;
	case PROVIDER_BACKBONE:
		return provider_backbone;
	case DATALINK_ETHERTYPE_NSH:
		return shim_nsh;
	default:
		return NULL;
	}
}

linktype_reader *
shim_frame(int datalink)
{
	switch (datalink) {
	case 240: /* NETANALYZER */
		return netanalyzer;
	case 241: /* NETANALYZER_TRANSPARENT */
		return netanalyzer_transparent;
	case 274: /* ETHERNET_MPACKET */
		return mpacket;
	case 281: /* DSA_TAG_BRCM */
	case 284: /* DSA_TAG_DSA */
		return dsa;
	case 282: /* DSA_TAG_BRCM_PREPEND */
		return dsa_prepended;
	case 285: /* DSA_TAG_EDSA */
		return edsa;
	default:
		return NULL;
	}
}
