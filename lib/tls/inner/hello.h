/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HELLO_H
#define HELLO_H

#include "base/slice.h"

/*
 * ClientHello and ServerHello (RFC 8446 section 4.1, RFC 5246 section 7.4.1)
 * of every version from SSLv3 on.
 */

/* Borrowed from the message's body. */
struct hello {
	uint16_t version; /* the server's choice; the client's highest */
	uint16_t cipher;  /* the server's choice */
	uint32_t time;    /* gmt_unix_time: the random's first four octets */
	bool retry;       /* HelloRetryRequest, no ServerHello */
	bool psk;         /* TLS 1.3 server: a pre-shared key was accepted */
	bool early_data;  /* TLS 1.3 client: it sends some at once */
	bool extended_master;  /* RFC 7627 */
	bool encrypt_then_mac; /* RFC 7366 */
	bool compressed;       /* the server chose to */
	struct slice random, session_id, sni;
	struct slice ticket; /* of the client, RFC 5077 */
};

/* False, and *hello untouched, if the body is none. */
bool hello_client(struct slice body, struct hello *hello);
bool hello_server(struct slice body, struct hello *hello);

/* TLS 1.3 or one of its drafts. */
bool hello_is_tls13(uint16_t version);

#endif
