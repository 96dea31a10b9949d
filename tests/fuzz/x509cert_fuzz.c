/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A certificate's DER. */

#include "tls/inner/x509cert.h"

#include <stdlib.h>

#include "base/textbuf.h"

/* What is shown is plain: escaping it again changes nothing but the
 * backslashes. */
static void
check_text(const char *text, size_t size)
{
	char store[4 * X509CERT_SAN];
	struct textbuf t;
	size_t backslashes = 0;

	if (memchr(text, '\0', size) == NULL)
		abort();
	for (const char *p = text; *p != '\0'; p++)
		backslashes += *p == '\\';
	textbuf_init(&t, store, sizeof(store));
	textbuf_wire(&t, slice_text(text));
	if (t.len != strlen(text) + backslashes)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct x509cert cert;

	x509cert_init();
	if (!x509cert_parse(slice_of(octets, len), &cert))
		return 0;
	check_text(cert.subject, sizeof(cert.subject));
	check_text(cert.issuer, sizeof(cert.issuer));
	check_text(cert.san, sizeof(cert.san));
	if (cert.not_before < -62135596800 || cert.not_after > 253402387199 ||
	    cert.serial_len > X509CERT_SERIAL)
		abort();
	return 0;
}
