/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPORTED_H
#define EXPORTED_H

#include "net/decode.h"

/*
 * Wireshark's exported PDUs (LINKTYPE_WIRESHARK_UPPER_PDU): what a dissector
 * had in hand, decrypted SIP for one, behind tags that hold which protocol it
 * is, and between whom.
 */

enum exported_result {
	EXPORTED_SIP,
	EXPORTED_PACKET, /* of a lower layer: see ethertype */
	EXPORTED_OTHER,  /* another protocol's */
	EXPORTED_MALFORMED
};

struct exported {
	struct endpoint from, to; /* no address: the tags hold none */
	uint16_t ethertype;       /* for datalink_descend() */
	struct slice payload;     /* borrowed */
};

/* *pdu is filled in when there is SIP or a packet. */
enum exported_result exported_parse(struct slice octets, struct exported *pdu);

/* A packet of `len' octets on the wire that is a message, without anything that
 * carried it. */
void exported_event(const struct exported *pdu, const struct packet *packet,
    size_t len, struct decode_event *event);

#endif
