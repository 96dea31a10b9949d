/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/live.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/hepkey.h"
#include "run/hints.h"
#include "fleet/fleetmember.h"
#include "run/crewmatch.h"
#include "run/intake.h"
#include "run/sinkset.h"
#include "run/stock.h"
#include "outlet/sinks.h"
#include "state/state.h"
#include "host/wallclock.h"
#include "capture/selection.h"

/* How long state may be written at the end, after the sinks. */
#define LAST_WORDS (150 * NSTIME_MS)

struct live {
	struct live_setup setup;
	const struct log *log;
	struct config *config;
	struct interfaces *interfaces;
	struct hep *hep;
	struct intake intake;
	struct crewmatch together;
	struct matcher *matcher;
	struct reader *reader;
	struct judge *judge;
	struct sinks *sinks;
	struct state *state;
	struct stock stock;
	struct recent *recent;
	struct exhibits *exhibits;
	struct config_evidence evidence; /* .. what they were made for */
	struct alertrelay relay;         /* changed: since state was saved */
	nstime started;                  /* monotonic */
	enum ownclock clock;
	char observer[256];
	struct config_rooms limits;
	struct budget *budget;
	struct fleetmember *fleet; /* NULL: none is configured */
	uint64_t dropped;          /* .. as it was told last */
};

/* The judge and the state are made anew where a state file is refused, and the
 * configuration with each reload. */
static struct alertrelay *
arrange(struct live *l)
{
	l->relay.config = l->config;
	l->relay.judge = l->judge;
	l->relay.sinks = l->sinks;
	l->relay.state = l->state;
	l->relay.recent = l->recent;
	l->relay.exhibits = l->exhibits;
	l->relay.told = l->setup.told;
	l->relay.arg = l->setup.told_arg;
	return &l->relay;
}

/* The fleet has it, and we are to tell it. */
static void
on_fleet_alert(void *arg, const struct alert_event *event)
{
	struct live *l = arg;

	alertrelay_event(arrange(l), event);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct live *l = arg;

	if (l->fleet == NULL || !fleetmember_mutes(l->fleet, event))
		alertrelay_event(arrange(l), event);
}

static void
on_event(void *arg, const struct event *event)
{
	struct live *l = arg;

	if (l->fleet != NULL)
		fleetmember_event(l->fleet, event);
	matcher_input(l->matcher, event);
}

static void
on_hint(void *arg, const struct address *from, const struct address *to)
{
	struct live *l = arg;

	matcher_hint(l->matcher, from, to);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	struct live *l = arg;

	judge_observe(l->judge, observation);
}

/* How far events are matched. */
static nstime
reached(const struct live *l)
{
	return l->together.crew == NULL ? l->intake.reached
					: l->together.reached;
}

static nstime
wall(const struct live *l)
{
	return reached(l) + l->intake.wall_offset;
}

static void
on_handed(void *live, const struct hepmsg *message, const struct address *agent,
    nstime seen)
{
	struct live *l = live;

	exhibits_handed(l->exhibits, message, agent, seen);
}

static void
on_refused(void *live, const struct address *agent)
{
	const struct live *l = live;

	if (l->hep != NULL)
		hep_refused(l->hep, agent);
}

static bool
begin_crew(struct live *l, unsigned workers)
{
	l->together.output = on_event;
	l->together.arg = l;
	return crewmatch_begin(&l->together,
	    &(struct crewmatch_setup){
		.workers = workers,
		.config = l->config,
		.key = l->setup.key,
		.budget = l->budget,
		.secrets = keyring_secrets(l->setup.keyring),
		.matcher = l->matcher,
		.log = l->log,
	    });
}

/* In this thread, or what it finds goes the way of the others'. */
static bool
build_reader(struct live *l)
{
	struct crewmatch *const g = &l->together;
	const unsigned workers = crewmatch_workers(l->config);
	struct reader_output output = {
		.event = on_event,
		.hint = on_hint,
		.arg = l,
		.handed = on_handed,
		.refused = on_refused,
		.handed_arg = l,
	};

	if (workers > 1) {
		if (!begin_crew(l, workers))
			return false;
		output.event = crew_event;
		output.hint = NULL;
		output.arg = g->crew;
		l->setup.watch(l->setup.watch_arg, LIVE_CREW_SLOT,
		    crew_descriptor(g->crew));
	} else {
		crewmatch_alone(l->config, l->log);
		l->intake.matcher = l->matcher;
	}
	l->reader = reader_new(&l->limits.reader, &output);
	l->intake.reader = l->reader;
	return l->reader != NULL;
}

static bool
build_rooms(struct live *l)
{
	struct interfaces_setup interfaces = {
		.output = intake_packet,
		.output_arg = &l->intake,
		.watch = l->setup.watch,
		.watch_arg = l->setup.watch_arg,
		.log = l->log,
	};

	l->limits.reader.secrets = keyring_secrets(l->setup.keyring);
	l->judge = judge_new(&l->limits.judge, on_alert, l);
	l->matcher = matcher_new(&l->limits.matcher, on_observation, l);
	if (l->judge == NULL || l->matcher == NULL || !build_reader(l))
		return false;
	if (l->together.crew != NULL)
		interfaces.fanout = &l->together.fanout;
	l->interfaces = interfaces_new(&interfaces);
	l->intake.interfaces = l->interfaces;
	l->sinks = sinks_new(l->setup.options->json, l->log);
	l->recent = recent_new();
	return l->interfaces != NULL && l->sinks != NULL && l->recent != NULL &&
	    intake_init(&l->intake, l->started);
}

/* Once it is known how many interfaces there are, and threads. */
static void
share_memory(struct live *l)
{
	config_limits_budget(
	    l->config, interfaces_end(l->interfaces), l->budget);
	if (l->together.crew == NULL)
		budget_reserve(l->budget, BUDGET_HANDOVER, 0);
	if (l->together.shards != NULL)
		shards_set(l->together.shards, l->config);
	if (l->together.keys == NULL)
		budget_reserve(l->budget, BUDGET_SECRETS, 0);
}

static int
set_interfaces(struct live *l, struct config *config)
{
	const int error =
	    selection_set(l->interfaces, l->setup.options, config, l->log);

	if (error != 0 || l->together.crew == NULL)
		return error;
	return crew_set(l->together.crew, l->setup.options, config);
}

static bool
join_fleet(struct live *l)
{
	if (l->config->fleet.servers[0] == '\0')
		return true;
	l->fleet = fleetmember_new(&(struct fleetmember_setup){
	    .config = l->config,
	    .key = l->setup.key,
	    .host = l->observer,
	    .memory = budget_share(l->budget, BUDGET_FLEET),
	    .alert = on_fleet_alert,
	    .arg = l,
	    .log = l->log,
	});
	return l->fleet != NULL;
}

struct live *
live_new(const struct live_setup *setup)
{
	const nstime monotonic = wallclock_monotonic();
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->setup = *setup;
	l->log = setup->log;
	l->config = setup->config;
	l->started = monotonic;
	if (gethostname(l->observer, sizeof(l->observer) - 1) != 0)
		l->observer[0] = '\0';
	stock_begin(&l->stock, l->config->alerts.heartbeat, monotonic);
	l->budget = budget_new(l->config->limits.memory);
	if (l->budget != NULL)
		config_limits_budget(l->config, 1, l->budget);
	config_limits(l->config, l->setup.key, l->budget, &l->limits);
	if (l->budget == NULL ||
	    hepkey_read(l->config, l->limits.reader.hep.key, l->log) < 0) {
		budget_free(l->budget);
		free(l);
		return NULL;
	}
	if (!build_rooms(l)) {
		log_error(l->log, "out of memory; lower [limits]");
	} else if (!join_fleet(l)) {
		/* It is logged. */
	} else if (set_interfaces(l, l->config) == 0) {
		share_memory(l);
		if (intake_order(
			&l->intake, budget_share(l->budget, BUDGET_MERGE)))
			return l;
		log_error(l->log, "out of memory; lower [limits] memory");
	}
	live_free(l, 0);
	return NULL;
}

/* A refused state file may be partly loaded, so a fresh judge takes its place.
 * Repeated alerts go out before new ones. */
static int
load_state(struct live *l)
{
	char store[INTERFACES_MOST * (IFNAMSIZ + 1)];
	struct textbuf instance;
	nstime step;

	textbuf_init(&instance, store, sizeof(store));
	options_instance(l->setup.options, &instance);
	l->state = state_new(!l->setup.options->no_state, store,
	    budget_share(l->budget, BUDGET_SINKS), l->log);
	if (l->state == NULL)
		return -ENOMEM;
	if (!state_load(l->state, l->judge, &step)) {
		judge_free(l->judge);
		l->judge = judge_new(&l->limits.judge, on_alert, l);
		if (l->judge == NULL)
			return -ENOMEM;
	}
	state_tell_again(l->state, l->sinks);
	alertrelay_renew(arrange(l), reached(l), wall(l));
	if (step >= INTAKE_STEP || step <= -INTAKE_STEP)
		judge_stepped(l->judge, step, reached(l), wall(l));
	return 0;
}

static struct watchhint_settings
settings(const struct live *l)
{
	return (struct watchhint_settings){
		.sip = &l->config->sip.ports,
		.watched = &l->config->timeouts.ports,
		.methods = l->config->timeouts.methods,
	};
}

static void
say_watched(const struct live *l)
{
	const struct watchhint_settings s = settings(l);

	hints_watched(&s, l->log);
}

static struct about_rooms
rooms(const struct live *l)
{
	struct about_rooms rooms = {
		.interfaces = l->interfaces,
		.crew = l->together.crew,
		.shards = l->together.shards,
		.reader = l->reader,
		.matcher = l->matcher,
		.fleet = l->fleet,
		.judge = l->judge,
		.merge = l->intake.merge,
		.hep = l->hep,
		.keyring = l->setup.keyring,
		.sinks = l->sinks,
		.state = l->state,
		.exhibits = l->exhibits,
		.settings = settings(l),
	};

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		rooms.dropped[i] = intake_dropped(&l->intake, i);
	return rooms;
}

static void
count(void *arg, struct totals *totals)
{
	const struct about_rooms about = rooms(arg);

	about_count(&about, totals);
}

static struct state_rooms
kept(struct live *l)
{
	return (struct state_rooms){
		.judge = l->judge,
		.sinks = l->sinks,
		.count = count,
		.arg = l,
		.transactions = matcher_open(l->matcher),
	};
}

static void
keep(struct live *l)
{
	const struct state_rooms rooms = kept(l);

	l->relay.changed = false;
	state_tick(l->state, &rooms);
}

static struct about_rooms
rooms_of(void *live)
{
	return rooms(live);
}

static struct stock_watch
watched(struct live *l)
{
	return (struct stock_watch){
		.intake = &l->intake,
		.judge = l->judge,
		.sinks = l->sinks,
		.heartbeat = l->config->alerts.heartbeat,
		.rooms = rooms_of,
		.arg = l,
		.log = l->log,
	};
}

/* The folder is there or is made; packets are not kept without one. */
static void
set_evidence(struct live *l, const struct config *config)
{
	const struct config_evidence *wanted = &config->evidence;

	if (memcmp(wanted, &l->evidence, sizeof(*wanted)) == 0)
		return;
	exhibits_free(l->exhibits, wallclock_monotonic() + NSTIME_S);
	l->exhibits = NULL;
	l->evidence = *wanted;
	if (wanted->directory[0] != '\0')
		l->exhibits = exhibits_new(&(struct exhibits_setup){
		    .directory = wanted->directory,
		    .config = config,
		    .rooms = &l->limits,
		    .memory = budget_share(l->budget, BUDGET_EVIDENCE),
		    .crew = l->together.crew,
		    .threaded = true,
		    .log = l->log,
		});
	l->intake.ring = exhibits_ring(l->exhibits);
}

int
live_open_sinks(struct live *l)
{
	int error = sinkset_apply(l->sinks, l->config, l->budget);
	struct stock_watch watch;

	if (error != 0)
		return error;
	set_evidence(l, l->config);
	error = load_state(l);
	if (error != 0)
		log_error(l->log, "out of memory; lower [limits]");
	else
		say_watched(l);
	watch = watched(l);
	stock_look(&l->stock, &watch, wallclock_monotonic());
	if (error == 0 && l->fleet != NULL && !fleetmember_begin(l->fleet))
		return -ENOMEM;
	if (error == 0 && !crewmatch_start(&l->together)) {
		log_error(l->log,
		    "no more threads; lower [capture] workers or matchers");
		error = -EAGAIN;
	}
	return error;
}

/* Send alerts that wait, drain the sinks, and save the alerts that they did not
 * deliver. */
static void
finish(struct live *l, nstime deadline)
{
	struct state_rooms rooms;

	live_tick(l);
	if (l->intake.merge != NULL)
		merge_flush(l->intake.merge);
	judge_end(l->judge, reached(l), wall(l));
	fleetmember_free(l->fleet);
	l->fleet = NULL;
	sinks_finish(l->sinks, deadline);
	rooms = kept(l);
	state_finish(l->state, &rooms, deadline + LAST_WORDS);
}

void
live_free(struct live *l, nstime deadline)
{
	if (l == NULL)
		return;
	if (deadline > 0)
		finish(l, deadline);
	else if (l->sinks != NULL)
		sinks_finish(l->sinks, wallclock_monotonic() + NSTIME_S);
	fleetmember_free(l->fleet);
	sinks_free(l->sinks);
	recent_free(l->recent);
	exhibits_free(l->exhibits, wallclock_monotonic() + LAST_WORDS);
	state_free(l->state);
	if (l->together.crew != NULL)
		l->setup.watch(l->setup.watch_arg, LIVE_CREW_SLOT, -1);
	crewmatch_end(&l->together);
	interfaces_free(l->interfaces);
	intake_done(&l->intake);
	reader_free(l->reader);
	matcher_free(l->matcher);
	judge_free(l->judge);
	budget_free(l->budget);
	free(l);
}

void
live_readable(struct live *l, size_t slot)
{
	if (slot == LIVE_CREW_SLOT)
		crewmatch_tick(&l->together, &l->intake);
	else
		interfaces_read(l->interfaces, slot);
	if (l->relay.changed)
		keep(l);
}

void
live_listen(struct live *l, struct hep *hep)
{
	l->hep = hep;
}

/* Agents' messages are in no ring, so they come when they come. */
void
live_hep(void *live, struct slice packet, const struct address *agent)
{
	struct live *l = live;

	reader_hep(
	    l->reader, packet, agent, l->intake.reached, wallclock_realtime());
	intake_changed(&l->intake);
}

void
live_hep_lost(void *live)
{
	struct live *l = live;

	matcher_dropped(l->matcher, reached(l));
}

static void
tick_fleet(struct live *l)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		dropped += intake_dropped(&l->intake, i);
	fleetmember_dropped(l->fleet, dropped - l->dropped);
	l->dropped = dropped;
	fleetmember_tick(l->fleet, reached(l), wall(l));
}

void
live_tick(struct live *l)
{
	keyring_read(l->setup.keyring);
	intake_tick(&l->intake, l->config->capture.merge_window);
	if (l->together.crew != NULL)
		crewmatch_tick(&l->together, &l->intake);
	l->intake.missing = false;
	if (l->fleet != NULL)
		tick_fleet(l);
	judge_tick(l->judge, reached(l), wall(l));
	keep(l);
}

void
live_second(struct live *l)
{
	const nstime monotonic = wallclock_monotonic();
	const struct stock_watch watch = watched(l);

	interfaces_look_after(l->interfaces);
	if (l->together.crew != NULL) {
		crew_look_after(l->together.crew);
		crew_passages(l->together.crew, l->intake.passages);
	}
	l->clock = wallclock_state();
	judge_local_clock(l->judge, l->clock, reached(l), wall(l));
	alertrelay_tick(arrange(l), reached(l), wall(l));
	sinks_tick(l->sinks, monotonic);
	exhibits_tick(l->exhibits);
	stock_second(&l->stock, &watch, monotonic);
}

void
live_clock_set(struct live *l)
{
	const nstime step = intake_clock_set(&l->intake);

	if (l->together.crew != NULL)
		crew_clock_set(l->together.crew);
	if (step == 0)
		return;
	if (l->together.crew != NULL)
		matcher_stepped(l->matcher, step);
	if (l->fleet != NULL)
		fleetmember_stepped(l->fleet, step);
	judge_stepped(l->judge, step, reached(l), wall(l));
}

bool
live_set(struct live *l, struct config *config)
{
	struct config *before = l->config;
	char key[HEPREADING_KEY];

	/* Without the key that is wanted anyone would be heard. */
	if (hepkey_read(config, key, l->log) < 0)
		return false;
	if (sinkset_apply(l->sinks, config, l->budget) != 0)
		return false;
	if (set_interfaces(l, config) != 0) {
		sinkset_apply(l->sinks, before, l->budget);
		return false;
	}
	l->config = config;
	keyring_compare(l->setup.keyring, config);
	share_memory(l);
	if (!intake_order(&l->intake, budget_share(l->budget, BUDGET_MERGE)))
		log_error(l->log,
		    "out of memory; packets of several interfaces are judged "
		    "as they come");
	config_limits(config, l->setup.key, l->budget, &l->limits);
	memcpy(l->limits.reader.hep.key, key, sizeof(key));
	reader_set(l->reader, &l->limits.reader);
	matcher_set(l->matcher, &l->limits.matcher);
	judge_set(l->judge, &l->limits.judge);
	set_evidence(l, config);
	intake_changed(&l->intake);
	stock_set(&l->stock, config->alerts.heartbeat, wallclock_monotonic());
	say_watched(l);
	return true;
}

void
live_reopen(struct live *l)
{
	sinkset_apply(l->sinks, l->config, l->budget);
}

static char *
fleet_status(void *live)
{
	const struct live *l = live;

	return fleetmember_status(l->fleet);
}

void
live_rooms(void *live, struct answers_rooms *answers)
{
	static const char *const clocks[] = {
		[OWNCLOCK_UNKNOWN] = "unknown",
		[OWNCLOCK_TRUSTED] = "trusted",
		[OWNCLOCK_UNSYNCHRONISED] = "unsynchronised",
	};
	struct live *l = live;
	const struct about_rooms about = rooms(l);
	struct reader_counts counts;

	about_counts(&about, &counts);
	*answers = (struct answers_rooms){
		.config = l->config,
		.interfaces = l->interfaces,
		.judge = l->judge,
		.matcher = l->matcher,
		.sinks = l->sinks,
		.recent = l->recent,
		.hep = l->hep,
		.budget = l->budget,
		.evidence = l->evidence.directory,
		.packets = counts.packets,
		.messages = counts.messages,
		.count = count,
		.fleet = l->fleet == NULL ? NULL : fleet_status,
		.arg = l,
		.observer = l->observer,
		.clock = clocks[l->clock],
		.started = l->started,
		.now = reached(l),
		.wall = wall(l),
		.monotonic = wallclock_monotonic(),
	};
	memcpy(answers->dropped, about.dropped, sizeof(about.dropped));
}

void
live_report(struct live *l)
{
	const struct about_rooms about = rooms(l);

	about_report(&about, l->log);
}

void
live_write(const struct live *l, struct textbuf *t)
{
	const struct about_rooms about = rooms(l);

	about_write(&about, t);
}
