/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DECRYPT_H
#define DECRYPT_H

#include "base/budget.h"
#include "net/tcpreasm.h"
#include "tls/decrypt_reason.h"
#include "tls/secrets.h"

/*
 * TLS on TCP connections, decrypted where the secrets are known: TLS 1.0 to
 * 1.3.  Decrypted octets come out as the same kind of event that brings octets
 * in clear, so that readers of streams need not know.
 *
 * Secrets may arrive after the records they are for: those are held for a
 * while.  So are those of a session that is resumed, where secrets are shared
 * with threads that may have seen it begin.  A connection is decrypted from its
 * ClientHello on, or not at all.
 */

struct decrypt;

struct decrypt_limits {
	size_t connections; /* decrypted at a time */
	size_t held;        /* octets of records that wait, overall */
	size_t connection;  /* .. of one connection */
	size_t handshakes;  /* octets of unfinished handshake messages */
	struct budget_share *memory; /* borrowed; NULL: no bounds */
	nstime wait;                 /* for a secret that a key log may hold */
	bool expected; /* there is one, though it held nothing yet */
};

enum decrypt_kind {
	DECRYPT_STREAM,  /* tcp->fact is DATA or GAP */
	DECRYPT_OPENED,  /* the first record was opened; once */
	DECRYPT_REFUSED, /* it will not be decrypted, or no more; once */
};

/*
 * Borrowed until the callback returns.  Of STREAM `tcp' holds where the record
 * begins in the encrypted stream, and `size' how much of that it takes, since
 * that is what TCP acknowledges.
 */
struct decrypt_event {
	enum decrypt_kind kind;
	const struct tcpreasm_event *tcp;
	uint64_t size;
	struct endpoint client, server; /* as the hellos show */
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

/* Secrets arrived, or waiting is over. */
void decrypt_tick(struct decrypt *d, nstime now);
nstime decrypt_next_deadline(const struct decrypt *d);

/* No more secrets will arrive: refuse those that wait. */
void decrypt_finish(struct decrypt *d, nstime now);

void decrypt_set(struct decrypt *d, const struct decrypt_limits *limits);

/* Is this connection decrypted? */
bool decrypt_reads(void *const *slot);

/* Connections that were decrypted, and that were not, or no more. */
struct decrypt_counts {
	uint64_t opened;
	uint64_t refused[DECRYPT_REASONS];
};

void decrypt_counts(const struct decrypt *d, struct decrypt_counts *counts);

void decrypt_stats(const struct decrypt *d, counter_output *output, void *arg);

#endif
