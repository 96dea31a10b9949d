/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIREITEMS_H
#define WIREITEMS_H

#include "pipeline/inner/wirecodec.h"
#include "pipeline/wire.h"

/* The fields of events, written or read: see wirecodec.h. */

/* What an event points to when it was read. */
struct wireitems_store {
	struct sip_message message;
	struct observation observation;
	struct x509cert certificate;
};

/* Does this event travel? */
bool wireitems_travels(const struct event *event);

void wireitems_event(
    struct wirecodec *c, struct event *event, struct wireitems_store *store);
/* An event as *c writes it; the record is begun anew. */
void wireitems_content(struct wirecodec *c, const struct event *event,
    struct wireitems_store *store);

#endif
