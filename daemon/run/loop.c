/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/hep.h"
#include "run/desk.h"
#include "run/live.h"
#include "host/notify.h"
#include "host/privilege.h"
#include "host/wallclock.h"

enum { TICK_MS = 50, SIGNALS = 4 };

/* The time that sinks have after SIGTERM.  State comes after them, and a busy
 * machine takes its share of the two seconds that we promise. */
#define FAREWELL (1500 * NSTIME_MS)

struct loop;

/* An interface that is waited for. */
struct watched {
	struct loop *loop;
	struct event *event; /* NULL: none in this slot */
};

struct loop {
	struct loop_setup setup;
	struct keyring *keyring;
	struct live *live;
	struct desk *desk;
	struct hep *hep;
	struct event_base *base;
	struct watched watched[LIVE_SLOTS];
	struct event *tick, *second, *clock;
	struct event *signals[SIGNALS];
	int clock_descriptor;
	struct notify notify;
};

static void
on_readable(evutil_socket_t descriptor, short what, void *arg)
{
	const struct watched *watched = arg;
	struct loop *loop = watched->loop;

	(void)descriptor;
	(void)what;
	live_readable(loop->live, (size_t)(watched - loop->watched));
}

/* While live_new() runs too: nothing is dispatched before it is done. */
static void
watch(void *arg, size_t slot, int descriptor)
{
	struct loop *loop = arg;
	struct watched *watched = &loop->watched[slot];

	if (watched->event != NULL)
		event_free(watched->event);
	watched->event = NULL;
	watched->loop = loop;
	if (descriptor < 0)
		return;
	watched->event = event_new(
	    loop->base, descriptor, EV_READ | EV_PERSIST, on_readable, watched);
	if (watched->event == NULL || event_add(watched->event, NULL) != 0)
		log_warning(loop->setup.log,
		    "event loop: out of memory, packets are read at ticks "
		    "only");
}

static void
on_tick(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)descriptor;
	(void)what;
	live_tick(loop->live);
	notify_alive(&loop->notify, NOTIFY_TICK, wallclock_monotonic());
}

static void
write_status(const struct loop *loop, struct textbuf *t, char *store)
{
	textbuf_init(t, store, NOTIFY_STATUS);
	live_write(loop->live, t);
}

static void
on_second(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;
	char store[NOTIFY_STATUS];
	struct textbuf status;

	(void)descriptor;
	(void)what;
	live_clock_set(loop->live);
	live_second(loop->live);
	desk_tick(loop->desk);
	hep_second(loop->hep);
	log_tick(loop->setup.log);
	write_status(loop, &status, store);
	notify_status(&loop->notify, store, wallclock_monotonic());
	notify_alive(&loop->notify, NOTIFY_SECOND, wallclock_monotonic());
}

static void
on_clock(evutil_socket_t descriptor, short what, void *arg)
{
	struct loop *loop = arg;

	(void)descriptor;
	(void)what;
	wallclock_clear(loop->clock_descriptor);
	live_clock_set(loop->live);
}

static void
watch_clock(struct loop *loop)
{
	loop->clock_descriptor = wallclock_watch();
	if (loop->clock_descriptor < 0) {
		log_warning(loop->setup.log,
		    "clock: steps are noticed only once a second: %m");
		return;
	}
	loop->clock = event_new(loop->base, loop->clock_descriptor,
	    EV_READ | EV_PERSIST, on_clock, loop);
	event_add(loop->clock, NULL);
}

/* Log the files in force, in one line. */
static void
say_configuration(const struct loop *loop)
{
	const struct config *config = loop->setup.config;
	char store[1024];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	for (size_t i = 0; i < config->file_count; i++) {
		textbuf_add(&t, i == 0 ? "" : ", ");
		textbuf_add(&t, config->files[i]);
	}
	log_notice(loop->setup.log, "configuration: %s",
	    config->file_count == 0 ? "defaults" : store);
}

/* An absent interface is named in the status, and systemd does not wait for it:
 * a mirror port may wait hours for a cable. */
static void
say_ready(struct loop *loop)
{
	char store[NOTIFY_STATUS];
	struct textbuf status;

	write_status(loop, &status, store);
	notify_ready(&loop->notify, store, wallclock_monotonic());
}

static void
reload(struct loop *loop)
{
	const struct log *log = loop->setup.log;
	const char *path = loop->setup.config_path;
	struct config *config;

	/* A configuration file may have been created meanwhile. */
	if (path == NULL && access(CONFIG_PATH, F_OK) == 0)
		path = CONFIG_PATH;
	if (path == NULL) {
		live_reopen(loop->live);
		return;
	}
	config = config_new();
	if (config == NULL || config_load(config, path, log) < 0 ||
	    !live_set(loop->live, config)) {
		log_error(log,
		    "%s: reload failed, keeping the previous configuration",
		    path);
		config_free(config);
		/* logrotate(8) sends the same signal. */
		live_reopen(loop->live);
		return;
	}
	config_free(loop->setup.config);
	loop->setup.config = config;
	desk_set(loop->desk, config);
	hep_set(loop->hep, &config->hep);
	loop->setup.config_path = path;
	log_notice(log, "%s: reloaded", path);
	say_configuration(loop);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct loop *loop = arg;

	(void)what;
	if (number == SIGHUP) {
		notify_reloading(&loop->notify, wallclock_monotonic());
		reload(loop);
		say_ready(loop);
	} else if (number == SIGUSR1) {
		live_report(loop->live);
	} else {
		notify_stopping(&loop->notify);
		event_base_loopbreak(loop->base);
	}
}

static bool
every(struct loop *loop, struct event **event, event_callback_fn fn, int ms)
{
	const struct timeval interval = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	*event = event_new(loop->base, -1, EV_PERSIST, fn, loop);
	return *event != NULL && event_add(*event, &interval) == 0;
}

static bool
watch_signals(struct loop *loop)
{
	static const int numbers[SIGNALS] = { SIGHUP, SIGTERM, SIGINT,
		SIGUSR1 };

	for (size_t i = 0; i < SIGNALS; i++) {
		loop->signals[i] =
		    evsignal_new(loop->base, numbers[i], on_signal, loop);
		if (loop->signals[i] == NULL ||
		    event_add(loop->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

static void
on_told(void *arg, const char *line)
{
	struct loop *loop = arg;

	desk_tell(loop->desk, line);
}

static bool
open_desk(struct loop *loop)
{
	loop->desk = desk_new(&(struct desk_setup){
	    .base = loop->base,
	    .rooms = live_rooms,
	    .arg = loop->live,
	    .log = loop->setup.log,
	});
	if (loop->desk == NULL)
		return false;
	desk_set(loop->desk, loop->setup.config);
	return true;
}

static bool
open_hep(struct loop *loop)
{
	loop->hep = hep_new(&(struct hep_setup){
	    .base = loop->base,
	    .output = live_hep,
	    .lost = live_hep_lost,
	    .arg = loop->live,
	    .log = loop->setup.log,
	});
	if (loop->hep == NULL)
		return false;
	hep_set(loop->hep, &loop->setup.config->hep);
	live_listen(loop->live, loop->hep);
	return true;
}

/* Agents may be all there is to hear. */
static bool
is_capturing(const struct loop_setup *setup)
{
	return setup->options->interface_count > 0 ||
	    setup->config->capture.interfaces[0] != '\0';
}

/*
 * Rights are given up after the interfaces are open and before the sinks
 * are: a file the daemon will have to open again is opened with the rights
 * it will have then.
 */
static bool
begin(struct loop *loop)
{
	const struct loop_setup *setup = &loop->setup;
	struct live_setup live = {
		.options = setup->options,
		.config = setup->config,
		.watch = watch,
		.watch_arg = loop,
		.key = setup->key,
		.told = on_told,
		.told_arg = loop,
		.log = setup->log,
	};

	if (is_capturing(setup) && !privilege_may_capture(setup->log))
		return false;
	loop->base = event_base_new();
	if (loop->base == NULL || !watch_signals(loop) ||
	    !every(loop, &loop->tick, on_tick, TICK_MS) ||
	    !every(loop, &loop->second, on_second, 1000)) {
		log_error(setup->log, "event loop: cannot be set up");
		return false;
	}
	loop->keyring = keyring_new(&(struct keyring_setup){
	    .config = setup->config,
	    .key = setup->key,
	    .log = setup->log,
	    .daemon = true,
	});
	if (loop->keyring == NULL)
		return false;
	live.keyring = loop->keyring;
	loop->live = live_new(&live);
	desk_prepare(setup->config, setup->log);
	if (loop->live == NULL || privilege_drop(setup->log) != 0 ||
	    live_open_sinks(loop->live) != 0 || !open_desk(loop) ||
	    !open_hep(loop) || privilege_confine(setup->log) != 0)
		return false;
	watch_clock(loop);
	return true;
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

static void
end(struct loop *loop, bool begun)
{
	desk_free(loop->desk);
	loop->desk = NULL;
	live_free(loop->live, begun ? wallclock_monotonic() + FAREWELL : 0);
	hep_free(loop->hep);
	keyring_free(loop->keyring);
	for (size_t i = 0; i < SIGNALS; i++)
		free_event(loop->signals[i]);
	free_event(loop->tick);
	free_event(loop->second);
	free_event(loop->clock);
	if (loop->base != NULL)
		event_base_free(loop->base);
}

int
loop_run(const struct loop_setup *setup)
{
	struct loop loop = { .setup = *setup, .clock_descriptor = -1 };
	bool begun;

	notify_init(&loop.notify);
	log_notice(setup->log, "siptimed %s", SIPTIMED_VERSION);
	say_configuration(&loop);
	begun = begin(&loop);
	if (begun) {
		say_ready(&loop);
		event_base_dispatch(loop.base);
	}
	end(&loop, begun);
	config_free(loop.setup.config);
	return begun ? 0 : 2;
}
