/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/live.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "run/about.h"
#include "run/emptyhint.h"
#include "run/hepkey.h"
#include "run/hints.h"
#include "run/livealign.h"
#include "run/passage.h"
#include "clock/timeline.h"
#include "net/merge.h"
#include "capture/nic.h"
#include "outlet/sinks.h"
#include "state/state.h"
#include "host/wallclock.h"
#include "capture/selection.h"

/* A step smaller than this is followed silently: chrony makes them. */
#define STEP (1 * NSTIME_S)

/* How late a packet may come out of its ring (see BLOCK_MS in capture.c). */
#define LATENESS (40 * NSTIME_MS)

#define MINUTE (60 * NSTIME_S)

/* How long state may be written at the end, after the sinks. */
#define LAST_WORDS (150 * NSTIME_MS)

struct live {
	struct live_setup setup;
	const struct log *log;
	struct config *config;
	struct interfaces *interfaces;
	const struct hep *hep;
	struct passage passages[INTERFACES_MOST];
	struct timeline time;
	nstime wall_offset;      /* REALTIME less MONOTONIC */
	nstime reached;          /* how far packets are read */
	nstime due;              /* the next deadline of reader and matcher;
				  * INT64_MIN: it must be asked for */
	struct merge *merge;     /* more than one interface */
	struct livealign *align; /* of their clocks */
	struct matcher *matcher;
	struct reader *reader;
	uint64_t packets; /* handed to the reader */
	struct judge *judge;
	struct sinks *sinks;
	struct state *state;
	struct about about;
	struct recent *recent;
	struct exhibits *exhibits;
	struct config_evidence evidence; /* .. what they were made for */
	struct alertrelay relay;         /* changed: since state was saved */
	nstime started;                  /* monotonic */
	enum ownclock clock;
	char observer[256];
	struct hints hints;
	struct emptyhint empty;
	struct config_rooms limits;
	struct budget *budget;
	nstime heartbeat, minute;      /* the next, monotonic */
	uint64_t received, signalling; /* until the minute began */
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

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct live *l = arg;

	alertrelay_event(arrange(l), event);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	struct live *l = arg;

	judge_observe(l->judge, observation);
}

static nstime
wall(const struct live *l)
{
	return l->reached + l->wall_offset;
}

/* The reader comes first: its output may be the answer. */
static void
tick(struct live *l)
{
	reader_tick(l->reader, l->reached, wall(l));
	matcher_tick(l->matcher, l->reached, wall(l));
	l->due = INT64_MIN;
}

/* Deadlines are asked for only where one may have changed. */
static void
tick_if_due(struct live *l)
{
	const nstime deadlines[] = {
		reader_next_deadline(l->reader),
		matcher_next_deadline(l->matcher),
	};

	l->due = nstime_earliest(deadlines, 2);
	if (l->due <= l->reached)
		tick(l);
}

/* In order: one that comes later than `merge_window' cannot turn time back. */
static void
on_ordered(void *arg, const struct packet *ordered)
{
	struct live *l = arg;
	struct packet packet = *ordered;

	if (packet.now < l->reached)
		packet.now = l->reached;
	l->reached = packet.now;
	packet.number = ++l->packets;
	if (l->due <= l->reached)
		tick_if_due(l);
	exhibits_packet(l->exhibits, &packet);
	if (reader_packet(l->reader, &packet))
		l->due = INT64_MIN;
}

static void
on_packet(void *arg, const struct packet *captured)
{
	struct live *l = arg;
	struct passage *passage = &l->passages[captured->source];
	struct packet packet = *captured;

	packet.now = timeline_now(
	    &l->time, &passage->reached, packet.wall, wallclock_monotonic());
	passage->captured++;
	if (l->merge == NULL) {
		on_ordered(l, &packet);
		return;
	}
	livealign_packet(l->align, &packet);
	if (livealign_differs(l->align))
		matcher_dropped(l->matcher, packet.now);
	merge_input(l->merge, &packet);
}

/* Packets of a single interface are in order without a merge. */
static bool
set_merge(struct live *l)
{
	const size_t octets = l->config->capture.buffer;

	if (l->merge != NULL)
		merge_flush(l->merge);
	merge_free(l->merge);
	l->merge = NULL;
	if (interfaces_end(l->interfaces) > 1)
		l->merge = merge_new(octets, on_ordered, l);
	return l->merge != NULL || interfaces_end(l->interfaces) <= 1;
}

static bool
build_rooms(struct live *l)
{
	const struct interfaces_setup interfaces = {
		.output = on_packet,
		.output_arg = l,
		.watch = l->setup.watch,
		.watch_arg = l->setup.watch_arg,
		.log = l->log,
	};

	l->limits.reader.secrets = keyring_secrets(l->setup.keyring);
	l->interfaces = interfaces_new(&interfaces);
	l->judge = judge_new(&l->limits.judge, on_alert, l);
	l->matcher = matcher_new(&l->limits.matcher, on_observation, l);
	l->reader = reader_new(&l->limits.reader,
	    &(struct reader_output){ matcher_input, matcher_hint, l->matcher });
	l->sinks = sinks_new(l->setup.options->json, l->log);
	l->recent = recent_new();
	l->align = livealign_new();
	return l->interfaces != NULL && l->judge != NULL &&
	    l->matcher != NULL && l->reader != NULL && l->sinks != NULL &&
	    l->recent != NULL && l->align != NULL;
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
	l->reached = monotonic;
	l->wall_offset = wallclock_offset();
	timeline_init(&l->time, l->wall_offset);
	l->heartbeat = monotonic + l->config->alerts.heartbeat;
	l->minute = monotonic + MINUTE;
	l->budget = budget_new(l->config->limits.memory);
	config_limits(l->config, l->setup.key, l->budget, &l->limits);
	if (l->budget == NULL ||
	    hepkey_read(l->config, &l->limits.reader.hep, l->log) < 0) {
		budget_free(l->budget);
		free(l);
		return NULL;
	}
	if (!build_rooms(l)) {
		log_error(l->log, "out of memory; lower [limits]");
	} else if (selection_set(l->interfaces, l->setup.options, l->config,
		       l->log) == 0) {
		if (set_merge(l))
			return l;
		log_error(l->log, "out of memory; lower [capture] buffer");
	}
	live_free(l, 0);
	return NULL;
}

/* "eth1" or "eth1+eth2": interfaces of the command line are an instance. */
static void
name_instance(const struct options *options, struct textbuf *t)
{
	for (size_t i = 0; i < options->interface_count; i++) {
		textbuf_add(t, i == 0 ? "" : "+");
		textbuf_add(t, options->interfaces[i]);
	}
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
	name_instance(l->setup.options, &instance);
	l->state = state_new(!l->setup.options->no_state, store, l->log);
	if (l->state == NULL)
		return -ENOMEM;
	if (!state_load(l->state, l->judge, &step)) {
		judge_free(l->judge);
		l->judge = judge_new(&l->limits.judge, on_alert, l);
		if (l->judge == NULL)
			return -ENOMEM;
	}
	state_tell_again(l->state, l->sinks);
	alertrelay_renew(arrange(l), l->reached, wall(l));
	if (step >= STEP || step <= -STEP)
		judge_stepped(l->judge, step, l->reached, wall(l));
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
		.reader = l->reader,
		.matcher = l->matcher,
		.judge = l->judge,
		.merge = l->merge,
		.hep = l->hep,
		.sinks = l->sinks,
		.state = l->state,
		.exhibits = l->exhibits,
		.settings = settings(l),
	};

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		rooms.dropped[i] =
		    l->passages[i].dropped_before + l->passages[i].dropped;
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

static int
set_sinks(struct live *l, const struct config *config)
{
	return sinks_set(l->sinks,
	    &(struct sinks_wanted){
		.sinks = config->alerts.sinks,
		.facility = config->alerts.facility,
		.rate = config->alerts.rate,
		.alertmanagers = config->alertmanager.urls,
		.alertmanager_post = {
			.ca = config->alertmanager.ca,
			.user = config->alertmanager.user,
			.token = config->alertmanager.token,
		},
		.webhook = config->webhook.url,
		.webhook_post = { .ca = config->webhook.ca },
		.webhook_secret = config->webhook.secret,
	    });
}

/* The filter hides what is not SIP, so the kernel is asked what arrived. */
static uint64_t
received(const struct live *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (interfaces_is_open(l->interfaces, i))
			sum += nic_received(interfaces_name(l->interfaces, i));
	return sum;
}

static void
look_for_signalling(struct live *l, nstime monotonic)
{
	if (emptyhint_is_due(&l->empty, monotonic))
		emptyhint_tick(
		    &l->empty, l->reader, received(l), monotonic, l->log);
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
		    .threaded = true,
		    .log = l->log,
		});
}

int
live_open_sinks(struct live *l)
{
	int error = set_sinks(l, l->config);

	if (error != 0)
		return error;
	set_evidence(l, l->config);
	error = load_state(l);
	if (error != 0)
		log_error(l->log, "out of memory; lower [limits]");
	else
		say_watched(l);
	look_for_signalling(l, wallclock_monotonic());
	return error;
}

/* Send alerts that wait, drain the sinks, and save the alerts that they did not
 * deliver. */
static void
finish(struct live *l, nstime deadline)
{
	struct state_rooms rooms;

	live_tick(l);
	if (l->merge != NULL)
		merge_flush(l->merge);
	judge_end(l->judge, l->reached, wall(l));
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
	sinks_free(l->sinks);
	recent_free(l->recent);
	exhibits_free(l->exhibits, wallclock_monotonic() + LAST_WORDS);
	state_free(l->state);
	interfaces_free(l->interfaces);
	merge_free(l->merge);
	livealign_free(l->align);
	reader_free(l->reader);
	matcher_free(l->matcher);
	judge_free(l->judge);
	budget_free(l->budget);
	free(l);
}

void
live_readable(struct live *l, size_t slot)
{
	interfaces_read(l->interfaces, slot);
	if (l->relay.changed)
		keep(l);
}

void
live_listen(struct live *l, const struct hep *hep)
{
	l->hep = hep;
}

/* Agents' messages are in no ring, so they come when they come. */
void
live_hep(void *live, struct slice packet, const struct address *agent)
{
	struct live *l = live;

	reader_hep(l->reader, packet, agent, l->reached, wallclock_realtime());
	l->due = INT64_MIN;
}

void
live_hep_lost(void *live)
{
	struct live *l = live;

	matcher_dropped(l->matcher, l->reached);
}

/*
 * Read what waits everywhere.  How far deadlines may fire then: a ring that
 * is empty holds nothing older than what was on its way when we looked; from
 * one that is not, no further than what was read.
 */
static nstime
read_all(struct live *l)
{
	const nstime window = l->config->capture.merge_window;
	nstime passed =
	    wallclock_monotonic() - (window > LATENESS ? window : LATENESS);

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (!interfaces_read(l->interfaces, i) &&
		    l->passages[i].reached < passed)
			passed = l->passages[i].reached;
	return passed;
}

/* Before deadlines fire: what was dropped may have been the answer.  An
 * interface that is away drops everything. */
static void
look_for_drops(struct live *l)
{
	const nstime monotonic = wallclock_monotonic();

	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		const uint64_t dropped = interfaces_dropped(l->interfaces, i);

		l->passages[i].dropped += dropped;
		if (dropped == 0 && !interfaces_is_missed(l->interfaces, i))
			continue;
		reader_dropped(l->reader, monotonic);
		matcher_dropped(l->matcher, monotonic);
	}
}

void
live_tick(struct live *l)
{
	const nstime passed = read_all(l);

	keyring_read(l->setup.keyring);
	look_for_drops(l);
	if (l->merge != NULL)
		merge_tick(l->merge, passed);
	if (l->reached < passed)
		l->reached = passed;
	tick(l);
	judge_tick(l->judge, l->reached, wall(l));
	keep(l);
}

static void
beat(struct live *l, nstime monotonic)
{
	char store[1024];
	struct textbuf t;

	if (l->config->alerts.heartbeat == 0 || monotonic < l->heartbeat)
		return;
	l->heartbeat = monotonic + l->config->alerts.heartbeat;
	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, "still watching ");
	live_write(l, &t);
	sinks_note(l->sinks, LOG_INFO, store);
}

static void
compare_clocks(struct live *l)
{
	const char *names[INTERFACES_MOST];

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		names[i] = interfaces_is_open(l->interfaces, i)
		    ? interfaces_name(l->interfaces, i)
		    : NULL;
	livealign_minute(
	    l->align, names, INTERFACES_MOST, l->judge, l->reached, wall(l));
}

static void
take_stock(struct live *l, nstime monotonic)
{
	const uint64_t before = l->received, signalling = l->signalling;
	struct about_rooms about;
	struct reader_counts counts;

	if (monotonic < l->minute)
		return;
	l->minute = monotonic + MINUTE;
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		passage_minute(&l->passages[i],
		    interfaces_name(l->interfaces, i), l->judge, l->reached,
		    wall(l), l->log);
	compare_clocks(l);
	about = rooms(l);
	about_limits(&l->about, &about, monotonic, l->log);
	hints_tick(&l->hints, &about.settings, judge_unwatched(l->judge),
	    reader_unlisted(l->reader), monotonic, l->log);
	reader_counts(l->reader, &counts);
	l->received = received(l);
	l->signalling = counts.signalling;
	judge_arrived(l->judge, l->received > before ? l->received - before : 0,
	    l->signalling - signalling, l->reached, wall(l));
}

void
live_second(struct live *l)
{
	const nstime monotonic = wallclock_monotonic();

	interfaces_look_after(l->interfaces);
	l->clock = wallclock_state();
	judge_local_clock(l->judge, l->clock, l->reached, wall(l));
	alertrelay_tick(arrange(l), l->reached, wall(l));
	sinks_tick(l->sinks, monotonic);
	exhibits_tick(l->exhibits);
	take_stock(l, monotonic);
	look_for_signalling(l, monotonic);
	beat(l, monotonic);
}

void
live_clock_set(struct live *l)
{
	const nstime step = timeline_measure(
	    &l->time, wallclock_offset(), STEP, wallclock_monotonic());

	l->wall_offset = l->time.offset;
	if (step == 0)
		return;
	matcher_stepped(l->matcher, step);
	judge_stepped(l->judge, step, l->reached, wall(l));
}

bool
live_set(struct live *l, struct config *config)
{
	struct config *before = l->config;

	if (set_sinks(l, config) != 0)
		return false;
	if (selection_set(l->interfaces, l->setup.options, config, l->log) !=
	    0) {
		set_sinks(l, before);
		return false;
	}
	l->config = config;
	keyring_compare(l->setup.keyring, config);
	if (!set_merge(l))
		log_error(l->log,
		    "out of memory; packets of several interfaces are judged "
		    "as they come");
	config_limits(config, l->setup.key, l->budget, &l->limits);
	hepkey_read(config, &l->limits.reader.hep, l->log);
	reader_set(l->reader, &l->limits.reader);
	matcher_set(l->matcher, &l->limits.matcher);
	judge_set(l->judge, &l->limits.judge);
	set_evidence(l, config);
	l->due = INT64_MIN;
	l->heartbeat = wallclock_monotonic() + config->alerts.heartbeat;
	say_watched(l);
	return true;
}

void
live_reopen(struct live *l)
{
	set_sinks(l, l->config);
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

	reader_counts(l->reader, &counts);
	*answers = (struct answers_rooms){
		.config = l->config,
		.interfaces = l->interfaces,
		.judge = l->judge,
		.matcher = l->matcher,
		.sinks = l->sinks,
		.recent = l->recent,
		.budget = l->budget,
		.evidence = l->evidence.directory,
		.packets = counts.packets,
		.messages = counts.messages,
		.count = count,
		.arg = l,
		.observer = l->observer,
		.clock = clocks[l->clock],
		.started = l->started,
		.now = l->reached,
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
