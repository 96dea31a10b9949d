/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <syslog.h>

#include "alert/holdback.h"
#include "base/budget.h"
#include "base/textbuf.h"
#include "host/thread.h"
#include "host/wallclock.h"

enum { NAME = 64 };

/* A sink that fails is tried again after 100 ms, then twice as long each
 * time, 5 s at the most. */
#define FIRST_PAUSE (100 * NSTIME_MS)
#define LONGEST_PAUSE (5 * NSTIME_S)

struct sink {
	char name[NAME];
	const struct sink_kind *kind;
	void *state;
	struct holdback holdback; /* the caller's thread only */

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* CLOCK_MONOTONIC; queue, reopen, ending */
	struct sink_record *first, **last;
	size_t queued, limit; /* with the one that is being delivered */
	size_t octets, most;  /* likewise, and with those held back */
	uint64_t delivered, lost, lost_told;
	uint64_t settled; /* the number of the latest alert delivered */
	bool gave_up;     /* on one: later ones do not settle it */
	int error;
	bool reopen, ending;
	bool over;       /* the thread ends, or has ended */
	nstime deadline; /* ending: give up then */

	/* The sink's thread only. */
	nstime due; /* of the next repeat */
	bool repeating;
};

struct sink_record *
sink_record_new(int priority, size_t len)
{
	struct sink_record *record = calloc(1, sizeof(*record) + len + 1);

	if (record == NULL)
		return NULL;
	record->priority = priority;
	record->len = len;
	return record;
}

struct sink_record *
sink_record_text(int priority, struct slice text)
{
	struct sink_record *record = sink_record_new(priority, text.len);

	if (record != NULL && text.len > 0)
		memcpy(record->octets, text.p, text.len);
	return record;
}

static size_t
cost(const struct sink_record *record)
{
	return sizeof(*record) + record->len + 1 + BUDGET_OVERHEAD;
}

/* One that is held back, or is no longer. */
static void
note_held(struct sink *s, const struct sink_record *record, bool held)
{
	if (record == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	if (held)
		s->octets += cost(record);
	else
		s->octets -= cost(record);
	pthread_mutex_unlock(&s->lock);
}

/* With the lock held: wait for a change, or until it is time to repeat. */
static void
wait_for_change(struct sink *s)
{
	if (s->kind->again == 0)
		pthread_cond_wait(&s->changed, &s->lock);
	else
		thread_wait(&s->changed, &s->lock, s->due);
}

static bool
is_due(struct sink *s)
{
	const nstime monotonic = wallclock_monotonic();

	if (s->kind->again == 0 || monotonic < s->due)
		return false;
	s->due = monotonic + s->kind->again;
	return true;
}

/* Wait for work: *record is to be delivered, or NULL if the sink only has to
 * be opened or to repeat itself.  False: the sink ends, and nothing is left to
 * do. */
static bool
take_next(struct sink *s, struct sink_record **record)
{
	bool more;

	pthread_mutex_lock(&s->lock);
	s->repeating = false;
	while (s->first == NULL && !s->reopen && !s->ending &&
	    !(s->repeating = is_due(s)))
		wait_for_change(s);
	*record = s->first;
	more = s->first != NULL || s->reopen || s->repeating;
	s->over = !more;
	if (s->first != NULL) {
		s->first = s->first->next;
		if (s->first == NULL)
			s->last = &s->first;
	}
	pthread_mutex_unlock(&s->lock);
	return more;
}

static int
open_if_asked(struct sink *s)
{
	bool reopen;
	int error;

	pthread_mutex_lock(&s->lock);
	reopen = s->reopen;
	s->reopen = false;
	pthread_mutex_unlock(&s->lock);
	if (!reopen || s->kind->reopen == NULL)
		return 0;
	error = s->kind->reopen(s->state);
	if (error != 0)
		sink_reopen(s);
	return error;
}

static int
try_once(struct sink *s, const struct sink_record *record)
{
	const int error = open_if_asked(s);

	if (error != 0)
		return error;
	if (record != NULL)
		return s->kind->deliver(s->state, record);
	return s->repeating ? s->kind->repeat(s->state) : 0;
}

/* Wait after a failed try, longer each time.  False: the deadline comes before
 * another try. */
static bool
wait_after(struct sink *s, int error, nstime *pause)
{
	nstime until = wallclock_monotonic() + *pause;
	bool ending, in_time = true;

	*pause = *pause >= LONGEST_PAUSE / 2 ? LONGEST_PAUSE : 2 * *pause;
	pthread_mutex_lock(&s->lock);
	s->error = error;
	ending = s->ending;
	if (ending) {
		until = wallclock_monotonic() + FIRST_PAUSE;
		in_time = until <= s->deadline;
	}
	while (in_time && s->ending == ending &&
	    thread_wait(&s->changed, &s->lock, until))
		;
	pthread_mutex_unlock(&s->lock);
	return in_time;
}

static bool
deliver(struct sink *s, const struct sink_record *record)
{
	nstime pause = FIRST_PAUSE;
	int error;

	while ((error = try_once(s, record)) != 0)
		if (!wait_after(s, error, &pause))
			return false;
	return true;
}

/* The sink works again: write to it how many alerts it lost meanwhile. */
static void
tell_lost(struct sink *s)
{
	char text[128];
	struct textbuf t;
	struct sink_record *note;
	uint64_t lost;

	pthread_mutex_lock(&s->lock);
	lost = s->lost - s->lost_told;
	s->lost_told = s->lost;
	s->error = 0;
	pthread_mutex_unlock(&s->lock);
	if (lost == 0)
		return;
	textbuf_init(&t, text, sizeof(text));
	textbuf_uint(&t, lost);
	textbuf_add(&t, lost == 1 ? " alert was" : " alerts were");
	textbuf_add(&t, " lost here while this sink could not take them");
	note = s->kind->note(s->state, LOG_WARNING, text);
	if (note != NULL)
		deliver(s, note);
	free(note);
}

static void
account(struct sink *s, const struct sink_record *record, bool done)
{
	pthread_mutex_lock(&s->lock);
	s->queued--;
	s->octets -= cost(record);
	if (done)
		s->delivered++;
	else
		s->lost++;
	if (!done)
		s->gave_up = true;
	else if (!s->gave_up && record->number > 0)
		s->settled = record->number;
	pthread_mutex_unlock(&s->lock);
}

static void *
run(void *arg)
{
	struct sink *s = arg;
	struct sink_record *record;

	while (take_next(s, &record)) {
		const bool done = deliver(s, record);

		if (record != NULL)
			account(s, record, done);
		free(record);
		if (done)
			tell_lost(s);
		else if (record == NULL)
			break; /* it could not be opened before the deadline */
	}
	pthread_mutex_lock(&s->lock);
	s->over = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct sink *
sink_new(const char *name, const struct sink_kind *kind, void *state,
    size_t limit, unsigned rate)
{
	struct sink *s = calloc(1, sizeof(*s));
	struct textbuf t;
	int error = -ENOMEM;

	if (s != NULL) {
		textbuf_init(&t, s->name, sizeof(s->name));
		textbuf_add(&t, name);
		s->kind = kind;
		s->state = state;
		s->limit = limit;
		s->most = SIZE_MAX;
		s->last = &s->first;
		s->reopen = kind->reopen != NULL;
		s->due = wallclock_monotonic() + kind->again;
		throttle_init(&s->holdback.throttle, rate, 0);
		pthread_mutex_init(&s->lock, NULL);
		thread_condition(&s->changed);
		error = thread_start(&s->thread, run, s);
	}
	if (error == 0)
		return s;
	kind->close(state);
	free(s);
	errno = -error;
	return NULL;
}

void
sink_set_octets(struct sink *s, size_t octets)
{
	pthread_mutex_lock(&s->lock);
	s->most = octets;
	pthread_mutex_unlock(&s->lock);
}

static void
enqueue(struct sink *s, struct sink_record *record)
{
	pthread_mutex_lock(&s->lock);
	if (record == NULL || s->queued >= s->limit ||
	    s->octets + cost(record) > s->most) {
		s->lost++;
	} else {
		record->next = NULL;
		*s->last = record;
		s->last = &record->next;
		s->queued++;
		s->octets += cost(record);
		record = NULL;
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
	free(record);
}

static void
hold(
    struct sink *s, const struct alert_event *event, struct sink_record *record)
{
	struct sink_record *given;

	note_held(s, record, true);
	given = holdback_keep(&s->holdback, event, record);
	note_held(s, given, false);
	free(given);
}

void
sink_alert(struct sink *s, const struct alert_event *event, uint64_t number,
    nstime now)
{
	struct alert_event raised = *event;
	struct sink_record *record;
	enum holdback_answer answer;
	void *old;

	if ((event->joined || event->state == ALERT_JOINED) &&
	    (s->kind->tells_joined == NULL || !s->kind->tells_joined(s->state)))
		return;
	answer = holdback_ask(&s->holdback, event, now, &old);
	note_held(s, old, false);
	free(old);
	if (answer == HOLDBACK_DROP)
		return;
	if (answer != HOLDBACK_TELL)
		raised.state = ALERT_RAISED;
	record = s->kind->format(s->state, &raised);
	if (answer == HOLDBACK_KEEP) {
		if (record != NULL)
			hold(s, event, record);
		return;
	}
	if (record != NULL)
		record->number = number;
	enqueue(s, record);
}

void
sink_note(struct sink *s, int priority, const char *text)
{
	enqueue(s, s->kind->note(s->state, priority, text));
}

void
sink_tick(struct sink *s, nstime now)
{
	struct sink_record *record;
	char text[512];
	struct textbuf t;

	while ((record = holdback_next(&s->holdback, now)) != NULL) {
		note_held(s, record, false);
		enqueue(s, record);
	}
	textbuf_init(&t, text, sizeof(text));
	if (throttle_sum_up(&s->holdback.throttle, &t, now))
		sink_note(s, LOG_WARNING, text);
}

void
sink_reopen(struct sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->reopen = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

bool
sink_repeats(const struct sink *s)
{
	return s->kind->again > 0;
}

const char *
sink_name(const struct sink *s)
{
	return s->name;
}

/* With the lock held. */
static uint64_t
settled(const struct sink *s)
{
	return s->queued == 0 && !s->gave_up ? UINT64_MAX : s->settled;
}

void
sink_count(struct sink *s, struct sink_counts *counts)
{
	pthread_mutex_lock(&s->lock);
	*counts = (struct sink_counts){
		.delivered = s->delivered,
		.lost = s->lost,
		.queued = s->queued,
		.octets = s->octets,
		.settled = settled(s),
		.error = s->error,
	};
	pthread_mutex_unlock(&s->lock);
}

void
sink_end(struct sink *s, nstime deadline)
{
	struct sink_record *record;
	char text[512];
	struct textbuf t;

	while ((record = holdback_take(&s->holdback)) != NULL) {
		note_held(s, record, false);
		enqueue(s, record);
	}
	textbuf_init(&t, text, sizeof(text));
	if (throttle_finish(&s->holdback.throttle, &t))
		sink_note(s, LOG_WARNING, text);
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	s->deadline = deadline;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

bool
sink_stay(struct sink *s)
{
	bool stays;

	pthread_mutex_lock(&s->lock);
	stays = !s->over;
	if (stays)
		s->ending = false;
	pthread_mutex_unlock(&s->lock);
	return stays;
}

bool
sink_ended(struct sink *s, nstime until, uint64_t *missing, uint64_t *number)
{
	bool ended;

	pthread_mutex_lock(&s->lock);
	while (!s->over && thread_wait(&s->changed, &s->lock, until))
		;
	ended = s->over;
	*missing = s->queued + (s->lost - s->lost_told);
	*number = settled(s);
	pthread_mutex_unlock(&s->lock);
	if (!ended)
		return false;
	pthread_join(s->thread, NULL);
	while (s->first != NULL) {
		struct sink_record *record = s->first;

		s->first = record->next;
		free(record);
	}
	s->kind->close(s->state);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return true;
}
