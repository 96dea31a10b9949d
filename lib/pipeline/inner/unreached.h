/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNREACHED_H
#define UNREACHED_H

#include "pipeline/event.h"
#include "pipeline/inner/paths.h"

/*
 * Servers that a client cannot reach, as the network says: an ICMP error about
 * a packet, or a SYN without an answer.
 */

/* The observation of an EVENT_UNREACHABLE, UDP or TCP. */
void unreached_icmp(struct paths *paths, const struct event *e,
    struct observation *observation);

/*
 * That of an EVENT_UNANSWERED.  False: there is none.  A SYN that was sent once
 * may belong to a scan, or to a client that did not wait: it is counted in
 * *once.  (Where only the answer is not on this mirror, the client goes on,
 * which shows too.)  A SYN that ICMP explained was reported before.
 */
bool unreached_syn(struct paths *paths, const struct event *e, uint64_t *once,
    struct observation *observation);

#endif
