/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "clock/timeline.h"
#include "ignore.h"
#include "net/merge.h"
#include "wallclock.h"

enum { CAPTURES = 16, AT_ONCE = 1024, WHY = 512 };

/* A step smaller than this is followed silently: chrony makes them. */
#define STEP (1 * NSTIME_S)

/* How often an interface that is not there is mentioned. */
#define MENTION (3600 * NSTIME_S)

struct interface {
	struct capture *capture;
	bool counted;     /* it was open, and will be missed */
	nstime mentioned; /* when we last said that it is missing */
	uint64_t dropped;
	bool more; /* its ring was not empty when last read */
};

struct live {
	struct live_setup setup;
	const struct log *log;
	struct config *config;
	struct interface interfaces[CAPTURES];
	size_t count;
	struct timeline time;
	struct merge *merge; /* more than one interface */
	struct tap *tap;
	struct judge *judge;
	struct sinks *sinks;
	struct tap_limits tap_limits;
	struct judge_limits judge_limits;
	nstime
	    wall_offset;  /* REALTIME less `now', for events between packets */
	nstime heartbeat; /* next */
	nstime second;    /* of the last live_second(), monotonic */
};

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct live *l = arg;

	if (!ignore_matches(&l->config->alerts.ignore, event) &&
	    l->sinks != NULL)
		sinks_alert(l->sinks, event, event->now);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	struct live *l = arg;

	judge_observe(l->judge, observation);
}

static void
on_merged(void *arg, const struct packet *packet)
{
	struct live *l = arg;

	tap_packet(l->tap, packet);
}

/* A packet with its time, straight to the tap or through the merge. */
static void
on_packet(void *arg, const struct packet *captured)
{
	struct live *l = arg;
	struct packet packet = *captured;

	packet.now = timeline_now(&l->time, packet.wall, wallclock_monotonic());
	if (l->merge != NULL)
		merge_input(l->merge, &packet);
	else
		tap_packet(l->tap, &packet);
}

static const char *
user_filter(const struct live *l)
{
	if (l->setup.options->filter != NULL)
		return l->setup.options->filter;
	return l->config->capture.filter;
}

static struct capture_setup
capture_setup(const struct live *l, const char *name, unsigned source)
{
	return (struct capture_setup){
		.interface = name,
		.source = source,
		.snaplen = (int)l->config->capture.snaplen,
		.buffer = (int)l->config->capture.buffer,
		.promiscuous = l->config->capture.promiscuous,
		.filter = {
		    .ports = &l->config->sip.ports,
		    .tunnels = l->config->capture.tunnels,
		    .user = user_filter(l),
		},
	};
}

static bool
add_interface(struct live *l, const char *name)
{
	const struct capture_setup setup =
	    capture_setup(l, name, (unsigned)l->count);

	if (l->count == CAPTURES) {
		log_error(l->log, "interfaces: more than %d", CAPTURES);
		return false;
	}
	l->interfaces[l->count] = (struct interface){
		.capture = capture_new(&setup),
		.mentioned = INT64_MIN,
	};
	if (l->interfaces[l->count].capture == NULL)
		return false;
	l->count++;
	return true;
}

static bool
add_interfaces(struct live *l)
{
	const struct options *o = l->setup.options;
	struct slice rest = slice_text(l->config->capture.interfaces);

	for (size_t i = 0; i < o->interface_count; i++)
		if (!add_interface(l, o->interfaces[i]))
			return false;
	while (o->interface_count == 0 && rest.len > 0) {
		const struct slice word =
		    slice_first(rest, slice_index(rest, ' '));
		char name[CONFIG_TEXT];
		struct textbuf t;

		textbuf_init(&t, name, sizeof(name));
		textbuf_add_slice(&t, word);
		if (word.len > 0 && !add_interface(l, name))
			return false;
		rest = slice_after(rest, word.len + 1);
	}
	return true;
}

/* What may pass is mentioned once in a while, what may not is an error. */
static int
open_interface(struct live *l, struct interface *in, nstime monotonic)
{
	const char *name = capture_interface(in->capture);
	char store[WHY];
	struct textbuf why;
	int error;

	textbuf_init(&why, store, sizeof(store));
	error = capture_open(in->capture, &why);
	if (error == 0) {
		log_info(l->log, "%s: capturing", name);
		if (in->counted || in->mentioned != INT64_MIN)
			log_warning(l->log, "%s: is back", name);
		in->counted = true;
		in->mentioned = INT64_MIN;
		return 0;
	}
	if (error != -ENODEV && error != -ENETDOWN) {
		log_error(l->log, "%s: cannot capture: %s", name, store);
		return error;
	}
	if (in->mentioned == INT64_MIN ||
	    monotonic - in->mentioned >= MENTION) {
		log_warning(l->log, "%s: %s, waiting for it: %s", name,
		    error == -ENODEV ? "no such interface" : "is down", store);
		in->mentioned = monotonic;
	}
	return 0;
}

static bool
build_rooms(struct live *l)
{
	const struct merge_limits merge = {
		.sources = (unsigned)l->count,
		.window = l->config->capture.merge_window,
		.octets = l->config->capture.buffer,
	};

	config_limits(
	    l->config, l->setup.key, &l->tap_limits, &l->judge_limits);
	l->judge = judge_new(&l->judge_limits, on_alert, l);
	l->tap = tap_new(&l->tap_limits, on_observation, l);
	if (l->count > 1)
		l->merge = merge_new(&merge, on_merged, l);
	return l->judge != NULL && l->tap != NULL &&
	    (l->count == 1 || l->merge != NULL);
}

static bool
open_all(struct live *l, nstime monotonic)
{
	for (size_t i = 0; i < l->count; i++)
		if (open_interface(l, &l->interfaces[i], monotonic) != 0)
			return false;
	return true;
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
	timeline_init(&l->time, wallclock_offset(), monotonic);
	l->wall_offset = wallclock_offset();
	l->heartbeat = monotonic + l->config->alerts.heartbeat;
	l->second = monotonic;
	if (!add_interfaces(l) || !build_rooms(l)) {
		log_error(l->log, "out of memory; lower [limits]");
		live_free(l, 0);
		return NULL;
	}
	if (!open_all(l, monotonic)) {
		live_free(l, 0);
		return NULL;
	}
	return l;
}

int
live_open_sinks(struct live *l)
{
	l->sinks = sinks_new(l->config, l->setup.options->json, l->log);
	return l->sinks == NULL ? -EIO : 0;
}

void
live_free(struct live *l, nstime deadline)
{
	uint64_t missing;

	if (l == NULL)
		return;
	missing = sinks_finish(l->sinks, deadline);
	if (missing > 0)
		log_warning(l->log,
		    "sinks: %llu alerts not delivered at the end",
		    (unsigned long long)missing);
	for (size_t i = 0; i < l->count; i++)
		capture_free(l->interfaces[i].capture);
	merge_free(l->merge);
	tap_free(l->tap);
	judge_free(l->judge);
	free(l);
}

size_t
live_count(const struct live *l)
{
	return l->count;
}

struct capture *
live_capture(struct live *l, size_t index)
{
	return l->interfaces[index].capture;
}

bool
live_readable(struct live *l, size_t index)
{
	struct interface *in = &l->interfaces[index];
	const int count = capture_dispatch(in->capture, AT_ONCE, on_packet, l);

	in->more = count >= AT_ONCE;
	if (count < 0)
		log_warning(l->log, "%s: went down or away, waiting for it",
		    capture_interface(in->capture));
	return in->more;
}

/*
 * How far deadlines may fire: packets reach us late by the ring's block time,
 * so time between packets runs merge_window behind; and while a ring was not
 * empty, no further than what was read from it.
 */
static nstime
passed(struct live *l)
{
	const nstime window = l->config->capture.merge_window;
	const nstime monotonic = wallclock_monotonic();

	for (size_t i = 0; i < l->count; i++)
		if (l->interfaces[i].more)
			return l->time.reached - window;
	if (l->merge != NULL)
		return merge_passed(l->merge, monotonic - window);
	return monotonic - window;
}

void
live_tick(struct live *l)
{
	const nstime now = passed(l);

	if (l->merge != NULL)
		merge_tick(l->merge, now);
	tap_tick(l->tap, now);
	judge_tick(l->judge, now, now + l->wall_offset);
}

static void
look_for_drops(struct live *l, struct interface *in)
{
	const uint64_t dropped = capture_dropped(in->capture);

	if (dropped == 0)
		return;
	in->dropped += dropped;
	tap_dropped(l->tap, dropped, l->time.reached);
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
	textbuf_add(&t, "still watching");
	for (size_t i = 0; i < l->count; i++) {
		textbuf_add(&t, i == 0 ? " " : ", ");
		textbuf_add(&t, capture_interface(l->interfaces[i].capture));
		if (!capture_is_open(l->interfaces[i].capture))
			textbuf_add(&t, " (not there)");
	}
	textbuf_add(&t, ": ");
	textbuf_uint(&t, counts.packets);
	textbuf_add(&t, " packets, ");
	textbuf_uint(&t, counts.messages);
	textbuf_add(&t, " SIP messages, ");
	textbuf_uint(&t, judge_active(l->judge));
	textbuf_add(&t, " alerts active");
	sinks_note(l->sinks, LOG_INFO, store);
}

bool
live_second(struct live *l)
{
	const nstime monotonic = wallclock_monotonic();
	bool changed = false;

	for (size_t i = 0; i < l->count; i++) {
		struct interface *in = &l->interfaces[i];

		if (capture_is_open(in->capture)) {
			look_for_drops(l, in);
			continue;
		}
		open_interface(l, in, monotonic);
		changed = changed || capture_is_open(in->capture);
	}
	judge_local_clock(l->judge, wallclock_state(), l->time.reached,
	    l->time.reached + l->wall_offset);
	sinks_tick(l->sinks, l->time.reached);
	beat(l, monotonic);
	return changed;
}

void
live_clock_set(struct live *l)
{
	const nstime offset = wallclock_offset();
	const nstime step = timeline_measure(&l->time, offset, STEP);

	l->wall_offset = offset;
	if (step == 0)
		return;
	judge_stepped(
	    l->judge, step, l->time.reached, l->time.reached + l->wall_offset);
}

static const char *
wanted_interfaces(const struct live *l, const struct config *config)
{
	return l->setup.options->interface_count > 0
	    ? ""
	    : config->capture.interfaces;
}

struct config *
live_set(struct live *l, struct config *config)
{
	struct config *before = l->config;
	const bool same_sinks =
	    strcmp(before->alerts.sinks, config->alerts.sinks) == 0 &&
	    before->alerts.facility == config->alerts.facility &&
	    before->alerts.rate == config->alerts.rate;

	if (strcmp(wanted_interfaces(l, before),
		wanted_interfaces(l, config)) != 0)
		log_warning(l->log,
		    "interfaces: a change needs a restart, keeping what is "
		    "captured");
	l->config = config;
	config_limits(config, l->setup.key, &l->tap_limits, &l->judge_limits);
	tap_set(l->tap, &l->tap_limits);
	judge_set(l->judge, &l->judge_limits);
	for (size_t i = 0; i < l->count; i++) {
		struct capture *c = l->interfaces[i].capture;
		const struct capture_setup setup =
		    capture_setup(l, capture_interface(c), (unsigned)i);

		capture_set(c, &setup);
	}
	if (same_sinks) {
		sinks_reopen(l->sinks);
	} else {
		struct sinks *next =
		    sinks_new(config, l->setup.options->json, l->log);

		if (next != NULL) {
			sinks_finish(
			    l->sinks, wallclock_monotonic() + 2 * NSTIME_S);
			l->sinks = next;
		}
	}
	return before;
}

static void
log_counter(void *arg, const char *name, uint64_t value)
{
	const struct live *l = arg;

	if (value != 0)
		log_warning(
		    l->log, "%s: %llu", name, (unsigned long long)value);
}

void
live_report(struct live *l)
{
	struct tap_counts counts;

	tap_counts(l->tap, &counts);
	log_warning(l->log,
	    "counters: %llu packets, %llu messages, %zu transactions open, "
	    "%zu alerts active",
	    (unsigned long long)counts.packets,
	    (unsigned long long)counts.messages, tap_open(l->tap),
	    judge_active(l->judge));
	for (size_t i = 0; i < l->count; i++)
		log_warning(l->log,
		    "%s: %s, %llu packets dropped by the kernel",
		    capture_interface(l->interfaces[i].capture),
		    capture_is_open(l->interfaces[i].capture) ? "capturing"
							      : "not there",
		    (unsigned long long)l->interfaces[i].dropped);
	tap_stats(l->tap, log_counter, l);
	judge_stats(l->judge, log_counter, l);
	sinks_report(l->sinks);
}
