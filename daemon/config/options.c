/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIGN = 256,
	CHECK_CONFIG,
	EVIDENCE,
	EXPLAIN,
	HELP,
	JSON,
	PRINT_CONFIG,
	REPORT,
	VERSION
};

static const struct option long_options[] = {
	{ "align", no_argument, NULL, ALIGN },
	{ "check-config", no_argument, NULL, CHECK_CONFIG },
	{ "evidence", required_argument, NULL, EVIDENCE },
	{ "explain", required_argument, NULL, EXPLAIN },
	{ "help", no_argument, NULL, HELP },
	{ "json", no_argument, NULL, JSON },
	{ "print-config", no_argument, NULL, PRINT_CONFIG },
	{ "report", required_argument, NULL, REPORT },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: siptimed [-c FILE] [-i IFACE ...] [--json] [-nv] [filter]\n"
    "       siptimed -r FILE [-r FILE ...] [-c FILE] [--align] [--json] [-nv]\n"
    "                [--report FILE.html] [--evidence DIR] [filter]\n"
    "       siptimed [-c FILE] --check-config | --print-config\n"
    "       siptimed --explain KIND|all | --version | --help\n"
    "\n"
    "Watches SIP on a mirror port, or judges savefiles, and says when time "
    "is\n"
    "the trouble.\n"
    "\n"
    "  -i IFACE        watch this interface until ended; several are one\n"
    "                  capture\n"
    "  -r FILE         read this pcap or pcapng savefile (-: standard input);\n"
    "                  several are one capture, merged by time\n"
    "  -c FILE         read this configuration, see siptimed.conf(5)\n"
    "  -n              keep no state (-r never does)\n"
    "  -v              say more on standard error\n"
    "  --json          one JSON object per line on standard output\n"
    "  --align         with -r: take out by how much the clocks of savefiles "
    "differ\n"
    "  --report FILE   with -r: write the page of what is wrong, as one file\n"
    "  --evidence DIR  with -r: write the packets behind each alert\n"
    "  --check-config  say what is wrong with the configuration, and end\n"
    "  --print-config  print what is in force and where it comes from, and "
    "end\n"
    "  --explain KIND  say what an alert of this kind means, and end\n"
    "  --version       print the version, and end\n"
    "  --help          print this, and end\n"
    "\n"
    "filter is an expression as in pcap-filter(7).\n"
    "Exit status of -r: 0 no alert, 1 alerts were raised, 2 trouble.\n";

/* getopt's own messages name neither the program nor a remedy. */
static int
refuse(const struct log *log, int argc, char *argv[], int found)
{
	const char *const word =
	    optind > 0 && optind <= argc ? argv[optind - 1] : "";

	if (optopt > 0 && optopt < CHECK_CONFIG)
		log_error(log, "-%c: %s; see siptimed --help", optopt,
		    found == ':' ? "needs a value" : "unknown option");
	else
		log_error(log, "%s: %s; see siptimed --help", word,
		    found == ':'     ? "needs a value"
			: optopt > 0 ? "takes no value"
				     : "unknown option");
	return -EINVAL;
}

static int
set_action(struct options *o, const struct log *log, enum options_action action)
{
	if (o->action != OPTIONS_RUN && o->action != action) {
		log_error(log,
		    "command line: more than one thing to do; see "
		    "siptimed --help");
		return -EINVAL;
	}
	o->action = action;
	return 0;
}

static int
set_config(struct options *o, const struct log *log)
{
	if (o->config != NULL) {
		log_error(log,
		    "-c %s: a second configuration; put drop-ins "
		    "into siptimed.conf.d beside the first",
		    optarg);
		return -EINVAL;
	}
	o->config = optarg;
	return 0;
}

static int
parse_one(struct options *o, const struct log *log, int option)
{
	switch (option) {
	case 'c':
		return set_config(o, log);
	case 'i':
		o->interfaces[o->interface_count++] = optarg;
		return 0;
	case 'n':
		o->no_state = true;
		return 0;
	case 'r':
		o->paths[o->path_count++] = optarg;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case ALIGN:
		o->align = true;
		return 0;
	case CHECK_CONFIG:
		return set_action(o, log, OPTIONS_CHECK_CONFIG);
	case EVIDENCE:
		o->evidence = optarg;
		return 0;
	case EXPLAIN:
		o->explain = optarg;
		return set_action(o, log, OPTIONS_EXPLAIN);
	case HELP:
		return set_action(o, log, OPTIONS_HELP);
	case JSON:
		o->json = true;
		return 0;
	case PRINT_CONFIG:
		return set_action(o, log, OPTIONS_PRINT_CONFIG);
	case REPORT:
		o->report = optarg;
		return 0;
	default:
		return set_action(o, log, OPTIONS_VERSION);
	}
}

/* Savefiles have them, or are what they are made of. */
static int
check_together(const struct options *o, const struct log *log)
{
	const struct {
		bool given;
		const char *complaint;
	} options[] = {
		{ o->align,
		    "--align: needs -r FILE; a daemon tells by how much the "
		    "clocks of its interfaces differ" },
		{ o->report != NULL, "--report: needs -r FILE" },
		{ o->evidence != NULL,
		    "--evidence: needs -r FILE; a daemon has [evidence] "
		    "directory" },
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (o->path_count == 0 && options[i].given) {
			log_error(log, "%s", options[i].complaint);
			error = -EINVAL;
		}
	return error;
}

/* As tcpdump does: the operands are the filter's words. */
static char *
join(char *words[], int count)
{
	size_t size = 1;
	char *joined;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	joined = calloc(1, size);
	if (joined == NULL)
		return NULL;
	for (int i = 0; i < count; i++) {
		strcat(joined, i > 0 ? " " : "");
		strcat(joined, words[i]);
	}
	return joined;
}

int
options_parse(struct options *o, int argc, char *argv[])
{
	const struct log log = { .verbose = false };
	int option, error = 0;

	*o = (struct options){ .action = OPTIONS_RUN };
	o->paths = calloc((size_t)argc + 1, sizeof(*o->paths));
	o->interfaces = calloc((size_t)argc + 1, sizeof(*o->interfaces));
	if (o->paths == NULL || o->interfaces == NULL) {
		log_error(&log, "out of memory");
		return -ENOMEM;
	}

	opterr = 0;
	while (error == 0 &&
	    (option = getopt_long(
		 argc, argv, ":c:i:nr:v", long_options, NULL)) != -1)
		error = option == '?' || option == ':'
		    ? refuse(&log, argc, argv, option)
		    : parse_one(o, &log, option);
	if (error == 0)
		error = check_together(o, &log);
	if (error == 0 && optind < argc) {
		o->filter = join(argv + optind, argc - optind);
		if (o->filter == NULL) {
			log_error(&log, "out of memory");
			error = -ENOMEM;
		}
	}
	return error;
}

void
options_done(struct options *o)
{
	free(o->paths);
	free(o->interfaces);
	free(o->filter);
}

void
options_instance(const struct options *o, struct textbuf *t)
{
	for (size_t i = 0; i < o->interface_count; i++) {
		textbuf_add(t, i == 0 ? "" : "+");
		textbuf_add(t, o->interfaces[i]);
	}
}

const char *
options_help(void)
{
	return help;
}
