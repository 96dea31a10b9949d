/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTEVIDENCE_H
#define CERTEVIDENCE_H

#include "findings/certificate.h"

/*
 * The evidence of a finding about a bad certificate (DESIGN section 9).
 */

enum certevidence_class {
	CERTEVIDENCE_GOOD,
	CERTEVIDENCE_EXPIRED,
	CERTEVIDENCE_NOT_YET_VALID,
	CERTEVIDENCE_EXPIRING,
	CERTEVIDENCE_INVALID_BY_PEER_CLOCK
};

/* "expired", "not_yet_valid", .. */
const char *certevidence_class_name(enum certevidence_class class);

/* A server is its endpoint, a client its address: port 0. */
struct endpoint certevidence_holder_of(const struct certificate_sight *s);
void certevidence_holder(struct textbuf *t, const struct endpoint *holder);

/* In hexadecimal. */
void certevidence_sha256(
    struct textbuf *t, const uint8_t sha256[X509CERT_SHA256]);

/* `peer_offset' counts where the class is INVALID_BY_PEER_CLOCK. */
void certevidence_write(struct evidence *e, const struct certificate_sight *s,
    enum certevidence_class class, nstime peer_offset);

#endif
