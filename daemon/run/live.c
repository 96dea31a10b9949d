/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/live.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/hepkey.h"
#include "run/hints.h"
#include "run/liverooms.h"
#include "fleet/fleetmember.h"
#include "run/sinkset.h"
#include "run/stock.h"
#include "outlet/sinks.h"
#include "state/state.h"
#include "host/wallclock.h"

/* How long state may be written at the end, after the sinks. */
#define LAST_WORDS (150 * NSTIME_MS)

struct live {
	struct live_setup setup;
	const struct log *log;
	struct liverooms rooms;
	struct hep *hep;
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
	struct fleetmember *fleet; /* NULL: none is configured */
	uint64_t dropped;          /* .. as it was told last */
};

static nstime
reached(const struct live *l)
{
	return liverooms_reached(&l->rooms);
}

static nstime
wall(const struct live *l)
{
	return liverooms_wall(&l->rooms);
}

/* The judge and the state are made anew where a state file is refused, and the
 * configuration with each reload. */
static struct alertrelay *
arrange(struct live *l)
{
	l->relay.config = l->rooms.config;
	l->relay.judge = l->rooms.judge;
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
	const struct live *l = arg;

	if (l->fleet != NULL)
		fleetmember_event(l->fleet, event);
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
has_fleet(const struct config *config)
{
	return config->fleet.servers[0] != '\0';
}

static bool
join_fleet(struct live *l)
{
	if (!has_fleet(l->setup.config))
		return true;
	l->fleet = fleetmember_new(&(struct fleetmember_setup){
	    .config = l->rooms.config,
	    .key = l->setup.key,
	    .host = l->observer,
	    .memory = budget_share(l->rooms.budget, BUDGET_FLEET),
	    .alert = on_fleet_alert,
	    .arg = l,
	    .log = l->log,
	});
	return l->fleet != NULL;
}

static bool
build(struct live *l)
{
	const struct live_setup *setup = &l->setup;
	struct config *const config = setup->config;

	if (!liverooms_init(&l->rooms,
		&(struct liverooms_setup){
		    .options = setup->options,
		    .key = setup->key,
		    .keyring = setup->keyring,
		    .watch = setup->watch,
		    .watch_arg = setup->watch_arg,
		    .crew_slot = LIVE_CREW_SLOT,
		    .event = has_fleet(config) ? on_event : NULL,
		    .handed = on_handed,
		    .refused = on_refused,
		    .alert = on_alert,
		    .arg = l,
		    .log = l->log,
		},
		config, l->started))
		return false;
	l->sinks = sinks_new(setup->options->json, l->log);
	l->recent = recent_new();
	if (l->sinks != NULL && l->recent != NULL)
		return true;
	log_error(l->log, "out of memory; lower [limits]");
	return false;
}

struct live *
live_new(const struct live_setup *setup)
{
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->setup = *setup;
	l->log = setup->log;
	l->started = wallclock_monotonic();
	if (gethostname(l->observer, sizeof(l->observer) - 1) != 0)
		l->observer[0] = '\0';
	stock_begin(&l->stock, setup->config->alerts.heartbeat, l->started);
	if (build(l) && join_fleet(l) && liverooms_open(&l->rooms))
		return l;
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
	    budget_share(l->rooms.budget, BUDGET_SINKS), l->log);
	if (l->state == NULL)
		return -ENOMEM;
	if (!state_load(l->state, l->rooms.judge, &step) &&
	    !liverooms_judge_anew(&l->rooms))
		return -ENOMEM;
	state_tell_again(l->state, l->sinks);
	alertrelay_renew(arrange(l), reached(l), wall(l));
	if (step >= INTAKE_STEP || step <= -INTAKE_STEP)
		judge_stepped(l->rooms.judge, step, reached(l), wall(l));
	return 0;
}

static struct about_rooms
rooms(const struct live *l)
{
	struct about_rooms rooms = liverooms_about(&l->rooms);

	rooms.fleet = l->fleet;
	rooms.hep = l->hep;
	rooms.sinks = l->sinks;
	rooms.state = l->state;
	rooms.exhibits = l->exhibits;
	return rooms;
}

static void
say_watched(const struct live *l)
{
	const struct about_rooms about = rooms(l);

	hints_watched(&about.settings, l->log);
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
		.judge = l->rooms.judge,
		.sinks = l->sinks,
		.count = count,
		.arg = l,
		.transactions = matcher_open(l->rooms.matcher),
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
		.intake = &l->rooms.intake,
		.judge = l->rooms.judge,
		.sinks = l->sinks,
		.heartbeat = l->rooms.config->alerts.heartbeat,
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
		    .rooms = &l->rooms.limits,
		    .memory = budget_share(l->rooms.budget, BUDGET_EVIDENCE),
		    .crew = l->rooms.together.crew,
		    .threaded = true,
		    .log = l->log,
		});
	l->rooms.intake.ring = exhibits_ring(l->exhibits);
}

int
live_open_sinks(struct live *l)
{
	int error = sinkset_apply(l->sinks, l->rooms.config, l->rooms.budget);
	struct stock_watch watch;

	if (error != 0)
		return error;
	set_evidence(l, l->rooms.config);
	error = load_state(l);
	if (error != 0)
		log_error(l->log, "out of memory; lower [limits]");
	else
		say_watched(l);
	watch = watched(l);
	stock_look(&l->stock, &watch, wallclock_monotonic());
	if (error == 0 && l->fleet != NULL && !fleetmember_begin(l->fleet))
		return -ENOMEM;
	if (error == 0 && !crewmatch_start(&l->rooms.together)) {
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
	if (l->rooms.intake.merge != NULL)
		merge_flush(l->rooms.intake.merge);
	judge_end(l->rooms.judge, reached(l), wall(l));
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
	liverooms_done(&l->rooms);
	free(l);
}

void
live_readable(struct live *l, size_t slot)
{
	if (slot == LIVE_CREW_SLOT)
		liverooms_collect(&l->rooms);
	else
		interfaces_read(l->rooms.interfaces, slot);
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

	reader_hep(l->rooms.reader, packet, agent, l->rooms.intake.reached,
	    wallclock_realtime());
	intake_changed(&l->rooms.intake);
}

void
live_hep_lost(void *live)
{
	struct live *l = live;

	matcher_dropped(l->rooms.matcher, reached(l));
}

static void
tick_fleet(struct live *l)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		dropped += intake_dropped(&l->rooms.intake, i);
	fleetmember_dropped(l->fleet, dropped - l->dropped);
	l->dropped = dropped;
	fleetmember_tick(l->fleet, reached(l), wall(l));
}

void
live_tick(struct live *l)
{
	keyring_read(l->setup.keyring);
	liverooms_tick(&l->rooms);
	if (l->fleet != NULL)
		tick_fleet(l);
	judge_tick(l->rooms.judge, reached(l), wall(l));
	keep(l);
}

void
live_second(struct live *l)
{
	const nstime monotonic = wallclock_monotonic();
	const struct stock_watch watch = watched(l);

	liverooms_second(&l->rooms);
	l->clock = wallclock_state();
	judge_local_clock(l->rooms.judge, l->clock, reached(l), wall(l));
	alertrelay_tick(arrange(l), reached(l), wall(l));
	sinks_tick(l->sinks, monotonic);
	exhibits_tick(l->exhibits);
	stock_second(&l->stock, &watch, monotonic);
}

void
live_clock_set(struct live *l)
{
	const nstime step = liverooms_clock_set(&l->rooms);

	if (step == 0)
		return;
	if (l->fleet != NULL)
		fleetmember_stepped(l->fleet, step);
	judge_stepped(l->rooms.judge, step, reached(l), wall(l));
}

bool
live_set(struct live *l, struct config *config)
{
	struct config *before = l->rooms.config;
	char key[HEPREADING_KEY];

	/* Without the key that is wanted anyone would be heard. */
	if (hepkey_read(config, key, l->log) < 0)
		return false;
	if (sinkset_apply(l->sinks, config, l->rooms.budget) != 0)
		return false;
	if (!liverooms_set(&l->rooms, config, key)) {
		sinkset_apply(l->sinks, before, l->rooms.budget);
		return false;
	}
	set_evidence(l, config);
	stock_set(&l->stock, config->alerts.heartbeat, wallclock_monotonic());
	say_watched(l);
	return true;
}

void
live_reopen(struct live *l)
{
	sinkset_apply(l->sinks, l->rooms.config, l->rooms.budget);
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
		.config = l->rooms.config,
		.interfaces = l->rooms.interfaces,
		.judge = l->rooms.judge,
		.matcher = l->rooms.matcher,
		.sinks = l->sinks,
		.recent = l->recent,
		.hep = l->hep,
		.budget = l->rooms.budget,
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
