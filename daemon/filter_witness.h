/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FILTER_WITNESS_H
#define FILTER_WITNESS_H

#include "base/textbuf.h"

/*
 * What the capture filter must let through for the witnesses of other
 * protocols, so narrow that the kernel drops the rest: NTP, KRB-ERROR and the
 * like but no tickets, NEGOTIATE responses but no file traffic.
 */

/* Append " or EXPR" for each of `witnesses' (1 << SKEW_x) that needs one.
 * Offsets are relative to IP, so it may stand at any level of the filter. */
void filter_witness_write(struct textbuf *t, unsigned witnesses);

#endif
