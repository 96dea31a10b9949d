/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WANLINK_H
#define WANLINK_H

#include "net/inner/linktype.h"

/*
 * Links between two ends: serial lines, dialled lines, frame relay and ATM.
 * The names with `directed' have an octet in front that tells which end sent.
 */

/* RFC 1661, with or without the framing of RFC 1662. */
linktype_reader wanlink_ppp;
linktype_reader wanlink_directed_ppp;
linktype_reader wanlink_pppd;  /* the direction replaces the address */
linktype_reader wanlink_pppoe; /* RFC 2516's session */

linktype_reader wanlink_hdlc;   /* Cisco's */
linktype_reader wanlink_serial; /* that, or PPP */

/* RFC 2427, and Cisco's, which has an EtherType instead. */
linktype_reader wanlink_frame_relay;
linktype_reader wanlink_directed_frame_relay;

/* AAL5 with an LLC header, RFC 2684 (once RFC 1483): routed or bridged. */
linktype_reader wanlink_atm;

#endif
