/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIGHTINGS_H
#define SIGHTINGS_H

#include "net/decode.h"
#include "net/hepmsg.h"
#include "net/tcpreasm.h"
#include "pipeline/event.h"
#include "tls/tlsflow.h"

/*
 * The reader's half of reading clocks (DOMAIN 2.10): packets and streams of
 * protocols other than SIP become stamps, unless their witness is switched off.
 * The same messages may refuse a client for the time, which is reported too.
 * The matcher learns which fields hold random octets: see clocks.h.
 */

struct sightings;

/* `muted' witnesses are not looked at: bits 1 << WITNESS_x.  Only kind, flow
 * and the stamp or observation of events are filled.  NULL when out of memory;
 * the caller frees it, after every connection was FORGOTTEN. */
struct sightings *sightings_new(
    unsigned muted, event_output *output, void *arg);
void sightings_free(struct sightings *s);
void sightings_set(struct sightings *s, unsigned muted);

/* Is there a witness to be read on this port? */
bool sightings_udp_port(const struct sightings *s, uint16_t port);
bool sightings_tcp_port(const struct sightings *s, uint16_t port);

/* Add all such ports of UDP. */
void sightings_add_udp_ports(const struct sightings *s, struct portset *ports);

/* May a datagram that begins like this tell a clock, whatever its ports? */
bool sightings_begins(const struct sightings *s, struct slice payload);

/* A datagram from or to one, or that begins so. */
void sightings_datagram(struct sightings *s, const struct decode_event *event);

/* A report of RTCP as JSON, which an agent handed on and saw at `wall'; nothing
 * is output.  False: it tells no clock. */
bool sightings_report(struct sightings *s, const struct hepmsg *hep, nstime now,
    nstime wall, struct event_stamp *stamp);

/* Every event of a connection to one; `slots' are this room's, one for each
 * direction. */
void sightings_stream(
    struct sightings *s, const struct tcpreasm_event *event, void **slots);

/* The same of a connection to a SIP port, with one slot: the answer to an
 * upgrade from HTTP to WebSocket is one of HTTP (RFC 7118). */
void sightings_upgrade(
    struct sightings *s, const struct tcpreasm_event *event, void **slot);

/* A TLSFLOW_STAMP. */
void sightings_tls(struct sightings *s, const struct tlsflow_event *event);

/* A segment of a port where nothing else is read.  True: it was a hello. */
bool sightings_hello(struct sightings *s, const struct decode_event *event);

/* opening.*, sightings.foreign */
void sightings_stats(
    const struct sightings *s, counter_output *output, void *arg);

#endif
