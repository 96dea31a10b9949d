/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPFRAME_H
#define HEPFRAME_H

#include "net/hepmsg.h"
#include "net/packet.h"

/*
 * What an agent handed on, as a packet to be shown to others: its message in a
 * datagram whose IP and UDP headers are made up, whatever carried it.  The HEP
 * packet itself would show the agent's key, and to few programs the message.
 */

enum { HEPFRAME_DATALINK = 101 }; /* LINKTYPE_RAW */

/* How many octets it takes; 0: it fits into no datagram, or its addresses are
 * of two families. */
size_t hepframe_len(const struct hepmsg *m);

/* Writes so many octets. */
void hepframe_write(const struct hepmsg *m, uint8_t *octets);

#endif
