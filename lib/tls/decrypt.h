/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DECRYPT_H
#define DECRYPT_H

#include "net/tcpreasm.h"
#include "tls/secrets.h"

/*
 * TLS on TCP connections, decrypted where the secrets are known: TLS 1.0 to
 * 1.3.  What was encrypted comes out as the same kind of event that brings
 * octets in clear, so that who reads streams need not know.
 *
 * Secrets may be told after the records they are for: those are held for a
 * while.  A connection is decrypted from its ClientHello on, or not at all.
 */

struct decrypt;

struct decrypt_limits {
	size_t connections; /* decrypted at a time */
	size_t held;        /* octets of records that wait, overall */
	size_t connection;  /* .. of one connection */
	size_t handshakes;  /* octets of unfinished handshake messages */
	nstime wait;        /* for a secret; 0: none will be told */
};

/* Why a connection is not decrypted. */
enum decrypt_reason {
	DECRYPT_NO_HANDSHAKE, /* it was not seen from its beginning */
	DECRYPT_DAMAGED,      /* packets of its handshake are missing */
	DECRYPT_EPHEMERAL,    /* DHE, ECDHE or TLS 1.3: takes a key log */
	DECRYPT_FOREIGN_KEY,  /* RSA: no key belongs to the certificate */
	DECRYPT_NO_SECRET,    /* nobody told its secret */
	DECRYPT_RESUMED,      /* .. and the session it resumes was not seen */
	DECRYPT_WRONG_SECRET, /* what was told does not open its records */
	DECRYPT_CIPHER,       /* it is none of ours, or compresses */
	DECRYPT_VERSION,      /* SSLv2 or SSLv3 */
	DECRYPT_LOST,         /* too much is missing in the middle */
	DECRYPT_LIMIT,        /* a limit of ours was reached */
	DECRYPT_REASONS
};

enum decrypt_kind {
	DECRYPT_STREAM,  /* tcp->fact is DATA or GAP */
	DECRYPT_OPENED,  /* the first record was opened; once */
	DECRYPT_REFUSED, /* it will not be decrypted, or no more; once */
};

/*
 * Borrowed until the callback returns.  An octet's offset counts in the
 * encrypted stream, and a record's last octet stands at that record's end: so
 * what is acknowledged there is acknowledged here.
 */
struct decrypt_event {
	enum decrypt_kind kind;
	const struct tcpreasm_event *tcp;
	struct endpoint client, server; /* as the hellos say */
	enum decrypt_reason reason;     /* REFUSED */
	bool opened;                    /* REFUSED: it was decrypted before */
};

typedef void decrypt_output(void *arg, const struct decrypt_event *event);

/* `secrets' are borrowed.  NULL when out of memory; the caller frees it, after
 * every connection was FORGOTTEN. */
struct decrypt *decrypt_new(const struct decrypt_limits *limits,
    struct secrets *secrets, decrypt_output *output, void *arg);
void decrypt_free(struct decrypt *d);

/* Every event of a connection may come here, TLS or not.  *slot is this
 * room's, one for each connection, NULL at first. */
void decrypt_input(
    struct decrypt *d, const struct tcpreasm_event *event, void **slot);

/* Secrets were told, or waiting is over. */
void decrypt_tick(struct decrypt *d, nstime now);
nstime decrypt_next_deadline(const struct decrypt *d);

/* No more secrets will be told: refuse those that wait. */
void decrypt_finish(struct decrypt *d, nstime now);

void decrypt_set(struct decrypt *d, const struct decrypt_limits *limits);

/* Is this connection decrypted? */
bool decrypt_reads(void *const *slot);

/* "ephemeral" */
const char *decrypt_reason_name(enum decrypt_reason reason);

void decrypt_stats(const struct decrypt *d, counter_output *output, void *arg);

#endif
