/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef READER_H
#define READER_H

#include "net/porttally.h"
#include "net/decode.h"
#include "net/portset.h"
#include "net/tcpreasm.h"
#include "pipeline/event.h"
#include "pipeline/inner/exchanges.h"
#include "pipeline/inner/hepreading.h"
#include "sip/message.h"
#include "tls/decrypt.h"

/*
 * A reader: packets of whole flows, from the wire to events.
 *
 *	packet -> datagram or stream -> message, sighting, fact -> event
 *
 * There is one for each source of packets or, later, one for each thread that
 * takes a share of the flows.  It knows nothing but its own packets: whatever
 * needs more than one flow is the matcher's.  Both directions of a connection,
 * and all fragments of a datagram, must come to the same reader.
 *
 * It keeps no clock: packets bring their time, and reader_tick() moves it
 * between packets.
 */

struct reader;

struct reader_limits {
	struct portset sip_ports; /* where SIP is looked for */
	unsigned muted;           /* witnesses not read: 1 << WITNESS_x */
	bool hellos;              /* read the time in TLS hellos at any port */
	bool segments;            /* report those of TCP to SIP ports, each */
	bool apart; /* of a judge: reader_segment() and no packets */
	struct decode_limits decode;
	struct tcpreasm_limits tcp;
	struct message_limits message;
	struct budget_share *framing; /* as those of streams */
	struct tlsflow_limits tls;
	struct secrets *secrets; /* that decrypt TLS; borrowed for the reader's
				  * life, NULL: nothing is decrypted */
	struct decrypt_limits decrypt;
	struct exchanges_limits exchanges;
	struct hepreading_limits hep;
};

/* A hint that a packet between these two is about to be reported: its table
 * entries may be prefetched meanwhile. */
typedef void reader_hint(
    void *arg, const struct address *from, const struct address *to);

/* A SIP message that the agent at `agent' handed on by HEP, before it is
 * reported; it was seen at `wall'.  Borrowed until the callback returns. */
typedef void reader_handed(void *arg, const struct hepmsg *message,
    const struct address *agent, nstime wall);

/* A packet of HEP with another key than is wanted. */
typedef void reader_refused(void *arg, const struct address *agent);

struct reader_output {
	event_output *event;
	reader_hint *hint; /* NULL: no use for it */
	void *arg;
	reader_handed *handed;   /* likewise */
	reader_refused *refused; /* likewise */
	void *handed_arg;        /* of both */
};

/* NULL when out of memory; the caller frees it.  Nothing is reported from
 * inside reader_free(). */
struct reader *reader_new(
    const struct reader_limits *limits, const struct reader_output *output);
void reader_free(struct reader *r);

/* Whatever is due by packet->now must have been ticked before.  False: nobody
 * wants the packet, and no deadline has changed. */
bool reader_packet(struct reader *r, const struct packet *packet);

/*
 * A segment that another reader reported.  Only the fate of connections, TLS
 * and how far octets were delivered is read of it: messages are put in by
 * themselves, after the segment that completes them.  Ticks as above.
 */
void reader_segment(struct reader *r, const struct tcpreasm_segment *segment);

/* The same of SCTP. */
void reader_chunk(struct reader *r, const struct event_segment *segment,
    nstime now, nstime wall);

/* Complete `origin', whose ends are known and whose `flow_end' is a sequence
 * number, of SCTP or of TCP.  False: such a connection is not known. */
bool reader_place(struct reader *r, bool sctp, struct origin *origin);

/* The same of a message that came on it. */
bool reader_message(
    struct reader *r, bool sctp, bool is_request, struct origin *origin);

/*
 * State kept over a restart of one that is apart: connections that were up at
 * `since', after which a successor is given everything.  Segments of it must
 * have numbers beyond what reader_load() returns.
 */
void reader_save(const struct reader *r, nstime since, struct record *record);
uint64_t reader_load(struct reader *r, struct cursor *from);

/* A packet of HEP that the agent at `agent' sent; it arrived at `now', which
 * must not be before what was ticked, and `wall'. */
void reader_hep(struct reader *r, struct slice packet,
    const struct address *agent, nstime now, nstime wall);

/* `wall' is what the stamps of packets would be at `now'. */
void reader_tick(struct reader *r, nstime now, nstime wall);
nstime reader_next_deadline(const struct reader *r);

/* The capture lost packets before us (kernel drops). */
void reader_dropped(struct reader *r, nstime now);

/* No packet at all was captured since `from', and what was due meanwhile is
 * judged at `judged': see matcher_hole(). */
void reader_hole(struct reader *r, nstime from, nstime judged);

/* The savefile ended: octets that are held back are delivered. */
void reader_finish(struct reader *r, nstime now, nstime wall);

/* `now' was rebased, or nothing was captured for long: after reader_finish(),
 * forget fragments and streams. */
void reader_rebase(struct reader *r, nstime now, nstime wall);

void reader_set(struct reader *r, const struct reader_limits *limits);

struct reader_counts {
	uint64_t packets;    /* handed in */
	uint64_t messages;   /* SIP messages parsed */
	uint64_t signalling; /* messages, and segments with octets at a
			      * SIP port: TLS cannot be read */
	uint64_t recovered;  /* of the messages: libosip2 had refused */
};
void reader_counts(const struct reader *r, struct reader_counts *counts);

/* TLS connections that were decrypted or not; false: none are to be. */
bool reader_decrypted(const struct reader *r, struct decrypt_counts *counts);

/* SIP in clear on ports that are not listed, by the server's port; borrowed. */
const struct porttally *reader_unlisted(const struct reader *reader);

/* The names in servers' logs, and the addresses they are shown as. */
typedef void reader_name(
    void *arg, const struct address *address, struct slice name);
void reader_names(const struct reader *r, reader_name *output, void *arg);

/* The most frequent obstacles. */
void reader_obstacles(const struct reader *r, struct obstacles *obstacles);

/* Every reason of every room below. */
void reader_stats(const struct reader *r, counter_output *output, void *arg);

#endif
