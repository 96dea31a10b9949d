/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILTER_WANTED_H
#define FILTER_WANTED_H

#include "capture/assembly.h"
#include "capture/filter.h"

/*
 * Write the packets that any room can use, for a datalink (a DLT_ value): IP at
 * once or behind up to four VLAN tags; of that SIP ports, UDP that begins like
 * a SIP response, fragments but the first, ICMP unreachable, tunnels and
 * witnesses.  A wanted packet goes on after the last instruction.
 *
 * `others': packets with headers that are not read here are wanted too.
 */
void filter_wanted_write(struct assembly *b, const struct filter_wanted *wanted,
    int datalink, bool others);

#endif
