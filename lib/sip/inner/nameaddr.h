/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NAMEADDR_H
#define NAMEADDR_H

#include "base/slice.h"

/* The value of a From or To: name-addr or addr-spec, and parameters (RFC 3261
 * section 20.10). */

/* With angle brackets, the octets between them. */
struct slice nameaddr_uri(struct slice value);

/* The octets behind the URI, from their first semicolon. */
struct slice nameaddr_params(struct slice value);

/* The tag, without quotes; empty when there is none. */
struct slice nameaddr_tag(struct slice value);

#endif
