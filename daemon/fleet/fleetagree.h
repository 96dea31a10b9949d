/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETAGREE_H
#define FLEETAGREE_H

#include "fleet/fleetdoor.h"

/*
 * The number of partitions, about which all members must agree: halves of
 * others would be joined by nobody.  The first judge's is the fleet's.
 *
 * 0; -ENOENT: no judge has written it yet, and we do not judge; -EINVAL: it is
 * another, logged; or what the door says.
 */
int fleetagree(
    const struct fleetdoor_member *m, unsigned partitions, bool judges);

#endif
