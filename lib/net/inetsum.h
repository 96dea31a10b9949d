/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INETSUM_H
#define INETSUM_H

#include "base/slice.h"

/* The sum of 16-bit words in one's complement (RFC 1071), of which checksums
 * of IP, UDP, TCP and ICMP are the complement. */
uint16_t inetsum(struct slice octets);

/* The sum of two sums. */
uint16_t inetsum_add(uint16_t a, uint16_t b);

#endif
