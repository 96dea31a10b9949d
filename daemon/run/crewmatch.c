/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crewmatch.h"

#include <unistd.h>

#include "host/wallclock.h"

/* From so many processors on, two capture unless it is configured. */
enum { MANY = 4 };

unsigned
crewmatch_workers(const struct config *config, const struct log *log)
{
	unsigned workers = config->capture.workers;

	if (workers == 0)
		workers = sysconf(_SC_NPROCESSORS_ONLN) < MANY ? 1 : 2;
	if (workers == 1 || !config_limits_one_captures(config))
		return workers;
	log_notice(log,
	    "[capture] workers: one thread captures, since [tls] is "
	    "configured");
	return 1;
}

static void
on_merged(void *arg, const struct event *event)
{
	struct crewmatch *g = arg;

	if (g->reached < event->now)
		g->reached = event->now;
	if (matcher_next_deadline(g->matcher) <= g->reached)
		matcher_tick(
		    g->matcher, g->reached, g->reached + g->wall_offset);
	g->output(g->arg, event);
}

bool
crewmatch_begin(struct crewmatch *g, unsigned workers, struct config *config,
    const struct siphash_key *key, struct budget *budget,
    struct matcher *matcher, const struct log *log)
{
	g->matcher = matcher;
	g->reached = wallclock_monotonic();
	g->wall_offset = wallclock_offset();
	g->fanout = (struct interfaces_fanout){
		.group = (unsigned)getpid() * INTERFACES_MOST,
		.members = workers,
	};
	g->crew = crew_new(&(struct crew_setup){
	    .workers = workers - 1,
	    .fanout = &g->fanout,
	    .config = config,
	    .key = key,
	    .memory = budget_share(budget, BUDGET_HANDOVER),
	    .output = on_merged,
	    .arg = g,
	    .log = log,
	});
	return g->crew != NULL;
}

void
crewmatch_end(struct crewmatch *g)
{
	crew_free(g->crew);
	g->crew = NULL;
}

void
crewmatch_tick(struct crewmatch *g, const struct intake *own)
{
	bool missing = own->missing;
	nstime all;

	g->wall_offset = own->wall_offset;
	all = crew_collect(g->crew, own->reached, &missing);
	if (g->reached < all)
		g->reached = all;
	if (missing)
		matcher_dropped(g->matcher, wallclock_monotonic());
	matcher_tick(g->matcher, g->reached, g->reached + g->wall_offset);
}
