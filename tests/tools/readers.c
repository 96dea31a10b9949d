/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * readers [-c FILE] SAVEFILE ..: judge each savefile with one reader, and again
 * with two and with four, which share the packets as capturing threads do.
 * They take turns of different lengths, so that one is ahead and another
 * behind, and their events are copied and leave merged as far as all have come.
 * Behind them are one matcher, or shards of calls, which are merged likewise.
 * All must give the same JSON, octet by octet; and so again with stamps of
 * whole seconds, where much happens at one instant.  Each reader by itself must
 * keep to the order in which events are merged.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/savefile.h"
#include "config/config.h"
#include "pipeline/eventmerge.h"
#include "pipeline/shardstream.h"
#include "report/jsonline.h"
#include "tools/steps.h"

enum { MOST_READERS = 4, MOST_SHARDS = 4, MOST_DROPS = 256, TURN = 3 };

/* One of the readers, and how far it has come. */
struct share {
	struct run *run;
	size_t number;
	struct reader *reader;
	const struct step *next;
	nstime now, ahead;
	struct event last;
};

/* The stamps of packets less `now', as far as one has come. */
struct timecursor {
	const struct step *passed; /* the latest packet before `now' */
	nstime ahead;
};

/* Of the calls of a run, and where what it tells goes. */
struct shard {
	struct run *run;
	size_t number;
	struct shardstream *stream;
};

struct run {
	struct config_rooms limits;
	size_t count;
	struct share shares[MOST_READERS];
	struct matcher *matcher;
	struct judge *judge;
	struct eventmerge *merge;
	size_t shard_count; /* 0: the matcher has the transactions itself */
	struct shard shards[MOST_SHARDS];
	struct callshard *rooms[MOST_SHARDS];
	struct eventmerge *settled; /* of all shards, and what is for none */
	uint64_t sequence;
	unsigned disorder;
	nstime now;
	struct timecursor matched, judged;
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

static nstime
ahead_before(const struct run *run, struct timecursor *c, nstime now)
{
	const struct step *next =
	    c->passed == NULL ? run->steps : c->passed->next;

	while (next != NULL && next->packet.now < now) {
		c->passed = next;
		c->ahead = next->packet.wall - next->packet.now;
		next = next->next;
	}
	return c->ahead;
}

static void
advance_judge(struct run *run, nstime until)
{
	nstime due;

	while ((due = judge_next_deadline(run->judge)) <= until)
		judge_tick(run->judge, due,
		    due + ahead_before(run, &run->judged, due));
}

/* Of all who match; and of the judge, if nothing is on its way to it. */
static nstime
next_due(const struct run *run)
{
	nstime next = matcher_next_deadline(run->matcher);

	for (size_t i = 0; i < run->shard_count; i++) {
		const nstime due = callshard_next_deadline(run->rooms[i]);

		if (due < next)
			next = due;
	}
	if (run->shard_count == 0 && judge_next_deadline(run->judge) < next)
		next = judge_next_deadline(run->judge);
	return next;
}

static void
fire(struct run *run, nstime due)
{
	const nstime ahead = ahead_before(run, &run->matched, due);

	matcher_tick(run->matcher, due, due + ahead);
	for (size_t i = 0; i < run->shard_count; i++)
		shardstream_reached(run->shards[i].stream, due, ahead);
	if (run->shard_count == 0 && judge_next_deadline(run->judge) <= due)
		judge_tick(run->judge, due, due + ahead);
}

/* Fire what is due up to `until', each at its time.  What is settled before it
 * goes on to the judge, whose deadlines fire between. */
static void
advance_matcher(struct run *run, nstime until)
{
	nstime due;

	while ((due = next_due(run)) <= until) {
		if (run->now < due)
			run->now = due;
		fire(run, run->now);
	}
	if (run->now < until)
		run->now = until;
	if (run->shard_count > 0)
		for (size_t i = 0; i <= run->shard_count; i++)
			eventmerge_reached(run->settled, i, until);
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

/* As the shards' threads are given them. */
static void
on_routed(void *arg, const struct event *event)
{
	struct run *run = arg;
	struct event numbered = *event;

	numbered.sequence = ++run->sequence;
	if (event->kind != EVENT_MESSAGE)
		eventmerge_input(run->settled, 0, &numbered);
	else
		shardstream_input(
		    run
			->shards[callshard_number(&steps_key,
			    event->message.message, (unsigned)run->shard_count)]
			.stream,
		    &numbered);
}

static void
on_shard(void *arg, const struct event *event)
{
	struct shard *shard = arg;

	eventmerge_input(shard->run->settled, shard->number + 1, event);
}

static void
on_settled(void *arg, const struct event *event)
{
	struct run *run = arg;

	advance_judge(
	    run, event->task == EVENT_BY_PACKET ? event->now : event->now - 1);
	matcher_settle(run->matcher, event);
}

static void
begin_shards(struct run *run)
{
	run->settled = eventmerge_new(
	    run->shard_count + 1, SIZE_MAX, NULL, on_settled, run);
	for (size_t i = 0; i < run->shard_count; i++) {
		struct shard *s = &run->shards[i];

		s->run = run;
		s->number = i;
		s->stream = shardstream_new(&run->limits.matcher, on_shard, s);
		run->rooms[i] = shardstream_shard(s->stream);
	}
	matcher_share(run->matcher,
	    &(struct shardset){
		.shards = run->rooms,
		.count = (unsigned)run->shard_count,
		.route = on_routed,
		.arg = run,
	    });
}

/* All that is on its way is judged, and what was due. */
static void
end_part(struct run *run, nstime now)
{
	if (run->shard_count == 0)
		return;
	eventmerge_flush(run->settled);
	advance_judge(run, now);
}

static void
on_event(void *arg, const struct event *event)
{
	struct share *share = arg;
	struct run *run = share->run;

	run->disorder += event_before(event, &share->last);
	share->last = *event;
	if (run->count == 1)
		on_merged(run, event);
	else
		eventmerge_input(run->merge, share->number, event);
}

static void
advance_reader(struct share *s, nstime until)
{
	for (;;) {
		nstime due = reader_next_deadline(s->reader);

		if (due < s->now)
			due = s->now;
		if (due > until)
			break;
		reader_tick(s->reader, due, due + s->ahead);
	}
	s->now = until;
}

/* Two readers have a direction of UDP each, as where answers come through
 * another tunnel; four share as fanout_group.h has it. */
static bool
is_of(const struct share *s, const struct step *step)
{
	const size_t count = s->run->count;

	return (count == 2 ? step->directed : step->outer) % count == s->number;
}

/* Whichever reader a packet is of, all are told how its stamp stands to
 * `now'. */
static void
read_step(struct share *s)
{
	const struct packet *packet = &s->next->packet;

	advance_reader(s, packet->now);
	s->ahead = packet->wall - packet->now;
	if (is_of(s, s->next))
		reader_packet(s->reader, packet);
	s->next = s->next->next;
}

/* All have come so far: what is due before it fires, as crewmatch_tick() has
 * it. */
static void
reached(struct share *s)
{
	struct run *run = s->run;
	nstime all;

	eventmerge_reached(run->merge, s->number, s->now);
	all = eventmerge_all_reached(run->merge);
	if (all != INT64_MIN)
		advance_matcher(run, all - 1);
}

/* False: `end' is where it stands. */
static bool
take_turn(struct share *s, const struct step *end)
{
	for (size_t n = TURN * (s->number + 1); n > 0 && s->next != end; n--)
		read_step(s);
	reached(s);
	return s->next != end;
}

/* All readers have ended, or time was rebased: nothing is left on the way. */
static void
finish(struct run *run)
{
	const nstime now = run->shares[0].now;
	const nstime wall = now + run->shares[0].ahead;

	for (size_t i = 0; i < run->count; i++)
		reader_finish(run->shares[i].reader, now, wall);
	eventmerge_flush(run->merge);
	advance_matcher(run, now);
	end_part(run, now);
	matcher_finish(run->matcher, now, wall);
	end_part(run, now);
}

static void
rebase(struct run *run, nstime now)
{
	for (size_t i = 0; i < run->count; i++)
		run->shares[i].now = now;
	finish(run);
	for (size_t i = 0; i < run->count; i++)
		reader_rebase(
		    run->shares[i].reader, now, now + run->shares[i].ahead);
	eventmerge_flush(run->merge);
}

/* Up to the next rebase: none reads on before all are there. */
static const struct step *
end_of_part(const struct step *step)
{
	do
		step = step->next;
	while (step != NULL && !step->rebased);
	return step;
}

static void
play_part(struct run *run, const struct step *end)
{
	bool more;

	do {
		more = false;
		for (size_t i = 0; i < run->count; i++)
			more |= take_turn(&run->shares[i], end);
	} while (more);
	eventmerge_flush(run->merge);
}

static void
play(struct run *run)
{
	const struct step *step = run->steps;
	const struct share *first = &run->shares[0];

	while (step != NULL) {
		if (step->rebased)
			rebase(run, step->rebased_at);
		step = end_of_part(step);
		play_part(run, step);
	}
	finish(run);
	judge_finish(run->judge, first->now, first->now + first->ahead);
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

		reader_counts(run->shares[i].reader, &counts);
		summary.packets += counts.packets;
		summary.messages += counts.messages;
		reader_stats(run->shares[i].reader, on_counter, &drops);
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

static void
new_share(struct run *run, size_t number)
{
	struct share *s = &run->shares[number];
	const struct reader_output output = { .event = on_event, .arg = s };

	*s = (struct share){
		.run = run,
		.number = number,
		.reader = reader_new(&run->limits.reader, &output),
		.next = run->steps,
		.now = run->now,
	};
}

/* The JSON of one run; the caller frees it. */
static char *
judge(const struct config_rooms *limits, const struct step *steps, size_t count,
    size_t shards)
{
	struct run run = {
		.limits = *limits,
		.count = count,
		.shard_count = shards,
		.steps = steps,
		.now = steps == NULL ? 0 : steps->packet.now,
	};
	char *text = NULL;
	size_t len;

	run.out = open_memstream(&text, &len);
	run.judge = judge_new(&limits->judge, on_alert, &run);
	run.matcher = matcher_new(&limits->matcher, on_observation, &run);
	run.merge = eventmerge_new(count, SIZE_MAX, NULL, on_merged, &run);
	if (shards > 0)
		begin_shards(&run);
	for (size_t i = 0; i < count; i++)
		new_share(&run, i);
	play(&run);
	write_summary(&run);
	if (run.disorder > 0)
		fprintf(run.out, "%u events of %zu readers out of order\n",
		    run.disorder, count);
	for (size_t i = 0; i < count; i++)
		reader_free(run.shares[i].reader);
	eventmerge_free(run.merge);
	eventmerge_free(run.settled);
	for (size_t i = 0; i < shards; i++)
		shardstream_free(run.shards[i].stream);
	matcher_free(run.matcher);
	judge_free(run.judge);
	fclose(run.out);
	return text;
}

/* At its limit a table lets some go, and shards have one each. */
static bool
is_at_limit(const char *told)
{
	return strstr(told, "\"txntable.full\"") != NULL ||
	    strstr(told, "\"txntable.unproven\"") != NULL ||
	    strstr(told, "\"txntable.evicted\"") != NULL;
}

/* True: all runs give the same. */
static bool
compare(const char *path, const struct config_rooms *limits,
    const struct step *steps)
{
	static const struct {
		size_t readers, shards;
	} runs[] = { { 2, 0 }, { MOST_READERS, 0 }, { 1, 1 }, { 1, 2 },
		{ MOST_READERS, MOST_SHARDS } };
	char *one = judge(limits, steps, 1, 0);
	bool same = strstr(one, " out of order\n") == NULL;

	if (!same)
		printf("%s: %s", path, one);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		char *several;

		if (runs[i].shards > 1 && is_at_limit(one))
			continue;
		several = judge(limits, steps, runs[i].readers, runs[i].shards);
		if (strcmp(one, several) != 0) {
			printf("%s: %zu readers, %zu shards\n%sand one\n%s",
			    path, runs[i].readers, runs[i].shards, several,
			    one);
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
