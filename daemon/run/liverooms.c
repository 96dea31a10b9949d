/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/liverooms.h"

#include <string.h>

#include "capture/selection.h"
#include "run/hepkey.h"

nstime
liverooms_reached(const struct liverooms *r)
{
	return r->together.crew == NULL ? r->intake.reached
					: r->together.reached;
}

nstime
liverooms_wall(const struct liverooms *r)
{
	return liverooms_reached(r) + r->intake.wall_offset;
}

static void
on_event(void *arg, const struct event *event)
{
	const struct liverooms *r = arg;

	if (r->setup.event != NULL)
		r->setup.event(r->setup.arg, event);
	matcher_input(r->matcher, event);
}

static void
on_hint(void *arg, const struct address *from, const struct address *to)
{
	const struct liverooms *r = arg;

	matcher_hint(r->matcher, from, to);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	const struct liverooms *r = arg;

	judge_observe(r->judge, observation);
}

static bool
begin_crew(struct liverooms *r, unsigned workers)
{
	r->together.output = on_event;
	r->together.arg = r;
	return crewmatch_begin(&r->together,
	    &(struct crewmatch_setup){
		.workers = workers,
		.config = r->config,
		.key = r->setup.key,
		.budget = r->budget,
		.secrets = keyring_secrets(r->setup.keyring),
		.matcher = r->matcher,
		.log = r->setup.log,
	    });
}

/* In this thread, or what it finds goes the way of the others'. */
static bool
build_reader(struct liverooms *r)
{
	struct crewmatch *const g = &r->together;
	const unsigned workers = crewmatch_workers(r->config);
	struct reader_output output = {
		.event = on_event,
		.hint = on_hint,
		.arg = r,
		.handed = r->setup.handed,
		.refused = r->setup.refused,
		.handed_arg = r->setup.arg,
	};

	if (workers > 1) {
		if (!begin_crew(r, workers))
			return false;
		output.event = crew_event;
		output.hint = NULL;
		output.arg = g->crew;
		r->setup.watch(r->setup.watch_arg, r->setup.crew_slot,
		    crew_descriptor(g->crew));
	} else {
		crewmatch_alone(r->config, r->setup.log);
		r->intake.matcher = r->matcher;
	}
	r->reader = reader_new(&r->limits.reader, &output);
	r->intake.reader = r->reader;
	return r->reader != NULL;
}

bool
liverooms_judge_anew(struct liverooms *r)
{
	judge_free(r->judge);
	r->judge = judge_new(&r->limits.judge, r->setup.alert, r->setup.arg);
	return r->judge != NULL;
}

static bool
build(struct liverooms *r, nstime monotonic)
{
	struct interfaces_setup interfaces = {
		.output = intake_packet,
		.output_arg = &r->intake,
		.watch = r->setup.watch,
		.watch_arg = r->setup.watch_arg,
		.log = r->setup.log,
	};

	r->limits.reader.secrets = keyring_secrets(r->setup.keyring);
	if (!liverooms_judge_anew(r))
		return false;
	r->matcher = matcher_new(&r->limits.matcher, on_observation, r);
	if (r->matcher == NULL || !build_reader(r))
		return false;
	if (r->together.crew != NULL)
		interfaces.fanout = &r->together.fanout;
	r->interfaces = interfaces_new(&interfaces);
	r->intake.interfaces = r->interfaces;
	return r->interfaces != NULL && intake_init(&r->intake, monotonic);
}

bool
liverooms_init(struct liverooms *r, const struct liverooms_setup *setup,
    struct config *config, nstime monotonic)
{
	r->setup = *setup;
	r->config = config;
	r->budget = budget_new(config->limits.memory);
	if (r->budget != NULL) {
		config_limits_budget(config, 1, r->budget);
		config_limits(config, setup->key, r->budget, &r->limits);
		if (hepkey_read(config, r->limits.reader.hep.key, setup->log) <
		    0)
			return false;
		if (build(r, monotonic))
			return true;
	}
	log_error(setup->log, "out of memory; lower [limits]");
	return false;
}

void
liverooms_done(struct liverooms *r)
{
	if (r->together.crew != NULL)
		r->setup.watch(r->setup.watch_arg, r->setup.crew_slot, -1);
	crewmatch_end(&r->together);
	interfaces_free(r->interfaces);
	intake_done(&r->intake);
	reader_free(r->reader);
	matcher_free(r->matcher);
	judge_free(r->judge);
	budget_free(r->budget);
}

/* Once it is known how many interfaces there are, and threads. */
static void
share_memory(struct liverooms *r)
{
	config_limits_budget(
	    r->config, interfaces_end(r->interfaces), r->budget);
	if (r->together.crew == NULL)
		budget_reserve(r->budget, BUDGET_HANDOVER, 0);
	if (r->together.shards != NULL)
		shards_set(r->together.shards, r->config);
	if (r->together.keys == NULL)
		budget_reserve(r->budget, BUDGET_SECRETS, 0);
}

static bool
set_interfaces(struct liverooms *r, struct config *config)
{
	const struct options *options = r->setup.options;
	int error = selection_set(r->interfaces, options, config, r->setup.log);

	if (error == 0 && r->together.crew != NULL)
		error = crew_set(r->together.crew, options, config);
	return error == 0;
}

bool
liverooms_open(struct liverooms *r)
{
	if (!set_interfaces(r, r->config))
		return false;
	share_memory(r);
	if (intake_order(&r->intake, budget_share(r->budget, BUDGET_MERGE)))
		return true;
	log_error(r->setup.log, "out of memory; lower [limits] memory");
	return false;
}

bool
liverooms_set(struct liverooms *r, struct config *config, const char *hep_key)
{
	if (!set_interfaces(r, config))
		return false;
	r->config = config;
	keyring_compare(r->setup.keyring, config);
	share_memory(r);
	if (!intake_order(&r->intake, budget_share(r->budget, BUDGET_MERGE)))
		log_error(r->setup.log,
		    "out of memory; packets of several interfaces are judged "
		    "as they come");
	config_limits(config, r->setup.key, r->budget, &r->limits);
	memcpy(r->limits.reader.hep.key, hep_key, HEPREADING_KEY);
	reader_set(r->reader, &r->limits.reader);
	matcher_set(r->matcher, &r->limits.matcher);
	judge_set(r->judge, &r->limits.judge);
	intake_changed(&r->intake);
	return true;
}

void
liverooms_collect(struct liverooms *r)
{
	intake_look(&r->intake);
	crewmatch_tick(&r->together, &r->intake);
}

void
liverooms_tick(struct liverooms *r)
{
	intake_tick(&r->intake, r->config->capture.merge_window);
	if (r->together.crew != NULL)
		crewmatch_tick(&r->together, &r->intake);
	r->intake.missing = false;
}

void
liverooms_second(struct liverooms *r)
{
	interfaces_look_after(r->interfaces);
	if (r->together.crew == NULL)
		return;
	crew_look_after(r->together.crew);
	crew_passages(r->together.crew, r->intake.passages);
}

nstime
liverooms_clock_set(struct liverooms *r)
{
	const nstime step = intake_clock_set(&r->intake);

	if (r->together.crew != NULL)
		crew_clock_set(r->together.crew);
	if (step != 0 && r->together.crew != NULL)
		matcher_stepped(r->matcher, step);
	return step;
}

struct about_rooms
liverooms_about(const struct liverooms *r)
{
	struct about_rooms about = {
		.interfaces = r->interfaces,
		.crew = r->together.crew,
		.shards = r->together.shards,
		.reader = r->reader,
		.matcher = r->matcher,
		.judge = r->judge,
		.merge = r->intake.merge,
		.keyring = r->setup.keyring,
		.settings = {
			.sip = &r->config->sip.ports,
			.watched = &r->config->timeouts.ports,
			.methods = r->config->timeouts.methods,
		},
	};

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		about.dropped[i] = intake_dropped(&r->intake, i);
	return about;
}
