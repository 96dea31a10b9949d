/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LINKTYPE_H
#define LINKTYPE_H

#include "base/cursor.h"

/*
 * A link header read off the front of a cursor names what comes behind it: an
 * EtherType, or one of these, which are below the least EtherType.  A bad
 * cursor means that the header was cut, whatever was returned.
 */

enum linktype {
	LINKTYPE_NOTHING = 0, /* that leads to IP */
	LINKTYPE_ENCRYPTED,
	LINKTYPE_MALFORMED,
	LINKTYPE_WIRELESS, /* an 802.11 frame */
	LINKTYPE_RAW,      /* IP, its version shows which */
	LINKTYPE_LLC,
	LINKTYPE_LEAST_ETHERTYPE = 0x600
};

/* A type read off the wire: where it is none it is a length, and LLC follows
 * (802.3). */
static inline uint16_t
linktype_read(struct cursor *c)
{
	const uint16_t type = cursor_u16(c);

	return type < LINKTYPE_LEAST_ETHERTYPE ? (uint16_t)LINKTYPE_LLC : type;
}

typedef uint16_t linktype_reader(struct cursor *c);

#endif
