/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * fleets [-v] [-c FILE] SAVEFILE ..: judge each savefile with one daemon, and
 * again as a fleet of two and of four sensors and one judge, through batches as
 * they travel.  The sensors share the packets by leg (the pair of hosts), by
 * flow, by direction (of UDP alone, or of all), or see them all.  Of four
 * sensors halves are joined by partitions, of two by the judge. The alerts must
 * be the same: kind, state, severity, id, reason.  What cannot be judged so is
 * listed as excepted.
 *
 * fleets -k SECONDS SAVEFILE ..: two sensors see one direction each, and the
 * judge dies again and again after so many seconds of the savefile: another
 * takes over, as in a daemon, from the state that was saved up to ten seconds
 * before and from batches.  What it tells again is told once.  The alerts must
 * be those of one daemon all the same.
 *
 * fleets -w SEED SAVEFILE: write the batches of two sensors as a seed of
 * wire_fuzz.
 *
 * fleets -o SAVEFILE ..: octets for each SIP message instead, where one sensor
 * sees both directions and where two see one each.
 */

#include <stdio.h>
#include <sys/queue.h>
#include <unistd.h>

#include "config/config.h"
#include "config/linkname.h"
#include "pipeline/joiner.h"
#include "pipeline/partition.h"
#include "pipeline/reader.h"
#include "pipeline/saved.h"
#include "pipeline/sensor.h"
#include "report/jsonline.h"
#include "tools/steps.h"

enum { SENSORS = 4, ALERTS = 4096, LINE = 256, WANTS = 4096, PARTITIONS = 16 };

enum split { BY_LEG, BY_FLOW, BY_DIRECTION, BY_WAY, ALL_SEE, SPLITS };

static const char *const split_names[SPLITS] = {
	[BY_LEG] = "leg",
	[BY_FLOW] = "flow",
	[BY_DIRECTION] = "direction of UDP",
	[BY_WAY] = "direction",
	[ALL_SEE] = "all see all",
};

static bool verbose;

static FILE *seed;

static nstime lives; /* of a judge; 0: it does not die */

#define SAVE_EACH (10 * NSTIME_S)

/* What was told, a line each. */
struct told {
	const char *mark; /* before each, where all is shown */
	char (*lines)[LINE];
	size_t count;
	bool once; /* a line that is there already is not told */
};

struct fleet;

struct fleet_sensor {
	struct fleet *fleet;
	unsigned number;
	struct reader *reader;
	struct sensor *sensor;
	nstime now, ahead;
};

/* A batch of the stream, its octets behind it. */
struct kept {
	STAILQ_ENTRY(kept) later;
	nstime received;
	size_t len;
	uint8_t octets[];
};

STAILQ_HEAD(stream, kept);

struct fleet {
	struct fleet_sensor sensors[SENSORS];
	unsigned count;
	struct joiner *joiner;
	struct partition *partitions[PARTITIONS]; /* NULL: none */
	uint8_t *wants[WANTS];                    /* not delivered yet */
	size_t want_len[WANTS], want_count;
	struct stream stream; /* what a successor is given once more */
	struct joiner_limits limits;
	struct record state; /* saved last; empty: none was */
	nstime now, saves, dies;
	uint64_t octets, messages, broken;
	struct told told;
};

/* Was the last line told before? */
static bool
is_repeated(const struct told *told)
{
	const char *last = told->lines[told->count - 1];

	for (size_t i = 0; i + 1 < told->count; i++)
		if (strcmp(told->lines[i], last) == 0)
			return true;
	return false;
}

static void
write_line(char *line, const struct alert_event *e)
{
	struct textbuf t;

	textbuf_init(&t, line, LINE);
	textbuf_add(&t, finding_kind_name(e->kind));
	textbuf_add(&t, " ");
	textbuf_add(&t, alert_state_name(e->state));
	textbuf_add(&t, " ");
	textbuf_add(&t, finding_severity_name(e->severity));
	textbuf_add(&t, " ");
	textbuf_hex(&t, e->id, 16);
	textbuf_add(&t, "/");
	textbuf_uint(&t, e->episode);
	textbuf_add(&t, " ");
	textbuf_wire(&t, e->subject);
	if (e->state != ALERT_RESOLVED)
		return;
	textbuf_add(&t, " ");
	textbuf_add(&t, alert_reason_name(e->reason));
}

static void
on_alert(void *arg, const struct alert_event *e)
{
	struct told *told = arg;

	if (verbose) {
		char *line = jsonline_alert(e);

		printf("%s%s\n", told->mark, line);
		free(line);
	}
	if (e->state == ALERT_REFRESHED || told->count == ALERTS)
		return;
	write_line(told->lines[told->count++], e);
	if (told->once && is_repeated(told))
		told->count--;
}

static void
on_fleet_alert(void *arg, const struct alert_event *e)
{
	struct fleet *f = arg;

	on_alert(&f->told, e);
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
told_new(struct told *t, const char *mark)
{
	t->mark = mark;
	t->count = 0;
	t->lines = calloc(ALERTS, LINE);
	if (t->lines == NULL)
		abort();
}

/* One daemon. */
struct single {
	struct matcher *matcher;
	struct judge *judge;
	struct reader *reader;
	nstime now, ahead;
	struct told told;
};

static void
on_single_alert(void *arg, const struct alert_event *e)
{
	struct single *s = arg;

	on_alert(&s->told, e);
}

static void
on_observation(void *arg, const struct observation *o)
{
	const struct single *s = arg;

	judge_observe(s->judge, o);
}

static void
advance_single(struct single *s, nstime until)
{
	for (;;) {
		const nstime deadlines[] = {
			reader_next_deadline(s->reader),
			matcher_next_deadline(s->matcher),
			judge_next_deadline(s->judge),
		};
		nstime due = nstime_earliest(deadlines, 3);

		if (due > until)
			break;
		if (due < s->now)
			due = s->now;
		s->now = due;
		reader_tick(s->reader, due, due + s->ahead);
		matcher_tick(s->matcher, due, due + s->ahead);
		judge_tick(s->judge, due, due + s->ahead);
	}
	s->now = until;
}

static void
judge_alone(const struct config_rooms *limits, const struct step *steps,
    struct single *s)
{
	told_new(&s->told, "  1 ");
	s->judge = judge_new(&limits->judge, on_single_alert, s);
	s->matcher = matcher_new(&limits->matcher, on_observation, s);
	s->reader = reader_new(&limits->reader,
	    &(struct reader_output){
		.event = matcher_input, .arg = s->matcher });
	s->now = steps->packet.now;
	for (const struct step *step = steps; step != NULL; step = step->next) {
		advance_single(s, step->packet.now);
		s->ahead = step->packet.wall - step->packet.now;
		reader_packet(s->reader, &step->packet);
	}
	reader_finish(s->reader, s->now, s->now + s->ahead);
	matcher_finish(s->matcher, s->now, s->now + s->ahead);
	judge_finish(s->judge, s->now, s->now + s->ahead);
	reader_free(s->reader);
	matcher_free(s->matcher);
	judge_free(s->judge);
}

/* A fleet. */

static void
on_want(void *arg, struct slice batch)
{
	struct fleet *f = arg;

	if (f->want_count == WANTS)
		abort();
	f->wants[f->want_count] = malloc(batch.len + 1);
	if (f->wants[f->want_count] == NULL)
		abort();
	memcpy(f->wants[f->want_count], batch.p, batch.len);
	f->want_len[f->want_count++] = batch.len;
}

static void
deliver_wants(struct fleet *f)
{
	for (size_t w = 0; w < f->want_count; w++) {
		for (unsigned i = 0; i < f->count; i++)
			if (!sensor_wanted(f->sensors[i].sensor,
				slice_of(f->wants[w], f->want_len[w]),
				f->sensors[i].now))
				f->broken++;
		for (unsigned i = 0; i < PARTITIONS; i++)
			if (f->partitions[i] != NULL)
				partition_wanted(f->partitions[i],
				    slice_of(f->wants[w], f->want_len[w]));
		free(f->wants[w]);
	}
	f->want_count = 0;
}

static void
keep_batch(struct fleet *f, struct slice batch, nstime received)
{
	struct kept *kept = malloc(sizeof(*kept) + batch.len);

	if (kept == NULL)
		abort();
	kept->received = received;
	kept->len = batch.len;
	memcpy(kept->octets, batch.p, batch.len);
	STAILQ_INSERT_TAIL(&f->stream, kept, later);
}

static void
drop_batches(struct fleet *f, nstime before)
{
	struct kept *kept;

	while ((kept = STAILQ_FIRST(&f->stream)) != NULL &&
	    kept->received < before) {
		STAILQ_REMOVE_HEAD(&f->stream, later);
		free(kept);
	}
}

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	struct fleet_sensor *s = arg;

	(void)sequence;
	s->fleet->octets += batch.len;
	if (seed != NULL) {
		fputc((int)(batch.len >> 16), seed);
		fputc((int)(batch.len >> 8 & 0xff), seed);
		fputc((int)(batch.len & 0xff), seed);
		fwrite(batch.p, 1, batch.len, seed);
	}
	if (lives > 0)
		keep_batch(s->fleet, batch, s->now);
	if (joiner_input(s->fleet->joiner, batch, s->now, 0) != JOINER_TAKEN)
		s->fleet->broken++;
}

static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	struct fleet_sensor *s = arg;
	struct fleet *f = s->fleet;

	(void)sequence;
	f->octets += batch.len;
	if (partition_input(f->partitions[partition], batch, s->now, 0) !=
	    JOINER_TAKEN)
		f->broken++;
}

static void
advance_sensor(struct fleet_sensor *s, nstime until)
{
	for (;;) {
		const nstime reader = reader_next_deadline(s->reader);
		const nstime sensor = sensor_next_deadline(s->sensor);
		nstime due = reader < sensor ? reader : sensor;

		if (due > until)
			break;
		if (due < s->now)
			due = s->now;
		s->now = due;
		reader_tick(s->reader, due, due + s->ahead);
		sensor_tick(s->sensor, due, due + s->ahead);
		deliver_wants(s->fleet);
	}
	s->now = until;
}

/* Where nothing happens for long, no batch needs to be sent. */
static void
skip(struct fleet_sensor *s, nstime until)
{
	nstime due;

	while ((due = reader_next_deadline(s->reader)) <= until) {
		if (due < s->now)
			due = s->now;
		s->now = due;
		reader_tick(s->reader, due, due + s->ahead);
	}
	s->now = until;
	sensor_tick(s->sensor, until, until + s->ahead);
}

static void
new_joiner(struct fleet *f)
{
	f->joiner = joiner_new(&f->limits,
	    &(struct joiner_output){
		.alert = on_fleet_alert, .want = on_want, .arg = f });
}

static void
save(struct fleet *f)
{
	record_done(&f->state);
	record_init(&f->state, SAVED_MOST);
	joiner_save(f->joiner, &f->state);
	f->broken += f->state.failed;
	drop_batches(f, f->now - JOINER_REPLAY);
	f->saves = f->now + SAVE_EACH;
}

/* The judge dies, and its successor reads what it left. */
static void
succeed(struct fleet *f)
{
	const struct kept *kept;
	struct cursor c;

	joiner_free(f->joiner);
	new_joiner(f);
	c = cursor_over(slice_of(f->state.octets, f->state.len));
	if (c.rest.len > 0 && !joiner_load(f->joiner, &c))
		f->broken++;
	for (kept = STAILQ_FIRST(&f->stream); kept != NULL;
	     kept = STAILQ_NEXT(kept, later))
		if (joiner_input(f->joiner, slice_of(kept->octets, kept->len),
			kept->received, 0) != JOINER_TAKEN)
			f->broken++;
	f->dies = f->now + lives;
}

/* All sensors side by side, in steps that no answer to a want outlives. */
static void
advance_fleet(struct fleet *f, nstime until)
{
	const nstime busy = f->now + 45 * NSTIME_S;

	while (f->now < until) {
		if (f->now > busy && until - f->now > 10 * NSTIME_S) {
			f->now = until - 5 * NSTIME_S;
			for (unsigned i = 0; i < f->count; i++)
				skip(&f->sensors[i], f->now);
			deliver_wants(f);
		}
		f->now += 100 * NSTIME_MS;
		if (f->now > until)
			f->now = until;
		for (unsigned i = 0; i < f->count; i++)
			advance_sensor(&f->sensors[i], f->now);
		if (lives > 0 && f->now >= f->saves)
			save(f);
		if (lives > 0 && f->now >= f->dies)
			succeed(f);
	}
}

static bool
sees(const struct fleet *f, unsigned sensor, const struct step *step,
    enum split split)
{
	switch (split) {
	case BY_LEG:
		return step->pair % f->count == sensor;
	case BY_FLOW:
		return step->flow % f->count == sensor;
	case BY_DIRECTION:
		return step->directed % f->count == sensor;
	case BY_WAY:
		return step->way % f->count == sensor;
	default:
		return true;
	}
}

static void
build_partitions(struct fleet *f)
{
	for (unsigned i = 0; i < PARTITIONS; i++)
		f->partitions[i] = partition_new(
		    &(struct partition_limits){
			.number = i,
			.of = PARTITIONS,
			.halves = 65536,
			.sensors = SENSORS,
			.key = steps_key,
		    },
		    on_want, f);
}

static void
build_fleet(struct fleet *f, const struct config_rooms *limits)
{
	f->limits = (struct joiner_limits){
		.halves = 65536,
		.events = 65536,
		.sensors = SENSORS,
		.sights = 1024,
		.lag = 1500 * NSTIME_MS,
		.lost = 10 * NSTIME_S,
		.reader = limits->reader,
		.matcher = limits->matcher,
		.judge = limits->judge,
		.key = steps_key,
	};

	STAILQ_INIT(&f->stream);
	new_joiner(f);
	if (f->count == SENSORS)
		build_partitions(f);
	for (unsigned i = 0; i < f->count; i++) {
		struct fleet_sensor *s = &f->sensors[i];
		struct reader_limits reader = limits->reader;
		const char name[] = { 's', (char)('0' + i), '\0' };
		const struct sensor_setup setup = {
			.limits = { 65536, 65536, 65536, 65536, limits->matcher,
			    steps_key },
			.name = name,
			.run = 1,
			.batch = on_batch,
			.partitions = f->count == SENSORS ? PARTITIONS : 0,
			.halves = on_halves,
			.arg = s,
		};

		s->fleet = f;
		s->number = i;
		s->sensor = sensor_new(&setup);
		reader.segments = true;
		s->reader = reader_new(&reader,
		    &(struct reader_output){
			.event = sensor_input, .arg = s->sensor });
	}
}

static void
play(struct fleet *f, const struct step *steps, enum split split)
{
	f->now = steps->packet.now;
	f->saves = f->now + SAVE_EACH;
	f->dies = f->now + lives;
	for (unsigned i = 0; i < f->count; i++)
		f->sensors[i].now = f->now;
	for (const struct step *step = steps; step != NULL; step = step->next) {
		advance_fleet(f, step->packet.now);
		for (unsigned i = 0; i < f->count; i++) {
			struct fleet_sensor *s = &f->sensors[i];

			s->ahead = step->packet.wall - step->packet.now;
			sensor_tick(s->sensor, s->now, s->now + s->ahead);
			if (sees(f, i, step, split))
				reader_packet(s->reader, &step->packet);
		}
		deliver_wants(f);
	}
	for (unsigned i = 0; i < f->count; i++) {
		struct fleet_sensor *s = &f->sensors[i];

		reader_finish(s->reader, s->now, s->now + s->ahead);
		sensor_finish(s->sensor, s->now, s->now + s->ahead);
	}
	for (int again = 0; again < 2; again++) {
		deliver_wants(f);
		for (unsigned i = 0; i < f->count; i++)
			sensor_finish(f->sensors[i].sensor, f->now,
			    f->now + f->sensors[i].ahead);
	}
	joiner_finish(f->joiner);
}

static void
judge_together(const struct config_rooms *limits, const struct step *steps,
    enum split split, struct fleet *f)
{
	told_new(&f->told, "    ");
	f->told.once = lives > 0;
	build_fleet(f, limits);
	play(f, steps, split);
	for (unsigned i = 0; i < f->count; i++) {
		struct sensor_counts counts;

		sensor_counts(f->sensors[i].sensor, &counts);
		f->messages += counts.messages;
		reader_free(f->sensors[i].reader);
		sensor_free(f->sensors[i].sensor);
	}
	for (unsigned i = 0; i < PARTITIONS; i++)
		partition_free(f->partitions[i]);
	joiner_free(f->joiner);
	record_done(&f->state);
	drop_batches(f, NSTIME_NEVER);
}

static void
show(char mark, const struct told *a, const struct told *b)
{
	for (size_t i = 0; i < a->count; i++) {
		bool found = false;

		for (size_t k = 0; k < b->count && !found; k++)
			found = strcmp(a->lines[i], b->lines[k]) == 0;
		if (!found)
			printf("  %c %s\n", mark, a->lines[i]);
	}
}

static bool
except(const char *path, const char *why)
{
	printf("excepted: %s: %s\n", path, why);
	return true;
}

static bool
same(const char *path, struct told *one, struct fleet *f, enum split split)
{
	bool equal = one->count == f->told.count && f->broken == 0;

	qsort(f->told.lines, f->told.count, LINE, compare_lines);
	for (size_t i = 0; equal && i < one->count; i++)
		equal = strcmp(one->lines[i], f->told.lines[i]) == 0;
	if (equal)
		return true;
	printf("%s: %u sensors by %s: %zu alerts, not %zu; %llu batches "
	       "refused\n",
	    path, f->count, split_names[split], f->told.count, one->count,
	    (unsigned long long)f->broken);
	show('-', one, &f->told);
	show('+', &f->told, one);
	return false;
}

static bool
compare(const char *path, const struct config_rooms *limits,
    const struct step *steps)
{
	const unsigned most = lives > 0 ? 2 : SENSORS;
	const unsigned first = lives > 0 ? BY_WAY : 0;
	const unsigned end = lives > 0 ? BY_WAY + 1 : SPLITS;
	struct single one = { .now = 0 };
	bool equal = true;

	judge_alone(limits, steps, &one);
	qsort(one.told.lines, one.told.count, LINE, compare_lines);
	for (unsigned split = first; split < end; split++)
		for (unsigned count = 2; count <= most; count += 2) {
			struct fleet f = { .count = count };

			judge_together(limits, steps, split, &f);
			equal = same(path, &one.told, &f, split) && equal;
			free(f.told.lines);
		}
	free(one.told.lines);
	return equal;
}

static void
weigh(const char *path, const struct config_rooms *limits,
    const struct step *steps)
{
	for (unsigned count = 1; count <= 2; count++) {
		struct fleet f = { .count = count };

		judge_together(limits, steps, BY_DIRECTION, &f);
		printf("%s: %u sensor%s: %llu messages, %.2f octets each\n",
		    path, count, count == 1 ? "" : "s",
		    (unsigned long long)f.messages,
		    (double)f.octets /
			(double)(f.messages > 0 ? f.messages : 1));
		free(f.told.lines);
	}
}

/* A live sensor's time never jumps. */
static bool
is_steady(const struct step *step)
{
	for (; step != NULL; step = step->next)
		if (step->rebased)
			return false;
	return true;
}

static bool
check(
    const char *path, const struct config_rooms *limits, int user0, bool octets)
{
	struct savefile *savefile;
	struct step *steps;
	bool equal = true;

	if (savefile_open(
		path, user0, &steps_unheard, &steps_quiet, &savefile) < 0)
		return access(path, R_OK) == 0 &&
		    except(path, "of a kind that is not read");
	steps = steps_read(savefile, &limits->reader.decode, 1);
	if (steps != NULL && seed != NULL) {
		struct fleet f = { .count = 2 };

		judge_together(limits, steps, BY_WAY, &f);
		free(f.told.lines);
	} else if (steps != NULL && octets)
		weigh(path, limits, steps);
	else if (steps == NULL)
		equal = except(path, "no packets");
	else if (!is_steady(steps))
		equal = except(path, "its time turns back");
	else
		equal = compare(path, limits, steps);
	steps_free(steps);
	savefile_free(savefile);
	return equal;
}

int
main(int argc, char **argv)
{
	struct config *config = config_new();
	static struct config_rooms limits;
	unsigned passed = 0, failed = 0;
	bool octets = false;
	int at = 1, user0;

	if (at < argc && strcmp(argv[at], "-v") == 0) {
		verbose = true;
		at++;
	}
	if (at + 1 < argc && strcmp(argv[at], "-w") == 0) {
		seed = fopen(argv[at + 1], "wb");
		at += 2;
	}
	if (at + 1 < argc && strcmp(argv[at], "-k") == 0) {
		lives = strtol(argv[at + 1], NULL, 10) * NSTIME_S;
		at += 2;
	}
	if (at < argc && strcmp(argv[at], "-o") == 0) {
		octets = true;
		at++;
	}
	if (at + 1 < argc && strcmp(argv[at], "-c") == 0) {
		if (config_load(config, argv[at + 1], &steps_quiet) < 0)
			return 2;
		at += 2;
	} else {
		config_without_file(config);
	}
	config_limits(config, &steps_key, NULL, &limits);
	user0 = linkname_find(slice_text(config->capture.user0));
	for (; at < argc; at++)
		if (check(argv[at], &limits, user0, octets))
			passed++;
		else
			failed++;
	config_free(config);
	if (seed != NULL)
		fclose(seed);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
