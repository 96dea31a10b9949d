/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/replay.h"

#include <errno.h>
#include <stdlib.h>

#include "base/totals.h"
#include "capture/savefile.h"
#include "clock/jump.h"
#include "run/alignment.h"
#include "run/deadlines.h"
#include "txn/timers.h"

/* Steps back make `now' run ahead of the stamps.  A savefile made for that
 * could drive it out of range: there it ends, in 2248. */
#define NOW_END (INT64_C(8800000000) * NSTIME_S)

/* Without any packet for longer it may not have been captured. */
#define HOLE (10 * NSTIME_S)

enum { PROGRESS_PACKETS = 4096 }; /* looked after once in so many */

struct source {
	struct savefile *savefile;
	struct packet packet; /* the next one, while there is one */
	bool passed;          /* .. and it passed the filter */
	bool begun, broken;
};

struct replay {
	struct replay_setup setup;
	struct source *sources; /* in order of their paths */
	size_t source_count;
	struct alignment alignment; /* of the sources' clocks */
	struct source **heap;       /* those with a packet, earliest on top */
	size_t heap_len;
	size_t open; /* files that have begun and not ended */
	uint64_t packets, octets;

	bool begun;
	struct deadlines time; /* its `now' is the latest packet's */
	nstime wall;           /* of that packet */
	nstime shift;          /* now is the stamp plus this, or later */
	nstime ahead;          /* stamps less `now', of the latest judged */
	uint64_t judged;       /* packets */
	nstime first, last;    /* stamps of what was judged */
	nstime end; /* the latest time that a file covers by its own account */
	struct totals stats;
};

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths sorted, each once. */
static size_t
sort_paths(const struct replay_setup *setup, const char **sorted)
{
	size_t count = 0;

	memcpy(sorted, setup->paths, setup->path_count * sizeof(*sorted));
	qsort(sorted, setup->path_count, sizeof(*sorted), compare_paths);
	for (size_t i = 0; i < setup->path_count; i++)
		if (count == 0 || strcmp(sorted[count - 1], sorted[i]) != 0)
			sorted[count++] = sorted[i];
	return count;
}

/* Log every file that cannot be opened, not only the first. */
static int
open_sources(struct replay *r, const char *const *paths, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		struct savefile *savefile;
		const int failed = savefile_open(paths[i], r->setup.user0,
		    &r->setup.secrets, r->setup.log, &savefile);

		if (failed < 0) {
			error = failed == -ENOMEM ? failed : -EINVAL;
			continue;
		}
		r->octets += savefile_octets(savefile);
		r->sources[r->source_count++].savefile = savefile;
	}
	return error;
}

static bool
has_pipe(const struct replay *r)
{
	for (size_t i = 0; i < r->source_count; i++)
		if (savefile_octets(r->sources[i].savefile) == 0)
			return true;
	return false;
}

/* Only regular files can be read twice.  A possible difference of their clocks
 * is no reason not to judge them. */
static void
find_alignment(struct replay *r)
{
	const char **paths;

	if (r->source_count < 2 || has_pipe(r))
		return;
	paths = calloc(r->source_count, sizeof(*paths));
	if (paths == NULL)
		return;
	for (size_t i = 0; i < r->source_count; i++)
		paths[i] = savefile_path(r->sources[i].savefile);
	alignment_find(&r->alignment,
	    &(struct alignment_files){ .paths = paths,
		.count = r->source_count,
		.user0 = r->setup.user0 },
	    r->setup.log);
	free(paths);
}

/* Their links may differ, so each compiles the filter for its own. */
static int
set_filter(struct replay *r)
{
	const char *filter = r->setup.filter;

	if (filter == NULL || filter[0] == '\0')
		return 0;
	for (size_t i = 0; i < r->source_count; i++)
		if (savefile_filter(r->sources[i].savefile, filter) < 0)
			return -EINVAL;
	return 0;
}

static bool
is_earlier(const struct source *a, const struct source *b)
{
	if (a->packet.wall != b->packet.wall)
		return a->packet.wall < b->packet.wall;
	return a->packet.source < b->packet.source;
}

static void
sift_down(struct replay *r, size_t at)
{
	struct source *const moved = r->heap[at];
	size_t child;

	for (; (child = 2 * at + 1) < r->heap_len; at = child) {
		if (child + 1 < r->heap_len &&
		    is_earlier(r->heap[child + 1], r->heap[child]))
			child++;
		if (!is_earlier(r->heap[child], moved))
			break;
		r->heap[at] = r->heap[child];
	}
	r->heap[at] = moved;
}

/* Read the source's next packet; false at its end. */
static bool
read_next(const struct replay *r, struct source *source)
{
	const enum savefile_read got =
	    savefile_next(source->savefile, &source->packet, &source->passed);
	const unsigned number = source->packet.source;

	if (r->setup.align && number < ALIGN_SOURCES)
		source->packet.wall -= r->alignment.corrections[number];
	source->broken = got == SAVEFILE_BROKEN;
	return got == SAVEFILE_PACKET;
}

static void
fill_heap(struct replay *r)
{
	for (size_t i = 0; i < r->source_count; i++) {
		r->sources[i].packet.source = (unsigned)i;
		if (read_next(r, &r->sources[i]))
			r->heap[r->heap_len++] = &r->sources[i];
	}
	for (size_t i = r->heap_len / 2; i > 0; i--)
		sift_down(r, i - 1);
}

static struct eventqueue_mark
mark(const struct replay *r)
{
	return (struct eventqueue_mark){
		.now = r->time.now,
		.ahead = r->ahead,
		.offset = -r->shift,
	};
}

/* Matcher and judge are where the reader is, and are called from here. */
static void
settle(const struct replay *r)
{
	const struct eventqueue_mark here = mark(r);

	if (r->setup.matching != NULL)
		matching_settle(r->setup.matching, &here);
}

/* Packets that a file lost are missing anywhere in it. */
static void
note_losses(struct replay *r, const struct source *source, nstime until)
{
	if (savefile_dropped(source->savefile) == 0)
		return;
	settle(r);
	reader_dropped(r->setup.reader, until);
	matcher_dropped(r->setup.matcher, until);
}

static void
end_source(struct replay *r, struct source *source)
{
	nstime end;

	r->open--;
	note_losses(r, source, r->time.now);
	if (savefile_end(source->savefile, &end) && end > r->end)
		r->end = end;
}

/* The top of the heap is done with: put its next packet in its place. */
static void
replace_top(struct replay *r)
{
	if (!read_next(r, r->heap[0])) {
		end_source(r, r->heap[0]);
		r->heap[0] = r->heap[--r->heap_len];
	}
	if (r->heap_len > 0)
		sift_down(r, 0);
}

static int
open_all(struct replay *r)
{
	const size_t most = r->setup.path_count;
	const char **paths = calloc(most, sizeof(*paths));
	int error = -ENOMEM;

	r->sources = calloc(most, sizeof(*r->sources));
	r->heap = calloc(most, sizeof(*r->heap));
	if (paths != NULL && r->sources != NULL && r->heap != NULL)
		error = open_sources(r, paths, sort_paths(&r->setup, paths));
	free(paths);
	return error < 0 ? error : set_filter(r);
}

/* Those of matcher and judge fire in their own thread. */
static nstime
next_deadline(void *replay)
{
	const struct replay *r = replay;
	nstime deadlines[3] = { reader_next_deadline(r->setup.reader) };

	if (r->setup.matching != NULL)
		return deadlines[0];
	deadlines[1] = matcher_next_deadline(r->setup.matcher);
	deadlines[2] = judge_next_deadline(r->setup.judge);
	return nstime_earliest(
	    deadlines, sizeof(deadlines) / sizeof(*deadlines));
}

/* The reader comes first: an event of its may be an answer, or a finding. */
static void
tick(void *replay, nstime now)
{
	const struct replay *r = replay;

	reader_tick(r->setup.reader, now, now + r->ahead);
	if (r->setup.matching != NULL)
		return;
	matcher_tick(r->setup.matcher, now, now + r->ahead);
	if (judge_next_deadline(r->setup.judge) <= now)
		judge_tick(r->setup.judge, now, now - r->shift);
}

struct replay *
replay_new(const struct replay_setup *setup)
{
	struct replay *r = calloc(1, sizeof(*r));
	int error = -ENOMEM;

	if (r != NULL) {
		r->setup = *setup;
		r->time = (struct deadlines){
			.next = next_deadline,
			.fire = tick,
			.of = r,
		};
		deadlines_begin(&r->time, 0);
		error = open_all(r);
	}
	if (error == 0) {
		find_alignment(r);
		return r;
	}
	if (error == -ENOMEM)
		log_error(setup->log, "out of memory; name fewer files");
	replay_free(r);
	return NULL;
}

void
replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->source_count; i++)
		savefile_free(r->sources[i].savefile);
	alignment_done(&r->alignment);
	free(r->sources);
	free(r->heap);
	free(r);
}

static void
finish(const struct replay *r)
{
	reader_finish(r->setup.reader, r->time.now, r->time.now + r->ahead);
	settle(r);
	matcher_finish(r->setup.matcher, r->time.now, r->time.now + r->ahead);
}

/* Later packets cannot decide transactions that are open now. */
static void
rebase(struct replay *r)
{
	finish(r);
	deadlines_changed(&r->time);
	reader_rebase(r->setup.reader, r->time.now, r->time.now + r->ahead);
}

/* Did no file cover a time too long to know what was answered in it? */
static bool
follows_hole(const struct replay *r, const struct source *source)
{
	return r->begun && !source->begun && r->open == 0 &&
	    source->packet.wall - r->wall > timers_64_t1(r->setup.t1);
}

static void
begin_source(struct replay *r, struct source *source)
{
	if (follows_hole(r, source)) {
		log_info(r->setup.log,
		    "%s: begins after a time that no file "
		    "covers",
		    savefile_path(source->savefile));
		rebase(r);
	}
	if (!source->begun) {
		r->open++;
		note_losses(r, source, NSTIME_NEVER);
	}
	source->begun = true;
}

/* Of a longer time without a packet nothing is known: clocks are judged only by
 * what follows, and no alert changes by it.  Success seen before may still end
 * an alert, five minutes later. */
#define LONG_HOLE (300 * NSTIME_S)
#define PAUSE (LONG_HOLE + 30 * NSTIME_S)

/* To the next stamp.  A file may have been stopped for a while, or it is the
 * capture's clock that jumped: nothing is known of that time. */
static void
live_through(struct replay *r, nstime wall, nstime now)
{
	const nstime jump = wall - r->wall;

	if (jump >= JUMP_LEAST || jump <= -JUMP_LEAST) {
		settle(r);
		judge_jumped(r->setup.judge, jump, r->time.now);
	}
	if (now - r->time.now > HOLE) {
		reader_hole(r->setup.reader, r->time.now,
		    matcher_hole(r->setup.matcher, r->time.now, now));
		deadlines_changed(&r->time);
	}
	if (now - r->time.now > LONG_HOLE)
		judge_hole(r->setup.judge, now - r->time.now);
	if (now - r->time.now > PAUSE) {
		deadlines_advance(&r->time, r->time.now + PAUSE);
		settle(r);
		judge_pause(r->setup.judge, now - r->time.now);
		deadlines_changed(&r->time);
	}
	deadlines_advance(&r->time, now);
}

/* Move `now' to where this stamp is.  False: it would leave its range. */
static bool
move_time(struct replay *r, const struct source *source)
{
	const nstime wall = source->packet.wall;

	/* It is of the time of the packet before it. */
	if (source->packet.unstamped)
		return true;
	/* Nobody knows how long before this one those without were. */
	if (!r->begun && r->packets > 0)
		rebase(r);
	if (!r->begun) {
		deadlines_begin(&r->time, wall);
		r->wall = wall;
	}
	r->begun = true;
	if (r->shift > NOW_END - wall)
		return false;
	if (r->time.now - (wall + r->shift) > NSTIME_S) {
		log_info(r->setup.log, "%s: stamps step back",
		    savefile_path(source->savefile));
		r->shift = r->time.now - wall;
		rebase(r);
	}
	live_through(r, wall,
	    wall + r->shift > r->time.now ? wall + r->shift : r->time.now);
	r->wall = wall;
	return true;
}

static const char *
name_of(const struct replay *r, unsigned source)
{
	const char *path = savefile_path(r->sources[source].savefile);
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
tell_alignment(const struct replay *r)
{
	struct align_pair pair;
	unsigned first;

	settle(r);
	for (unsigned i = 0; i < r->source_count; i++)
		if (alignment_differs(&r->alignment, i, &first, &pair))
			judge_clocks_differ(r->setup.judge,
			    &(struct visibility_sources){
				.a = name_of(r, first),
				.b = name_of(r, i),
				.offset = pair.offset,
			    },
			    r->time.now, r->wall);
}

/* How time stands from this packet on.  Where stamps do not fit together, an
 * answer out of place is not taken as missing. */
static void
pass_time(struct replay *r, nstime ahead)
{
	const bool doubts = r->alignment.differs && !r->setup.align;
	const bool changed = r->ahead != ahead;
	struct eventqueue_mark here;

	r->ahead = ahead;
	if (r->setup.matching == NULL) {
		if (doubts)
			matcher_dropped(r->setup.matcher, r->time.now);
	} else if (doubts || changed) {
		here = mark(r);
		here.dropped = doubts;
		matching_mark(r->setup.matching, &here);
	}
}

static void
judge_packet(struct replay *r, struct source *source)
{
	struct packet *const packet = &source->packet;
	const bool first = r->last == 0;

	begin_source(r, source);
	if (!move_time(r, source)) {
		savefile_refuse(source->savefile);
		return;
	}
	if (!source->passed)
		return;
	packet->now = r->time.now;
	if (first)
		tell_alignment(r);
	if (packet->unstamped)
		packet->wall = r->time.now - r->shift;
	packet->number = ++r->judged;
	pass_time(r, packet->wall - packet->now);
	exhibits_packet(r->setup.exhibits, packet);
	if (reader_packet(r->setup.reader, packet) || first)
		deadlines_changed(&r->time);
	if (packet->unstamped)
		return;
	if (first || packet->wall < r->first)
		r->first = packet->wall;
	if (first || packet->wall > r->last)
		r->last = packet->wall;
}

static void
show_progress(const struct replay *r)
{
	uint64_t read = 0;

	for (size_t i = 0; i < r->source_count; i++) {
		/* Where one is a pipe nobody knows how much is to come. */
		if (savefile_octets(r->sources[i].savefile) == 0) {
			progress_show(r->setup.progress, 0, 0, r->packets);
			return;
		}
		read += savefile_octets_read(r->sources[i].savefile);
	}
	progress_show(r->setup.progress, read, r->octets, r->packets);
}

/* The capture went on after its last packet. */
static void
live_on(struct replay *r)
{
	if (!r->begun || r->end <= r->wall || r->shift > NOW_END - r->end ||
	    r->end + r->shift <= r->time.now)
		return;
	deadlines_advance(&r->time, r->end + r->shift);
	r->wall = r->end;
}

int
replay_run(struct replay *r, const atomic_bool *stop)
{
	fill_heap(r);
	while (r->heap_len > 0 &&
	    !atomic_load_explicit(stop, memory_order_relaxed)) {
		judge_packet(r, r->heap[0]);
		replace_top(r);
		if (++r->packets % PROGRESS_PACKETS == 0)
			show_progress(r);
	}
	if (!atomic_load(stop))
		live_on(r);
	finish(r);
	/* What the reader told at the end comes before the judge's end. */
	settle(r);
	judge_finish(r->setup.judge, r->time.now, r->time.now - r->shift);

	for (size_t i = 0; i < r->source_count; i++)
		if (r->sources[i].broken)
			return -EINVAL;
	return 0;
}

void
replay_complain(const struct replay *r)
{
	for (size_t i = 0; i < r->source_count; i++)
		if (r->sources[i].broken)
			savefile_complain(r->sources[i].savefile);
}

void
replay_span(const struct replay *r, nstime *first, nstime *last, nstime *end)
{
	*first = r->first;
	*last = r->last;
	*end = r->begun ? r->time.now - r->shift : 0;
}

void
replay_stats(struct replay *r, counter_output *output, void *arg)
{
	struct totals *const sum = &r->stats;

	*sum = (struct totals){ .count = 0 };
	for (size_t i = 0; i < r->source_count; i++)
		savefile_stats(r->sources[i].savefile, totals_gather, sum);
	for (size_t i = 0; i < sum->count; i++)
		output(arg, sum->entries[i].kind, sum->entries[i].name,
		    sum->entries[i].value);
}
