/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/capturehead.h"

enum {
	NFLOG_PAYLOAD = 9,
	NFLOG_ATTRIBUTE = 4, /* octets of length and type */

	PKTAP_LEAST = 12,
	PKTAP_PACKET = 1,

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
