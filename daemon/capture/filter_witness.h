/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILTER_WITNESS_H
#define FILTER_WITNESS_H

#include "capture/assembly.h"
#include "witness/witness.h"

/*
 * The packets that the capture filter lets through for the witnesses of other
 * protocols, so narrow that the kernel drops the rest: NTP, KRB-ERROR and the
 * like but no tickets, NEGOTIATE responses but no file traffic, sender reports
 * but no RTP.
 *
 * X is where the header of UDP or TCP begins, behind `base'.
 */
struct filter_witness {
	unsigned witnesses; /* 1 << WITNESS_x */
	uint32_t base;
	int take, leave; /* labels */
};

/* A is a port of UDP, the source's or the destination's. */
void filter_witness_either(struct assembly *b, const struct filter_witness *f);

/* A is the port of that side: the source port for WITNESS_SERVER, otherwise the
 * destination's.  A packet of no witness goes on. */
void filter_witness_udp(
    struct assembly *b, const struct filter_witness *f, enum witness_side side);
void filter_witness_tcp(
    struct assembly *b, const struct filter_witness *f, enum witness_side side);

/* UDP whatever its ports.  What is of no such witness goes on. */
void filter_witness_anywhere(
    struct assembly *b, const struct filter_witness *f);

#endif
