/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETITEMS_H
#define FLEETITEMS_H

#include "pipeline/wire.h"
#include "unit/unit.h"

/* Messages and batches of a fleet, as its tests need them. */

#define FLEET_NOW (1300000000 * NSTIME_S)

static inline struct endpoint
fleet_host(uint8_t last, uint16_t port)
{
	return (struct endpoint){ { { 192, 0, 2, last }, 4 }, port };
}

/* A message of host 1 to host 2:5062, or back. */
static inline struct event
fleet_message(
    struct sip_message *m, const char *call, unsigned status, nstime now)
{
	const struct endpoint client = fleet_host(1, 5060);
	const struct endpoint server = fleet_host(2, 5062);

	*m = (struct sip_message){
		.is_request = status == 0,
		.start_line = slice_text("SERVICE sip:a@b SIP/2.0"),
		.method = slice_text("SERVICE"),
		.request_uri = slice_text("sip:a@b"),
		.status = status,
		.call_id = slice_text(call),
		.cseq = 1,
		.from = slice_text("<sip:a@b>;tag=1"),
		.to = slice_text("<sip:c@b>"),
		.from_tag = slice_text("1"),
		.vias = 1,
		.via_transport = slice_text("UDP"),
		.via_host = slice_text("192.0.2.1"),
		.via_branch = slice_text("z9hG4bK1"),
		.via_bottom_host = slice_text("192.0.2.1"),
	};
	return (struct event){
		.kind = EVENT_MESSAGE,
		.now = now,
		.wall = now,
		.message = { .origin = { .from = status == 0 ? client : server,
				 .to = status == 0 ? server : client,
				 .now = now,
				 .wall = now },
		    .octets = slice_text("SERVICE sip:a@b SIP/2.0"),
		    .message = m },
	};
}

#endif
