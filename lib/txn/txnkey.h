/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNKEY_H
#define TXNKEY_H

#include "base/siphash.h"
#include "sip/sip_message.h"

/*
 * Messages of one transaction share these keyed digests: they take the place of
 * the octets, so a long branch costs no memory.
 */

/*
 * Of the transaction (RFC 3261 17.1.3 and 17.2.3): method with ACK taken for
 * INVITE, sent-by with the transport's default port, and the top Via's
 * branch; where that has no cookie the From tag in its place (RFC 2543).
 * Call-ID and CSeq number are always in it: all messages of a transaction
 * share them, and there are senders that use one branch again and again.
 * 128 bits, since messages are taken for one another when they are equal.
 */
struct txnkey {
	uint64_t a, b;
	bool has_cookie;
};

/* `method' takes the place of the message's own: a CANCEL is looked up as its
 * INVITE. */
struct txnkey txnkey_of(const struct siphash_key *key,
    const struct sip_message *m, struct slice method);

/* Digest of the Call-ID and From tag: the requests of one client in one dialog,
 * on every hop. */
uint64_t txnkey_dialog(
    const struct siphash_key *key, const struct sip_message *m);

/* Whatever a message is looked up by; one thread may make it for another. */
struct txnkey_all {
	struct txnkey transaction;
	uint64_t dialog; /* of a request, else 0 */
};

struct txnkey_all txnkey_all(
    const struct siphash_key *key, const struct sip_message *m);

/* RFC 2543 distinguishes requests by Request-URI and To tag too; responses do
 * not carry the first and may change the second.  Only for messages without
 * cookie. */
uint32_t txnkey_target(
    const struct siphash_key *key, const struct sip_message *m);

/* Of any text; never 0. */
uint32_t txnkey_short(const struct siphash_key *key, struct slice text);

#endif
