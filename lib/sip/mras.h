/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MRAS_H
#define MRAS_H

#include "sip/sip_message.h"

/*
 * Media Relay Authentication (MS-AVEDGEA): the SERVICE request by which a
 * Lync client gets its relay credentials from the Edge.  Bodies hold secrets
 * and are never shown.
 */

/* Where an Edge answers, unless it is configured otherwise (DOMAIN 3.5). */
enum { MRAS_PORT = 5062 };

/* DOMAIN 3.2: a SERVICE with the MRAS content type, or addressed to
 * opaque=srvr:MRAS, or ;grid on port 5062, or user part MRASLoc. */
bool mras_is_request(const struct sip_message *m);

/* A response to such a request, by its content type or To. */
bool mras_is_response(const struct sip_message *m);

#endif
