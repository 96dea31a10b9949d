/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/exhibits.h"

#include <stdio.h>
#include <stdlib.h>

#include "outlet/evidencedir.h"
#include "report/exhibit.h"

struct exhibits {
	struct packetring *ring;
	struct evidencedir *folder;
	struct exhibit_limits limits;
};

struct exhibits *
exhibits_new(const struct exhibits_setup *setup)
{
	const struct config *config = setup->config;
	const struct decode_limits *decode = &setup->rooms->reader.decode;
	struct exhibits *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->limits = (struct exhibit_limits){
		.packets = config->evidence.per_alert,
		.identity.mode = (enum identity_mode)config->sip.identities,
		.application = "siptimed " SIPTIMED_VERSION,
	};
	x->ring = packetring_new(&(struct packetring_limits){
	    .octets = budget_share_guaranteed(setup->memory),
	    .memory = setup->memory,
	    .tunnels = { decode->tunnels, decode->tunnel_ports },
	    .hep = setup->rooms->reader.hep.ports,
	});
	if (x->ring == NULL)
		log_error(setup->log, "out of memory; lower [limits] memory");
	else
		x->folder = evidencedir_new(&(struct evidencedir_setup){
		    .path = setup->directory,
		    .total = config->evidence.total,
		    .threaded = setup->threaded,
		    .log = setup->log,
		});
	if (x->folder != NULL)
		return x;
	exhibits_free(x, 0);
	return NULL;
}

void
exhibits_free(struct exhibits *x, nstime deadline)
{
	if (x == NULL)
		return;
	evidencedir_free(x->folder, deadline);
	packetring_free(x->ring);
	free(x);
}

void
exhibits_packet(struct exhibits *x, const struct packet *packet)
{
	if (x != NULL)
		packetring_input(x->ring, packet);
}

void
exhibits_handed(struct exhibits *x, const struct hepmsg *message,
    const struct address *agent, nstime wall)
{
	if (x != NULL)
		packetring_handed(x->ring, message, agent, wall);
}

void
exhibits_alert(struct exhibits *x, const struct alert_event *event)
{
	char name[40];
	struct pcapngout out;

	if (x == NULL || event->repeated ||
	    (event->state != ALERT_RAISED && event->state != ALERT_JOINED) ||
	    !exhibit_make(x->ring, event, &x->limits, &out))
		return;
	snprintf(name, sizeof(name), "%016llx-%u",
	    (unsigned long long)event->id, event->episode);
	evidencedir_put(x->folder, name, out.octets, out.len);
}

bool
exhibits_tick(struct exhibits *x)
{
	return x == NULL || evidencedir_tick(x->folder);
}

void
exhibits_stats(struct exhibits *x, counter_output *output, void *arg)
{
	if (x == NULL)
		return;
	packetring_stats(x->ring, output, arg);
	evidencedir_stats(x->folder, output, arg);
}
