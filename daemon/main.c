/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * siptimed: watches SIP passively and reports when time is the trouble.
 *
 * The daemon's rooms, lowest first; each includes only from those below it:
 *
 *	host	the machine: clocks, log, service manager, privileges
 *	outlet	the sinks that alerts go to, a queue and a thread each
 *	config	command line and configuration, and the limits they set
 *	keys	what decrypts TLS: private keys and key logs
 *	capture	packets from interfaces and savefiles, with their time
 *	state	what survives a restart
 *	fleet	the link to a fleet
 *	monitor	who asks: the control socket, HTTP, metrics, the page
 *	run	the event loop with its interfaces, or savefiles from end to end
 */

#include <errno.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/hep.h"
#include "config/config.h"
#include "keys/keyring.h"
#include "run/hepkey.h"
#include "run/offline.h"
#include "run/loop.h"
#include "config/options.h"
#include "report/catalog.h"
#include "sip/message.h"

enum { STATUS_TROUBLE = 2 };

struct siptimed {
	struct options options;
	struct log log;
	struct log_limits log_limits;
	struct config *config;
	const char *config_path; /* NULL: defaults alone */
	struct siphash_key key;
};

static void
explain_one(enum finding_kind kind)
{
	const struct catalog_entry *entry = catalog_find(kind);

	printf("%s: %s\n\n%s\n\nWhat to do: %s.\n", finding_kind_name(kind),
	    entry->summary, entry->text, entry->advice);
}

/* ms-diagnostics:ID, as the configuration has it. */
static int
explain_diagnostic(const struct siptimed *s, struct slice wanted)
{
	const struct diagfile *d = config_diagnostics(s->config);
	const struct diagnostics_row *row = NULL;
	uint64_t id;

	if (slice_decimal(wanted, UINT32_MAX, &id))
		row = diagnostics_find(d->rows, d->count, (uint32_t)id);
	if (row == NULL) {
		log_error(&s->log,
		    "--explain %s: unknown id; accepted: those of "
		    "diagnostics.conf, as ms-diagnostics:1013",
		    s->options.explain);
		return STATUS_TROUBLE;
	}
	printf("ms-diagnostics %u: %s\n\nWhat to do: %s.\n", (unsigned)row->id,
	    row->meaning == NULL ? "no meaning is given" : row->meaning,
	    row->remedy == NULL ? "nothing is given" : row->remedy);
	if (row->alert)
		printf("\nIt is told as sip-diagnostic, severity %s.\n",
		    finding_severity_name(row->severity));
	return 0;
}

static int
explain(const struct siptimed *s)
{
	static const char diagnostics[] = "ms-diagnostics:";
	const struct slice wanted = slice_text(s->options.explain);
	const bool all = slice_is(wanted, "all");
	char kinds[512];
	struct textbuf t;
	enum finding_kind kind;

	if (slice_starts_with(wanted, diagnostics))
		return explain_diagnostic(
		    s, slice_after(wanted, strlen(diagnostics)));
	if (!all && finding_kind_parse(wanted, &kind)) {
		explain_one(kind);
		return 0;
	}
	textbuf_init(&t, kinds, sizeof(kinds));
	for (unsigned i = 0; i < FINDING_KINDS; i++) {
		if (all && i > 0)
			putchar('\n');
		if (all)
			explain_one((enum finding_kind)i);
		textbuf_add(&t, " ");
		textbuf_add(&t, finding_kind_name((enum finding_kind)i));
	}
	if (all)
		return 0;
	log_error(&s->log, "--explain %s: unknown kind; accepted: all%s",
	    s->options.explain, kinds);
	return STATUS_TROUBLE;
}

/* Load the defaults, then the file that was named.  The default path is only
 * read where no savefile is judged. */
static int
configure(struct siptimed *s)
{
	const struct options *o = &s->options;
	const bool must_exist = o->action == OPTIONS_CHECK_CONFIG;
	const char *path = o->config;

	s->config = config_new();
	if (s->config == NULL) {
		log_error(&s->log, "out of memory");
		return -ENOMEM;
	}
	if (path == NULL && o->path_count == 0 &&
	    (must_exist || access(CONFIG_PATH, F_OK) == 0))
		path = CONFIG_PATH;
	s->config_path = path;
	if (path != NULL)
		return config_load(s->config, path, &s->log);
	config_without_file(s->config);
	return 0;
}

static int
watch_interfaces(struct siptimed *s)
{
	const struct loop_setup setup = {
		.options = &s->options,
		.config = s->config,
		.config_path = s->config_path,
		.key = &s->key,
		.log = &s->log,
	};

	if (s->options.interface_count == 0 &&
	    !hep_is_wanted(&s->config->hep) && !config_only_judges(s->config) &&
	    s->config->capture.interfaces[0] == '\0') {
		log_error(&s->log,
		    "nothing to watch: name an interface with -i or in %s "
		    "([capture] interfaces), or listen for agents ([hep] "
		    "listen), or judge a savefile with -r FILE",
		    s->config_path != NULL ? s->config_path : CONFIG_PATH);
		return STATUS_TROUBLE;
	}
	s->log.limits = &s->log_limits;
	s->config = NULL; /* the loop owns it and may replace it */
	return loop_run(&setup);
}

static int
run(struct siptimed *s)
{
	const struct options *o = &s->options;

	if (o->interface_count > 0 && o->path_count > 0) {
		log_error(&s->log,
		    "-i and -r: watch interfaces or judge savefiles, not both");
		return STATUS_TROUBLE;
	}
	if (configure(s) < 0)
		return STATUS_TROUBLE;
	if (getrandom(&s->key, sizeof(s->key), 0) != sizeof(s->key)) {
		log_error(&s->log, "random numbers: %m");
		return STATUS_TROUBLE;
	}
	message_init();
	if (o->path_count > 0)
		return offline_run(o, s->config, &s->key, &s->log);
	return watch_interfaces(s);
}

/* All that is wrong with them is logged. */
static bool
files_fit(const struct siptimed *s)
{
	char agents_key[HEPREADING_KEY];
	const int keys = keyring_check(s->config, stdout, &s->log);

	return hepkey_read(s->config, agents_key, &s->log) == 0 && keys == 0;
}

static int
act(struct siptimed *s)
{
	switch (s->options.action) {
	case OPTIONS_HELP:
		fputs(options_help(), stdout);
		return 0;
	case OPTIONS_VERSION:
		printf(
		    "siptimed %s, %s\n", SIPTIMED_VERSION, pcap_lib_version());
		return 0;
	case OPTIONS_EXPLAIN:
		return configure(s) < 0 ? STATUS_TROUBLE : explain(s);
	case OPTIONS_CHECK_CONFIG:
		return configure(s) < 0 || !files_fit(s) ? STATUS_TROUBLE : 0;
	case OPTIONS_PRINT_CONFIG:
		if (configure(s) < 0)
			return STATUS_TROUBLE;
		config_print(s->config, stdout);
		return 0;
	default:
		return run(s);
	}
}

int
main(int argc, char *argv[])
{
	struct siptimed s = { .config = NULL };
	int status = STATUS_TROUBLE;

	/* Writing to a reader that went away is an error to be logged. */
	signal(SIGPIPE, SIG_IGN);
	/* Reserved: its default action would end the process. */
	signal(SIGUSR2, SIG_IGN);
	s.log.journal = log_goes_to_journal();
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (options_parse(&s.options, argc, argv) == 0) {
		s.log.verbose = s.options.verbose;
		status = act(&s);
	}
	if (s.options.action != OPTIONS_RUN && offline_flush(&s.log, 0) < 0)
		status = STATUS_TROUBLE;
	options_done(&s.options);
	config_free(s.config);
	return status;
}
