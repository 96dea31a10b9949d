/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/intake.h"

#include "capture/nic.h"
#include "host/wallclock.h"

/* How late a packet may come out of its ring (see BLOCK_MS in capture.c). */
#define LATENESS (40 * NSTIME_MS)

bool
intake_init(struct intake *in, nstime monotonic)
{
	in->reached = monotonic;
	in->wall_offset = wallclock_offset();
	timeline_init(&in->time, in->wall_offset);
	in->align = livealign_new();
	return in->align != NULL;
}

void
intake_done(struct intake *in)
{
	merge_free(in->merge);
	livealign_free(in->align);
}

nstime
intake_wall(const struct intake *in)
{
	return in->reached + in->wall_offset;
}

void
intake_changed(struct intake *in)
{
	in->due = INT64_MIN;
}

/* The reader comes first: its output may be the answer. */
static void
fire(struct intake *in)
{
	reader_tick(in->reader, in->reached, intake_wall(in));
	if (in->matcher != NULL)
		matcher_tick(in->matcher, in->reached, intake_wall(in));
	in->due = INT64_MIN;
}

static void
miss(struct intake *in, nstime now)
{
	if (in->matcher != NULL)
		matcher_dropped(in->matcher, now);
	else
		in->missing = true;
}

/* Before deadlines fire: what was dropped may have been the answer.  An
 * interface that is away drops everything. */
static void
look_for_drops(struct intake *in)
{
	const nstime monotonic = wallclock_monotonic();

	in->looked = monotonic;
	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		const uint64_t dropped = interfaces_dropped(in->interfaces, i);

		in->passages[i].dropped += dropped;
		if (dropped == 0 && !interfaces_is_missed(in->interfaces, i))
			continue;
		reader_dropped(in->reader, monotonic);
		miss(in, monotonic);
	}
}

void
intake_look(struct intake *in)
{
	if (in->looked < in->reached)
		look_for_drops(in);
}

/* Deadlines are asked for only where one may have changed. */
static void
fire_if_due(struct intake *in)
{
	const nstime deadlines[] = {
		reader_next_deadline(in->reader),
		in->matcher == NULL ? NSTIME_NEVER
				    : matcher_next_deadline(in->matcher),
	};

	in->due = nstime_earliest(deadlines, 2);
	if (in->due > in->reached)
		return;
	intake_look(in);
	fire(in);
}

/* In order: one that comes later than `merge_window' cannot turn time back. */
static void
on_ordered(void *arg, const struct packet *ordered)
{
	struct intake *in = arg;
	struct packet packet = *ordered;

	if (packet.now < in->reached)
		packet.now = in->reached;
	in->reached = packet.now;
	packet.number = ++in->packets;
	if (in->due <= in->reached)
		fire_if_due(in);
	if (in->ring != NULL)
		packetring_input(in->ring, &packet);
	if (reader_packet(in->reader, &packet))
		in->due = INT64_MIN;
}

void
intake_packet(void *intake, const struct packet *captured)
{
	struct intake *in = intake;
	struct passage *passage = &in->passages[captured->source];
	struct packet packet = *captured;

	packet.now = timeline_now(
	    &in->time, &passage->reached, packet.wall, wallclock_monotonic());
	passage->captured++;
	if (in->merge == NULL) {
		on_ordered(in, &packet);
		return;
	}
	livealign_packet(in->align, &packet);
	if (livealign_differs(in->align))
		miss(in, packet.now);
	merge_input(in->merge, &packet);
}

/* Packets of a single interface are in order without a merge. */
bool
intake_order(struct intake *in, struct budget_share *memory)
{
	if (in->merge != NULL)
		merge_flush(in->merge);
	merge_free(in->merge);
	in->merge = NULL;
	if (interfaces_end(in->interfaces) > 1)
		in->merge = merge_new(memory, on_ordered, in);
	return in->merge != NULL || interfaces_end(in->interfaces) <= 1;
}

/*
 * Read what waits everywhere.  How far deadlines may fire then: a ring that
 * is empty holds nothing older than what was on its way when we looked; from
 * one that is not, no further than what was read.
 */
static nstime
read_all(struct intake *in, nstime window)
{
	nstime passed =
	    wallclock_monotonic() - (window > LATENESS ? window : LATENESS);

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (!interfaces_read(in->interfaces, i) &&
		    in->passages[i].reached < passed)
			passed = in->passages[i].reached;
	return passed;
}

void
intake_tick(struct intake *in, nstime merge_window)
{
	const nstime passed = read_all(in, merge_window);

	look_for_drops(in);
	if (in->merge != NULL)
		merge_tick(in->merge, passed);
	if (in->reached < passed)
		in->reached = passed;
	fire(in);
}

nstime
intake_clock_set(struct intake *in)
{
	const nstime step = timeline_measure(
	    &in->time, wallclock_offset(), INTAKE_STEP, wallclock_monotonic());

	in->wall_offset = in->time.offset;
	if (step != 0 && in->matcher != NULL)
		matcher_stepped(in->matcher, step);
	return step;
}

void
intake_minute(struct intake *in, struct judge *judge, const struct log *log)
{
	const char *names[INTERFACES_MOST];

	for (size_t i = 0; i < INTERFACES_MOST; i++) {
		passage_minute(&in->passages[i],
		    interfaces_name(in->interfaces, i), judge, in->reached,
		    intake_wall(in), log);
		names[i] = interfaces_is_open(in->interfaces, i)
		    ? interfaces_name(in->interfaces, i)
		    : NULL;
	}
	livealign_minute(in->align, names, INTERFACES_MOST, judge, in->reached,
	    intake_wall(in));
}

uint64_t
intake_dropped(const struct intake *in, size_t slot)
{
	return in->passages[slot].dropped_before + in->passages[slot].dropped;
}

uint64_t
intake_arrived(const struct intake *in)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		if (interfaces_is_open(in->interfaces, i))
			sum += nic_received(interfaces_name(in->interfaces, i));
	return sum;
}
