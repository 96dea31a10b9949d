/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTPLACE_H
#define CERTPLACE_H

#include "base/lru.h"
#include "base/record.h"
#include "tls/tlsflow.h"

/*
 * The places where bad certificates were shown: by whom, and how deep in the
 * chain.
 */

enum {
	CERTPLACE_DEPTH = 10,
	CERTPLACE_TROUBLES = 4, /* certificates in trouble at one place */
	CERTPLACE_SAVED = 2048
};

/* One certificate that is, or was, no good. */
struct certplace_trouble {
	bool stands;
	bool by_peer; /* only by the clock of `peer' */
	bool dated;   /* its dates are known; not after a restart */
	int64_t not_before, not_after;
	struct address peer;
	uint8_t sha256[X509CERT_SHA256];
};

/* Where certificates are shown: by whom, and how deep in the chain. */
struct certplace_key {
	struct endpoint holder; /* a client's has port 0 */
	unsigned depth;
};

struct certplace {
	struct lru_entry entry;
	struct certplace_key key;
	struct certplace_trouble troubles[CERTPLACE_TROUBLES];
	unsigned next; /* to be overwritten */
};

/* Places are kept by the caller, in an lru of struct certplace. */
bool certplace_equal(const struct table_entry *entry, const void *key);

/* NULL: there is none. */
struct certplace *certplace_find(
    struct lru *places, const struct certplace_key *key);

/* NULL: out of memory. */
struct certplace *certplace_find_or_add(
    struct lru *places, const struct certplace_key *key);

bool certplace_is(
    const struct certplace_trouble *t, const struct x509cert *certificate);

/* The trouble stands; perhaps only by the clock of `peer', the host it was
 * shown to. */
void certplace_remember(struct certplace *place,
    const struct x509cert *certificate, const struct address *peer,
    bool by_peer);

/* State kept over a restart: the troubles that stand, the latest first.  A
 * place is loaded unless `limit' are known. */
void certplace_save(const struct lru *places, struct record *r);
void certplace_load(struct lru *places, size_t limit, struct cursor *from);

#endif
