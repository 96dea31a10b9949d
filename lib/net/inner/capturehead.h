/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CAPTUREHEAD_H
#define CAPTUREHEAD_H

#include "net/inner/linktype.h"

/*
 * Headers that no wire has: systems write them in front of what they
 * captured.
 */

/* Linux netfilter's log: the packet is one of its attributes. */
linktype_reader capturehead_nflog;

/* macOS' pktap: *datalink is that of what follows; -1: nothing does. */
uint16_t capturehead_pktap(struct cursor *c, int *datalink);

/*
 * Juniper's routers.  *bare: IP follows without a link header; else it has
 * the one that the LINKTYPE_ names.
 */
uint16_t capturehead_juniper(struct cursor *c, bool *bare);

#endif
