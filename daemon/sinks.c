/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sinks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sink_file.h"
#include "sink_journal.h"
#include "sink_syslog.h"

/* At ten alerts a second a sink may stand still for seven minutes. */
enum { SINKS = 16, QUEUE = 4096 };

struct sinks {
	const struct log *log;
	struct sink *sinks[SINKS];
	bool failing[SINKS]; /* and that was logged */
	uint64_t lost[SINKS];
	size_t count;
};

static struct sink *
open_named(struct slice word, const struct config *config, bool json)
{
	const unsigned rate = config->alerts.rate;
	const unsigned facility = config->alerts.facility;
	char path[CONFIG_TEXT];
	struct textbuf t;

	if (slice_is(word, "auto"))
		word =
		    slice_text(sink_journal_present() ? "journal" : "syslog");
	if (slice_is(word, "journal"))
		return sink_journal_new(QUEUE, rate, facility);
	if (slice_is(word, "syslog"))
		return sink_syslog_new(QUEUE, rate, facility);
	textbuf_init(&t, path, sizeof(path));
	textbuf_add_slice(&t, slice_after(word, strlen("json:")));
	return sink_file_new(&(struct sink_file_setup){
	    .path = slice_is(word, "stdout") ? NULL : path,
	    .json = json || !slice_is(word, "stdout"),
	    .limit = QUEUE,
	    .rate = rate,
	});
}

static bool
open_next(
    struct sinks *s, struct slice word, const struct config *config, bool json)
{
	if (s->count == SINKS) {
		log_error(s->log, "sinks: more than %d", SINKS);
		return false;
	}
	s->sinks[s->count] = open_named(word, config, json);
	if (s->sinks[s->count] == NULL) {
		log_error(s->log, "sink %.*s: cannot be opened: %s",
		    (int)word.len, (const char *)word.p, strerror(errno));
		return false;
	}
	s->count++;
	return true;
}

struct sinks *
sinks_new(const struct config *config, bool json, const struct log *log)
{
	struct slice rest = slice_text(config->alerts.sinks);
	struct sinks *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->log = log;
	while (rest.len > 0) {
		const struct slice word =
		    slice_first(rest, slice_index(rest, ' '));

		if (word.len > 0 && !open_next(s, word, config, json)) {
			sinks_finish(s, 0);
			return NULL;
		}
		rest = slice_after(rest, word.len + 1);
	}
	return s;
}

void
sinks_alert(struct sinks *s, const struct alert_event *event, nstime now)
{
	for (size_t i = 0; i < s->count; i++)
		sink_alert(s->sinks[i], event, now);
}

void
sinks_note(struct sinks *s, int priority, const char *text)
{
	for (size_t i = 0; i < s->count; i++)
		sink_note(s->sinks[i], priority, text);
}

static void
watch_one(struct sinks *s, size_t i)
{
	struct sink_counts counts;
	const char *name = sink_name(s->sinks[i]);

	sink_count(s->sinks[i], &counts);
	if (counts.error != 0 && !s->failing[i])
		log_warning(s->log, "sink %s: %s, trying again", name,
		    strerror(-counts.error));
	if (counts.error == 0 && s->failing[i])
		log_warning(s->log, "sink %s: is back", name);
	s->failing[i] = counts.error != 0;
	if (counts.lost > s->lost[i])
		log_warning(s->log, "sink %s: %llu alerts lost, queue full",
		    name, (unsigned long long)(counts.lost - s->lost[i]));
	s->lost[i] = counts.lost;
}

void
sinks_tick(struct sinks *s, nstime now)
{
	for (size_t i = 0; i < s->count; i++) {
		sink_tick(s->sinks[i], now);
		watch_one(s, i);
	}
}

void
sinks_reopen(struct sinks *s)
{
	for (size_t i = 0; i < s->count; i++)
		sink_reopen(s->sinks[i]);
}

void
sinks_report(struct sinks *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct sink_counts counts;

		sink_count(s->sinks[i], &counts);
		log_warning(s->log,
		    "sink %s: %llu delivered, %llu lost, %llu waiting",
		    sink_name(s->sinks[i]),
		    (unsigned long long)counts.delivered,
		    (unsigned long long)counts.lost,
		    (unsigned long long)counts.queued);
	}
}

uint64_t
sinks_finish(struct sinks *s, nstime deadline)
{
	uint64_t missing = 0;

	if (s == NULL)
		return 0;
	for (size_t i = 0; i < s->count; i++)
		missing += sink_finish(s->sinks[i], deadline);
	free(s);
	return missing;
}
