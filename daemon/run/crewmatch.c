/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crewmatch.h"

#include <unistd.h>

#include "host/wallclock.h"

/* From so many processors on, two capture unless it is configured. */
enum { MANY = 4 };

unsigned
crewmatch_workers(const struct config *config)
{
	if (config->capture.workers != 0)
		return config->capture.workers;
	return sysconf(_SC_NPROCESSORS_ONLN) < MANY ? 1 : 2;
}

void
crewmatch_alone(const struct config *config, const struct log *log)
{
	if (config->capture.matchers > 1)
		log_notice(log,
		    "[capture] matchers: one thread matches, since one "
		    "captures");
}

/* As configured, behind so many that capture. */
static unsigned
count_matchers(const struct config *config, unsigned workers)
{
	if (config->capture.matchers != 0)
		return config->capture.matchers;
	return workers > 2 ? (workers + 1) / 2 : 1;
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

static void
on_missing(void *arg)
{
	const struct crewmatch *g = arg;

	matcher_dropped(g->matcher, wallclock_monotonic());
}

static bool
begin_shards(struct crewmatch *g, const struct crewmatch_setup *setup)
{
	const unsigned matchers = count_matchers(setup->config, setup->workers);

	if (matchers == 1)
		return true;
	g->shards = shards_new(&(struct shards_setup){
	    .count = matchers,
	    .config = setup->config,
	    .key = setup->key,
	    .budget = setup->budget,
	    .matcher = setup->matcher,
	    .wake = crew_descriptor(g->crew),
	    .log = setup->log,
	});
	return g->shards != NULL;
}

/* False, logged: out of memory. */
static bool
share_secrets(struct crewmatch *g, const struct crewmatch_setup *setup)
{
	g->secrets = budget_share(setup->budget, BUDGET_SECRETS);
	g->keys = keyhub_new(&(struct keyhub_setup){
	    .secrets = setup->secrets,
	    .others = setup->workers - 1,
	    .octets = budget_share_guaranteed(g->secrets),
	    .most = config_limits_secrets(setup->config),
	    .key = setup->key,
	});
	if (g->keys != NULL) {
		budget_note(g->secrets, keyhub_octets(g->keys));
		return true;
	}
	log_error(setup->log, "out of memory; lower [capture] workers");
	return false;
}

bool
crewmatch_begin(struct crewmatch *g, const struct crewmatch_setup *setup)
{
	g->matcher = setup->matcher;
	g->reached = g->merged = wallclock_monotonic();
	g->wall_offset = wallclock_offset();
	g->fanout = (struct interfaces_fanout){
		.group = (unsigned)getpid() * INTERFACES_MOST,
		.members = setup->workers,
	};
	if (setup->config->tls_count > 0 && !share_secrets(g, setup))
		return false;
	g->crew = crew_new(&(struct crew_setup){
	    .workers = setup->workers - 1,
	    .fanout = &g->fanout,
	    .config = setup->config,
	    .key = setup->key,
	    .memory = budget_share(setup->budget, BUDGET_HANDOVER),
	    .keys = g->keys,
	    .output = on_merged,
	    .missing = on_missing,
	    .arg = g,
	    .log = setup->log,
	});
	return g->crew != NULL && begin_shards(g, setup);
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
	if (g->keys != NULL)
		budget_undo(g->secrets, keyhub_octets(g->keys));
	keyhub_free(g->keys);
	g->keys = NULL;
}

void
crewmatch_tick(struct crewmatch *g, const struct intake *own)
{
	nstime all;

	if (g->keys != NULL)
		keyhub_tick(g->keys);
	g->wall_offset = own->wall_offset;
	if (own->missing)
		on_missing(g);
	all = crew_collect(g->crew, own->reached);
	if (g->merged < all)
		g->merged = all;
	matcher_tick(g->matcher, g->merged, g->merged + g->wall_offset);
	all = g->merged;
	if (g->shards != NULL)
		all = shards_tick(g->shards, g->merged, g->wall_offset);
	if (g->reached < all)
		g->reached = all;
}
