/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/statefile.h"
#include "host/wallclock.h"

#define FOLDER "/var/lib/siptimed"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Counters and learnt clocks are saved this often, and at least so often;
 * alerts at once. */
#define REGULARLY (5 * NSTIME_S)
#define AT_LEAST (60 * NSTIME_S)
#define AT_ONCE (50 * NSTIME_MS)

/* Writing thousands of alerts into a record takes 50 ms; that may take one part
 * in so many of the loop's time at most. */
enum { SHARE = 20 };

/* Events that a sink may be behind. */
enum { EVENTS = 1024, EVENT_OCTETS = 2 * 1024 * 1024 };

/* The counters that this file reads or writes. */
#define OPEN "state.transactions_open"
#define UNKNOWN_RESTART "state.unknown_restart"
#define PACKETS "reader.packets"

struct state {
	struct budget_share *memory;
	const struct log *log;
	char folder[256];
	struct statefile *file; /* NULL: nothing is kept */
	struct outbox *outbox;
	struct totals before;
	uint8_t boot[SAVED_BOOT];
	bool urgent, failing;
	nstime saved;     /* when, monotonic */
	nstime looked;    /* whether there was something to save */
	nstime took;      /* the last time */
	uint64_t packets; /* until it was saved */
	uint64_t too_large;
};

/* The first of $STATE_DIRECTORY, systemd.exec(5); without it an instance has a
 * folder of its own, which it makes. */
static void
find_folder(struct state *s, const char *instance)
{
	const char *given = getenv("STATE_DIRECTORY");
	struct slice folder = slice_text(given);
	struct textbuf t;

	if (folder.len == 0)
		folder = slice_text(FOLDER);
	textbuf_init(&t, s->folder, sizeof(s->folder));
	textbuf_add_slice(&t, slice_first(folder, slice_index(folder, ':')));
	if (given != NULL || instance[0] == '\0')
		return;
	textbuf_add(&t, "/");
	textbuf_add(&t, instance);
	mkdir(s->folder, 0750); /* opening it reports a failure */
}

static void
parse_boot(uint8_t boot[SAVED_BOOT], const char *text, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t count = 0;

	for (size_t i = 0; i < len && count < 2 * (size_t)SAVED_BOOT; i++) {
		const char *digit = memchr(digits, text[i], 16);

		if (digit == NULL)
			continue;
		boot[count / 2] =
		    (uint8_t)(boot[count / 2] << 4 | (digit - digits));
		count++;
	}
}

/* The boot ID.  In a sandbox without /proc the unit passes it (%b); without
 * either it stays zero, and the wall clock is trusted. */
static void
read_boot(uint8_t boot[SAVED_BOOT])
{
	const char *given = getenv("SIPTIMED_BOOT");
	char text[64];
	ssize_t len;
	int file;

	if (given != NULL) {
		parse_boot(boot, given, strlen(given));
		return;
	}
	file = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	len = read(file, text, sizeof(text));
	close(file);
	if (len > 0)
		parse_boot(boot, text, (size_t)len);
}

static void
open_file(struct state *s, const char *instance)
{
	int error;

	find_folder(s, instance);
	error = statefile_new(&s->file, s->folder);
	if (error == 0)
		return;
	s->file = NULL;
	if (error == -EWOULDBLOCK) {
		log_warning(s->log,
		    "state: %s: in use by another siptimed; alerts of this one "
		    "will not survive a restart",
		    s->folder);
		return;
	}
	log_warning(s->log,
	    "state: %s: %s: alerts will not survive a restart; "
	    "create the folder for the user siptimed, or run with -n",
	    s->folder, strerror(-error));
}

static struct outbox *
new_outbox(const struct state *s)
{
	const size_t half = budget_share_guaranteed(s->memory) / 2;

	return outbox_new(
	    EVENTS, half < EVENT_OCTETS ? half : EVENT_OCTETS, s->memory);
}

struct state *
state_new(bool kept, const char *instance, struct budget_share *memory,
    const struct log *log)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->log = log;
	s->memory = memory;
	s->outbox = new_outbox(s);
	if (s->outbox == NULL) {
		state_free(s);
		return NULL;
	}
	if (kept)
		open_file(s, instance);
	read_boot(s->boot);
	return s;
}

void
state_free(struct state *s)
{
	if (s == NULL)
		return;
	statefile_free(s->file, wallclock_monotonic() + NSTIME_S);
	outbox_free(s->outbox);
	free(s);
}

static bool
take_in(struct state *s, struct slice octets, struct judge *judge, nstime *step)
{
	struct saved m;
	struct cursor rest;
	struct record_shift shift;
	struct totals_entry *open;

	if (!saved_open(octets, &m, &rest))
		return false;
	shift = saved_shift(
	    &m, wallclock_monotonic(), wallclock_realtime(), s->boot, step);
	if (!saved_load(&rest, &shift, s->outbox, judge))
		return false;
	totals_add(&m.totals, UNKNOWN_RESTART, totals_get(&m.totals, OPEN));
	for (size_t i = 0; i < m.totals.count; i++) {
		open = &m.totals.entries[i];
		if (strcmp(open->name, OPEN) == 0)
			open->value = 0;
	}
	s->before = m.totals;
	log_notice(s->log, "state: %zu alerts active, saved %lld s ago",
	    judge_active(judge),
	    (long long)((shift.watching - shift.real) / NSTIME_S));
	return true;
}

/* Keep the refused file under another name for analysis. */
static bool
refuse(struct state *s, const char *why)
{
	char store[64];
	struct textbuf name;
	int error;

	textbuf_init(&name, store, sizeof(store));
	error = statefile_set_aside(s->file, wallclock_realtime(), &name);
	if (error == 0)
		log_warning(s->log,
		    "state: %s/state: %s: renamed to %s, starting without "
		    "saved state",
		    s->folder, why, store);
	else
		log_warning(s->log,
		    "state: %s/state: %s, and cannot be renamed: %s", s->folder,
		    why, strerror(-error));
	return false;
}

bool
state_load(struct state *s, struct judge *judge, nstime *step)
{
	uint8_t *octets = NULL;
	struct outbox *fresh;
	size_t len = 0;
	bool sound;
	int error;

	*step = 0;
	if (s->file == NULL)
		return true;
	error = statefile_read(s->file, SAVED_MOST, &octets, &len);
	if (error == -ENOENT)
		return true;
	if (error != 0)
		return refuse(s, strerror(-error));
	sound = take_in(s, slice_of(octets, len), judge, step);
	free(octets);
	if (sound)
		return true;
	fresh = new_outbox(s);
	if (fresh != NULL) {
		outbox_free(s->outbox);
		s->outbox = fresh;
	}
	return refuse(s, "damaged or foreign");
}

struct telling {
	struct sinks *sinks;
	const char *reader;
};

static void
on_again(void *arg, const struct alert_event *event, uint64_t number)
{
	const struct telling *t = arg;

	sinks_again(t->sinks, t->reader, event, number, wallclock_monotonic());
}

void
state_tell_again(struct state *s, struct sinks *sinks)
{
	struct outbox_reader readers[OUTBOX_READERS];
	const size_t count =
	    sinks_settled(sinks, outbox_last(s->outbox), readers);

	for (size_t i = 0; i < count; i++)
		outbox_again(s->outbox, readers[i].name, on_again,
		    &(struct telling){ sinks, readers[i].name });
}

uint64_t
state_event(struct state *s, const struct alert_event *event)
{
	if (s->file == NULL)
		return 0;
	s->urgent = true;
	return outbox_add(s->outbox, event);
}

static void
settle(struct state *s, struct sinks *sinks)
{
	struct outbox_reader readers[OUTBOX_READERS];
	const size_t count =
	    sinks_settled(sinks, outbox_last(s->outbox), readers);

	if (outbox_settle(s->outbox, readers, count))
		s->urgent = true;
}

static void
save(struct state *s, const struct state_rooms *rooms)
{
	struct saved m = {
		.now = wallclock_monotonic(),
		.wall = wallclock_realtime(),
		.totals = s->before,
	};
	struct record r;

	memcpy(m.boot, s->boot, sizeof(m.boot));
	rooms->count(rooms->arg, &m.totals);
	totals_add(&m.totals, OPEN, rooms->transactions);
	s->packets = totals_get(&m.totals, PACKETS);
	s->saved = m.now;
	s->urgent = false;
	record_init(&r, SAVED_MOST);
	saved_save(&r, &m, s->outbox, rooms->judge);
	if (r.failed) {
		s->too_large++;
		record_done(&r);
		return;
	}
	statefile_write(s->file, &r);
	s->took = wallclock_monotonic() - m.now;
}

/* Log a failure when it begins and when it is over. */
static void
tell_error(struct state *s)
{
	const int error = statefile_error(s->file);

	if (error != 0 && !s->failing)
		log_warning(s->log,
		    "state: %s: cannot be saved: %s; alerts would not survive "
		    "a restart now",
		    s->folder, strerror(-error));
	else if (error == 0 && s->failing)
		log_notice(s->log, "state: %s: is saved again", s->folder);
	s->failing = error != 0;
}

static bool
has_news(
    const struct state *s, const struct state_rooms *rooms, nstime monotonic)
{
	struct totals totals = s->before;

	if (s->urgent || monotonic >= s->saved + AT_LEAST)
		return true;
	rooms->count(rooms->arg, &totals);
	return totals_get(&totals, PACKETS) != s->packets;
}

void
state_tick(struct state *s, const struct state_rooms *rooms)
{
	const nstime monotonic = wallclock_monotonic();
	nstime pause;

	if (s->file == NULL)
		return;
	settle(s, rooms->sinks);
	pause = s->urgent && !s->failing ? AT_ONCE : REGULARLY;
	if (pause < SHARE * s->took)
		pause = SHARE * s->took;
	if (monotonic < s->looked + pause || !statefile_idle(s->file))
		return;
	s->looked = monotonic;
	tell_error(s);
	if (has_news(s, rooms, monotonic))
		save(s, rooms);
}

const struct totals *
state_before(const struct state *s)
{
	return &s->before;
}

void
state_stats(const struct state *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, UNKNOWN_RESTART, 0);
	output(arg, COUNTER_LIMIT, "state.too_large", s->too_large);
	outbox_stats(s->outbox, output, arg);
}

void
state_finish(struct state *s, const struct state_rooms *rooms, nstime deadline)
{
	if (s == NULL || s->file == NULL)
		return;
	settle(s, rooms->sinks);
	save(s, rooms);
	statefile_free(s->file, deadline);
	s->file = NULL;
}
