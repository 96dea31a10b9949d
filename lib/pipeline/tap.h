/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TAP_H
#define TAP_H

#include "net/decode.h"
#include "net/pairs.h"
#include "net/portset.h"
#include "net/tcpreasm.h"
#include "pipeline/inner/clocks.h"
#include "pipeline/inner/exchanges.h"
#include "pipeline/observation.h"

/*
 * A tap: one source of packets, from the wire to observations.
 *
 *	packet -> datagram or stream -> message -> transaction -> observation
 *
 * streams follows connections and what they carry, clocks reads the witnesses
 * of other hosts' clocks.
 *
 * It keeps no clock: packets bring their time, and tap_tick() moves it
 * between packets.
 */

struct tap;

struct tap_limits {
	struct portset sip_ports;     /* where SIP is looked for */
	struct portset watched_ports; /* server ports of watched transactions */
	const char *methods;          /* watched, separated by blanks; "*": all;
				       * copied */
	bool watch_mras;              /* MRAS requests on any SIP port too */
	struct decode_limits decode;
	struct tcpreasm_limits tcp;
	struct pairs_limits pairs;
	struct message_limits message;
	struct txntable_limits transactions;
	struct tlsflow_limits tls;
	struct exchanges_limits exchanges;
	struct clocks_limits clocks;
	struct siphash_key key;
};

/* NULL when out of memory; the caller frees it. */
struct tap *tap_new(
    const struct tap_limits *limits, observation_output *output, void *arg);
void tap_free(struct tap *tap);

/* Whatever is due by packet->now must have been ticked before. */
void tap_packet(struct tap *tap, const struct packet *packet);

void tap_tick(struct tap *tap, nstime now);
nstime tap_next_deadline(const struct tap *tap);

/* The capture lost packets before us (kernel drops). */
void tap_dropped(struct tap *tap, uint64_t packets, nstime now);

/* Our own clock was stepped by `step' (positive: forward). */
void tap_stepped(struct tap *tap, nstime step);

/* `now' was rebased, or nothing was captured for long: what is open cannot be
 * judged and is told as unfinished; fragments and streams are forgotten. */
void tap_rebase(struct tap *tap, nstime now);

/* The savefile ended: held-back octets are delivered, open transactions told
 * as unfinished. */
void tap_finish(struct tap *tap, nstime now);

void tap_set(struct tap *tap, const struct tap_limits *limits);

struct tap_counts {
	uint64_t packets;    /* handed in */
	uint64_t messages;   /* SIP messages parsed */
	uint64_t signalling; /* messages, and segments with octets at a
			      * SIP port: TLS cannot be read */
	uint64_t recovered;  /* of the messages: libosip2 had refused */
	uint64_t confirmed;  /* libosip2 read it so too: see crosscheck.h */
};
void tap_counts(const struct tap *tap, struct tap_counts *counts);

/* Transactions begun on a server port that were not watched. */
uint64_t tap_not_watched(const struct tap *tap, uint16_t port);

/* Transactions open at present. */
size_t tap_open(const struct tap *tap);

/* Every reason of every room below. */
void tap_stats(const struct tap *tap, counter_output *output, void *arg);

#endif
