/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sinks.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/wallclock.h"
#include "outlet/sink_webhook.h"
#include "outlet/sinktable.h"

/* At ten alerts a second a sink may be stalled for seven minutes. */
enum { SINKS = 16, QUEUE = 4096, WORD = 512 };

/* How long a sink that is no longer configured may go on delivering. */
#define LEAVE (60 * NSTIME_S)

/* A sink that delivers nothing for this long without an error is stalled. */
#define STALLED (5 * NSTIME_S)

struct named {
	struct sink *sink; /* NULL: free */
	char word[WORD];
	unsigned facility, rate;
	bool failing; /* and that was logged */
	uint64_t delivered, lost;
	nstime moved;     /* when it last delivered, or had nothing to */
	uint64_t settled; /* at the end, when there is no sink any more */
};

struct sinks {
	const struct log *log;
	bool json;
	char host[HOST_NAME_MAX + 1]; /* the observer of every alert */
	struct named named[SINKS];
	struct named leaving[SINKS]; /* these deliver what is queued, and end */
	struct budget_share *memory;
	size_t noted; /* drawn from it */
};

struct sinks *
sinks_new(bool json, const struct log *log)
{
	struct sinks *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->log = log;
	s->json = json;
	if (gethostname(s->host, sizeof(s->host) - 1) != 0)
		s->host[0] = '\0';
	return s;
}

static bool
is_same(const struct named *a, const struct named *b)
{
	return a->sink != NULL && strcmp(a->word, b->word) == 0 &&
	    a->facility == b->facility && a->rate == b->rate;
}

/* A sink that still delivers goes on, rather than to have two for one file. */
static bool
take_back(struct sinks *s, struct named *n)
{
	for (size_t i = 0; i < SINKS; i++)
		if (is_same(&s->leaving[i], n) &&
		    sink_stay(s->leaving[i].sink)) {
			*n = s->leaving[i];
			s->leaving[i].sink = NULL;
			return true;
		}
	return false;
}

/* Keep the sink that is open for these words, or open one. */
static int
find_or_open(
    struct sinks *s, struct named *n, const struct sinks_wanted *wanted)
{
	const struct sinktable_row *row;
	struct slice argument;

	for (size_t i = 0; i < SINKS; i++)
		if (is_same(&s->named[i], n)) {
			*n = s->named[i];
			return 0;
		}
	if (take_back(s, n))
		return 0;
	row = sinktable_find(slice_text(n->word), &argument);
	if (row == NULL) {
		log_error(s->log, "sink %s: unknown; accepted: %s", n->word,
		    SINKTABLE_ACCEPTED);
		return -EINVAL;
	}
	n->moved = wallclock_monotonic();
	n->sink = row->open(&(struct sink_setup){
	    .argument = (const char *)argument.p, /* the end of n->word */
	    .facility = n->facility,
	    .json = s->json,
	    .limit = QUEUE,
	    .rate = n->rate,
	    .post = row->open == sink_webhook_new ? &wanted->webhook_post
						  : &wanted->alertmanager_post,
	    .secret = wanted->webhook_secret,
	});
	if (n->sink != NULL)
		return 0;
	log_error(s->log, "sink %s: cannot be opened: %s; it needs %s", n->word,
	    strerror(errno), row->needs);
	return -EIO;
}

static bool
among(const struct named named[], size_t count, const struct sink *sink)
{
	for (size_t i = 0; i < count; i++)
		if (named[i].sink == sink)
			return true;
	return false;
}

/* Stop using a sink; its thread delivers what is queued. */
static void
let_go(struct sinks *s, const struct named *n)
{
	const nstime monotonic = wallclock_monotonic();
	uint64_t missing, settled;
	size_t i = 0;

	sink_end(n->sink, monotonic + LEAVE);
	while (i < SINKS && s->leaving[i].sink != NULL)
		i++;
	if (i < SINKS)
		s->leaving[i] = *n;
	else /* only one that was just opened, and has nothing to deliver */
		sink_ended(n->sink, monotonic + NSTIME_S, &missing, &settled);
}

/* Is there room among those that leave for all that `next' does not keep?  A
 * stalled sink leaves when its reader is back, and not before. */
static bool
may_leave(const struct sinks *s, const struct named next[], size_t count)
{
	size_t leaving = 0;

	for (size_t i = 0; i < SINKS; i++) {
		leaving += s->leaving[i].sink != NULL;
		leaving += s->named[i].sink != NULL &&
		    !among(next, count, s->named[i].sink);
	}
	return leaving <= SINKS;
}

static size_t
add_word(const struct sinks_wanted *wanted, struct slice word,
    struct named named[], size_t count)
{
	struct named *n = &named[count];
	struct textbuf t;

	if (slice_is(word, SINKTABLE_AUTOMATIC))
		word = slice_text(sinktable_automatic());
	if (word.len == 0 || count == SINKS)
		return count;
	*n = (struct named){
		.facility = wanted->facility,
		.rate = wanted->rate,
	};
	textbuf_init(&t, n->word, sizeof(n->word));
	textbuf_add_slice(&t, word);
	for (size_t i = 0; i < count; i++)
		if (strcmp(named[i].word, n->word) == 0) {
			*n = (struct named){ .sink = NULL };
			return count;
		}
	return count + 1;
}

/* Each word of `list', with `before' in front of it. */
static size_t
add_words(const struct sinks_wanted *wanted, const char *before,
    const char *list, struct named named[], size_t count)
{
	struct slice rest = slice_text(list);

	while (rest.len > 0) {
		const struct slice word =
		    slice_first(rest, slice_index(rest, ' '));
		char store[WORD];
		struct textbuf t;

		textbuf_init(&t, store, sizeof(store));
		textbuf_add(&t, before);
		textbuf_add_slice(&t, word);
		count = add_word(wanted, textbuf_slice(&t), named, count);
		rest = slice_after(rest, word.len + 1);
	}
	return count;
}

static size_t
name_all(const struct sinks *s, const struct sinks_wanted *wanted,
    struct named named[])
{
	size_t count = 0;

	if (s->json)
		count = add_word(wanted, slice_text("stdout"), named, count);
	count = add_words(wanted, "", wanted->sinks, named, count);
	count = add_words(
	    wanted, "alertmanager:", wanted->alertmanagers, named, count);
	return add_words(wanted, "webhook:", wanted->webhook, named, count);
}

/* Half is the outbox's.  Each has an equal part of the other, so that one which
 * stands still takes nothing from the others. */
static void
share_memory(struct sinks *s)
{
	const size_t all = budget_share_guaranteed(s->memory);
	size_t count = 0;

	while (count < SINKS && s->named[count].sink != NULL)
		count++;
	for (size_t i = 0; i < count; i++)
		sink_set_octets(s->named[i].sink, all / 2 / count);
}

int
sinks_set(struct sinks *s, const struct sinks_wanted *wanted)
{
	struct named next[SINKS] = { { .sink = NULL } };
	const size_t count = name_all(s, wanted, next);
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++)
		error = find_or_open(s, &next[i], wanted);
	if (error == 0 && !may_leave(s, next, count)) {
		log_error(s->log,
		    "sinks: too many that were removed still deliver; try "
		    "again later");
		error = -EBUSY;
	}
	for (size_t i = 0; error != 0 && i < count; i++)
		if (next[i].sink != NULL &&
		    !among(s->named, SINKS, next[i].sink))
			let_go(s, &next[i]);
	if (error != 0)
		return error;
	for (size_t i = 0; i < SINKS; i++) {
		struct sink *sink = s->named[i].sink;

		if (sink != NULL && among(next, count, sink))
			sink_reopen(sink);
		else if (sink != NULL)
			let_go(s, &s->named[i]);
	}
	memcpy(s->named, next, sizeof(next));
	s->memory = wanted->memory;
	share_memory(s);
	return 0;
}

static struct alert_event
with_observer(const struct sinks *s, const struct alert_event *event)
{
	struct alert_event observed = *event;

	if (observed.observer.len == 0)
		observed.observer = slice_text(s->host);
	return observed;
}

void
sinks_alert(struct sinks *s, const struct alert_event *event, uint64_t number,
    nstime now)
{
	const struct alert_event observed = with_observer(s, event);

	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++)
		sink_alert(s->named[i].sink, &observed, number, now);
}

void
sinks_again(struct sinks *s, const char *name, const struct alert_event *event,
    uint64_t number, nstime now)
{
	const struct alert_event observed = with_observer(s, event);

	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++)
		if (strcmp(s->named[i].word, name) == 0)
			sink_alert(s->named[i].sink, &observed, number, now);
}

void
sinks_renew(struct sinks *s, const struct alert_event *event)
{
	const struct alert_event observed = with_observer(s, event);

	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++)
		if (sink_repeats(s->named[i].sink))
			sink_alert(s->named[i].sink, &observed, 0, event->now);
}

size_t
sinks_settled(struct sinks *s, uint64_t last, struct outbox_reader *readers)
{
	size_t count = 0;

	for (size_t i = 0; i < SINKS && s->named[i].word[0] != '\0'; i++) {
		const struct named *n = &s->named[i];
		struct sink_counts counts = { .settled = n->settled };

		if (n->sink != NULL)
			sink_count(n->sink, &counts);
		readers[count++] = (struct outbox_reader){
			.name = n->word,
			.number = counts.settled < last ? counts.settled : last,
		};
	}
	return count;
}

void
sinks_note(struct sinks *s, int priority, const char *text)
{
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++)
		sink_note(s->named[i].sink, priority, text);
}

/*
 * Log when a sink begins to fail or stall and when it is back, but nothing in
 * between: our log may go to the journald that is stalled.
 */
static void
watch_one(struct sinks *s, struct named *n)
{
	const nstime monotonic = wallclock_monotonic();
	struct sink_counts counts;
	bool stalled;

	sink_count(n->sink, &counts);
	if (counts.delivered != n->delivered || counts.queued == 0)
		n->moved = monotonic;
	n->delivered = counts.delivered;
	stalled = monotonic - n->moved >= STALLED;
	if ((counts.error != 0 || stalled) && !n->failing) {
		log_warning(s->log, "sink %s: %s, %llu %s", n->word,
		    counts.error != 0 ? strerror(-counts.error) : "stalled",
		    (unsigned long long)counts.queued,
		    counts.queued == 1 ? "alert waits" : "alerts wait");
		n->failing = true;
	} else if (counts.error == 0 && !stalled && n->failing) {
		log_notice(s->log, "sink %s: is back, %llu alerts were lost",
		    n->word, (unsigned long long)(counts.lost - n->lost));
		n->failing = false;
	}
	if (!n->failing)
		n->lost = counts.lost;
}

static void
say_missing(const struct sinks *s, const char *name, uint64_t missing)
{
	if (missing > 0)
		log_warning(s->log, "sink %s: %llu alerts not delivered", name,
		    (unsigned long long)missing);
}

static void
watch_leaving(struct sinks *s, nstime until)
{
	for (size_t i = 0; i < SINKS; i++) {
		char name[WORD];
		struct textbuf t;
		uint64_t missing, settled;

		if (s->leaving[i].sink == NULL)
			continue;
		textbuf_init(&t, name, sizeof(name));
		textbuf_add(&t, sink_name(s->leaving[i].sink));
		if (!sink_ended(s->leaving[i].sink, until, &missing, &settled))
			continue;
		s->leaving[i].sink = NULL;
		say_missing(s, name, missing);
	}
}

/* Their threads free what they delivered, so it is counted now and then. */
static void
note_memory(struct sinks *s)
{
	const struct named *const both[] = { s->named, s->leaving };
	struct sink_counts counts;

	budget_undo(s->memory, s->noted);
	s->noted = 0;
	for (size_t i = 0; i < 2 * SINKS; i++) {
		struct sink *sink = both[i / SINKS][i % SINKS].sink;

		if (sink == NULL)
			continue;
		sink_count(sink, &counts);
		s->noted += counts.octets;
	}
	budget_note(s->memory, s->noted);
}

void
sinks_tick(struct sinks *s, nstime now)
{
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++) {
		sink_tick(s->named[i].sink, now);
		watch_one(s, &s->named[i]);
	}
	watch_leaving(s, 0);
	share_memory(s);
	note_memory(s);
}

void
sinks_each(struct sinks *s, sinks_output *output, void *arg)
{
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++) {
		struct sink_counts counts;

		sink_count(s->named[i].sink, &counts);
		output(arg, s->named[i].word, &counts);
	}
}

void
sinks_report(struct sinks *s)
{
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++) {
		struct sink_counts counts;

		sink_count(s->named[i].sink, &counts);
		log_answer(s->log,
		    "sink %s: %llu delivered, %llu lost, %llu waiting",
		    s->named[i].word, (unsigned long long)counts.delivered,
		    (unsigned long long)counts.lost,
		    (unsigned long long)counts.queued);
	}
}

void
sinks_finish(struct sinks *s, nstime deadline)
{
	for (size_t i = 0; i < SINKS; i++)
		if (s->leaving[i].sink != NULL)
			sink_end(s->leaving[i].sink, deadline);
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++)
		sink_end(s->named[i].sink, deadline);
	watch_leaving(s, deadline);
	for (size_t i = 0; i < SINKS && s->named[i].sink != NULL; i++) {
		struct named *n = &s->named[i];
		uint64_t missing;

		sink_ended(n->sink, deadline, &missing, &n->settled);
		n->sink = NULL;
		say_missing(s, n->word, missing);
	}
}

void
sinks_free(struct sinks *s)
{
	free(s);
}
