/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CIPHERSTREAM_H
#define CIPHERSTREAM_H

#include "tls/inner/negotiation.h"
#include "tls/decrypt.h"

/*
 * One TLS connection, read record by record: what is in clear is negotiated,
 * what is encrypted opened, and keys change when the handshake requires it.
 * Records of both directions come in the order in which they were seen.
 */

/* Shared by all connections. */
struct cipherstream_shared {
	struct negotiation_shared negotiation;
	uint8_t *plain;     /* room for one record */
	uint64_t records;   /* opened */
	uint64_t bad;       /* not opened: MAC, padding or length */
	uint64_t unchained; /* TLS 1.0: a record before it is missing */
	uint64_t early;     /* early data, skipped */
	uint64_t outside;   /* a type that makes no sense there */
};

/* TLS 1.3 has two sets of keys, one after the other. */
enum cipherstream_epoch {
	CIPHERSTREAM_CLEAR,
	CIPHERSTREAM_HANDSHAKE,
	CIPHERSTREAM_APPLICATION
};

struct cipherstream_half {
	enum cipherstream_epoch epoch; /* up to TLS 1.2: CLEAR, APPLICATION */
	struct protection *protection; /* NULL: in clear, or no keys yet */
	struct keyschedule_secret traffic; /* TLS 1.3 */
	bool lost;         /* records are missing since the last one opened */
	uint64_t missing;  /* at most so many, while there is no protection */
	unsigned failures; /* in a row */
};

/* One connection's.  Embedded, zeroed at first. */
struct cipherstream {
	struct negotiation negotiation;
	struct cipherstream_half halves[2]; /* the client's, the server's */
	bool damaged;                       /* octets were missing in clear */
};

struct cipherstream_record {
	bool server; /* it is the server's */
	uint8_t type;
	uint16_t version;
	struct slice body;
	nstime now;
};

enum cipherstream_answer {
	CIPHERSTREAM_NOTHING, /* nothing for anybody in it */
	CIPHERSTREAM_PLAIN,   /* application data */
	CIPHERSTREAM_MISSING, /* it could not be opened: there is a gap */
	CIPHERSTREAM_WAIT,    /* a secret is not known yet: come again */
	CIPHERSTREAM_GIVE_UP /* nothing will come of this connection: *reason */
};

/* *plain is borrowed until the next call. */
enum cipherstream_answer cipherstream_input(struct cipherstream *r,
    struct cipherstream_shared *shared,
    const struct cipherstream_record *record, struct slice *plain,
    enum decrypt_reason *reason);

/* At most `most' records of a direction are missing here; `tail' is what was
 * seen of the last of them. */
void cipherstream_lost(struct cipherstream *r,
    struct cipherstream_shared *shared, bool server, uint64_t most,
    struct slice tail);

/* Why it waits in vain. */
enum decrypt_reason cipherstream_reason(const struct cipherstream *r);

/* Counters of records, named after `decrypt'. */
void cipherstream_stats(const struct cipherstream_shared *shared,
    counter_output *output, void *arg);

void cipherstream_done(
    struct cipherstream *r, struct cipherstream_shared *shared);

#endif
