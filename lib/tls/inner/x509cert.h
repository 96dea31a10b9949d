/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef X509CERT_H
#define X509CERT_H

#include "base/slice.h"

/*
 * X.509 certificates as found in a handshake: subject, issuer and dates.
 * libcrypto parses them; their structure is checked before, so that size and
 * depth are bounded.  Nothing is verified and no name is judged.
 */

enum {
	X509CERT_OCTETS = 65536, /* larger ones are refused */
	X509CERT_NAME = 256,
	X509CERT_SAN = 512,
	X509CERT_SERIAL = 20, /* RFC 5280 section 4.1.2.2 */
	X509CERT_SHA256 = 32
};

/*
 * A plain value, copied by assignment.  Texts are NUL-terminated, valid UTF-8
 * and escaped as textbuf_wire() does, ready to be shown as they are; what is
 * too long is cut.
 */
struct x509cert {
	char subject[X509CERT_NAME]; /* CN=edge.example.com, O=Example */
	char issuer[X509CERT_NAME];
	char san[X509CERT_SAN]; /* DNS names and addresses, comma-joined */
	int64_t not_before;     /* seconds since 1970, years 1 to 9999 */
	int64_t not_after;
	uint8_t sha256[X509CERT_SHA256];
	uint8_t serial[X509CERT_SERIAL]; /* the first of its octets */
	size_t serial_len;
};

/* Before anything else here; calling it twice does no harm. libcrypto would
 * read its configuration file otherwise. */
void x509cert_init(void);

/* A certificate's DER.  False, and *cert untouched, if it is none that we
 * dare to read. */
bool x509cert_parse(struct slice der, struct x509cert *cert);

#endif
