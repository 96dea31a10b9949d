/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/framing.h"

#include <stdlib.h>

#include "sip/inner/headlength.h"
#include "sip/inner/startline.h"

/*
 * `pending' is what has not been delivered or dropped yet: the octets held
 * back from earlier inputs, then those of this one.  It always begins where
 * the present state began, and `searched' is how far into it the state has
 * looked, so that no octet is looked at twice however small the inputs are.
 *
 *   LOST -> START -> PROVE -> HEAD -> BODY -> START ..
 *
 * LOST looks for something that ends or begins with SIP/2.0, START for the end
 * of the start line, PROVE for a header name after it, HEAD for the blank
 * line, BODY for the rest, and SKIP for the end of a message too long.
 * Rejected octets lead back to LOST, always beyond them.
 */
enum framing_state { LOST, START, PROVE, HEAD, BODY, SKIP };

/* The result of a state: look again in the state that is set now, wait for
 * more octets, or a message of `need' octets is at the front. */
enum framing_progress { GO, WAIT, MESSAGE };

#define LONGEST_NAME 80

/* What a common message takes is kept between messages; what is held is not
 * much more up to twice as much. */
enum { COMMON_SIZE = 2048, STEP = 64 };

enum { MARKS = 8 };

/* When octets came. */
struct framing_stamp {
	nstime now, wall;
};

/* When the octets from `at' on came. */
struct framing_mark {
	size_t at;
	struct framing_stamp stamp;
};

enum { LATER_OCTETS = (MARKS - 1) * sizeof(struct framing_mark) };

/* There is one for each direction of thousands of connections.  Lengths are at
 * most `max_message', or a start line's. */
struct framing {
	struct framing_stats *stats; /* borrowed */
	struct holdings *holdings;   /* borrowed */
	struct holding held;
	/* Of the octets held, the first and those that came later: MARKS - 1
	 * of them, NULL: never needed yet.  If there are more segments than
	 * marks, the last ones share the stamp of the last mark. */
	struct framing_stamp first;
	struct framing_mark *later;
	size_t skip; /* SKIP */
	uint32_t max_message;
	uint32_t held_len;
	uint32_t searched; /* of what is pending */
	uint32_t line_end; /* of the start line */
	uint32_t length;   /* the first line that may give it; 0: none yet */
	uint32_t need;     /* BODY */
	uint8_t later_len;
	uint8_t state; /* enum framing_state */
	bool skipped;  /* octets, since the last message */
};

/* One input, as far as the messages in it need to know. */
struct input {
	uint64_t end; /* stream offset after what is pending */
	nstime now, wall;
	framing_output *output;
	void *arg;
};

static holding_drop drop_all;

struct framing *
framing_new(size_t max_message, bool midway, struct framing_stats *stats,
    struct holdings *holdings)
{
	struct framing *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->max_message = (uint32_t)max_message;
	f->stats = stats;
	f->holdings = holdings;
	f->state = midway ? LOST : START;
	return f;
}

static void
release(struct framing *f)
{
	/* Thousands of streams: keep only what a common message needs. */
	if (holding_size(&f->held) > COMMON_SIZE)
		holding_release(f->holdings, &f->held);
	f->held_len = 0;
	f->later_len = 0;
}

void
framing_gap(struct framing *f)
{
	f->stats->cut += f->held_len > 0 && f->state != LOST;
	release(f);
	f->state = LOST;
	f->searched = 0;
}

static void
drop_all(struct holdings *all, void *framing)
{
	struct framing *f = framing;

	framing_gap(f);
	holding_release(all, &f->held);
}

void
framing_free(struct framing *f)
{
	if (f == NULL)
		return;
	drop_all(f->holdings, f);
	budget_release(f->holdings->memory, f->later, LATER_OCTETS);
	free(f);
}

size_t
framing_held(const struct framing *f)
{
	return f->held_len;
}

bool
framing_may_be_sip(struct slice first_octets)
{
	while (first_octets.len > 0 &&
	    (first_octets.p[0] == '\r' || first_octets.p[0] == '\n'))
		first_octets = slice_after(first_octets, 1);
	return startline_may_begin(first_octets);
}

/* Drop octets from the front of what is pending, as every state may. */
static void
skip_octets(struct framing *f, struct slice *pending, size_t len)
{
	*pending = slice_after(*pending, len);
	f->searched = f->searched > len ? f->searched - (uint32_t)len : 0;
	f->stats->skipped_octets += len;
	f->skipped |= len > 0;
}

static enum framing_progress
enter(struct framing *f, enum framing_state state, size_t searched)
{
	f->state = (uint8_t)state;
	f->searched = (uint32_t)searched;
	return GO;
}

/* Keep the line in which the search stopped, for a start line may begin there;
 * of a line without end its last octets. */
static enum framing_progress
keep_last_line(struct framing *f, struct slice *pending)
{
	skip_octets(f, pending, startline_line(*pending, f->searched));
	if (pending->len > 2 * STARTLINE_LONGEST)
		skip_octets(f, pending, pending->len - STARTLINE_LONGEST);
	return WAIT;
}

static enum framing_progress
find_start(struct framing *f, struct slice *pending)
{
	for (;;) {
		const struct slice rest = slice_after(*pending, f->searched);
		const size_t at =
		    f->searched + slice_find(rest, STARTLINE_VERSION);
		size_t begin;

		if (at >= pending->len)
			break;
		f->searched = at;
		switch (startline_around(*pending, at, &begin)) {
		case STARTLINE_YES:
			skip_octets(f, pending, begin);
			return enter(f, START, 0);
		case STARTLINE_MORE:
			return keep_last_line(f, pending);
		case STARTLINE_NO:
			f->searched = at + STARTLINE_VERSION_LEN;
		}
	}
	if (pending->len >= STARTLINE_VERSION_LEN &&
	    f->searched < pending->len - STARTLINE_VERSION_LEN + 1)
		f->searched = pending->len - STARTLINE_VERSION_LEN + 1;
	return keep_last_line(f, pending);
}

static enum framing_progress
end_start_line(struct framing *f, struct slice *pending)
{
	size_t end;

	while (f->searched == 0 && pending->len > 0 &&
	    (pending->p[0] == '\r' || pending->p[0] == '\n'))
		*pending = slice_after(*pending, 1);
	if (pending->len == 0)
		return WAIT;
	end =
	    f->searched + slice_index(slice_after(*pending, f->searched), '\n');
	if (end == pending->len && end <= STARTLINE_LONGEST &&
	    (f->searched > LONGEST_NAME || startline_may_begin(*pending))) {
		f->searched = end;
		return WAIT;
	}
	if (end == pending->len || end > STARTLINE_LONGEST ||
	    !startline_is(slice_first(*pending, end)))
		return enter(f, LOST, 1);
	f->line_end = end + 1;
	return enter(f, PROVE, end);
}

static enum framing_progress
prove(struct framing *f, struct slice *pending)
{
	const struct slice line =
	    slice_first(slice_after(*pending, f->line_end), LONGEST_NAME);
	size_t i = 0;

	while (i < line.len && field_is_token(line.p[i]))
		i++;
	while (i > 0 && i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	if (i == line.len && i < LONGEST_NAME)
		return WAIT;
	if (i == 0 || i == line.len || line.p[i] != ':')
		return enter(f, LOST, f->line_end);
	f->stats->resynchronised += f->skipped;
	f->skipped = false;
	f->length = 0;
	return enter(f, HEAD, f->searched);
}

static enum framing_progress
measure(struct framing *f, struct slice *pending, size_t head)
{
	const struct slice lines = f->length == 0
	    ? slice_of(NULL, 0)
	    : slice_between(*pending, f->length, head);
	uint64_t length;
	bool found;

	if (!headlength_read(lines, &length, &found)) {
		f->stats->bad_length++;
		skip_octets(f, pending, head);
		return enter(f, LOST, 0);
	}
	f->stats->no_length += !found;
	if (length > f->max_message || head > f->max_message - length) {
		f->stats->too_long++;
		f->skip = head + (size_t)length;
		return enter(f, SKIP, 0);
	}
	f->need = head + (size_t)length;
	return enter(f, BODY, 0);
}

/* Octets of what ends a line of `len' octets behind an LF, if it is blank; 0:
 * it is not, or its end has not come. */
static inline size_t
blank_len(const uint8_t *line, size_t len)
{
	if (len > 0 && line[0] == '\n')
		return 1;
	return len > 1 && line[0] == '\r' && line[1] == '\n' ? 2 : 0;
}

/* The first LF from there on; NULL: there is none. */
static inline const uint8_t *
find_lf(struct slice s, size_t from)
{
	return from < s.len ? memchr(s.p + from, '\n', s.len - from) : NULL;
}

/* Line by line, each looked at once: up to the blank one, and for the first
 * that may be the length's. */
static enum framing_progress
end_head(struct framing *f, struct slice *pending)
{
	const struct slice most = slice_first(*pending, f->max_message);
	const uint8_t *const end = most.p + most.len, *lf;

	while ((lf = find_lf(most, f->searched)) != NULL) {
		const uint8_t *const line = lf + 1;
		const size_t left = (size_t)(end - line);
		const size_t blank = blank_len(line, left);

		f->searched = (size_t)(lf - most.p);
		if (blank > 0)
			return measure(f, pending, f->searched + 1 + blank);
		if (left == 0 || (left == 1 && line[0] == '\r'))
			break;
		f->searched++;
		if (f->length == 0 && headlength_may_be(line, left))
			f->length = f->searched;
	}
	if (lf == NULL && f->searched < most.len)
		f->searched = most.len;
	if (pending->len <= f->max_message)
		return WAIT;
	f->stats->too_long++;
	return enter(f, LOST, f->line_end);
}

static enum framing_progress
skip_message(struct framing *f, struct slice *pending)
{
	const size_t len = f->skip < pending->len ? f->skip : pending->len;

	*pending = slice_after(*pending, len);
	f->skip -= len;
	return f->skip == 0 ? enter(f, START, 0) : WAIT;
}

static enum framing_progress
step(struct framing *f, struct slice *pending)
{
	switch ((enum framing_state)f->state) {
	case LOST:
		return find_start(f, pending);
	case START:
		return end_start_line(f, pending);
	case PROVE:
		return prove(f, pending);
	case HEAD:
		return end_head(f, pending);
	case BODY:
		return pending->len < f->need ? WAIT : MESSAGE;
	case SKIP:
		return skip_message(f, pending);
	}
	return WAIT;
}

/* Without memory for it, it shares the stamp of the mark before. */
static void
mark(struct framing *f, struct framing_stamp stamp)
{
	if (f->held_len == 0) {
		f->first = stamp;
		return;
	}
	if (f->later == NULL)
		f->later = budget_alloc(f->holdings->memory, LATER_OCTETS);
	if (f->later != NULL && f->later_len < MARKS - 1)
		f->later[f->later_len++] =
		    (struct framing_mark){ f->held_len, stamp };
}

static bool
hold(struct framing *f, struct slice octets, const struct input *in)
{
	const size_t len = f->held_len + octets.len;
	const size_t size =
	    len > 2 * COMMON_SIZE ? 2 * len : (len + STEP - 1) / STEP * STEP;

	if (f->held_len == 0)
		holding_begin(f->holdings, &f->held);
	if (len > holding_size(&f->held) &&
	    !holding_grow(f->holdings, &f->held, size, drop_all, f)) {
		f->stats->no_memory++;
		framing_gap(f);
		return false;
	}
	mark(f, (struct framing_stamp){ in->now, in->wall });
	memcpy(holding_octets(&f->held) + f->held_len, octets.p, octets.len);
	f->held_len = (uint32_t)len;
	return true;
}

/* How many later marks are not behind `at'. */
static size_t
marks_up_to(const struct framing *f, size_t at)
{
	size_t i = f->later_len;

	while (i > 0 && f->later[i - 1].at > at)
		i--;
	return i;
}

static struct framing_stamp
stamp_of(const struct framing *f, size_t at)
{
	const size_t passed = marks_up_to(f, at);

	return passed == 0 ? f->first : f->later[passed - 1].stamp;
}

static void
drop_held(struct framing *f, size_t len)
{
	const size_t passed = marks_up_to(f, len);
	uint8_t *octets = holding_octets(&f->held);

	if (len == 0)
		return;
	f->first = stamp_of(f, len);
	f->held_len -= (uint32_t)len;
	memmove(octets, octets + len, f->held_len);
	f->later_len -= (uint8_t)passed;
	for (size_t i = 0; i < f->later_len; i++) {
		f->later[i] = f->later[i + passed];
		f->later[i].at -= len;
	}
}

static void
deliver(struct framing *f, struct slice *pending, const struct input *in)
{
	const bool is_held = f->held_len > 0;
	const struct slice message = slice_first(*pending, f->need);
	struct framing_event event = {
		.octets = message, .now = in->now, .wall = in->wall
	};

	if (is_held) {
		const struct framing_stamp stamp =
		    stamp_of(f, (size_t)(message.p - holding_octets(&f->held)));

		event.now = stamp.now;
		event.wall = stamp.wall;
	}
	*pending = slice_after(*pending, f->need);
	event.end = in->end - pending->len;
	enter(f, START, 0);
	in->output(in->arg, &event);
}

/* Go on until more octets are needed, or until what is pending begins at
 * `stop', if there is one, or after. */
static void
run(struct framing *f, struct slice *pending, const uint8_t *stop,
    const struct input *in)
{
	enum framing_progress progress = GO;

	while (progress != WAIT && (stop == NULL || pending->p < stop)) {
		progress = step(f, pending);
		if (progress == MESSAGE)
			deliver(f, pending, in);
	}
}

/* Octets were held: add `octets' and go on.  Returns how many of them are
 * done with; once nothing held is left the rest is read in its place. */
static size_t
continue_held(struct framing *f, struct slice octets, const struct input *in)
{
	const size_t old = f->held_len;
	struct slice pending;
	size_t done;

	if (!hold(f, octets, in))
		return octets.len;
	pending = slice_of(holding_octets(&f->held), f->held_len);
	run(f, &pending, holding_octets(&f->held) + old, in);
	done = (size_t)(pending.p - holding_octets(&f->held));
	if (done < old) {
		drop_held(f, done);
		return octets.len;
	}
	release(f);
	return done - old;
}

/* How much more may be held: of a message whose end is known no more than up to
 * there, so that what follows is not copied. */
static size_t
more_to_hold(const struct framing *f)
{
	/* No state waits with more than this held. */
	const size_t most = f->max_message > 2 * STARTLINE_LONGEST
	    ? f->max_message
	    : 2 * STARTLINE_LONGEST;

	return (f->state == BODY ? f->need : most + 1) - f->held_len;
}

void
framing_input(struct framing *f, struct slice octets, uint64_t offset,
    nstime now, nstime wall, framing_output *output, void *arg)
{
	struct input in = {
		.now = now, .wall = wall, .output = output, .arg = arg
	};

	while (octets.len > 0 && f->held_len > 0) {
		const struct slice some = slice_first(octets, more_to_hold(f));
		size_t done;

		in.end = offset + some.len;
		done = continue_held(f, some, &in);
		octets = slice_after(octets, done);
		offset += done;
	}
	if (octets.len == 0)
		return;
	in.end = offset + octets.len;
	run(f, &octets, NULL, &in);
	if (octets.len > 0)
		hold(f, octets, &in);
}

void
framing_stats_write(
    const struct framing_stats *stats, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "framing.too_long", stats->too_long);
	output(arg, COUNTER_EVENT, "framing.no_length", stats->no_length);
	output(arg, COUNTER_EVENT, "framing.bad_length", stats->bad_length);
	output(arg, COUNTER_EVENT, "framing.resynchronised",
	    stats->resynchronised);
	output(arg, COUNTER_EVENT, "framing.skipped_octets",
	    stats->skipped_octets);
	output(arg, COUNTER_EVENT, "framing.cut", stats->cut);
	output(arg, COUNTER_LIMIT, "framing.no_memory", stats->no_memory);
}
