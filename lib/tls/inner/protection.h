/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROTECTION_H
#define PROTECTION_H

#include "tls/inner/keyschedule.h"

/*
 * Record protection of one direction (RFC 5246 section 6.2.3, RFC 7366, RFC
 * 8446 section 5.2): it opens records in their order and counts them as their
 * sender did.  Where records are missing it tries the numbers that may follow.
 */

struct protection;

/* The keys of one direction, up to TLS 1.2. */
struct protection_setup {
	const struct suite *suite;
	uint16_t version;
	bool encrypt_then_mac;
	bool server; /* it is the server that writes */
	const struct keyschedule_secret *master;
	struct slice client_random, server_random;
};

/* NULL when out of memory or if libcrypto has no such cipher; the caller frees
 * it, and the keys are wiped. */
struct protection *protection_new(const struct protection_setup *setup);

/* TLS 1.3: the keys of a traffic secret. */
struct protection *protection_new_tls13(
    const struct suite *suite, const struct keyschedule_secret *traffic);

void protection_free(struct protection *p);

/* `most' records at most are missing here; they held the octets `tail' at
 * their end, where those were seen (TLS 1.0 chains by them). */
void protection_lost(struct protection *p, uint64_t most, struct slice tail);

/* A record as it came. */
struct protection_record {
	uint8_t type;
	uint16_t version;
	struct slice body;
};

enum protection_answer {
	PROTECTION_OPENED,
	PROTECTION_BAD,    /* its MAC, padding or length is wrong */
	PROTECTION_UNKNOWN /* what precedes it, and is needed, is missing */
};

/*
 * Open one record into `out', which has room for its body.  *type is what is
 * in it, *plain is borrowed from `out'.  After PROTECTION_BAD the record
 * counts, unless `trial' is set.
 */
enum protection_answer protection_open(struct protection *p,
    const struct protection_record *record, bool trial, uint8_t *out,
    uint8_t *type, struct slice *plain);

/* It opened a record. */
bool protection_proven(const struct protection *p);

#endif
