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

unsigned
crewmatch_matchers(
    const struct config *config, unsigned workers, const struct log *log)
{
	const unsigned matchers = config->capture.matchers;

	if (matchers == 0)
		return workers > 2 ? (workers + 1) / 2 : 1;
	if (matchers > 1 && workers == 1)
		log_notice(log,
		    "[capture] matchers: one thread matches, since one "
		    "captures");
	return workers == 1 ? 1 : matchers;
}

static void
on_merged(void *arg, const struct event *event)
{
	struct crewmatch *g = arg;

	if (g->merged < event->now)
		g->merged = event->now;
	if (matcher_next_deadline(g->matcher) <= g->merged)
		matcher_tick(g->matcher, g->merged, g->merged + g->wall_offset);
	g->output(g->arg, event);
}

static bool
begin_shards(struct crewmatch *g, unsigned matchers, struct config *config,
    const struct siphash_key *key, struct budget *budget, const struct log *log)
{
	if (matchers == 1)
		return true;
	g->shards = shards_new(&(struct shards_setup){
	    .count = matchers,
	    .config = config,
	    .key = key,
	    .budget = budget,
	    .matcher = g->matcher,
	    .wake = crew_descriptor(g->crew),
	    .log = log,
	});
	return g->shards != NULL;
}

bool
crewmatch_begin(struct crewmatch *g, unsigned workers, struct config *config,
    const struct siphash_key *key, struct budget *budget,
    struct matcher *matcher, const struct log *log)
{
	g->matcher = matcher;
	g->reached = g->merged = wallclock_monotonic();
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
	return g->crew != NULL &&
	    begin_shards(g, crewmatch_matchers(config, workers, log), config,
		key, budget, log);
}

bool
crewmatch_start(struct crewmatch *g)
{
	return g->crew == NULL ||
	    ((g->shards == NULL || shards_start(g->shards)) &&
		crew_start(g->crew));
}

void
crewmatch_end(struct crewmatch *g)
{
	shards_free(g->shards);
	g->shards = NULL;
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
	if (g->merged < all)
		g->merged = all;
	if (missing)
		matcher_dropped(g->matcher, wallclock_monotonic());
	matcher_tick(g->matcher, g->merged, g->merged + g->wall_offset);
	all = g->merged;
	if (g->shards != NULL)
		all = shards_tick(g->shards, g->merged, g->wall_offset);
	if (g->reached < all)
		g->reached = all;
}
