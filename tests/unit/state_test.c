/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/state.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#include "config/config.h"
#include "host/wallclock.h"
#include "unit/await.h"
#include "unit/event.h"
#include "unit/folder.h"
#include "unit/said.h"

/* The test's clock in the place of host/wallclock.c: each tick takes a second,
 * though nobody waits for it. */
static _Atomic nstime skipped;

nstime
wallclock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSTIME_S + now.tv_nsec + skipped;
}

nstime
wallclock_realtime(void)
{
	return EVENT_WALL + skipped;
}

static const struct log state_log = { .verbose = false };
static const struct siphash_key key = { 1, 2 };
static struct evidence evidence;
static struct judge *judge;
static struct sinks *sinks;
static struct state *state;
static struct config *config;
static uint64_t packets;

static void
on_alert(void *arg, const struct alert_event *event)
{
	(void)arg;
	(void)event;
}

static void
count(void *arg, struct totals *totals)
{
	(void)arg;
	totals_add(totals, "reader.packets", packets);
}

/* One run of the daemon. */
static void
begin(void)
{
	static struct config_rooms limits;
	char words[300];

	config = config_new();
	config_limits(config, &key, NULL, &limits);
	judge = judge_new(&limits.judge, on_alert, NULL);
	sinks = sinks_new(false, &state_log);
	snprintf(words, sizeof(words), "json:%s", folder_path("alerts"));
	ck_assert_int_eq(
	    sinks_set(sinks, &(struct sinks_wanted){ .sinks = words }), 0);
	state = state_new(true, "", NULL, &state_log);
	ck_assert_ptr_nonnull(state);
	packets = 0;
}

static struct state_rooms
rooms(void)
{
	return (struct state_rooms){
		.judge = judge,
		.sinks = sinks,
		.count = count,
		.transactions = 3,
	};
}

static void
tick(void)
{
	const struct state_rooms r = rooms();

	skipped += NSTIME_S;
	state_tick(state, &r);
}

static void
end(void)
{
	const nstime deadline = wallclock_monotonic() + 10 * NSTIME_S;
	const struct state_rooms r = rooms();

	sinks_finish(sinks, deadline);
	state_finish(state, &r, deadline);
	state_free(state);
	sinks_free(sinks);
	judge_free(judge);
	config_free(config);
}

static void
start(void)
{
	folder_make();
	said_begin();
	setenv("STATE_DIRECTORY", folder, 1);
	begin();
}

static bool
load(void)
{
	nstime step;

	return state_load(state, judge, &step);
}

static struct alert_event
event(void)
{
	return event_of(FINDING_CLOCK_SKEW, &evidence, "10.0.0.11");
}

START_TEST(counters_go_on_after_a_restart)
{
	start();
	ck_assert(load());
	packets = 7;
	end();
	begin();
	ck_assert(load());
	ck_assert_uint_eq(totals_get(state_before(state), "reader.packets"), 7);
	ck_assert_msg(
	    totals_get(state_before(state), "state.unknown_restart") == 3,
	    "transactions that were open are not judged");
	ck_assert_uint_eq(
	    totals_get(state_before(state), "state.transactions_open"), 0);
	end();
	folder_remove();
}
END_TEST

START_TEST(an_alert_is_saved_at_once)
{
	const struct alert_event raised = event();

	start();
	ck_assert(load());
	ck_assert_uint_eq(state_event(state, &raised), 1);
	await((tick(), access(folder_path("state"), F_OK) == 0));
	end();
	folder_remove();
}
END_TEST

/* The sink's file is a full pipe, which takes nothing until the crash. */
START_TEST(a_sink_is_told_again_what_it_may_not_have_got)
{
	static const char octets[1024];
	const struct alert_event raised = event();
	pid_t child;
	int pipe;

	folder_make();
	mkfifo(folder_path("alerts"), 0600);
	pipe = open(folder_path("alerts"), O_RDWR | O_NONBLOCK);
	while (write(pipe, octets, sizeof(octets)) > 0)
		;
	said_begin();
	setenv("STATE_DIRECTORY", folder, 1);
	child = fork();
	if (child == 0) {
		begin();
		load();
		sinks_alert(sinks, &raised, state_event(state, &raised), 0);
		await((tick(), access(folder_path("state"), F_OK) == 0));
		_exit(0); /* it crashes */
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	unlink(folder_path("alerts"));
	begin();
	ck_assert(load());
	state_tell_again(state, sinks);
	await(folder_holds("alerts", "10.0.0.11"));
	end();
	close(pipe);
	folder_remove();
}
END_TEST

START_TEST(a_second_instance_runs_without_it)
{
	struct state *second;

	start();
	second = state_new(true, "", NULL, &state_log);
	said_that("in use by another siptimed");
	state_free(second);
	end();
	second = state_new(true, "", NULL, &state_log);
	ck_assert_ptr_null(strstr(strstr(said_all(), "in use") + 1, "in use"));
	state_free(second);
	folder_remove();
}
END_TEST

START_TEST(a_damaged_file_is_set_aside)
{
	start();
	folder_write("state", "nothing of ours");
	ck_assert(!load());
	said_that("/state: damaged or foreign: renamed to state.damaged-");
	ck_assert_int_ne(access(folder_path("state"), F_OK), 0);
	end();
	folder_remove();
}
END_TEST

START_TEST(without_a_folder_it_goes_on)
{
	const struct alert_event raised = event();

	start();
	state_free(state);
	setenv("STATE_DIRECTORY", folder_path("nowhere"), 1);
	state = state_new(true, "", NULL, &state_log);
	said_that("nowhere: No such file or directory");
	ck_assert(load());
	ck_assert_uint_eq(state_event(state, &raised), 0);
	end();
	folder_remove();
}
END_TEST

START_TEST(a_failed_save_is_told_once_and_when_it_works_again)
{
	const struct alert_event raised = event();

	start();
	ck_assert(load());
	ck_assert_int_eq(mkdir(folder_path("state"), 0700), 0);
	folder_write("state/in_the_way", "");
	state_event(state, &raised);
	await((tick(), strstr(said_all(), "cannot be saved") != NULL));
	ck_assert_ptr_null(strstr(
	    strstr(said_all(), "cannot be saved") + 1, "cannot be saved"));
	unlink(folder_path("state/in_the_way"));
	rmdir(folder_path("state"));
	await((state_event(state, &raised), tick(),
	    strstr(said_all(), "is saved again") != NULL));
	end();
	folder_remove();
}
END_TEST

UNIT("state", counters_go_on_after_a_restart, an_alert_is_saved_at_once,
    a_sink_is_told_again_what_it_may_not_have_got,
    a_second_instance_runs_without_it, a_damaged_file_is_set_aside,
    without_a_folder_it_goes_on,
    a_failed_save_is_told_once_and_when_it_works_again)
