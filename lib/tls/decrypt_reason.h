/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DECRYPT_REASON_H
#define DECRYPT_REASON_H

/* Why a connection is not decrypted. */
enum decrypt_reason {
	DECRYPT_NO_HANDSHAKE, /* it was not seen from its beginning */
	DECRYPT_DAMAGED,      /* packets of its handshake are missing */
	DECRYPT_EPHEMERAL,    /* DHE, ECDHE or TLS 1.3: takes a key log */
	DECRYPT_FOREIGN_KEY,  /* RSA: no key belongs to the certificate */
	DECRYPT_NO_SECRET,    /* nobody provided its secret */
	DECRYPT_RESUMED,      /* .. and the session it resumes was not seen */
	DECRYPT_WRONG_SECRET, /* the secret given does not open its records */
	DECRYPT_CIPHER,       /* it is none of ours, or compresses */
	DECRYPT_VERSION,      /* SSLv2 or SSLv3 */
	DECRYPT_LOST,         /* too much is missing in the middle */
	DECRYPT_LIMIT,        /* a limit of ours was reached */
	DECRYPT_REASONS
};

/* "ephemeral" */
const char *decrypt_reason_name(enum decrypt_reason reason);

/* The same as the name of a counter: "decrypt.ephemeral". */
const char *decrypt_reason_counter(enum decrypt_reason reason);

/* The meaning of the reason, for people. */
const char *decrypt_reason_text(enum decrypt_reason reason);

#endif
