/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPCONN_H
#define TCPCONN_H

#include <sys/queue.h>

#include "base/table.h"
#include "base/timerq.h"
#include "net/tcpreasm.h"
#include "net/inner/tcpstream.h"

/*
 * One TCP connection, and what a segment means to it: whose it is, whether it
 * is of another connection, whether it may be believed.  Nothing here changes
 * tables or emits events; tcpreasm does.
 */

enum tcpconn_state {
	TCPCONN_HALF_OPEN,  /* SYN seen, and no answer yet */
	TCPCONN_OPEN,       /* or picked up mid-way */
	TCPCONN_UNANSWERED, /* reported so; an answer may still come */
	TCPCONN_ENDED
};

/* Tens of thousands are kept.  Fields without a comment are tcpreasm's. */
struct tcpconn {
	struct table_entry by_endpoints;
	struct table_entry by_id;
	TAILQ_ENTRY(tcpconn) by_idle, by_age;
	struct timerq_entry timer;
	uint64_t id;
	void *user;
	nstime last;    /* active, within a second; half open: the first SYN */
	nstime hung_up; /* when the first FIN came; NSTIME_NEVER: not yet */
	struct tcpstream streams[2]; /* by enum tcpreasm_direction */
	/* A segment that begins here, or acknowledges up to here, is of another
	 * connection that took the place of this one. */
	uint32_t usurper;
	uint16_t client_port, server_port;
	uint8_t version; /* private: of IP */
	uint8_t state;   /* enum tcpconn_state */
	uint8_t queue;
	uint8_t syn_copies;
	bool guessed : 1;
	bool weighty : 1;        /* tcptable drew for what carries */
	bool findable : 1;       /* by its endpoints: not replaced */
	bool usurped : 1;        /* usurper is valid */
	bool client_hung_up : 1; /* the first FIN was its */
	bool adopted : 1;        /* another tcpreasm saw it begin */
	uint8_t addresses[];     /* private: the client's, the server's */
};

/* Zeroed but for its ends, its streams and hung_up; the caller frees it with
 * free().  NULL when out of memory. */
struct tcpconn *tcpconn_new(
    const struct endpoint *client, const struct endpoint *server);

enum {
	TCPCONN_MOST_OCTETS =
	    sizeof(struct tcpconn) + 2 * sizeof(((struct address *)0)->octets)
};

/* What it takes to keep it. */
size_t tcpconn_octets(const struct tcpconn *c);

struct endpoint tcpconn_client(const struct tcpconn *c);
struct endpoint tcpconn_server(const struct tcpconn *c);

static inline struct tcpconn *
tcpconn_of_timer(struct timerq_entry *timer)
{
	return (
	    struct tcpconn *)((char *)timer - offsetof(struct tcpconn, timer));
}

static inline struct tcpconn *
tcpconn_of_stream(struct tcpstream *s)
{
	return (struct tcpconn *)((char *)(s - s->second) -
	    offsetof(struct tcpconn, streams));
}

/* For a table by endpoints; the key is a struct tcpreasm_segment. */
table_equal tcpconn_equal;

enum tcpreasm_direction tcpconn_direction(
    const struct tcpconn *c, const struct tcpreasm_segment *segment);

/*
 * Whether the segment is of another connection between the same endpoints.
 * If it only may be, that is remembered in `c' for the next one.
 */
bool tcpconn_usurped(struct tcpconn *c, const struct tcpreasm_segment *segment);

/* Let the direction begin with `tcp', if it has not begun. */
void tcpconn_start(struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp);

/* Whether its sequence number can be of this connection. */
bool tcpconn_near(const struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp);

/* Whether it acknowledges what the other side may have sent. */
bool tcpconn_acknowledges(const struct tcpconn *c,
    enum tcpreasm_direction direction, const struct tcp *tcp);

/* Whether its RST is to be believed. */
bool tcpconn_resets(const struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp);

/* What tcpreasm_place() returns. */
void tcpconn_place(struct tcpconn *c, enum tcpreasm_direction direction,
    uint32_t sequence, struct tcpreasm_event *event);

/* The facts that tcpreasm_facts() returns. */
void tcpconn_facts(const struct tcpconn *c, enum tcpreasm_direction direction,
    struct tcpreasm_facts *facts);

/* Both sides sent FIN, and everything before. */
bool tcpconn_finished(const struct tcpconn *c);

#endif
