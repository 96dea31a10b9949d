/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSFLOW_H
#define TLSFLOW_H

#include "base/budget.h"
#include "base/siphash.h"
#include "net/tcpreasm.h"
#include "tls/inner/x509cert.h"

/*
 * TLS on TCP connections, as far as it can be seen without a key: hellos,
 * certificates (TLS 1.2 and older), alerts in clear, and from then on the
 * sizes of encrypted records.
 *
 * The hellos decide who is client, where they were seen; else reassembly does.
 * A connection picked up mid-way, or one that lost octets, is followed again
 * where a segment begins with a record.  A stream that does not begin as TLS is
 * not looked at any more.
 */

struct tlsflow;

struct tlsflow_limits {
	size_t octets;       /* of unfinished handshake messages, overall */
	size_t certificates; /* kept by fingerprint */
	struct siphash_key key;
	struct budget_share *memory; /* for those; borrowed, NULL: no bounds */
	struct budget_share *unfinished; /* for the octets; the same */
};

enum tlsflow_side { TLSFLOW_CLIENT, TLSFLOW_SERVER };

/*
 * An encrypted record of TLS 1.3 that is shorter is no Finished: header of 4
 * octets, 32 of the shortest hash, type, 8 of the shortest tag.  Instead of
 * one it is an alert: the handshake failed.
 */
enum { TLSFLOW_FINISHED = 45 };

/* The facts known about a connection so far. */
struct tlsflow_facts {
	bool client_hello, server_hello; /* seen */
	bool sslv2;             /* the client began with an SSLv2 hello */
	uint16_t offered;       /* highest version the client offers; 0: ? */
	uint16_t version;       /* the server's choice, 0x0303 is TLS 1.2;
				 * 0: not known */
	uint16_t cipher;        /* the server's choice; 0: not known */
	bool resumed;           /* known where ESTABLISHED, up to TLS 1.2;
				 * from 1.3: a PSK was accepted */
	bool certificate_asked; /* mutual TLS, up to 1.2 */
	bool established;       /* both sides encrypt */
	bool lost; /* octets are missing, or it was picked up mid-way: what
		    * was not seen may yet have been */
};

enum tlsflow_kind {
	TLSFLOW_HELLO,       /* `from' sent hello; see the facts.  Once each */
	TLSFLOW_CERTIFICATE, /* `certificate' of `from', at `depth' */
	TLSFLOW_ALERT,       /* in clear, from `from' */
	TLSFLOW_ESTABLISHED, /* both sides encrypt */
	TLSFLOW_RECORD,      /* encrypted application data is complete */
	TLSFLOW_STAMP,       /* the hello of `from' may hold its clock: learn
			      * with clock/agreement */
	TLSFLOW_ENDED        /* closed, reset or forgotten; once.  Early where
			      * facts->established does not hold */
};

/* Borrowed until the callback returns. */
struct tlsflow_event {
	enum tlsflow_kind kind;
	const struct tcpreasm_event *tcp; /* what brought it */
	struct endpoint client, server;   /* as the hellos show */
	const struct tlsflow_facts *facts;
	enum tlsflow_side from; /* all but ESTABLISHED and ENDED */

	struct slice sni; /* HELLO of the client: the server it asks for */

	/* CERTIFICATE; holder is the client or the server, by `from' */
	const struct x509cert *certificate; /* NULL: refused */
	unsigned depth;                     /* 0: its own */
	unsigned chain; /* how many it sent, at most 10 are reported */

	/* ALERT */
	bool fatal;
	uint8_t alert;

	/* RECORD */
	size_t octets;         /* of its body, encryption included */
	uint64_t end;          /* the offset after it in its direction, as in
				* tcpreasm_facts: acknowledged when that is >= */
	bool may_be_handshake; /* TLS 1.3: an encrypted flight perhaps, no
				* request and no answer */

	uint32_t told; /* STAMP: seconds since 1970; never 0 */

	nstime now, wall;
};

typedef void tlsflow_output(void *arg, const struct tlsflow_event *event);

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN. */
struct tlsflow *tlsflow_new(
    const struct tlsflow_limits *limits, tlsflow_output *output, void *arg);
void tlsflow_free(struct tlsflow *t);

/*
 * Every event of a connection may come here, TLS or not.  *slot is this
 * room's, one for each connection, NULL at first; FORGOTTEN frees what is in
 * it and makes it NULL again.
 */
void tlsflow_input(
    struct tlsflow *t, const struct tcpreasm_event *event, void **slot);

/* False: no TLS was seen there. */
bool tlsflow_facts(void *const *slot, struct tlsflow_facts *facts);

void tlsflow_set(struct tlsflow *t, const struct tlsflow_limits *limits);

void tlsflow_stats(const struct tlsflow *t, counter_output *output, void *arg);

/* "TLSv1.2", "SSLv3"; NULL: not known. */
const char *tlsflow_version_name(uint16_t version);

/* "certificate_expired" for 45; NULL: not known. */
const char *tlsflow_alert_name(uint8_t alert);

#endif
