/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FANOUT_GROUP_H
#define FANOUT_GROUP_H

/*
 * Sockets that share the packets of one interface (PACKET_FANOUT, packet(7)).
 *
 * The kernel's own hash splits flows: fragments have no ports, and both ends of
 * a tunnel choose outer ports by themselves.  So a program of ours takes the
 * outer pair of addresses, either way round, behind two VLAN tags at most: all
 * packets between two hosts go to one member.  What is no IP goes to the first.
 */

/* Join the group, which begins with its first member.  0 or -errno. */
int fanout_group_join(int descriptor, unsigned group);

#endif
