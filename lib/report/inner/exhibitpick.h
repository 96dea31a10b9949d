/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXHIBITPICK_H
#define EXHIBITPICK_H

#include "alert/alert.h"
#include "report/packetring.h"

/* Which packets of the rings are behind an alert, by the endpoints and the
 * Call-ID in its evidence. */

/* What the evidence says; ports are 0 and addresses none where it is silent. */
struct exhibitpick_about {
	struct slice call_id; /* empty: none */
	struct endpoint client, server;
	struct address host; /* whose clock, or certificate, it is */
};

struct exhibitpick {
	struct exhibitpick_about about;
	const struct packetring_packet **packets; /* in the order of time */
	size_t count;
};

/* False: the alert is about no packets of the rings, or there is no memory.
 * The caller ends it with exhibitpick_done(); it borrows from rings and
 * event. */
bool exhibitpick_init(struct exhibitpick *pick,
    const struct packetring_set *rings, const struct alert_event *event,
    size_t most);
void exhibitpick_done(struct exhibitpick *pick);

/* Is the Call-ID known, and in the packet? */
bool exhibitpick_has_call_id(const struct exhibitpick_about *about,
    const struct packetring_packet *packet);

#endif
