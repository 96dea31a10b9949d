/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STREAMS_H
#define STREAMS_H

#include "net/portset.h"
#include "pipeline/inner/attempts.h"
#include "pipeline/inner/exchanges.h"
#include "pipeline/inner/sightings.h"
#include "sip/sipstream.h"
#include "tls/decrypt.h"

/*
 * The contents of TCP connections.  Each has one slot for every room that
 * follows streams, and here events of the reassembly find their way to them.
 * Rooms recognize what is theirs by content, not by port; the port only decides
 * whether SIP (in clear or in TLS) is expected or a witness of clocks.
 */

struct streams;

struct streams_limits {
	struct portset sip_ports;
	bool apart; /* messages and stamps are read elsewhere */
	size_t max_message;
	struct budget_share *framing; /* borrowed; NULL: no bounds */
	struct tlsflow_limits tls;
	struct decrypt_limits decrypt;
	struct exchanges_limits exchanges;
};

/* A whole message, and the connection that it came on. */
typedef void streams_message(void *arg, const struct tcpreasm_event *event,
    const struct streampart *part, const struct framing_event *message);

/* The facts (see tcpreasm_facts()) of a connection that brought messages are
 * new or have changed.  FORGOTTEN is the last call. */
typedef void streams_flow(void *arg, const struct tcpreasm_event *event);

/* UNANSWERED, on a SIP port. */
typedef void streams_unanswered(void *arg, const struct tcpreasm_event *event);

/* The receivers.  Everything is borrowed as long as the streams live. */
struct streams_output {
	streams_message *message;
	streams_flow *flow;
	streams_unanswered *unanswered;
	context_output *observation;
	void *arg;
	struct sightings *sightings;
	struct secrets *secrets; /* NULL: TLS is not decrypted */
};

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN. */
struct streams *streams_new(
    const struct streams_limits *limits, const struct streams_output *output);
void streams_free(struct streams *s);
void streams_set(struct streams *s, const struct streams_limits *limits);

/* Every event; event->user belongs to this room. */
void streams_input(struct streams *s, const struct context *context,
    const struct tcpreasm_event *event);

/* It brought a message, which was read elsewhere. */
void streams_carried(struct streams *s, const struct tcpreasm_event *event);

/*
 * State kept over a restart: the STREAMS_SAVED connections to SIP ports that
 * were active last, of those that are up and began before `since', after which
 * a successor is given everything.  Loaded ones have the numbers behind
 * *number, which counts on.
 */
enum { STREAMS_SAVED = 4096 };
void streams_save(
    const struct tcpreasm *tcp, nstime since, struct record *record);
void streams_load(struct streams *s, struct tcpreasm *tcp, struct cursor *from,
    uint64_t *number);

/* Two ticks, in this order: what attempts_tick() and exchanges_tick()
 * report. */
void streams_tick_attempts(
    struct streams *s, const struct context *context, nstime now, nstime wall);
void streams_tick_exchanges(
    struct streams *s, const struct context *context, nstime now, nstime wall);
/* The capture ends: secrets that are waited for will not come. */
void streams_finish(
    struct streams *s, const struct context *context, nstime now);

nstime streams_next_deadline(const struct streams *s);

/* TLS connections that were decrypted or not; false: none are to be. */
bool streams_decrypted(const struct streams *s, struct decrypt_counts *counts);

void streams_stats(const struct streams *s, counter_output *output, void *arg);

#endif
