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

/* OpenBSD's firewall log, and the inside of its IPsec; Solaris' ipnet. */
linktype_reader capturehead_pflog;
linktype_reader capturehead_enc;
linktype_reader capturehead_ipnet;

/*
 * Headers that name what follows: *datalink is its LINKTYPE_; -1: nothing
 * does.  macOS' pktap; PPI of CACE's and Kismet's wireless captures; Prism's
 * and AVS' headers, which look for each other; Endace's ERF.
 */
typedef uint16_t capturehead_reader(struct cursor *c, int *datalink);

capturehead_reader capturehead_pktap;
capturehead_reader capturehead_ppi;
capturehead_reader capturehead_prism;
capturehead_reader capturehead_erf;

/*
 * Juniper's routers.  *bare: IP follows without a link header; else it has
 * the one that the LINKTYPE_ names.
 */
uint16_t capturehead_juniper(struct cursor *c, bool *bare);

#endif
