/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ESP_H
#define ESP_H

#include "net/ip.h"

/*
 * ESP without encryption (RFC 2410), as IMS phones use it for SIP (3GPP TS
 * 33.203).  Nothing on the wire shows that it is not encrypted: what lies
 * inside must look right from both ends (RFC 5879).
 */

/* The whole payload of *ip was captured and is ESP: true, and *ip is then
 * what it carries.  False: it is encrypted, or cut. */
bool esp_open(struct ip *ip);

#endif
