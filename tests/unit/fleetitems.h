/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETITEMS_H
#define FLEETITEMS_H

#include "pipeline/joiner.h"
#include "pipeline/sensor.h"
#include "pipeline/wire.h"
#include "rooms.h"
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

/* A sensor with small limits. */
static inline struct sensor *
fleet_sensor(struct sensor_setup setup)
{
	struct sensor *sensor;

	setup.limits = (struct sensor_limits){
		.calls = 100,
		.pairs = 100,
		.flows = 100,
		.known = 100,
	};
	rooms_matcher(&setup.limits.matcher);
	sensor = sensor_new(&setup);
	ck_assert_ptr_nonnull(sensor);
	return sensor;
}

static inline struct joiner_limits
fleet_joiner(void)
{
	struct joiner_limits limits = {
		.halves = 100,
		.events = 1000,
		.sensors = 10,
		.sights = 100,
		.lag = 1500 * NSTIME_MS,
		.lost = 10 * NSTIME_S,
	};

	rooms_reader(&limits.reader);
	rooms_matcher(&limits.matcher);
	rooms_judge(&limits.judge);
	return limits;
}

/* As a client over UDP sends a request that nobody answers: so many half
 * seconds after the first time. */
static const unsigned fleet_copies[] = { 0, 1, 3, 7, 15, 23, 31, 39, 47, 55,
	63 };
enum { FLEET_COPIES = sizeof(fleet_copies) / sizeof(fleet_copies[0]) };

/* The items of a whole batch, one after the other. */
static inline void
fleet_read(struct slice batch, void (*hear)(const struct wire_item *item))
{
	struct wire_reader *reader = wire_reader_new();
	struct wire_header header;
	struct wire_item item;

	ck_assert(wire_open(reader, batch, &header));
	while (wire_next(reader, &item) == WIRE_ITEM)
		hear(&item);
	wire_reader_free(reader);
}

/* A batch that wants such a call of host 1; in the writer. */
static inline struct slice
fleet_want(struct wire_writer *w, const char *call)
{
	struct sip_message m;
	struct wire_item item = { .kind = WIRE_WANT,
		.want = { .client = fleet_host(1, 0).address,
		    .server = fleet_host(2, 5062) } };

	fleet_message(&m, call, 0, FLEET_NOW);
	item.want.call = wire_call(&m);
	wire_begin(w, 0, 0);
	wire_put(w, &item);
	return wire_end(w, &(struct wire_header){ .kind = WIRE_WANTED });
}

#endif
