/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEP_H
#define HEP_H

#include <event2/event.h>

#include "base/counter.h"
#include "base/textbuf.h"
#include "capture/strangers.h"
#include "config/config.h"

/*
 * The listener for agents that hand on messages by HEP, over UDP and TCP on one
 * address.  Loopback may always send; others must be among [hep] allow, and are
 * not answered otherwise.
 */

struct hep;

enum { HEP_CONNECTIONS = 256 }; /* at most, at once */

/* Systemd's FileDescriptorName= of sockets for it. */
#define HEP_SOCKET "hep"

/* A packet of HEP, borrowed until the callback returns. */
typedef void hep_output(
    void *arg, struct slice packet, const struct address *agent);

/* The kernel dropped packets before us. */
typedef void hep_lost(void *arg);

struct hep_setup {
	struct event_base *base; /* borrowed */
	hep_output *output;
	hep_lost *lost;
	void *arg;
	const struct log *log;
};

/* NULL when out of memory. */
struct hep *hep_new(const struct hep_setup *setup);
void hep_free(struct hep *h);

/* Listen as configured, or on the sockets that systemd gave; where that fails
 * it is logged. */
void hep_set(struct hep *h, const struct config_hep *config);

/* Once a second: try again what failed, to listen and to accept. */
void hep_second(struct hep *h);

/* A packet of this agent had another key than is wanted. */
void hep_refused(struct hep *h, const struct address *agent);

/* Whom it does not hear, in the order in which they came. */
typedef void hep_stranger(void *arg, const struct strangers_one *stranger);
void hep_strangers(const struct hep *h, hep_stranger *output, void *arg);

/* Will there be anything to listen on? */
bool hep_is_wanted(const struct config_hep *config);

/* hep.not_permitted, hep.not_received, hep.connections_refused,
 * hep.broken_streams */
void hep_stats(const struct hep *h, counter_output *output, void *arg);

#endif
