/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LINKNAME_H
#define LINKNAME_H

#include "base/slice.h"

/* Links by the names that pcap-linktype(7) gives them. */

/* LINKTYPE_ of "EN10MB", ..; -1: none that is read here. */
int linkname_find(struct slice name);

/* Never NULL. */
const char *linkname_of(int datalink);

#endif
