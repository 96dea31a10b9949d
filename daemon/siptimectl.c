/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * siptimectl: asks the daemon.
 *
 *	ctl/ctlclient	one question over the control socket, one answer
 *	ctl/ctlshow	how answers look
 *	ctl/ctlalert	how alerts do
 *	ctl/ctltable	tables on a terminal
 *	ctl/ctlcheck	the plugin for Icinga and Nagios
 */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/value.h"
#include "ctl/ctlalert.h"
#include "ctl/ctlcheck.h"
#include "ctl/ctlclient.h"
#include "ctl/ctlfleet.h"
#include "ctl/ctlshow.h"
#include "ctl/ctltable.h"

enum { STATUS_TROUBLE = 2, TOP_SECONDS = 2 };

/* The options of a command. */
struct given {
	const char *socket;
	bool json, follow, fleet;
	nstime since; /* 0: not given */
	struct ctlcheck check;
	char **words; /* behind the command */
	int count;
};

struct command {
	const char *name;
	int (*run)(struct ctlclient *c, const struct given *given);
};

static void
usage(FILE *out)
{
	fprintf(out,
	    "usage: siptimectl [--socket PATH] [--json] [--fleet] COMMAND "
	    "...\n\n");
	for (const struct ctlshow *c = ctlshow_commands; c->command != NULL;
	     c++)
		fprintf(
		    out, "  %-13s%-16s %s\n", c->command, c->synopsis, c->help);
	fprintf(out,
	    "  sensors                      those of the fleet, and how they "
	    "are\n"
	    "  top                          a live screen, until ^C\n"
	    "  ack          ID              it is known: no check pages again\n"
	    "  silence      KEY for 2h      tell no sink for so long; KEY is a "
	    "kind, a\n"
	    "                               subject, both, or an id; no "
	    "arguments: list\n"
	    "  unsilence    KEY             end it now\n"
	    "  check        [--alerts] [--clock PEER -w RANGE -c RANGE] "
	    "[--drops]\n"
	    "                               a plugin for Icinga and Nagios\n");
}

static void
print_json(const json_t *answer)
{
	json_dumpf(answer, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
}

/* ---- commands that ask ---- */

static int
follow(struct ctlclient *c, const struct given *given)
{
	json_t *alert;

	fflush(stdout);
	while ((alert = ctlclient_next(c)) != NULL) {
		if (given->json)
			print_json(alert);
		else
			ctlalert_print(alert, stdout);
		json_decref(alert);
		fflush(stdout);
	}
	fprintf(stderr, "siptimectl: the daemon has gone\n");
	return STATUS_TROUBLE;
}

static int
show(struct ctlclient *c, const struct ctlshow *command,
    const struct given *given)
{
	json_t *arguments = json_object();
	json_t *answer;

	if (given->follow)
		json_object_set_new(arguments, "follow", json_true());
	if (given->since > 0)
		json_object_set_new(arguments, "since_s",
		    json_real((double)given->since / (double)NSTIME_S));
	if (given->count > 0)
		json_object_set_new(
		    arguments, "of", json_string(given->words[0]));
	answer = ctlclient_ask(c, command->command, arguments);
	if (answer == NULL)
		return STATUS_TROUBLE;
	if (given->json)
		print_json(answer);
	else
		command->print(answer, stdout);
	json_decref(answer);
	return given->follow ? follow(c, given) : 0;
}

static int
show_fleet(struct ctlclient *c, const char *name, const struct given *given)
{
	json_t *answer;

	if (!ctlfleet_knows(name)) {
		fprintf(stderr,
		    "siptimectl: --fleet goes with status, alerts, clocks and "
		    "sensors\n");
		return STATUS_TROUBLE;
	}
	answer = ctlclient_ask(c, "fleet", NULL);
	if (answer == NULL)
		return STATUS_TROUBLE;
	if (given->json)
		print_json(ctlfleet_part(answer, name));
	else
		ctlfleet_print(answer, name, stdout);
	json_decref(answer);
	return 0;
}

static bool
draw_top(struct ctlclient *c)
{
	json_t *status = ctlclient_ask(c, "status", NULL);
	json_t *alerts = ctlclient_ask(c, "alerts", NULL);
	json_t *clocks = ctlclient_ask(c, "clocks", NULL);
	json_t *servers = ctlclient_ask(c, "servers", NULL);
	const bool whole = status != NULL && alerts != NULL && clocks != NULL &&
	    servers != NULL;

	if (whole && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	if (whole)
		ctlshow_top(status, alerts, clocks, servers, stdout);
	fflush(stdout);
	json_decref(status);
	json_decref(alerts);
	json_decref(clocks);
	json_decref(servers);
	return whole;
}

static int
run_top(struct ctlclient *c, const struct given *given)
{
	(void)given;
	while (draw_top(c)) {
		if (!isatty(STDOUT_FILENO))
			return 0;
		sleep(TOP_SECONDS);
	}
	return STATUS_TROUBLE;
}

/* ---- commands that change ---- */

static int
change(struct ctlclient *c, const struct given *given, const char *question,
    json_t *arguments)
{
	json_t *answer = ctlclient_ask(c, question, arguments);

	if (answer == NULL)
		return STATUS_TROUBLE;
	if (given->json)
		print_json(answer);
	else
		printf(
		    "%s\n", json_string_value(json_object_get(answer, "text")));
	json_decref(answer);
	return 0;
}

static int
run_ack(struct ctlclient *c, const struct given *given)
{
	if (given->count != 1) {
		fprintf(stderr,
		    "siptimectl: ack takes the id of an alert, as `siptimectl "
		    "alerts' shows it\n");
		return STATUS_TROUBLE;
	}
	return change(
	    c, given, "ack", json_pack("{s:s}", "of", given->words[0]));
}

/* "transaction-timeout 10.0.0.21:5062": all words up to `for'. */
static void
join_key(const struct given *given, int count, char *key, size_t size)
{
	key[0] = '\0';
	for (int i = 0; i < count; i++) {
		const size_t len = strlen(key);

		snprintf(key + len, size - len, "%s%s", i > 0 ? " " : "",
		    given->words[i]);
	}
}

static int
run_silence(struct ctlclient *c, const struct given *given)
{
	const int n = given->count;
	char key[256];
	nstime length;

	if (n == 0)
		return show(c, ctlshow_find("status"), given);
	if (n < 3 || strcmp(given->words[n - 2], "for") != 0 ||
	    !value_duration(slice_text(given->words[n - 1]), &length)) {
		fprintf(stderr,
		    "siptimectl: silence KEY for DURATION: `siptimectl silence "
		    "transaction-timeout 10.0.0.21:5062 for 2h'\n");
		return STATUS_TROUBLE;
	}
	join_key(given, n - 2, key, sizeof(key));
	return change(c, given, "silence",
	    json_pack("{s:s, s:f}", "of", key, "for_s",
		(double)length / (double)NSTIME_S));
}

static int
run_unsilence(struct ctlclient *c, const struct given *given)
{
	char key[256];

	join_key(given, given->count, key, sizeof(key));
	return change(c, given, "unsilence", json_pack("{s:s}", "of", key));
}

static int
run_check(struct ctlclient *c, const struct given *given)
{
	struct ctlcheck check = given->check;
	json_t *status, *alerts, *clocks;
	enum ctlcheck_state state = CTLCHECK_UNKNOWN;

	check.alerts = check.alerts || (check.clock == NULL && !check.drops);
	status = ctlclient_ask(c, "status", NULL);
	alerts = ctlclient_ask(c, "alerts", NULL);
	clocks = ctlclient_ask(c, "clocks", NULL);
	if (status != NULL && alerts != NULL && clocks != NULL)
		state = ctlcheck_judge(&check, status, alerts, clocks, stdout);
	else
		printf("UNKNOWN: siptimed does not answer\n");
	json_decref(status);
	json_decref(alerts);
	json_decref(clocks);
	return (int)state;
}

static const struct command commands[] = {
	{ "top", run_top },
	{ "ack", run_ack },
	{ "silence", run_silence },
	{ "unsilence", run_unsilence },
	{ "check", run_check },
};

/* ---- what is asked for ---- */

enum {
	OPTION_SOCKET = 256,
	OPTION_ALERTS,
	OPTION_FLEET,
	OPTION_CLOCK,
	OPTION_DROPS,
	OPTION_SINCE
};

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "json", no_argument, NULL, 'j' },
	{ "follow", no_argument, NULL, 'f' },
	{ "fleet", no_argument, NULL, OPTION_FLEET },
	{ "alerts", no_argument, NULL, OPTION_ALERTS },
	{ "clock", required_argument, NULL, OPTION_CLOCK },
	{ "drops", no_argument, NULL, OPTION_DROPS },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "warning", required_argument, NULL, 'w' },
	{ "critical", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool
take_range(const char *text, struct ctlcheck_range *range, bool *has)
{
	*has = ctlcheck_range(text, range);
	if (!*has)
		fprintf(stderr,
		    "siptimectl: %s: not a range; [@]START:END is, with ~ for "
		    "no start, as in -60:60\n",
		    text);
	return *has;
}

static bool
take(int option, struct given *given)
{
	struct ctlcheck *check = &given->check;

	switch (option) {
	case OPTION_SOCKET:
		given->socket = optarg;
		return true;
	case 'j':
		given->json = true;
		return true;
	case 'f':
		given->follow = true;
		return true;
	case OPTION_FLEET:
		given->fleet = true;
		return true;
	case OPTION_ALERTS:
		check->alerts = true;
		return true;
	case OPTION_CLOCK:
		check->clock = optarg;
		return true;
	case OPTION_DROPS:
		check->drops = true;
		return true;
	case OPTION_SINCE:
		if (value_duration(slice_text(optarg), &given->since))
			return true;
		fprintf(
		    stderr, "siptimectl: %s: not a duration, as 12h\n", optarg);
		return false;
	case 'w':
		return take_range(optarg, &check->warning, &check->has_warning);
	case 'c':
		return take_range(
		    optarg, &check->critical, &check->has_critical);
	default:
		return false;
	}
}

static int
run(const char *name, const struct given *given)
{
	const struct ctlshow *shown = ctlshow_find(name);
	struct ctlclient client;
	int status = -1;

	if (!ctlclient_connect(&client, given->socket)) {
		if (strcmp(name, "check") != 0)
			return STATUS_TROUBLE;
		printf("UNKNOWN: siptimed does not answer\n");
		return CTLCHECK_UNKNOWN;
	}
	if (given->fleet || strcmp(name, "sensors") == 0) {
		status = show_fleet(&client, name, given);
		ctlclient_close(&client);
		return status;
	}
	if (shown != NULL)
		status = show(&client, shown, given);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			status = commands[i].run(&client, given);
	ctlclient_close(&client);
	return status;
}

static bool
is_known(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return true;
	return ctlshow_find(name) != NULL || ctlfleet_knows(name);
}

/* The guidelines of plugins ask for the state unknown after --help. */
static int
told(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "check") == 0)
			return CTLCHECK_UNKNOWN;
	return 0;
}

int
main(int argc, char **argv)
{
	struct given given = { .socket = CTLCLIENT_SOCKET };
	int option;

	while (
	    (option = getopt_long(argc, argv, "w:c:jf", options, NULL)) != -1) {
		if (option == 'V')
			printf("siptimectl %s\n", SIPTIMED_VERSION);
		else if (option == 'h')
			usage(stdout);
		else if (take(option, &given))
			continue;
		else
			return told(argc, argv) == 0 ? STATUS_TROUBLE
						     : CTLCHECK_UNKNOWN;
		return told(argc, argv);
	}
	if (optind == argc || !is_known(argv[optind])) {
		if (optind < argc)
			fprintf(stderr, "siptimectl: %s: no such command\n",
			    argv[optind]);
		usage(stderr);
		return STATUS_TROUBLE;
	}
	given.words = argv + optind + 1;
	given.count = argc - optind - 1;
	return run(argv[optind], &given);
}
