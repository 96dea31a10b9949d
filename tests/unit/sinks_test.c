/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sinks.h"

#include <dirent.h>
#include <fcntl.h>

#include <time.h>

#include "host/wallclock.h"
#include "unit/await.h"
#include "unit/event.h"
#include "unit/folder.h"
#include "unit/said.h"

/* The test's clock in the place of host/wallclock.c: it can be moved on. */
static nstime skipped;

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
	return EVENT_WALL;
}

static const struct log sinks_log = { .verbose = false };
static struct evidence evidence;
static struct sinks *sinks;

static void
start(void)
{
	folder_make();
	said_begin();
	sinks = sinks_new(false, &sinks_log);
	ck_assert_ptr_nonnull(sinks);
}

static void
finish(void)
{
	sinks_finish(sinks, wallclock_monotonic() + 10 * NSTIME_S);
	sinks_free(sinks);
	folder_remove();
}

static int
set(const char *words)
{
	return sinks_set(
	    sinks, &(struct sinks_wanted){ .sinks = words, .facility = 3 });
}

/* "json:" before each of up to two names in the folder. */
static int
set_files(const char *first, const char *second)
{
	char words[512];

	snprintf(words, sizeof(words), "json:%s%s%s", folder_path(first),
	    second == NULL ? "" : " json:",
	    second == NULL ? "" : folder_path(second));
	return set(words);
}

static void
alert(const char *subject, uint64_t number)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &evidence, subject);

	sinks_alert(sinks, &event, number, 0);
}

START_TEST(every_sink_gets_every_alert)
{
	start();
	ck_assert_int_eq(set_files("a", "b"), 0);
	alert("10.0.0.11", 1);
	await(folder_holds("a", "10.0.0.11") && folder_holds("b", "10.0.0.11"));
	finish();
}
END_TEST

START_TEST(an_alert_carries_the_host_that_saw_it)
{
	char host[300], wanted[400];

	ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
	snprintf(wanted, sizeof(wanted), "\"observer\":\"%s\"", host);
	start();
	ck_assert_int_eq(set_files("a", NULL), 0);
	alert("10.0.0.11", 1);
	await(folder_holds("a", wanted));
	finish();
}
END_TEST

START_TEST(the_same_word_twice_is_one_sink)
{
	struct outbox_reader readers[OUTBOX_READERS];

	start();
	ck_assert_int_eq(set_files("a", "a"), 0);
	ck_assert_uint_eq(sinks_settled(sinks, 5, readers), 1);
	ck_assert_msg(readers[0].number == 5, "nothing is left to deliver");
	finish();
}
END_TEST

START_TEST(what_stays_is_kept_and_its_file_opened_anew)
{
	start();
	ck_assert_int_eq(set_files("a", "b"), 0);
	alert("10.0.0.1", 1);
	await(folder_holds("a", "10.0.0.1"));
	rename(folder_path("a"), folder_path("a.1"));
	ck_assert_int_eq(set_files("a", NULL), 0);
	alert("10.0.0.2", 2);
	await(folder_holds("a", "10.0.0.2"));
	ck_assert(!folder_holds("a.1", "10.0.0.2"));
	ck_assert_msg(!folder_holds("b", "10.0.0.2"), "it is no sink any more");
	finish();
}
END_TEST

START_TEST(a_refusal_changes_nothing)
{
	start();
	ck_assert_int_eq(set_files("a", NULL), 0);
	ck_assert_int_lt(set("pigeon"), 0);
	said_that("sink pigeon: unknown; accepted: auto, or some of");
	ck_assert_int_lt(set_files("b", "nowhere/c"), 0);
	said_that("nowhere/c: cannot be opened: No such file or directory; it "
		  "needs a file that siptimed may append to");
	alert("10.0.0.11", 1);
	await(folder_holds("a", "10.0.0.11"));
	ck_assert(!folder_holds("b", "10.0.0.11"));
	finish();
}
END_TEST

/* A pipe that nobody reads from takes 64 KiB, and then nothing. */
START_TEST(a_stalled_sink_is_told_once_and_when_it_is_back)
{
	static char octets[1024];
	nstime now = 0;
	int pipe;

	start();
	mkfifo(folder_path("pipe"), 0600);
	pipe = open(folder_path("pipe"), O_RDWR | O_NONBLOCK);
	while (write(pipe, octets, sizeof(octets)) > 0)
		;
	ck_assert_int_eq(set_files("pipe", NULL), 0);
	alert("10.0.0.11", 1);
	sinks_tick(sinks, now);
	ck_assert_str_eq(said_all(), "");
	skipped = 5 * NSTIME_S;
	sinks_tick(sinks, now);
	sinks_tick(sinks, now);
	said_that("pipe: stalled, 1 alert waits");
	while (read(pipe, octets, sizeof(octets)) > 0)
		;
	await((sinks_tick(sinks, now), strstr(said_all(), "is back")));
	ck_assert_ptr_null(
	    strstr(strstr(said_all(), "stalled") + 1, "stalled"));
	finish();
	close(pipe);
}
END_TEST

static size_t
threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0;

	ck_assert_ptr_nonnull(tasks);
	while (readdir(tasks) != NULL)
		count++;
	closedir(tasks);
	return count;
}

START_TEST(reloads_with_a_stalled_sink_leak_no_thread)
{
	static char octets[1024];
	size_t before;
	int pipe;

	start();
	mkfifo(folder_path("pipe"), 0600);
	pipe = open(folder_path("pipe"), O_RDWR | O_NONBLOCK);
	while (write(pipe, octets, sizeof(octets)) > 0)
		;
	ck_assert_int_eq(set_files("pipe", "a"), 0);
	alert("10.0.0.11", 1);
	before = threads();
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_int_eq(set_files("a", NULL), 0);
		sinks_tick(sinks, 0);
		ck_assert_int_eq(set_files("pipe", "a"), 0);
		sinks_tick(sinks, 0);
	}
	ck_assert_uint_eq(threads(), before);
	while (read(pipe, octets, sizeof(octets)) > 0)
		;
	finish();
	close(pipe);
}
END_TEST

START_TEST(too_many_stalled_sinks_refuse_a_reload)
{
	static char octets[1024];
	char name[8];
	int pipe = -1, last = 0;

	start();
	for (unsigned i = 0; i < 40 && last == 0; i++) {
		snprintf(name, sizeof(name), "pipe%u", i);
		mkfifo(folder_path(name), 0600);
		pipe = open(folder_path(name), O_RDWR | O_NONBLOCK);
		while (write(pipe, octets, sizeof(octets)) > 0)
			;
		last = set_files(name, NULL);
		alert("10.0.0.11", i);
	}
	ck_assert_int_lt(last, 0);
	said_that("too many that were removed still deliver");
	ck_assert_uint_lt(threads(), 40);
}
END_TEST

UNIT("sinks", every_sink_gets_every_alert,
    an_alert_carries_the_host_that_saw_it, the_same_word_twice_is_one_sink,
    what_stays_is_kept_and_its_file_opened_anew, a_refusal_changes_nothing,
    a_stalled_sink_is_told_once_and_when_it_is_back,
    reloads_with_a_stalled_sink_leak_no_thread,
    too_many_stalled_sinks_refuse_a_reload)
