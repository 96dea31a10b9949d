/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_LINKWRAP_H
#define SCRIPT_LINKWRAP_H

#include "script/wrap.h"

/* Datalinks, a row each, the last one without a name. */
struct wrap_link {
	const char *name;
	int datalink;
	bool bare;        /* it carries IP and nothing else */
	const char *head; /* its first octets, in hexadecimal */
	/* Those that follow. */
	void (*write)(struct octets *o, const struct wrap_parcel *parcel);
};

/* Those that are not usual on a mirror. */
extern const struct wrap_link linkwrap_rows[];

void linkwrap_header(const struct wrap_link *link,
    const struct wrap_parcel *parcel, struct octets *o);

/* Wireshark's exported PDU: SIP of a datagram with tags that tell whose it
 * is, other packets as packets. */
enum { LINKWRAP_EXPORTED = 252 };
struct octets linkwrap_export(const struct wrap_parcel *parcel);

#endif
