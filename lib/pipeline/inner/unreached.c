/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/unreached.h"

#include "net/ip.h"

enum { SYNS = 2 }; /* the client repeated it */

/* An ICMP error this long before a SYN was reported unanswered is its
 * reason. */
#define SYN_LIFE (10 * NSTIME_S)

void
unreached_icmp(
    struct paths *paths, const struct event *e, struct observation *observation)
{
	const struct icmp_unreachable *icmp = &e->unreachable;
	const bool udp = icmp->protocol == IP_UDP;

	*observation = (struct observation){
	    .kind = OBSERVATION_FAILED,
	    .now = e->now,
	    .wall = e->wall,
	    .failure = {
	        .class = CONNECTION_UNREACHABLE,
	        .client = icmp->from,
	        .server = icmp->to,
	        .udp = udp,
	        .sequence = icmp->sequence,
	        .worked = udp &&
	            paths_heard(paths, &icmp->to.address, &icmp->from.address),
	        .tls_alert = -1,
	        .now = e->now,
	        .wall = e->wall,
	    },
	};
}

bool
unreached_syn(struct paths *paths, const struct event *e, uint64_t *once,
    struct observation *observation)
{
	const struct event_unanswered *u = &e->unanswered;

	if (paths_was_unreachable(
		paths, &u->client.address, &u->server, e->now - SYN_LIFE))
		return false;
	if (u->copies < SYNS) {
		++*once;
		return false;
	}
	*observation = (struct observation){
	    .kind = OBSERVATION_FAILED,
	    .now = e->now,
	    .wall = e->wall,
	    .failure = {
	        .class = CONNECTION_UNANSWERED,
	        .client = u->client,
	        .server = u->server,
	        .tls_alert = -1,
	        .now = e->now,
	        .wall = e->wall,
	    },
	};
	return true;
}
