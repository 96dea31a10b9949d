/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MEDIASEC_H
#define MEDIASEC_H

#include <stdbool.h>

#include "base/slice.h"

/*
 * How a session description (RFC 8866) wants its media encrypted (MS-SDPEXT,
 * RFC 4568, RFC 5763; DOMAIN 5).  Keys are never looked at.
 */

enum mediasec_level {
	MEDIASEC_UNKNOWN,       /* no audio or video in it */
	MEDIASEC_NOT_SUPPORTED, /* RTP/AVP without keys */
	MEDIASEC_SUPPORTED,     /* RTP/AVP with keys, or both profiles */
	MEDIASEC_REQUIRED       /* RTP/SAVP alone */
};

struct mediasec {
	enum mediasec_level level; /* the strictest of its media */
	bool sdes;                 /* keys in the SDP: crypto, cryptoscale */
	bool dtls;                 /* keys by DTLS: fingerprint */
};

/* `body' is the SDP, or a multipart with several: then the strictest of them.
 * Media with port 0 do not count.  False, and *found untouched, if there is no
 * SDP with audio or video. */
bool mediasec_parse(
    struct slice content_type, struct slice body, struct mediasec *found);

/* "unknown", "not_supported", "supported", "required". */
const char *mediasec_name(enum mediasec_level level);

#endif
