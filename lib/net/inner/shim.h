/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHIM_H
#define SHIM_H

#include "net/inner/linktype.h"

/*
 * Headers that switches put between the addresses of a frame and its EtherType,
 * each behind an EtherType of its own, and headers around a whole frame there.
 */

/* Read what is behind `ethertype'; NULL: it is none of these. */
linktype_reader *shim_behind(uint16_t ethertype);

/*
 * Read a whole frame with what a switch's chip put in without an EtherType, as
 * the tags of Linux' DSA, or with what an analyzer kept of the wire; NULL: the
 * LINKTYPE_ is none of these.
 */
linktype_reader *shim_frame(int datalink);

/* RFC 8300's Network Service Header, which tunnels carry too. */
linktype_reader shim_nsh;

#endif
