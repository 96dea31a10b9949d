/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INCIDENTSTORY_H
#define INCIDENTSTORY_H

#include "findings/finding.h"

/*
 * Findings for the tests of lib/incident: hosts are 10.0.0.N, `now' is the
 * wall clock.
 */

#define START (1294078920 * NSTIME_S) /* 2011-01-03T18:22:00Z */
#define HOUR (3600 * NSTIME_S)
#define MINUTE (60 * NSTIME_S)

struct story_finding {
	struct finding finding;
	struct evidence evidence;
	char key[80];
};

static inline struct address
host(unsigned n)
{
	return (
	    struct address){ .version = 4, .octets = { 10, 0, 0, (uint8_t)n } };
}

static inline struct endpoint
host_at(unsigned n, uint16_t port)
{
	return (struct endpoint){ .address = host(n), .port = port };
}

static inline void
story_begin(struct story_finding *f, enum finding_kind kind,
    const struct endpoint *server, const char *more, nstime at)
{
	struct textbuf key;

	evidence_init(&f->evidence);
	textbuf_init(&key, f->key, sizeof(f->key));
	if (server->port == 0)
		endpoint_address_write(&key, &server->address);
	else
		endpoint_write(&key, server);
	f->finding = (struct finding){
		.kind = kind,
		.change = FINDING_TROUBLE,
		.severity = finding_row(kind)->severity,
		.subject = slice_of(f->key, key.len),
		.evidence = &f->evidence,
		.now = at,
		.wall = at,
	};
	textbuf_add(&key, more);
	f->finding.key = textbuf_slice(&key);
}

/* `client' sent a SERVICE to server:port 34 s ago. */
static inline struct story_finding *
timed_out(unsigned client, unsigned server, uint16_t port, nstime at)
{
	static struct story_finding f;
	const struct endpoint uas = host_at(server, port);
	const struct endpoint uac = host_at(client, 50000);

	story_begin(&f, FINDING_TRANSACTION_TIMEOUT, &uas, " SERVICE", at);
	evidence_text(&f.evidence, "class", "no_response");
	evidence_endpoint(&f.evidence, "uac", &uac);
	evidence_endpoint(&f.evidence, "uas", &uas);
	evidence_time(&f.evidence, "sent", at - 34 * NSTIME_S);
	evidence_boolean(&f.evidence, "mras", port == 5062);
	return &f;
}

static inline struct story_finding *
not_connected(unsigned client, unsigned server, uint16_t port, nstime at)
{
	static struct story_finding f;
	const struct endpoint to = host_at(server, port);
	const struct endpoint from = host_at(client, 50000);

	story_begin(&f, FINDING_CONNECTION_FAILURE, &to, " refused", at);
	evidence_text(&f.evidence, "class", "refused");
	evidence_endpoint(&f.evidence, "client", &from);
	evidence_endpoint(&f.evidence, "server", &to);
	return &f;
}

/* Its clock is off by `offset'; `stepped_at' 0: since it was first seen. */
static inline struct story_finding *
wrong_clock(
    unsigned n, nstime offset, const char *shape, nstime stepped_at, nstime at)
{
	static struct story_finding f;
	const struct endpoint peer = host_at(n, 0);

	story_begin(&f, FINDING_CLOCK_SKEW, &peer, "", at);
	f.finding.severity = FINDING_CRITICAL;
	evidence_address(&f.evidence, "peer", &peer.address);
	evidence_seconds(&f.evidence, "offset_s", offset, 1);
	evidence_text(&f.evidence, "shape", shape);
	if (stepped_at != 0) {
		evidence_seconds(&f.evidence, "step_s", offset, 1);
		evidence_time(&f.evidence, "stepped_at", stepped_at);
	}
	evidence_text(&f.evidence, "local_clock", "unknown");
	return &f;
}

/* The same, with another change and no evidence. */
static inline const struct finding *
story_over(struct story_finding *f, enum finding_change change, nstime at)
{
	f->finding.change = change;
	f->finding.evidence = NULL;
	f->finding.now = f->finding.wall = at;
	return &f->finding;
}

#endif
