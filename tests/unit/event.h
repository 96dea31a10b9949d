/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNIT_EVENT_H
#define UNIT_EVENT_H

#include "alert/alert.h"

/*
 * Alert events as the report tests need them: the stories of DESIGN sections
 * 8 and 9.
 */

/* 2011-01-03T18:22:45.123456Z */
#define EVENT_WALL ((nstime)1294078965 * NSTIME_S + 123456 * NSTIME_US)

static inline struct alert_event
event_of(enum finding_kind kind, const struct evidence *e, const char *subject)
{
	return (struct alert_event){
		.kind = kind,
		.state = ALERT_RAISED,
		.severity = FINDING_ERROR,
		.id = 0x9f2c61d0a4e87b15,
		.episode = 1,
		.subject = slice_text(subject),
		.count = 1,
		.wall = EVENT_WALL,
		.first_seen = EVENT_WALL - 38 * NSTIME_S,
		.last_seen = EVENT_WALL,
		.evidence = e,
	};
}

static inline void
event_timeout(struct evidence *e, const char *class, const char *proof)
{
	evidence_init(e);
	evidence_text(e, "class", class);
	evidence_text(e, "proof", proof);
	evidence_text(e, "method", "SERVICE");
	evidence_text(e, "call_id", "7d8d76435a47");
	evidence_text(e, "uac", "10.0.0.11:49152");
	evidence_text(e, "uas", "10.0.0.21:5062");
	evidence_time(e, "sent", EVENT_WALL - 72 * NSTIME_S);
	evidence_integer(e, "copies", 11);
	evidence_seconds(e, "elapsed_s", 34 * NSTIME_S, 1);
	evidence_boolean(e, "mras", true);
}

static inline void
event_skew(
    struct evidence *e, nstime offset, const char *shape, int64_t thousandths)
{
	evidence_init(e);
	evidence_text(e, "peer", "10.0.0.11");
	evidence_text(e, "pool", "fe-east");
	evidence_seconds(e, "offset_s", offset, 1);
	evidence_seconds(e, "uncertainty_s", 300 * NSTIME_MS, 1);
	evidence_integer(e, "samples", 41);
	evidence_list(e, "witnesses", "date");
	evidence_text(e, "attribution", "host");
	evidence_text(e, "shape", shape);
	if (thousandths != 0)
		evidence_decimal(e, "shape_units", thousandths);
}

#endif
