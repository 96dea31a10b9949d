/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NIC_H
#define NIC_H

#include "base/textbuf.h"

/*
 * Facts about a network interface, from ioctl on a local socket and from /proc:
 * the sandbox allows both.
 */

/* Its index, or 0: there is no such interface ("any" is none). */
unsigned nic_index(const char *name);

bool nic_is_up(const char *name);

/*
 * Write the offloads that merge received segments before they are seen, as
 * ethtool names them: "gro", "lro" or "gro lro".  Nothing is written if there
 * are none, or the kernel does not report them.
 */
void nic_receive_offloads(const char *name, struct textbuf *t);

/* Packets it received since it exists, of any kind; 0 if that is unknown. */
uint64_t nic_received(const char *name);

#endif
