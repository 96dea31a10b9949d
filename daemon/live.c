/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "clock/timeline.h"
#include "ignore.h"
#include "net/merge.h"
#include "nic.h"
#include "sinks.h"
#include "wallclock.h"

/* A step smaller than this is followed silently: chrony makes them. */
#define STEP (1 * NSTIME_S)

/* How late a packet may come out of its ring (see BLOCK_MS in capture.c). */
#define LATENESS (40 * NSTIME_MS)

#define MINUTE (60 * NSTIME_S)

/* What an interface went through. */
struct passage {
	nstime reached;             /* `now' of its last packet */
	uint64_t captured, dropped; /* since the minute began */
	uint64_t dropped_before;
};

struct live {
	struct live_setup setup;
	const struct log *log;
	struct config *config;
	struct interfaces *interfaces;
	struct passage passages[INTERFACES_MOST];
	struct timeline time;
	nstime wall_offset;  /* REALTIME less MONOTONIC */
	nstime reached;      /* how far the tap is */
	struct merge *merge; /* more than one interface */
	struct tap *tap;
	struct judge *judge;
	struct sinks *sinks;
	struct tap_limits tap_limits;
	struct judge_limits judge_limits;
	nstime heartbeat, minute;      /* the next, monotonic */
	uint64_t received, signalling; /* until the minute began */
};

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct live *l = arg;

	if (!ignore_matches(&l->config->alerts.ignore, event))
		sinks_alert(l->sinks, event, event->now);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	struct live *l = arg;

	judge_observe(l->judge, observation);
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
	tap_packet(l->tap, &packet);
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
	if (l->merge != NULL)
		merge_input(l->merge, &packet);
	else
		on_ordered(l, &packet);
}

static nstime
wall(const struct live *l)
{
	return l->reached + l->wall_offset;
}

static struct capture_setup
capture_setup(const struct live *l, const struct config *config)
{
	const char *filter = l->setup.options->filter;

	return (struct capture_setup){
		.snaplen = (int)config->capture.snaplen,
		.buffer = (int)config->capture.buffer,
		.promiscuous = config->capture.promiscuous,
		.filter = {
		    .ports = &config->sip.ports,
		    .tunnels = config->capture.tunnels,
		    .user = filter != NULL ? filter : config->capture.filter,
		},
	};
}

static bool
is_among(const struct interfaces_wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->names[i], name) == 0)
			return true;
	return false;
}

static int
want(const struct live *l, struct interfaces_wanted *wanted, const char *name)
{
	if (is_among(wanted, name))
		return 0;
	if (wanted->count == INTERFACES_MOST) {
		log_error(l->log, "interfaces: found more; accepted: %d",
		    INTERFACES_MOST);
		return -E2BIG;
	}
	wanted->names[wanted->count++] = name;
	return 0;
}

/* The interfaces of the command line, or else of the file. */
static int
set_interfaces(struct live *l, const struct config *config)
{
	const struct options *o = l->setup.options;
	struct interfaces_wanted wanted = { .capture =
						capture_setup(l, config) };
	struct slice rest = slice_text(config->capture.interfaces), word;
	char store[2 * CONFIG_TEXT];
	struct textbuf names;
	int error = 0;

	textbuf_init(&names, store, sizeof(store));
	for (size_t i = 0; error == 0 && i < o->interface_count; i++)
		error = want(l, &wanted, o->interfaces[i]);
	while (
	    error == 0 && o->interface_count == 0 && value_next(&rest, &word)) {
		const char *name = store + names.len;

		textbuf_add_slice(&names, word);
		textbuf_add_slice(&names, slice_of("", 1));
		error = want(l, &wanted, name);
	}
	if (error == 0 && wanted.count == 0) {
		log_error(l->log, "interfaces: found none to watch");
		error = -EINVAL;
	}
	return error != 0 ? error : interfaces_set(l->interfaces, &wanted);
}

/* One interface alone is in order by itself. */
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

	config_limits(
	    l->config, l->setup.key, &l->tap_limits, &l->judge_limits);
	l->interfaces = interfaces_new(&interfaces);
	l->judge = judge_new(&l->judge_limits, on_alert, l);
	l->tap = tap_new(&l->tap_limits, on_observation, l);
	l->sinks = sinks_new(l->setup.options->json, l->log);
	return l->interfaces != NULL && l->judge != NULL && l->tap != NULL &&
	    l->sinks != NULL;
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
	l->reached = monotonic;
	l->wall_offset = wallclock_offset();
	timeline_init(&l->time, l->wall_offset);
	l->heartbeat = monotonic + l->config->alerts.heartbeat;
	l->minute = monotonic + MINUTE;
	if (!build_rooms(l)) {
		log_error(l->log, "out of memory; lower [limits]");
	} else if (set_interfaces(l, l->config) == 0) {
		if (set_merge(l))
			return l;
		log_error(l->log, "out of memory; lower [capture] buffer");
	}
	live_free(l, 0);
	return NULL;
}

int
live_open_sinks(struct live *l)
{
	return sinks_set(l->sinks, l->config);
}

void
live_free(struct live *l, nstime deadline)
{
	if (l == NULL)
		return;
	if (l->judge != NULL && deadline > 0) {
		live_tick(l);
		if (l->merge != NULL)
			merge_flush(l->merge);
		judge_end(l->judge, l->reached, wall(l));
	}
	sinks_finish(l->sinks,
	    deadline > 0 ? deadline : wallclock_monotonic() + NSTIME_S);
	interfaces_free(l->interfaces);
	merge_free(l->merge);
	tap_free(l->tap);
	judge_free(l->judge);
	free(l);
}

void
live_readable(struct live *l, size_t slot)
{
	interfaces_read(l->interfaces, slot);
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
		if (dropped > 0 || interfaces_is_missed(l->interfaces, i))
			tap_dropped(l->tap, 1, monotonic);
	}
}

void
live_tick(struct live *l)
{
	const nstime passed = read_all(l);

	look_for_drops(l);
	if (l->merge != NULL)
		merge_tick(l->merge, passed);
	if (l->reached < passed)
		l->reached = passed;
	tap_tick(l->tap, l->reached);
	judge_tick(l->judge, l->reached, wall(l));
}

static void
beat(struct live *l, nstime monotonic)
{
	char store[512];
	struct textbuf t;
	struct tap_counts counts;

	if (l->config->alerts.heartbeat == 0 || monotonic < l->heartbeat)
		return;
	l->heartbeat = monotonic + l->config->alerts.heartbeat;
	tap_counts(l->tap, &counts);
	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, "still watching ");
	interfaces_write(l->interfaces, &t);
	textbuf_add(&t, ": ");
	textbuf_uint(&t, counts.packets);
	textbuf_add(&t, " packets, ");
	textbuf_uint(&t, counts.messages);
	textbuf_add(&t, " SIP messages, ");
	textbuf_uint(&t, judge_active(l->judge));
	textbuf_add(&t, " alerts active");
	sinks_note(l->sinks, LOG_INFO, store);
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
take_stock(struct live *l, nstime monotonic)
{
	const uint64_t before = l->received, signalling = l->signalling;
	struct tap_counts counts;

	if (monotonic < l->minute)
		return;
	l->minute = monotonic + MINUTE;
	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		struct passage *p = &l->passages[i];
		const struct visibility_minute minute = {
			.interface = interfaces_name(l->interfaces, i),
			.captured = p->captured,
			.dropped = p->dropped,
		};

		p->dropped_before += p->dropped;
		p->captured = 0;
		p->dropped = 0;
		if (minute.interface != NULL)
			judge_minute(l->judge, &minute, l->reached, wall(l));
	}
	tap_counts(l->tap, &counts);
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
	judge_local_clock(l->judge, wallclock_state(), l->reached, wall(l));
	sinks_tick(l->sinks, monotonic);
	take_stock(l, monotonic);
	beat(l, monotonic);
}

void
live_clock_set(struct live *l)
{
	const nstime step = timeline_measure(
	    &l->time, wallclock_offset(), STEP, wallclock_monotonic());

	l->wall_offset = l->time.offset;
	if (step != 0)
		judge_stepped(l->judge, step, l->reached, wall(l));
}

bool
live_set(struct live *l, struct config *config)
{
	struct config *before = l->config;

	if (sinks_set(l->sinks, config) != 0)
		return false;
	if (set_interfaces(l, config) != 0) {
		sinks_set(l->sinks, before);
		return false;
	}
	l->config = config;
	if (!set_merge(l))
		log_error(l->log,
		    "out of memory; packets of several interfaces are judged "
		    "as they come");
	config_limits(config, l->setup.key, &l->tap_limits, &l->judge_limits);
	tap_set(l->tap, &l->tap_limits);
	judge_set(l->judge, &l->judge_limits);
	l->heartbeat = wallclock_monotonic() + config->alerts.heartbeat;
	return true;
}

void
live_reopen(struct live *l)
{
	sinks_set(l->sinks, l->config);
}

static void
log_counter(void *arg, const char *name, uint64_t value)
{
	const struct live *l = arg;

	if (value != 0)
		log_notice(l->log, "%s: %llu", name, (unsigned long long)value);
}

static void
report_interface(const struct live *l, size_t slot)
{
	const struct passage *p = &l->passages[slot];
	const char *name = interfaces_name(l->interfaces, slot);

	if (name != NULL)
		log_notice(l->log, "%s: %s, %llu packets dropped", name,
		    interfaces_is_open(l->interfaces, slot) ? "capturing"
							    : "not there",
		    (unsigned long long)(p->dropped_before + p->dropped));
}

void
live_report(struct live *l)
{
	struct tap_counts counts;

	tap_counts(l->tap, &counts);
	log_notice(l->log,
	    "counters: %llu packets, %llu messages, %zu transactions open, "
	    "%zu alerts active",
	    (unsigned long long)counts.packets,
	    (unsigned long long)counts.messages, tap_open(l->tap),
	    judge_active(l->judge));
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		report_interface(l, i);
	if (l->merge != NULL)
		merge_stats(l->merge, log_counter, l);
	tap_stats(l->tap, log_counter, l);
	judge_stats(l->judge, log_counter, l);
	sinks_report(l->sinks);
}
