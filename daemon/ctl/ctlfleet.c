/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlfleet.h"

#include <stdint.h>
#include <string.h>

#include "ctl/ctltable.h"

static const char *const commands[] = { "status", "alerts", "clocks",
	"sensors" };

bool
ctlfleet_knows(const char *command)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(command, commands[i]) == 0)
			return true;
	return false;
}

const json_t *
ctlfleet_part(const json_t *answer, const char *command)
{
	return strcmp(command, "status") == 0
	    ? answer
	    : json_object_get(answer, command);
}

static const char *
text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text == NULL ? "-" : text;
}

static void
print_alert(const json_t *row, FILE *out)
{
	fprintf(out, "%s  %-8s  %s  %s, %lld times\n", text_of(row, "id"),
	    text_of(row, "severity"), text_of(row, "alert"),
	    text_of(row, "subject"), ctltable_integer(row, "count"));
}

static void
print_clock(const json_t *row, FILE *out)
{
	fprintf(out, "%-15s  %+.3f s +/- %.3f s, %lld samples\n",
	    text_of(row, "peer"),
	    json_number_value(json_object_get(row, "offset_s")),
	    json_number_value(json_object_get(row, "uncertainty_s")),
	    ctltable_integer(row, "samples"));
}

static void
print_sensor(const json_t *row, FILE *out)
{
	fprintf(out,
	    "%-15s  %s, clock %+.3f s%s, %lld messages, %lld drops, "
	    "%lld batches missed\n",
	    text_of(row, "sensor"),
	    json_is_true(json_object_get(row, "lost")) ? "lost" : "alive",
	    json_number_value(json_object_get(row, "offset_s")),
	    json_is_true(json_object_get(row, "clock_odd")) ? " (odd)" : "",
	    ctltable_integer(row, "messages"), ctltable_integer(row, "drops"),
	    ctltable_integer(row, "missed"));
}

static void
print_rows(const json_t *answer, const char *name,
    void (*print)(const json_t *row, FILE *out), FILE *out)
{
	const json_t *rows = json_object_get(answer, name);

	for (size_t i = 0; i < json_array_size(rows); i++)
		print(json_array_get(rows, i), out);
}

static void
print_counters(const json_t *counters, FILE *out)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)counters, name, value) fprintf(
	    out, "%s %lld\n", name, (long long)json_integer_value(value));
}

void
ctlfleet_print(const json_t *answer, const char *command, FILE *out)
{
	const bool all = strcmp(command, "status") == 0;

	if (all)
		fprintf(out, "judge %s\n", text_of(answer, "judge"));
	if (all || strcmp(command, "sensors") == 0)
		print_rows(answer, "sensors", print_sensor, out);
	if (all || strcmp(command, "alerts") == 0)
		print_rows(answer, "alerts", print_alert, out);
	if (strcmp(command, "clocks") == 0)
		print_rows(answer, "clocks", print_clock, out);
	if (all)
		print_counters(json_object_get(answer, "counters"), out);
}
