/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * readers [-c FILE] SAVEFILE ..: judge each savefile with one reader, and again
 * with two and with five, which share the packets by their flows.  Each of
 * those runs over its packets as if there were no other, and its events are
 * copied and merged.  All must give the same JSON, octet by octet; and so again
 * with stamps of whole seconds, where much happens at one instant.  Each reader
 * by itself must keep to the order in which events are merged.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/savefile.h"
#include "config/config.h"
#include "pipeline/eventmerge.h"
#include "report/jsonline.h"
#include "tools/steps.h"

enum { MOST_READERS = 5, MOST_DROPS = 256 };

struct run {
	struct config_rooms limits;
	size_t count;
	struct reader *readers[MOST_READERS];
	struct matcher *matcher;
	struct judge *judge;
	struct eventmerge *merge;
	size_t current; /* the reader that is running */
	struct event last[MOST_READERS];
	unsigned disorder;
	nstime now, ahead;
	const struct step *passed; /* the latest packet before `now' */
	const struct step *steps;
	FILE *out;
};

static void
write_line(struct run *run, char *line)
{
	if (line == NULL)
		abort();
	fprintf(run->out, "%s\n", line);
	free(line);
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	write_line(arg, jsonline_alert(event));
}

static void
on_observation(void *arg, const struct observation *observation)
{
	const struct run *run = arg;

	judge_observe(run->judge, observation);
}

/* The stamps of packets less `now', of the latest before `now'. */
static nstime
ahead_before(struct run *run, nstime now)
{
	const struct step *next =
	    run->passed == NULL ? run->steps : run->passed->next;

	while (next != NULL && next->packet.now < now) {
		run->passed = next;
		run->ahead = next->packet.wall - next->packet.now;
		next = next->next;
	}
	return run->ahead;
}

/* Fire what is due in matcher and judge up to `until', each at its time. */
static void
advance_matcher(struct run *run, nstime until)
{
	for (;;) {
		const nstime matcher = matcher_next_deadline(run->matcher);
		const nstime judge = judge_next_deadline(run->judge);
		nstime due = matcher < judge ? matcher : judge;
		nstime wall;

		if (due > until)
			break;
		if (due < run->now)
			due = run->now;
		run->now = due;
		wall = due + ahead_before(run, due);
		matcher_tick(run->matcher, due, wall);
		if (judge <= due)
			judge_tick(run->judge, due, wall);
	}
	if (run->now < until)
		run->now = until;
}

/* A reader's deadlines fire before the matcher's, packets come after both. */
static void
on_merged(void *arg, const struct event *event)
{
	struct run *run = arg;

	advance_matcher(
	    run, event->task == EVENT_BY_PACKET ? event->now : event->now - 1);
	matcher_input(run->matcher, event);
}

static void
on_event(void *arg, const struct event *event)
{
	struct run *run = arg;

	run->disorder += event_before(event, &run->last[run->current]);
	run->last[run->current] = *event;
	if (run->count == 1)
		on_merged(run, event);
	else
		eventmerge_input(run->merge, run->current, event);
}

static void
advance_reader(struct reader *reader, nstime now, nstime until, nstime ahead)
{
	for (;;) {
		nstime due = reader_next_deadline(reader);

		if (due < now)
			due = now;
		if (due > until)
			break;
		reader_tick(reader, due, due + ahead);
	}
}

static bool
is_of(const struct run *run, const struct step *step)
{
	return step->pair % run->count == run->current;
}

/* One reader reads its share up to the next rebase.  Whichever reader a packet
 * is of, all are told how its stamp stands to `now'. */
static const struct step *
read_share(struct run *run, const struct step *step, nstime *now, nstime *ahead)
{
	struct reader *reader = run->readers[run->current];
	bool begun = false;

	for (; step != NULL && !(begun && step->rebased); step = step->next) {
		const struct packet *packet = &step->packet;

		begun = true;
		advance_reader(reader, *now, packet->now, *ahead);
		*now = packet->now;
		*ahead = packet->wall - packet->now;
		if (is_of(run, step))
			reader_packet(reader, packet);
	}
	return step;
}

/* All readers have ended, or time was rebased: nothing is left on the way. */
static void
finish(struct run *run, nstime now, nstime ahead)
{
	for (run->current = 0; run->current < run->count; run->current++)
		reader_finish(run->readers[run->current], now, now + ahead);
	eventmerge_flush(run->merge);
	advance_matcher(run, now);
	matcher_finish(run->matcher, now, now + ahead);
}

static void
rebase(struct run *run, nstime now, nstime ahead)
{
	finish(run, now, ahead);
	for (run->current = 0; run->current < run->count; run->current++)
		reader_rebase(run->readers[run->current], now, now + ahead);
	eventmerge_flush(run->merge);
}

static void
play(struct run *run)
{
	const struct step *step = run->steps;
	nstime now = step == NULL ? 0 : step->packet.now, ahead = 0;

	run->now = now;
	while (step != NULL) {
		const struct step *end = NULL;
		nstime ended = now, left = ahead;

		if (step->rebased)
			rebase(run, step->rebased_at, ahead);
		for (run->current = 0; run->current < run->count;
		     run->current++) {
			ended = now;
			left = ahead;
			end = read_share(run, step, &ended, &left);
		}
		eventmerge_flush(run->merge);
		step = end;
		now = ended;
		ahead = left;
	}
	finish(run, now, ahead);
	judge_finish(run->judge, now, now + ahead);
}

struct drops {
	struct summary *summary;
	struct summary_drop each[MOST_DROPS];
};

/* The counters of all readers are added up. */
static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct drops *drops = arg;
	struct summary *s = drops->summary;

	(void)kind;
	for (size_t i = 0; i < s->drop_count; i++)
		if (strcmp(drops->each[i].name, name) == 0) {
			drops->each[i].value += value;
			return;
		}
	if (s->drop_count == MOST_DROPS)
		abort();
	drops->each[s->drop_count++] =
	    (struct summary_drop){ name, value, false };
}

static void
leave_out_zeros(struct drops *drops)
{
	size_t kept = 0;

	for (size_t i = 0; i < drops->summary->drop_count; i++)
		if (drops->each[i].value > 0)
			drops->each[kept++] = drops->each[i];
	drops->summary->drop_count = kept;
}

static void
write_summary(struct run *run)
{
	struct summary summary = { .packets = 0 };
	struct drops drops = { .summary = &summary };
	struct summary_port ports[UINT16_MAX + 1];

	for (size_t i = 0; i < run->count; i++) {
		struct reader_counts counts;

		reader_counts(run->readers[i], &counts);
		summary.packets += counts.packets;
		summary.messages += counts.messages;
		reader_stats(run->readers[i], on_counter, &drops);
	}
	matcher_stats(run->matcher, on_counter, &drops);
	judge_stats(run->judge, on_counter, &drops);
	for (unsigned port = 0; port <= UINT16_MAX; port++) {
		const uint64_t n =
		    matcher_not_watched(run->matcher, (uint16_t)port);

		if (n > 0)
			ports[summary.port_count++] =
			    (struct summary_port){ (uint16_t)port, n };
	}
	leave_out_zeros(&drops);
	summary.drops = drops.each;
	summary.not_watched = ports;
	if (!judge_summary(run->judge, &summary))
		abort();
	write_line(run, jsonline_summary(&summary));
	summary.drops = NULL;
	summary.not_watched = NULL;
	summary_done(&summary);
}

/* The JSON of one run; the caller frees it. */
static char *
judge(const struct config_rooms *limits, const struct step *steps, size_t count)
{
	struct run run = { .limits = *limits, .count = count, .steps = steps };
	const struct reader_output output = { .event = on_event, .arg = &run };
	char *text = NULL;
	size_t len;

	run.out = open_memstream(&text, &len);
	run.judge = judge_new(&limits->judge, on_alert, &run);
	run.matcher = matcher_new(&limits->matcher, on_observation, &run);
	run.merge = eventmerge_new(count, SIZE_MAX, NULL, on_merged, &run);
	for (size_t i = 0; i < count; i++)
		run.readers[i] = reader_new(&limits->reader, &output);
	play(&run);
	write_summary(&run);
	if (run.disorder > 0)
		fprintf(run.out, "%u events of %zu readers out of order\n",
		    run.disorder, count);
	for (size_t i = 0; i < count; i++)
		reader_free(run.readers[i]);
	eventmerge_free(run.merge);
	matcher_free(run.matcher);
	judge_free(run.judge);
	fclose(run.out);
	return text;
}

/* True: all runs give the same. */
static bool
compare(const char *path, const struct config_rooms *limits,
    const struct step *steps)
{
	static const size_t counts[] = { 2, MOST_READERS };
	char *one = judge(limits, steps, 1);
	bool same = strstr(one, " out of order\n") == NULL;

	if (!same)
		printf("%s: %s", path, one);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		char *several = judge(limits, steps, counts[i]);

		if (strcmp(one, several) != 0) {
			printf("%s: %zu readers\n%sand one\n%s", path,
			    counts[i], several, one);
			same = false;
		}
		free(several);
	}
	free(one);
	return same;
}

static bool
check(const char *path, const struct config_rooms *limits, nstime resolution)
{
	struct savefile *savefile;
	struct step *steps;
	bool same;

	if (savefile_open(path, -1, &steps_unheard, &steps_quiet, &savefile) <
	    0)
		return access(path, R_OK) == 0; /* of a kind not read */
	steps = steps_read(savefile, &limits->reader.decode, resolution);
	same = compare(path, limits, steps);
	steps_free(steps);
	savefile_free(savefile);
	return same;
}

int
main(int argc, char **argv)
{
	struct config *config = config_new();
	static struct config_rooms limits;
	unsigned passed = 0, failed = 0;
	int at = 1;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		if (config_load(config, argv[2], &steps_quiet) < 0)
			return 2;
		at = 3;
	} else {
		config_without_file(config);
	}
	config_limits(config, &steps_key, NULL, &limits);
	portset_add(&limits.reader.hep.ports, HEPMSG_PORT);
	for (; at < argc; at++)
		if (check(argv[at], &limits, 1) &&
		    check(argv[at], &limits, NSTIME_S))
			passed++;
		else
			failed++;
	config_free(config);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
