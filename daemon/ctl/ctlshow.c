/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlshow.h"

#include <math.h>
#include <string.h>

#include "ctl/ctlalert.h"
#include "ctl/ctltable.h"

enum { BAR = 21, TOP_ROWS = 8 };

static void
print_alerts(const json_t *answer, FILE *out)
{
	fprintf(out, "Active:\n");
	ctlalert_list(
	    json_object_get(answer, "active"), false, "nothing is wrong", out);
	fprintf(out, "Recent:\n");
	ctlalert_list(json_object_get(answer, "recent"), true, "none", out);
}

static void
print_interfaces(const json_t *interfaces, FILE *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(interfaces, i, one)
	    fprintf(out, "interface  %s: %s, %lld packets dropped\n",
		ctltable_text(one, "name"), ctltable_text(one, "state"),
		ctltable_integer(one, "dropped"));
}

static void
print_sinks(const json_t *sinks, FILE *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(sinks, i, one) fprintf(out,
	    "sink       %s: %lld delivered, %lld lost, %lld waiting%s\n",
	    ctltable_text(one, "name"), ctltable_integer(one, "delivered"),
	    ctltable_integer(one, "lost"), ctltable_integer(one, "waiting"),
	    json_is_true(json_object_get(one, "failing")) ? ", FAILING" : "");
}

static void
print_silences(const json_t *silences, FILE *out)
{
	const json_t *one;
	char store[32];
	size_t i;

	json_array_foreach(silences, i, one) fprintf(out,
	    "silence    %s, for another %s\n", ctltable_text(one, "key"),
	    ctltable_duration(store, sizeof(store),
		json_number_value(json_object_get(one, "left_s"))));
}

/* A line for each reason that was counted. */
static void
print_counts(const char *what, const char *of, json_t *counts, FILE *out)
{
	const char *name;
	json_t *value;

	json_object_foreach(counts, name, value)
	{
		if (json_integer_value(value) != 0)
			fprintf(out, "%-10s %s%s: %lld\n", what, of, name,
			    (long long)json_integer_value(value));
	}
}

static void
print_status(const json_t *answer, FILE *out)
{
	char store[32];

	fprintf(out, "siptimed %s on %s, running for %s\n",
	    ctltable_text(answer, "version"), ctltable_text(answer, "observer"),
	    ctltable_duration(store, sizeof(store),
		json_number_value(json_object_get(answer, "uptime_s"))));
	fprintf(out,
	    "alerts     %lld active (%lld critical, %lld error, %lld warning, "
	    "%lld notice)\n",
	    ctltable_integer(answer, "alerts.active"),
	    ctltable_integer(answer, "alerts.critical"),
	    ctltable_integer(answer, "alerts.error"),
	    ctltable_integer(answer, "alerts.warning"),
	    ctltable_integer(answer, "alerts.notice"));
	fprintf(out,
	    "traffic    %lld packets, %lld SIP messages, %lld "
	    "transactions open\n",
	    ctltable_integer(answer, "packets"),
	    ctltable_integer(answer, "messages"),
	    ctltable_integer(answer, "open"));
	fprintf(out, "watched    %s\n", ctltable_text(answer, "watched"));
	fprintf(out, "own clock  %s\n", ctltable_text(answer, "clock"));
	print_interfaces(json_object_get(answer, "interfaces"), out);
	print_counts("dropped", "", json_object_get(answer, "drops"), out);
	print_counts("unknown", "transactions, ",
	    json_object_get(answer, "unknown"), out);
	print_counts("unwatched", "transactions of port ",
	    json_object_get(answer, "not_watched"), out);
	print_sinks(json_object_get(answer, "sinks"), out);
	print_silences(json_object_get(answer, "silences"), out);
}

/*
 * An offset as a small bar: its middle is our clock, and each place from there
 * is ten times as far, so that a second and a year both show.
 */
static void
write_bar(char bar[BAR + 1], double offset)
{
	const int middle = BAR / 2;
	const double size = fabs(offset);
	int reach = size < 0.1 ? 0 : (int)ceil(log10(size) + 1) + 1;

	memset(bar, ' ', BAR);
	bar[BAR] = '\0';
	bar[middle] = '|';
	reach = reach > middle ? middle : reach;
	for (int i = 1; i <= reach; i++)
		bar[offset < 0 ? middle - i : middle + i] = '=';
	if (reach > 0)
		bar[offset < 0 ? middle - reach : middle + reach] =
		    offset < 0 ? '<' : '>';
}

/* "ntp +0.1, rtcp -3600.0?": each witness, and a mark where it is not
 * believed. */
static void
write_said(const json_t *said, char *text, size_t size)
{
	size_t i, used = 0;
	const json_t *w;

	text[0] = '\0';
	json_array_foreach(said, i, w)
	{
		const json_t *offset = json_object_get(w, "offset_s");
		int n;

		if (offset == NULL)
			offset = json_object_get(w, "changed_s");
		n = snprintf(text + used, size - used, "%s%s %+.1f%s",
		    i > 0 ? ", " : "",
		    json_string_value(json_object_get(w, "witness")),
		    json_number_value(offset),
		    json_is_true(json_object_get(w, "believed")) ? "" : "?");
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

/* Several agents of HEP may have one address. */
static void
name_clock(json_t *row)
{
	const json_t *agent = json_object_get(row, "agent");
	char name[96];

	if (agent == NULL)
		return;
	snprintf(name, sizeof(name), "%s agent %lld",
	    json_string_value(json_object_get(row, "peer")),
	    (long long)json_integer_value(agent));
	json_object_set_new(row, "peer", json_string(name));
}

static json_t *
with_bars(const json_t *clocks)
{
	json_t *rows = json_deep_copy(clocks), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const double offset =
		    json_number_value(json_object_get(row, "offset_s"));
		char bar[BAR + 1], store[32], words[48], told[400];

		name_clock(row);
		write_bar(bar, offset);
		json_object_set_new(row, "bar", json_string(bar));
		snprintf(words, sizeof(words), "%s%s",
		    fabs(offset) < 0.1
			? "right"
			: ctltable_duration(store, sizeof(store), offset),
		    fabs(offset) < 0.1 ? ""
			: offset < 0   ? " behind"
				       : " ahead");
		json_object_set_new(row, "words", json_string(words));
		write_said(json_object_get(row, "said"), told, sizeof(told));
		json_object_set_new(row, "told", json_string(told));
	}
	return rows;
}

static void
print_clock_rows(const json_t *clocks, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "PEER", "peer", CTLTABLE_TEXT },
		{ "behind    ahead", "bar", CTLTABLE_TEXT },
		{ "OFFSET", "words", CTLTABLE_TEXT },
		{ "+/- s", "uncertainty_s", CTLTABLE_SECONDS },
		{ "SHAPE", "shape", CTLTABLE_TEXT },
		{ "WITNESSES", "told", CTLTABLE_TEXT },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"no host has told its time yet" };
	json_t *rows = with_bars(clocks);

	ctltable_print(&table, rows, out);
	json_decref(rows);
}

static void
print_clocks(const json_t *answer, FILE *out)
{
	print_clock_rows(json_object_get(answer, "clocks"), out);
}

static void
print_transactions(const json_t *answer, FILE *out)
{
	static const struct ctltable_column methods[] = {
		{ "METHOD", "method", CTLTABLE_TEXT },
		{ "ANSWERED", "answered", CTLTABLE_COUNT },
		{ "FAILED", "failed", CTLTABLE_COUNT },
		{ "TIMED OUT", "timed_out", CTLTABLE_COUNT },
		{ "UNKNOWN", "unknown", CTLTABLE_COUNT },
		{ "MEAN s", "mean_s", CTLTABLE_SECONDS },
	};
	static const struct ctltable_column open[] = {
		{ "AGE s", "age_s", CTLTABLE_SECONDS },
		{ "METHOD", "method", CTLTABLE_TEXT },
		{ "SERVER", "server", CTLTABLE_TEXT },
		{ "CLIENT", "client", CTLTABLE_TEXT },
		{ "COPIES", "copies", CTLTABLE_COUNT },
		{ "WATCHED", "watched", CTLTABLE_TEXT },
	};
	const size_t width = ctltable_screen(out);
	const struct ctltable by_method = { methods,
		sizeof(methods) / sizeof(*methods), width,
		"no transaction has ended yet" };
	const struct ctltable oldest = { open, sizeof(open) / sizeof(*open),
		width, "none waits for its answer" };

	fprintf(out, "%lld open, the slowest first:\n",
	    ctltable_integer(answer, "open"));
	ctltable_print(&oldest, json_object_get(answer, "slowest"), out);
	fprintf(out, "\nEnded:\n");
	ctltable_print(&by_method, json_object_get(answer, "methods"), out);
}

static void
print_servers(const json_t *answer, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "SERVER", "server", CTLTABLE_TEXT },
		{ "ANSWERED", "answered", CTLTABLE_COUNT },
		{ "FAILED", "failed", CTLTABLE_COUNT },
		{ "TIMEOUTS", "timed_out", CTLTABLE_COUNT },
		{ "UNKNOWN", "unknown", CTLTABLE_COUNT },
		{ "MEAN s", "mean_s", CTLTABLE_SECONDS },
		{ "MOST s", "slowest_s", CTLTABLE_SECONDS },
		{ "LAST", "last_timeout", CTLTABLE_MINUTE },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"no transaction has ended yet" };

	ctltable_print(&table, json_object_get(answer, "servers"), out);
}

static void
print_certs(const json_t *answer, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "EXPIRES", "not_after", CTLTABLE_TIME },
		{ "HOLDER", "holder", CTLTABLE_TEXT },
		{ "ROLE", "role", CTLTABLE_TEXT },
		{ "SUBJECT", "subject", CTLTABLE_TEXT },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"no certificate was seen yet; TLS 1.3 hides them" };

	ctltable_print(&table, json_object_get(answer, "certificates"), out);
}

/* An agent is heard, or lost, or refused by a setting. */
static void
name_state(json_t *row)
{
	json_t *refused = json_object_get(row, "refused");
	const bool lost = json_is_true(json_object_get(row, "lost"));

	if (refused != NULL)
		json_object_set(row, "state", refused);
	else
		json_object_set_new(
		    row, "state", json_string(lost ? "lost" : "heard"));
}

static void
print_agents(const json_t *answer, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "AGENT", "agent", CTLTABLE_TEXT },
		{ "NUMBER", "number", CTLTABLE_COUNT },
		{ "STATE", "state", CTLTABLE_TEXT },
		{ "MESSAGES", "messages", CTLTABLE_COUNT },
		{ "DROPPED", "dropped", CTLTABLE_COUNT },
		{ "DOUBTFUL", "doubtful", CTLTABLE_COUNT },
		{ "CLOCK s", "offset_s", CTLTABLE_SECONDS },
		{ "LAST", "last", CTLTABLE_MINUTE },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"no agent has sent HEP yet; see [hep] in siptimed.conf(5)" };
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "agents"), i, row)
	{
		name_state(row);
	}
	ctltable_print(&table, json_object_get(answer, "agents"), out);
}

static void
print_witnesses(const json_t *answer, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "WITNESS", "name", CTLTABLE_TEXT },
		{ "ON", "on", CTLTABLE_TEXT },
		{ "HOSTS", "hosts", CTLTABLE_COUNT },
		{ "WHAT IT IS", "label", CTLTABLE_TEXT },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"none" };

	ctltable_print(&table, json_object_get(answer, "witnesses"), out);
}

static void
print_limits(const json_t *answer, FILE *out)
{
	static const struct ctltable_column columns[] = {
		{ "LIMIT", "name", CTLTABLE_TEXT },
		{ "USED", "used", CTLTABLE_COUNT },
		{ "OF", "limit", CTLTABLE_COUNT },
		{ "REACHED", "reached", CTLTABLE_COUNT },
		{ "SET BY", "key", CTLTABLE_TEXT },
	};
	const struct ctltable table = { columns,
		sizeof(columns) / sizeof(*columns), ctltable_screen(out),
		"none" };

	ctltable_print(&table, json_object_get(answer, "limits"), out);
}

static void
print_counters(const json_t *answer, FILE *out)
{
	json_t *counters = json_object_get(answer, "counters"), *value;
	const char *name;

	json_object_foreach(counters, name,
	    value) if (json_integer_value(value) != 0) fprintf(out,
	    "%-40s %lld\n", name, (long long)json_integer_value(value));
}

static void
print_explanation(const json_t *answer, FILE *out)
{
	fputs(ctltable_text(answer, "text"), out);
}

const struct ctlshow ctlshow_commands[] = {
	{ "status", "", "how the daemon is", print_status },
	{ "alerts", "[--since 12h]", "what is wrong now, and what was lately",
	    print_alerts },
	{ "clocks", "", "the hosts' clocks against ours", print_clocks },
	{ "transactions", "", "the slowest that are open, and how others went",
	    print_transactions },
	{ "servers", "", "how each server answers", print_servers },
	{ "certs", "", "certificates, the next to expire first", print_certs },
	{ "agents", "", "what sends HEP, how much, and by which clock",
	    print_agents },
	{ "witnesses", "", "what tells the hosts' time", print_witnesses },
	{ "limits", "", "how full each table is", print_limits },
	{ "counters", "", "all that was counted, but for zeros",
	    print_counters },
	{ "explain", "KIND", "what an alert means and what to do",
	    print_explanation },
	{ NULL, NULL, NULL, NULL },
};

const struct ctlshow *
ctlshow_find(const char *command)
{
	for (const struct ctlshow *c = ctlshow_commands; c->command != NULL;
	     c++)
		if (strcmp(c->command, command) == 0)
			return c;
	return NULL;
}

/* ---- top ---- */

static double
badness(const json_t *row, const char *field)
{
	return fabs(json_number_value(json_object_get(row, field)));
}

/* The rows with most of `field', new and to be freed. */
static json_t *
worst(const json_t *rows, const char *field)
{
	json_t *left = json_deep_copy(rows);
	json_t *found = json_array();

	while (json_array_size(left) > 0 && json_array_size(found) < TOP_ROWS) {
		size_t best = 0;

		for (size_t i = 1; i < json_array_size(left); i++)
			if (badness(json_array_get(left, i), field) >
			    badness(json_array_get(left, best), field))
				best = i;
		json_array_append(found, json_array_get(left, best));
		json_array_remove(left, best);
	}
	json_decref(left);
	return found;
}

void
ctlshow_top(const json_t *status, const json_t *alerts, const json_t *clocks,
    const json_t *servers, FILE *out)
{
	json_t *off = worst(json_object_get(clocks, "clocks"), "offset_s");
	json_t *bad = worst(json_object_get(servers, "servers"), "timed_out");
	json_t *bad_servers = json_pack("{s:O}", "servers", bad);

	print_status(status, out);
	fprintf(out, "\n");
	ctlalert_list(
	    json_object_get(alerts, "active"), false, "nothing is wrong", out);
	fprintf(out, "\n");
	print_clock_rows(off, out);
	fprintf(out, "\n");
	print_servers(bad_servers, out);
	json_decref(off);
	json_decref(bad);
	json_decref(bad_servers);
}
