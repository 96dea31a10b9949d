/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/exhibits.h"

#include <stdio.h>
#include <stdlib.h>

#include "outlet/evidencedir.h"
#include "report/exhibit.h"

struct exhibits {
	struct packetring *rings[PACKETRING_SET]; /* the main thread's first */
	size_t count;
	struct crew *crew;
	size_t noted; /* of the others' rings, for they draw from no budget */
	struct budget_share *memory;
	struct evidencedir *folder;
	struct exhibit_limits limits;
};

static void
hold(const struct exhibits *x)
{
	if (x->crew != NULL)
		crew_stop(x->crew);
}

static void
go_on(const struct exhibits *x)
{
	if (x->crew != NULL)
		crew_go_on(x->crew);
}

static void
keep(const struct exhibits *x, struct packetring *const *rings)
{
	if (x->crew == NULL)
		return;
	crew_stop(x->crew);
	crew_keep(x->crew, rings);
	crew_go_on(x->crew);
}

/* One for each thread, with its part of the memory.  A budget is of one thread,
 * so those of the others are noted whole. */
static bool
make_rings(struct exhibits *x, const struct exhibits_setup *setup)
{
	const struct reader_limits *reader = &setup->rooms->reader;
	const size_t threads = x->crew == NULL ? 1 : crew_count(x->crew) + 1;
	struct packetring_limits limits = {
		.octets = budget_share_guaranteed(setup->memory) / threads,
		.memory = setup->memory,
		.tunnels = { reader->decode.tunnels,
		    reader->decode.tunnel_ports },
		.hep = reader->hep.ports,
	};

	while (x->count < threads) {
		x->rings[x->count] = packetring_new(&limits);
		if (x->rings[x->count++] == NULL)
			return false;
		limits.memory = NULL;
	}
	x->noted = (threads - 1) * limits.octets;
	budget_note(x->memory, x->noted);
	keep(x, x->rings + 1);
	return true;
}

struct exhibits *
exhibits_new(const struct exhibits_setup *setup)
{
	const struct config *config = setup->config;
	struct exhibits *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->limits = (struct exhibit_limits){
		.packets = config->evidence.per_alert,
		.identity.mode = (enum identity_mode)config->sip.identities,
		.application = "siptimed " SIPTIMED_VERSION,
	};
	x->crew = setup->crew;
	x->memory = setup->memory;
	if (!make_rings(x, setup))
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
	keep(x, NULL);
	budget_undo(x->memory, x->noted);
	for (size_t i = 0; i < x->count; i++)
		packetring_free(x->rings[i]);
	free(x);
}

struct packetring *
exhibits_ring(struct exhibits *x)
{
	return x == NULL ? NULL : x->rings[0];
}

void
exhibits_handed(struct exhibits *x, const struct hepmsg *message,
    const struct address *agent, nstime wall)
{
	if (x != NULL)
		packetring_handed(x->rings[0], message, agent, wall);
}

static bool
make(const struct exhibits *x, const struct alert_event *event,
    struct pcapngout *out)
{
	const struct packetring_set rings = { x->rings, x->count };
	bool made;

	hold(x);
	made = exhibit_make(&rings, event, &x->limits, out);
	go_on(x);
	return made;
}

void
exhibits_alert(struct exhibits *x, const struct alert_event *event)
{
	char name[40];
	struct pcapngout out;

	if (x == NULL || event->repeated ||
	    (event->state != ALERT_RAISED && event->state != ALERT_JOINED) ||
	    !make(x, event, &out))
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
	hold(x);
	for (size_t i = 0; i < x->count; i++)
		packetring_stats(x->rings[i], output, arg);
	go_on(x);
	evidencedir_stats(x->folder, output, arg);
}
