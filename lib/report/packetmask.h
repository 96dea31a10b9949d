/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PACKETMASK_H
#define PACKETMASK_H

#include "report/packetring.h"
#include "sip/sipmask.h"

/*
 * Packets as they may be passed on: what sipmask hides is overwritten octet
 * for octet, across the segments of a stream too, and checksums of UDP, TCP
 * and ICMP are renewed, wrong ones staying wrong by as much.  Of TLS the heads
 * of records and the handshake in the clear are shown, of NTP its header;
 * everything else that a transport carries is overwritten, as is what follows
 * the IP packet.
 */

enum { PACKETMASK_OCTET = 'x' };

struct packetmask_packet {
	const struct packetring_packet *packet; /* borrowed */
	uint8_t *octets; /* where the masked copy goes: as many octets */
};

/*
 * Mask `count' packets.  Segments of one stream are read together, as far as
 * they follow each other without a gap; where an octet came twice and was not
 * the same, nothing of them is shown.  False, and nothing is fit to be shown:
 * out of memory.
 */
bool packetmask(const struct packetmask_packet *packets, size_t count,
    enum identity_mode mode);

#endif
