/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"

/* Messages into packets of a savefile: a datagram each, or TCP segments of
 * 1,400 octets wherever the messages end. */

struct octets {
	size_t len;
	uint8_t octet[4096];
};

struct segments;

/* The two ends of exchange number `i'. */
struct segments_pair {
	unsigned client, server;
};

/* NULL if the file cannot be written. */
struct segments *segments_open(const char *path, bool tcp);
struct segments_pair segments_pair(const struct segments *s, uint64_t i);
void segments_send(struct segments *s, const struct segments_pair *pair,
    bool to_server, const struct octets *message, nstime wall);
/* A packet of call number `i': RTP of 20 ms, which nobody wants. */
void segments_voice(struct segments *s, uint64_t i, nstime wall);
/* Send what is held back, close and free. */
void segments_finish(struct segments *s);

#endif
