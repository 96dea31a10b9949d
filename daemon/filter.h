/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILTER_H
#define FILTER_H

#include "base/textbuf.h"
#include "net/portset.h"

/*
 * The capture filter of a live interface (DESIGN section 5), as a
 * pcap-filter(7) expression.  libpcap shifts the offsets of everything that
 * follows the word vlan, so the levels are nested and the user's filter
 * stands inside each:
 *
 *	(D and U) or (TAG and vlan and ((D and U) or (vlan and (D and U))))
 *
 * TAG: there is still one in the packet.  A user who says vlan himself gets U
 * and D, at the level he names.
 */

struct filter_wanted {
	const struct portset *ports; /* SIP ports */
	bool tunnels;
	unsigned witnesses; /* of clocks, 1 << SKEW_x */
	const char *user;   /* the operator's own, or empty */
};

/*
 * Write the expression for a datalink that knows `vlan_levels' VLAN tags (0:
 * none, 2: Ethernet).  False if it does not fit into `t'.
 */
bool filter_write(struct textbuf *t, const struct filter_wanted *wanted,
    unsigned vlan_levels);

/* How many levels make sense on a datalink (a DLT_ value). */
unsigned filter_vlan_levels(int datalink);

#endif
