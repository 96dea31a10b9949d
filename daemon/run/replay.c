/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/replay.h"

#include <errno.h>
#include <stdlib.h>

#include "clock/jump.h"
#include "run/deadlines.h"
#include "txn/timers.h"

/* Steps back make `now' run ahead of the stamps.  A savefile made for that
 * could drive it out of range: there it ends, in 2248. */
#define NOW_END (INT64_C(8800000000) * NSTIME_S)

/* Without any packet for longer it may not have been captured. */
#define HOLE (10 * NSTIME_S)

enum { PROGRESS_PACKETS = 4096 }; /* looked after once in so many */

struct replay {
	struct replay_setup setup;
	size_t open; /* files that have begun and not ended */
	uint64_t packets;

	bool begun;
	struct deadlines time; /* its `now' is the latest packet's */
	nstime wall;           /* of that packet */
	nstime shift;          /* now is the stamp plus this, or later */
	nstime ahead;          /* stamps less `now', of the latest judged */
	uint64_t judged;       /* packets */
	nstime first, last;    /* stamps of what was judged */
	nstime end; /* the latest time that a file covers by its own account */
};

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
note_losses(
    struct replay *r, const struct savefiles_source *source, nstime until)
{
	if (savefile_dropped(source->savefile) == 0)
		return;
	settle(r);
	reader_dropped(r->setup.reader, until);
	matcher_dropped(r->setup.matcher, until);
}

static void
end_source(struct replay *r, struct savefiles_source *source)
{
	nstime end;

	r->open--;
	note_losses(r, source, r->time.now);
	if (savefile_end(source->savefile, &end) && end > r->end)
		r->end = end;
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

/* The thread of the matcher reads messages where the reader found them. */
static void
lend(const struct replay *r)
{
	struct matching *const m = r->setup.matching;
	struct slice area;

	if (m != NULL &&
	    savefiles_lend(r->setup.files,
		&(struct window_borrower){
		    matching_given, matching_wait_taken, m },
		&area))
		matching_lend(m, area);
}

struct replay *
replay_new(const struct replay_setup *setup)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		log_error(setup->log, "out of memory");
		return NULL;
	}
	r->setup = *setup;
	r->time = (struct deadlines){
		.next = next_deadline,
		.fire = tick,
		.of = r,
	};
	deadlines_begin(&r->time, 0);
	lend(r);
	return r;
}

void
replay_free(struct replay *r)
{
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
follows_hole(const struct replay *r, const struct savefiles_source *source)
{
	return r->begun && !source->begun && r->open == 0 &&
	    source->packet.wall - r->wall > timers_64_t1(r->setup.t1);
}

static void
begin_source(struct replay *r, struct savefiles_source *source)
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
move_time(struct replay *r, const struct savefiles_source *source)
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

static void
tell_alignment(const struct replay *r)
{
	struct savefiles_clocks clocks;

	settle(r);
	for (size_t i = 0; i < savefiles_count(r->setup.files); i++)
		if (savefiles_differ(r->setup.files, i, &clocks))
			judge_clocks_differ(r->setup.judge,
			    &(struct visibility_sources){
				.a = clocks.first,
				.b = clocks.second,
				.offset = clocks.offset,
			    },
			    r->time.now, r->wall);
}

/* How time stands from this packet on.  Where stamps do not fit together, an
 * answer out of place is not taken as missing. */
static void
pass_time(struct replay *r, nstime ahead)
{
	const bool doubts = savefiles_doubtful(r->setup.files);
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
judge_packet(struct replay *r, struct savefiles_source *source)
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
	if (r->setup.ring != NULL)
		packetring_input(r->setup.ring, packet);
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
	uint64_t read, total;

	savefiles_read(r->setup.files, &read, &total);
	progress_show(r->setup.progress, read, total, r->packets);
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
	struct savefiles_source *source;

	savefiles_begin(r->setup.files);
	while ((source = savefiles_first(r->setup.files)) != NULL &&
	    !atomic_load_explicit(stop, memory_order_relaxed)) {
		judge_packet(r, source);
		if (!savefiles_next(r->setup.files))
			end_source(r, source);
		if (++r->packets % PROGRESS_PACKETS == 0)
			show_progress(r);
	}
	if (!atomic_load(stop))
		live_on(r);
	finish(r);
	/* What the reader told at the end comes before the judge's end. */
	settle(r);
	judge_finish(r->setup.judge, r->time.now, r->time.now - r->shift);
	return savefiles_broken(r->setup.files) ? -EINVAL : 0;
}

void
replay_complain(const struct replay *r)
{
	savefiles_complain(r->setup.files);
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
	savefiles_stats(r->setup.files, output, arg);
}
