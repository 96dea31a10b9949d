/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PRIVATEKEY_H
#define PRIVATEKEY_H

#include "base/slice.h"
#include "tls/inner/x509cert.h"

/*
 * Private RSA keys, read from the octets of a file (PEM, PKCS#8 or PKCS#12).
 * They decrypt the premaster secret of RSA key exchange, up to TLS 1.2.
 */

struct privatekey;

enum privatekey_answer {
	PRIVATEKEY_READ,
	PRIVATEKEY_LOCKED, /* it takes another passphrase, or one at all */
	PRIVATEKEY_OTHER   /* it is something else: see privatekey_what() */
};

/* `passphrase' may be NULL.  PRIVATEKEY_READ: the caller frees *key. */
enum privatekey_answer privatekey_parse(
    struct slice file, const char *passphrase, struct privatekey **key);
void privatekey_free(struct privatekey *key);

/* Returns what a file that is no RSA key looks like: "a certificate". */
const char *privatekey_what(struct slice file);

/* The certificate that was in the same file and has this key, or NULL. */
const struct x509cert *privatekey_certificate(const struct privatekey *key);

unsigned privatekey_bits(const struct privatekey *key);

/* Is this key's public half in a certificate's DER? */
bool privatekey_fits(const struct privatekey *key, struct slice der);

enum { PRIVATEKEY_PREMASTER = 48 };

/* The premaster secret that ClientKeyExchange encrypted.  False: it was not
 * encrypted for this key. */
bool privatekey_decrypt(const struct privatekey *key, struct slice encrypted,
    uint8_t premaster[PRIVATEKEY_PREMASTER]);

#endif
