/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CRAFTED_H
#define CRAFTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/nstime.h"
#include "script/octets.h"

/*
 * Packets of the generator of floods: built in place, a million a second, and
 * written as a savefile or sent from an interface.
 */

enum {
	CRAFTED_FIN = 1,
	CRAFTED_SYN = 2,
	CRAFTED_RST = 4,
	CRAFTED_PSH = 8,
	CRAFTED_ACK = 16
};

/* A host with an IPv4 address, or, where that is 0, with 2001:db8::N. */
struct crafted_host {
	uint32_t v4;
	uint64_t v6;
};

struct crafted_port {
	struct crafted_host host;
	uint16_t port;
};

struct crafted {
	nstime now;  /* the stamp of the next packet */
	nstime step; /* from one packet to the next */
	nstime wall; /* the stamp of second 0 */
	nstime late; /* the hosts' clocks, by those stamps */
	uint64_t seed, packets;
	int socket;  /* -1: a savefile on standard output */
	bool unsent; /* packets are built, to be quoted, and not sent */
	uint8_t octet[65600];
	size_t len;
	char text[60000]; /* a message being written */
	size_t text_len;
};

/* `interface' NULL: a savefile on standard output.  Ends the program where
 * that fails. */
void crafted_open(struct crafted *c, const char *interface);

/* Pseudo-random, the same in every run. */
uint64_t crafted_chance(struct crafted *c);
struct crafted_host crafted_anyone(struct crafted *c);
struct crafted_port crafted_client(struct crafted *c);

/* Starts a message, and adds to it. */
void crafted_write(struct crafted *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void crafted_append(struct crafted *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each sends one packet, stamped `now'. */
void crafted_udp(struct crafted *c, const struct crafted_port *from,
    const struct crafted_port *to, const void *octets, size_t len);

struct crafted_segment {
	struct crafted_port from, to;
	uint32_t sequence, acknowledged;
	unsigned flags;
	const void *octets;
	size_t len;
};
void crafted_tcp(struct crafted *c, const struct crafted_segment *segment);

/* `offset' in octets; of a datagram of UDP whose header is in `octets'. */
void crafted_fragment(struct crafted *c, struct crafted_host from,
    struct crafted_host to, unsigned id, size_t offset, const void *octets,
    size_t len);

/* Port unreachable, about the packet that was built last. */
void crafted_unreachable(
    struct crafted *c, struct crafted_host from, struct crafted_host to);

/* The message in `text' from one to the other, by UDP. */
void crafted_message(struct crafted *c, const struct crafted_port *from,
    const struct crafted_port *to);

/* Writes a request; `lines' are header lines, each with its CRLF. */
struct crafted_request {
	const char *method, *transport, *lines;
	struct crafted_port from;
	uint64_t branch, call;
};
void crafted_request(struct crafted *c, const struct crafted_request *r);
void crafted_response(
    struct crafted *c, const struct crafted_request *r, unsigned status);

#endif
