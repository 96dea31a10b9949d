/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_WIRE_H
#define SCRIPT_WIRE_H

#include "net/endpoint.h"
#include "script/savefile.h"
#include "script/words.h"

/*
 * From a transport's payload to packets of the savefile: headers, checksums,
 * fragments, wrappers, and what the mirror makes of it (not captured,
 * captured twice, cut short).
 */

enum { WIRE_WRAPS = 16, WIRE_AGENTS = 4 };

/* Whoever hands on messages by HEP: see hepwrap.h. */
struct wire_agent {
	struct endpoint from;
	uint32_t number;  /* 0: it tells none */
	nstime off;       /* its clock */
	unsigned version; /* of HEP */
	unsigned kind;    /* of payload: enum hepmsg_payload */
	const char *key;  /* NULL: none */
	bool compressed, unstamped;
	bool stream; /* over TCP */
};

struct wire {
	struct savefile file;
	const struct wrap_link *link; /* of each packet */
	nstime start;                 /* wall time of the script's second 0 */
	size_t wraps;
	const char *wrap[WIRE_WRAPS]; /* outermost first */
	size_t unseen_count;
	struct wire_direction {
		struct address from, to;
	} unseen[16]; /* directions that this mirror does not show */
	size_t agent_count;
	struct wire_agent agents[WIRE_AGENTS];
};

/* How one line's packets are sent and captured. */
struct wire_how {
	bool unseen;           /* sent and received, but not captured */
	uint64_t unseen_parts; /* the same for part 1 (bit 1), 2, .. only */
	bool reversed;         /* parts are sent last to first */
	size_t fragment;       /* octets of an IP fragment, 0: whole */
	unsigned missing;      /* this fragment is never captured */
	size_t overlap_at, overlap_len; /* sent again before the last one */
	bool overlap_differs;           /* with another first octet */
	unsigned ttl;
	bool duplicate;
	unsigned duplicate_ttl;
	const char *duplicate_vlan;
	nstime duplicate_after;
	size_t snap; /* octets captured, SIZE_MAX: all */
};

/* Takes the options of this room off the line. */
void wire_options(struct wire_how *how, struct words *w);

/* Is this direction not on the mirror? */
bool wire_is_unseen(const struct wire *wire, const struct address *from,
    const struct address *to);

/* One packet, wrapped; `part' counts from 1 within its line. */
void wire_parcel(struct wire *wire, const struct wire_how *how, nstime time,
    unsigned part, const struct address *from, const struct address *to,
    unsigned protocol, struct slice segment, struct octets *quotable);

/* `quotable' is of a message, which agents hand on, if there are any. */
void wire_udp(struct wire *wire, const struct wire_how *how, nstime time,
    const struct endpoint *from, const struct endpoint *to,
    struct slice payload, struct octets *quotable);

/* flags are TCP's: see WIRE_SYN. */
enum { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };

struct wire_tcp {
	const struct endpoint *from, *to;
	uint32_t sequence, acknowledged;
	unsigned flags;
	struct slice payload;
};

void wire_tcp(struct wire *wire, const struct wire_how *how, nstime time,
    unsigned part, const struct wire_tcp *tcp, struct octets *quotable);

/* "port-unreachable" and so on, about the IP packet `quoted'. */
void wire_icmp(struct wire *wire, const struct wire_how *how, nstime time,
    const struct address *from, const struct address *to, const char *what,
    struct slice quoted);

/* Octets as they are, datalink header included. */
void wire_hex(struct wire *wire, nstime time, const struct octets *packet);

#endif
