/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/offline.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "alert/throttle.h"
#include "config/linkname.h"
#include "config/ignore.h"
#include "keys/keyring.h"
#include "report/diagnosis.h"
#include "run/exhibits.h"
#include "run/hepkey.h"
#include "run/replay.h"
#include "run/reportfile.h"
#include "outlet/sink_json.h"
#include "outlet/sink_text.h"

/* From so many octets on a second thread is worth its start. */
enum { WORTHWHILE = 256 * 1024 * 1024 };

struct offline {
	const struct options *options;
	struct config *config;
	const struct log *log;
	struct keyring *keyring;
	struct keylog_lines secrets; /* of a file, as far as it came */
	struct matcher *matcher;
	struct reader *reader;
	struct judge *judge;
	struct budget *budget;
	struct matching *matching; /* NULL: all in one thread */
	struct savefiles *files;
	struct replay *replay;
	struct diagnosis *diagnosis;
	struct recent *recent; /* NULL: no report is wanted */
	struct exhibits *exhibits;
	struct progress progress;
	struct throttle throttle;
	struct watchhint_settings settings;
	atomic_bool stop; /* standard output is gone */
	int error;        /* .. and why: -errno */
	uint64_t raised;
	uint64_t
	    ignored[FINDING_KINDS]; /* raised, but ignored by configuration */
};

int
offline_flush(const struct log *log, int error)
{
	if (fflush(stdout) == EOF && error == 0)
		error = -errno;
	if (error == 0)
		return 0;
	errno = -error;
	log_error(log,
	    "standard output: cannot be written: %m; the result "
	    "is not whole");
	return error;
}

static void
fail(struct offline *j, int error)
{
	if (error == 0)
		return;
	j->stop = true;
	if (j->error == 0)
		j->error = error;
}

static void
say_held_back(struct offline *j, const struct textbuf *t)
{
	if (j->options->json)
		log_warning(j->log, "%s", t->text);
	else if (fprintf(stdout, "%s\n", t->text) < 0)
		fail(j, -errno);
}

static bool
may_pass(struct offline *j, const struct alert_event *event)
{
	char line[512];
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	if (throttle_sum_up(&j->throttle, &t, event->now))
		say_held_back(j, &t);
	return throttle_pass(&j->throttle, event->kind, event->now);
}

/* The parts of an incident are printed below it; its end is printed by
 * itself, and an alert that goes on in another is printed there. */
static bool
is_for_programs(const struct alert_event *event)
{
	if (event->state == ALERT_JOINED)
		return event->incident == 0;
	return event->joined;
}

static void
on_alert(void *arg, const struct alert_event *event)
{
	struct offline *j = arg;
	const bool raised = event->state == ALERT_RAISED;

	if (ignore_matches(&j->config->alerts.ignore, event)) {
		j->ignored[event->kind] += raised;
		return;
	}
	j->raised += raised;
	diagnosis_input(j->diagnosis, event);
	exhibits_alert(j->exhibits, event);
	if (j->recent != NULL)
		recent_add(j->recent, event);
	if (is_for_programs(event) && !j->options->json)
		return;
	if (j->stop || !may_pass(j, event))
		return;
	progress_erase(&j->progress);
	fail(j,
	    j->options->json ? sink_json_alert(stdout, event)
			     : sink_text_alert(stdout, event));
}

static void
on_latest(void *arg, const struct alert_event *event)
{
	struct offline *j = arg;

	diagnosis_update(j->diagnosis, event);
}

static void
on_observation(void *arg, const struct observation *observation)
{
	struct offline *j = arg;

	judge_observe(j->judge, observation);
}

static void
on_secrets(void *arg, uint32_t type, struct slice octets, bool more)
{
	/* "TLSK": a TLS key log (draft-ietf-opsawg-pcapng section 4.7). */
	enum { TLS_KEY_LOG = 0x544c534b };
	struct offline *j = arg;
	struct secrets *secrets = keyring_secrets(j->keyring);

	if (type != TLS_KEY_LOG)
		return;
	secrets_keylog(secrets, &j->secrets, octets);
	if (!more)
		secrets_keylog_end(secrets, &j->secrets);
}

/* Nothing that is found depends on it.  Evidence is taken from the packets
 * around an alert, which a reader that is ahead has left behind. */
static bool
wants_threads(const struct offline *j)
{
	const unsigned workers = j->config->capture.workers;

	if (j->exhibits != NULL)
		return false;
	if (workers > 0)
		return workers > 1;
	return savefiles_size(j->files) >= WORTHWHILE &&
	    sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static void
on_handed(void *offline, const struct hepmsg *message,
    const struct address *agent, nstime seen)
{
	struct offline *j = offline;

	exhibits_handed(j->exhibits, message, agent, seen);
}

/* Without another thread this one does it all. */
static bool
new_reader(struct offline *j, const struct reader_limits *limits,
    const struct siphash_key *key)
{
	struct reader_output output = {
		.event = matcher_input,
		.hint = matcher_hint,
		.arg = j->matcher,
		.handed = on_handed,
		.handed_arg = j,
	};

	if (wants_threads(j))
		j->matching = matching_new(j->matcher, j->judge, key);
	if (j->matching != NULL) {
		log_info(j->log, "judged in a second thread");
		output = (struct reader_output){ .event = matching_event,
			.arg = j->matching };
	}
	j->reader = reader_new(limits, &output);
	return j->reader != NULL;
}

static bool
new_budget(struct offline *j)
{
	const size_t memory = j->config->limits.memory;

	j->budget = budget_new(memory);
	if (j->budget == NULL)
		return false;
	config_limits_budget(j->config, 1, j->budget);
	budget_reserve(j->budget, BUDGET_HANDOVER, 0);
	budget_reserve(j->budget, BUDGET_SECRETS, 0);
	budget_reserve(j->budget, BUDGET_EVIDENCE,
	    j->options->evidence == NULL ? 0 : memory / 8);
	return true;
}

/* What --report and --evidence keep, where they are asked for. */
static bool
new_exhibits(struct offline *j, const struct config_rooms *limits)
{
	if (j->options->report != NULL) {
		if (reportfile_check(j->options->report, j->log) < 0)
			return false;
		j->recent = recent_new();
	}
	if (j->options->evidence == NULL)
		return true;
	j->exhibits = exhibits_new(&(struct exhibits_setup){
	    .directory = j->options->evidence,
	    .config = j->config,
	    .rooms = limits,
	    .memory = budget_share(j->budget, BUDGET_EVIDENCE),
	    .log = j->log,
	});
	return j->exhibits != NULL;
}

/* False, logged. */
static bool
open_files(struct offline *j)
{
	const char *filter = j->options->filter;

	j->files = savefiles_new(&(struct savefiles_setup){
	    .paths = j->options->paths,
	    .path_count = j->options->path_count,
	    .filter = filter != NULL ? filter : j->config->capture.filter,
	    .user0 = linkname_find(slice_text(j->config->capture.user0)),
	    .align = j->options->align,
	    .secrets = { on_secrets, j },
	    .log = j->log,
	});
	return j->files != NULL;
}

static bool
begin(struct offline *j, const struct siphash_key *key)
{
	struct config_rooms limits;

	if (!new_budget(j))
		return false;
	config_limits(j->config, key, j->budget, &limits);
	j->keyring = keyring_new(&(struct keyring_setup){
	    .config = j->config, .key = key, .log = j->log });
	if (j->keyring == NULL)
		return false;
	limits.reader.secrets = keyring_secrets(j->keyring);
	portset_add(&limits.reader.hep.ports, HEPMSG_PORT);
	if (hepkey_read(j->config, limits.reader.hep.key, j->log) < 0)
		return false;
	limits.judge.ledger.kept = j->options->report != NULL;
	/* A savefile is judged once and whole, so nothing is held back. */
	throttle_init(&j->throttle,
	    config_is_set(j->config, "alerts", "rate") ? j->config->alerts.rate
						       : 0,
	    0);
	j->settings = (struct watchhint_settings){
		.sip = &j->config->sip.ports,
		.watched = &j->config->timeouts.ports,
		.methods = j->config->timeouts.methods,
	};
	if (!new_exhibits(j, &limits) || !open_files(j))
		return false;
	progress_init(&j->progress);
	j->diagnosis = diagnosis_new();
	j->judge = judge_new(&limits.judge, on_alert, j);
	j->matcher = matcher_new(&limits.matcher, on_observation, j);
	if (j->judge == NULL || j->matcher == NULL || j->diagnosis == NULL ||
	    !new_reader(j, &limits.reader, key) ||
	    (j->options->report != NULL && j->recent == NULL)) {
		log_error(j->log, "out of memory; lower [limits]");
		return false;
	}
	j->replay = replay_new(&(struct replay_setup){
	    .files = j->files,
	    .t1 = j->config->timeouts.t1,
	    .reader = j->reader,
	    .matcher = j->matcher,
	    .judge = j->judge,
	    .ring = exhibits_ring(j->exhibits),
	    .matching = j->matching,
	    .progress = &j->progress,
	    .log = j->log,
	});
	return j->replay != NULL;
}

struct drops {
	struct summary *summary;
	bool failed;
};

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	struct drops *drops = arg;

	if (!summary_drop(drops->summary, kind, name, value))
		drops->failed = true;
}

static bool
fill_drops(struct offline *j, struct summary *summary)
{
	struct drops drops = { .summary = summary };

	replay_stats(j->replay, on_counter, &drops);
	if (j->matching != NULL)
		matching_stats(j->matching, on_counter, &drops);
	reader_stats(j->reader, on_counter, &drops);
	matcher_stats(j->matcher, on_counter, &drops);
	judge_stats(j->judge, on_counter, &drops);
	return !drops.failed;
}

static bool
fill_ports(struct offline *j, struct summary *summary)
{
	size_t count = 0;

	for (unsigned port = 0; port <= UINT16_MAX; port++)
		count += matcher_not_watched(j->matcher, (uint16_t)port) > 0;
	summary->not_watched = calloc(count + 1, sizeof(struct summary_port));
	if (summary->not_watched == NULL)
		return false;
	for (unsigned port = 0; port <= UINT16_MAX; port++) {
		const uint64_t n =
		    matcher_not_watched(j->matcher, (uint16_t)port);

		if (n > 0)
			summary->not_watched[summary->port_count++] =
			    (struct summary_port){ (uint16_t)port, n };
	}
	return true;
}

/* Alerts show the address. */
static void
say_name(void *arg, const struct address *address, struct slice name)
{
	const struct offline *j = arg;
	char line[256];
	struct textbuf t;

	textbuf_init(&t, line, sizeof(line));
	endpoint_address_write(&t, address);
	textbuf_add(&t, " stands for ");
	textbuf_wire(&t, name);
	log_warning(j->log, "%s", line);
}

static int
write_summary(struct offline *j)
{
	struct summary summary = { .packets = 0 };
	struct reader_counts counts;
	int error = -ENOMEM;

	reader_counts(j->reader, &counts);
	summary.packets = counts.packets;
	summary.messages = counts.messages;
	reader_decrypted(j->reader, &summary.tls);
	summary.signalling = counts.signalling > 0;
	reader_obstacles(j->reader, &summary.obstacles);
	reader_names(j->reader, say_name, j);
	replay_span(j->replay, &summary.first, &summary.last, &summary.wall);
	summary.settings = &j->settings;
	summary.unwatched = judge_unwatched(j->judge);
	summary.unlisted = reader_unlisted(j->reader);
	judge_alerts(j->judge, on_latest, j, summary.wall, summary.wall);
	if (fill_drops(j, &summary) && fill_ports(j, &summary) &&
	    judge_summary(j->judge, &summary)) {
		for (size_t i = 0; i < FINDING_KINDS; i++)
			summary.alerts[i] -= j->ignored[i];
		error = j->options->json
		    ? sink_json_summary(stdout, &summary)
		    : sink_text_summary(stdout, j->diagnosis, &summary);
	}
	summary_done(&summary);
	return error;
}

static void
count(void *arg, struct totals *totals)
{
	const struct offline *j = arg;

	replay_stats(j->replay, totals_gather, totals);
	reader_stats(j->reader, totals_gather, totals);
	matcher_stats(j->matcher, totals_gather, totals);
	judge_stats(j->judge, totals_gather, totals);
	exhibits_stats(j->exhibits, totals_gather, totals);
}

static int
write_report(struct offline *j)
{
	struct reader_counts counts;
	nstime first, last, end;

	if (j->recent == NULL)
		return 0;
	reader_counts(j->reader, &counts);
	replay_span(j->replay, &first, &last, &end);
	return reportfile_write(j->options->report,
	    &(struct answers_rooms){
		.config = j->config,
		.judge = j->judge,
		.matcher = j->matcher,
		.recent = j->recent,
		.budget = j->budget,
		.evidence = j->options->evidence,
		.packets = counts.packets,
		.messages = counts.messages,
		.count = count,
		.arg = j,
		.observer = j->options->paths[0],
		.clock = "that of the savefile",
		.started = first,
		.now = end,
		.wall = end,
		.monotonic = end,
	    },
	    j->log);
}

static int
run(struct offline *j)
{
	char line[512];
	struct textbuf t;
	struct reader_counts counts;
	const int damaged = replay_run(j->replay, &j->stop);

	progress_erase(&j->progress);
	textbuf_init(&t, line, sizeof(line));
	if (!j->stop && throttle_finish(&j->throttle, &t))
		say_held_back(j, &t);
	/* Damaged files are reported before the summary, which does not cover
	 * them whole; without any packet there is no summary. */
	fflush(stdout);
	replay_complain(j->replay);
	reader_counts(j->reader, &counts);
	if (!j->stop && (damaged == 0 || counts.packets > 0))
		fail(j, write_summary(j));
	fail(j, offline_flush(j->log, j->error));
	if (write_report(j) < 0 || !exhibits_tick(j->exhibits) ||
	    j->error < 0 || damaged < 0)
		return 2;
	return j->raised > 0 ? 1 : 0;
}

int
offline_run(const struct options *options, struct config *config,
    const struct siphash_key *key, const struct log *log)
{
	struct offline j = {
		.options = options,
		.config = config,
		.log = log,
	};
	const int status = begin(&j, key) ? run(&j) : 2;

	matching_free(j.matching); /* before the octets that it was lent */
	replay_free(j.replay);
	savefiles_free(j.files);
	reader_free(j.reader);
	matcher_free(j.matcher);
	judge_free(j.judge);
	keyring_free(j.keyring);
	exhibits_free(j.exhibits, 0);
	recent_free(j.recent);
	diagnosis_free(j.diagnosis);
	budget_free(j.budget); /* which they have drawn from */
	return status;
}
