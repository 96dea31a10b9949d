/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIRELESS_H
#define WIRELESS_H

#include "net/inner/linktype.h"

/*
 * 802.11 data frames, as they are and behind a radiotap header, up to their
 * LLC header.  Of an A-MSDU that is the header of the first part.
 */

linktype_reader wireless_frame, wireless_radiotap;

/* As CAPWAP carries it: Cisco swaps the two octets in front. */
linktype_reader wireless_capwap;

/* The frame is an A-MSDU, and *parts are the frames in it, each behind 14
 * octets. */
bool wireless_parts(struct slice octets, struct slice *parts);
bool wireless_radiotap_parts(struct slice octets, struct slice *parts);

#endif
