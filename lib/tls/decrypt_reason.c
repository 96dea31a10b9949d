/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/decrypt_reason.h"

#include <string.h>

static const struct {
	const char *counter, *text;
} reasons[] = {
	[DECRYPT_NO_HANDSHAKE] = { "decrypt.no_handshake",
	    "it was not seen from its beginning" },
	[DECRYPT_DAMAGED] = { "decrypt.damaged",
	    "packets of its handshake are missing" },
	[DECRYPT_EPHEMERAL] = { "decrypt.ephemeral",
	    "DHE, ECDHE or TLS 1.3: a private key cannot help; a key log can, "
	    "and none has its secret" },
	[DECRYPT_FOREIGN_KEY] = { "decrypt.foreign_key",
	    "no configured key belongs to its certificate" },
	[DECRYPT_NO_SECRET] = { "decrypt.no_secret",
	    "neither a private key nor a key log tells its secret" },
	[DECRYPT_RESUMED] = { "decrypt.resumed",
	    "it resumes a session whose beginning was not seen" },
	[DECRYPT_WRONG_SECRET] = { "decrypt.wrong_secret",
	    "the secret that was told does not open it" },
	[DECRYPT_CIPHER] = { "decrypt.cipher",
	    "its cipher suite is not supported" },
	[DECRYPT_VERSION] = { "decrypt.version", "SSLv2 or SSLv3" },
	[DECRYPT_LOST] = { "decrypt.lost", "too many packets are missing" },
	[DECRYPT_LIMIT] = { "decrypt.limit",
	    "a limit was reached; raise [limits] memory" },
};

const char *
decrypt_reason_counter(enum decrypt_reason reason)
{
	return reasons[reason].counter;
}

const char *
decrypt_reason_name(enum decrypt_reason reason)
{
	return reasons[reason].counter + strlen("decrypt.");
}

const char *
decrypt_reason_text(enum decrypt_reason reason)
{
	return reasons[reason].text;
}
