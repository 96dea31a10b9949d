/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/capturehead.h"

enum {
	NFLOG_PAYLOAD = 9,
	NFLOG_ATTRIBUTE = 4, /* octets of length and type */

	PFLOG_LEAST = 45,
	ENC_OCTETS = 12,
	IPNET_OCTETS = 24,

	PKTAP_LEAST = 12,
	PKTAP_PACKET = 1,

	PPI_LEAST = 8,
	PRISM_OCTETS = 144,
	AVS_LEAST = 8,

	ERF_MORE = 0x80, /* in a type: an extension header follows */
	ERF_EXTENSION = 8,

	LINK_ETHERNET = 1,
	LINK_PPP_HDLC = 50,
	LINK_RAW = 101,
	LINK_WIRELESS = 105, /* IEEE802_11 */

	JUNIPER_NO_LINK = 0x02,
	JUNIPER_EXTENDED = 0x80
};

/* The attributes' lengths are in the octet order of the capturing host: the
 * first attribute, which is never long, shows which. */
uint16_t
capturehead_nflog(struct cursor *c)
{
	bool little;

	cursor_take(c, 4);
	little = c->rest.len < 2 || c->rest.p[1] == 0;
	while (!c->bad) {
		const size_t len = cursor_ordered16(c, little);
		const uint16_t type = cursor_ordered16(c, little);

		if (c->bad)
			break;
		if (len < NFLOG_ATTRIBUTE)
			return LINKTYPE_MALFORMED;
		if ((type & 0x7fff) == NFLOG_PAYLOAD)
			return LINKTYPE_RAW;
		cursor_take(c, (len + 3) / 4 * 4 - NFLOG_ATTRIBUTE);
	}
	return LINKTYPE_NOTHING;
}

/* The first octet is the length without what pads it to four. */
uint16_t
capturehead_pflog(struct cursor *c)
{
	const size_t len = cursor_u8(c);

	if (len < PFLOG_LEAST && !c->bad)
		return LINKTYPE_MALFORMED;
	cursor_take(c, (len + 3) / 4 * 4 - 1);
	return LINKTYPE_RAW;
}

uint16_t
capturehead_enc(struct cursor *c)
{
	cursor_take(c, ENC_OCTETS);
	return LINKTYPE_RAW;
}

uint16_t
capturehead_ipnet(struct cursor *c)
{
	cursor_take(c, IPNET_OCTETS);
	return LINKTYPE_RAW;
}

/* Macs that run it are little-endian. */
uint16_t
capturehead_pktap(struct cursor *c, int *datalink)
{
	const uint32_t len = cursor_le32(c);
	const uint32_t type = cursor_le32(c);
	const uint32_t inner = cursor_le32(c);

	*datalink = -1;
	if (c->bad)
		return LINKTYPE_NOTHING;
	if (len < PKTAP_LEAST)
		return LINKTYPE_MALFORMED;
	cursor_take(c, len - PKTAP_LEAST);
	if (type == PKTAP_PACKET && inner < 0x10000)
		*datalink = (int)inner;
	return LINKTYPE_NOTHING;
}

/* Its own fields are little-endian everywhere. */
uint16_t
capturehead_ppi(struct cursor *c, int *datalink)
{
	const uint8_t version = cursor_u8(c);
	size_t len;

	cursor_take(c, 1);
	len = cursor_ordered16(c, true);
	*datalink = (int)(cursor_le32(c) & 0xffff);
	if ((version != 0 || len < PPI_LEAST) && !c->bad) {
		*datalink = -1;
		return LINKTYPE_MALFORMED;
	}
	cursor_take(c, len < PPI_LEAST ? 0 : len - PPI_LEAST);
	return LINKTYPE_NOTHING;
}

/* Drivers wrote AVS' header under Prism's number: its magic tells. */
uint16_t
capturehead_prism(struct cursor *c, int *datalink)
{
	const uint32_t magic = cursor_u32(c);
	size_t len = PRISM_OCTETS - 4;

	*datalink = LINK_WIRELESS;
	if (magic == 0x80211001 || magic == 0x80211002) {
		const uint32_t told = cursor_u32(c);

		if (told < AVS_LEAST && !c->bad) {
			*datalink = -1;
			return LINKTYPE_MALFORMED;
		}
		len = told - AVS_LEAST;
	}
	cursor_take(c, len);
	return LINKTYPE_NOTHING;
}

/* What a record of ERF carries; -1 for what cannot lead to IP. */
static int
erf_datalink(unsigned type)
{
	switch (type) {
	case 2:  /* ETH */
	case 11: /* COLOR_ETH */
	case 16: /* DSM_COLOR_ETH */
	case 20: /* COLOR_HASH_ETH */
		return LINK_ETHERNET;
	case 1:  /* HDLC_POS */
	case 10: /* COLOR_HDLC_POS */
	case 15: /* DSM_COLOR_HDLC_POS */
	case 19: /* COLOR_HASH_POS */
		return LINK_PPP_HDLC;
	case 22: /* IPV4 */
	case 23: /* IPV6 */
		return LINK_RAW;
	default:
		return -1;
	}
}

uint16_t
capturehead_erf(struct cursor *c, int *datalink)
{
	unsigned type, next;

	cursor_take(c, 8);
	type = next = cursor_u8(c);
	cursor_take(c, 7);
	while ((next & ERF_MORE) != 0 && !c->bad) {
		next = cursor_u8(c);
		cursor_take(c, ERF_EXTENSION - 1);
	}
	*datalink = erf_datalink(type & ~(unsigned)ERF_MORE);
	if (*datalink == LINK_ETHERNET)
		cursor_take(c, 2);
	return LINKTYPE_NOTHING;
}

uint16_t
capturehead_juniper(struct cursor *c, bool *bare)
{
	const uint32_t magic = cursor_u24(c);
	const uint8_t flags = cursor_u8(c);

	*bare = (flags & JUNIPER_NO_LINK) != 0;
	if (magic != 0x4d4743 && !c->bad)
		return LINKTYPE_MALFORMED;
	if ((flags & JUNIPER_EXTENDED) != 0)
		cursor_take(c, cursor_u16(c));
	if (*bare)
		cursor_take(c, 4);
	return *bare ? LINKTYPE_RAW : LINKTYPE_NOTHING;
}
