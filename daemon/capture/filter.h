/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILTER_H
#define FILTER_H

#include <pcap/pcap.h>

#include "base/textbuf.h"
#include "net/portset.h"

/*
 * The capture filter of a live interface (DESIGN section 5): the packets that
 * any room can use, of those only the ones that match the operator's
 * expression.
 *
 * The first half is written here and not by libpcap, which repeats all of it
 * for each level of VLAN tags: that grew to four times what an older kernel
 * takes (net.core.optmem_max), and then everything is copied to the daemon and
 * filtered there.  The operator's expression, if there is one, follows it:
 *
 *	D, then (I and U) or (TAG and vlan and ((I and U) or (vlan and (..))))
 *
 * I: IP is at this level.  TAG: there is still one in the packet.  An
 * expression that names vlan itself is used as it is, at the level it names.
 */

struct filter_wanted {
	const struct portset *ports; /* SIP ports */
	bool tunnels;
	const struct portset *vxlan, *geneve; /* where those are */
	unsigned witnesses; /* of clocks, 1 << WITNESS_x */
	const char *user;   /* the operator's own, or empty */
};

/*
 * For what is open on `pcap'; the caller frees *program with pcap_freecode().
 * 0, or -EINVAL with `why': the user's expression does not compile or is too
 * long.
 */
int filter_compile(pcap_t *pcap, const struct filter_wanted *wanted,
    struct bpf_program *program, struct textbuf *why);

#endif
