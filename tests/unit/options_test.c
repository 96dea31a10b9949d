/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include <errno.h>
#include <getopt.h>

#include "unit/said.h"

enum { WORDS = 16 };

static struct options options;

/* The words after the program's name, separated by single blanks. */
static int
parse(const char *line)
{
	static char copy[256];
	static char name[] = "siptimed";
	char *words[WORDS] = { name };
	int count = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word != NULL;
	     word = strtok(NULL, " "))
		words[count++] = word;
	optind = 0; /* getopt(3): start over */
	return options_parse(&options, count, words);
}

static void
refused(const char *line, const char *why)
{
	said_begin();
	ck_assert_int_eq(parse(line), -EINVAL);
	said_that(why);
	options_done(&options);
}

START_TEST(savefiles_and_a_filter)
{
	ck_assert_int_eq(parse("-r a.pcap -n -r - udp port 5060"), 0);
	ck_assert_int_eq(options.action, OPTIONS_RUN);
	ck_assert_uint_eq(options.path_count, 2);
	ck_assert_str_eq(options.paths[0], "a.pcap");
	ck_assert_str_eq(options.paths[1], "-");
	ck_assert_str_eq(options.filter, "udp port 5060");
	ck_assert_ptr_null(options.report);
	ck_assert(options.no_state);
	ck_assert(!options.json);
	options_done(&options);
}
END_TEST

START_TEST(interfaces_a_configuration_and_json)
{
	ck_assert_int_eq(parse("-r a.pcap -r b.pcap --align"), 0);
	ck_assert(options.align);
	options_done(&options);
	ck_assert_int_eq(parse("-i eth1 -i eth2 -c x.conf --json -v"), 0);
	ck_assert(!options.align);
	ck_assert_uint_eq(options.interface_count, 2);
	ck_assert_str_eq(options.interfaces[1], "eth2");
	ck_assert_str_eq(options.config, "x.conf");
	ck_assert(options.json);
	ck_assert(options.verbose);
	ck_assert_ptr_null(options.filter);
	options_done(&options);
}
END_TEST

START_TEST(one_thing_to_do_at_a_time)
{
	ck_assert_int_eq(parse("--explain clock-skew"), 0);
	ck_assert_int_eq(options.action, OPTIONS_EXPLAIN);
	ck_assert_str_eq(options.explain, "clock-skew");
	options_done(&options);
	refused("--check-config --version", "more than one thing to do");
	ck_assert_int_eq(parse("--check-config --check-config"), 0);
	options_done(&options);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	refused("-r", "-r: needs a value; see siptimed --help");
	refused("-x", "-x: unknown option");
	refused("--jsonn", "--jsonn: unknown option");
	refused("--explain", "--explain: needs a value");
	refused("--evidence a", "--evidence: needs -r FILE; a daemon has");
	refused("--report a.html", "--report: needs -r FILE");
	refused("--align -i eth1", "--align: needs -r FILE; a daemon tells");
	refused("--align --evidence a", "--evidence: needs -r FILE");
	refused("-c a -c b", "-c b: a second configuration");
}
END_TEST

/* The list that people read has every option that is parsed. */
START_TEST(help_names_every_option)
{
	static const char *const names[] = { "-i IFACE", "-r FILE", "-c FILE",
		"-n ", "-v ", "--json", "--align", "--check-config",
		"--print-config", "--explain KIND", "--report FILE",
		"--evidence DIR", "--version" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ck_assert_msg(
		    strstr(options_help(), names[i]) != NULL, "%s", names[i]);
	refused("--json=yes", "--json=yes: takes no value");
}
END_TEST

UNIT("options", savefiles_and_a_filter, interfaces_a_configuration_and_json,
    one_thing_to_do_at_a_time, what_is_wrong_is_named, help_names_every_option)
