/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ORIGIN_H
#define ORIGIN_H

#include <stdbool.h>

#include "base/nstime.h"
#include "net/endpoint.h"
#include "net/transport.h"

/* Where and when a message was seen, and what the configuration holds for
 * it. */
struct origin {
	enum transport transport;
	struct endpoint from, to;
	uint64_t flow;     /* tcpreasm connection, 0 on UDP */
	uint64_t flow_end; /* stream offset after the message */
	bool to_server;    /* the client of the flow sent it */
	uint16_t agent;    /* that handed it on; 0: it was seen in packets */
	bool watched;      /* a request: its outcome may become a finding */
	bool mras;
	nstime now, wall;
};

#endif
