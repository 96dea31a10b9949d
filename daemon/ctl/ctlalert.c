/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctlalert.h"

#include <string.h>

#include "ctl/ctltable.h"

static const char *
color_of(const char *severity, FILE *out)
{
	if (!ctltable_has_color(out))
		return "";
	if (strcmp(severity, "critical") == 0 || strcmp(severity, "error") == 0)
		return "\033[31m";
	if (strcmp(severity, "warning") == 0)
		return "\033[33m";
	return "\033[36m";
}

static const char *
plain(FILE *out)
{
	return ctltable_has_color(out) ? "\033[0m" : "";
}

/* Words wrapped at the screen's edge, with `indent' blanks before each line. */
static void
print_wrapped(const char *text, int indent, FILE *out)
{
	const size_t width = ctltable_screen(out) - (size_t)indent;

	while (*text != '\0') {
		size_t len = strlen(text);

		if (len > width) {
			len = width;
			while (len > 0 && text[len] != ' ')
				len--;
			if (len == 0)
				len = strcspn(text, " ");
		}
		fprintf(out, "%*s%.*s\n", indent, "", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
}

/* "12-01 18:22Z" of 2026-12-01T18:22:07.123456Z. */
static const char *
minute_of(const char *time, char store[16])
{
	snprintf(store, 16, "%.5s %.5sZ", strlen(time) > 19 ? time + 5 : "",
	    strlen(time) > 19 ? time + 11 : "");
	return store;
}

static void
print_course(const json_t *alert, FILE *out)
{
	const char *packets = ctltable_text(alert, "packets");
	const long long count = ctltable_integer(alert, "count");
	char store[16];

	fprintf(out, "    since %s, ",
	    minute_of(ctltable_text(alert, "first_seen"), store));
	if (count == 1)
		fprintf(out, "once");
	else
		fprintf(out, "%lld times", count);
	fprintf(out, "%s%s\n",
	    json_is_true(json_object_get(alert, "acked")) ? ", acknowledged"
							  : "",
	    json_is_true(json_object_get(alert, "silenced")) ? ", silenced"
							     : "");
	if (packets[0] != '\0')
		fprintf(out, "    packets: %s\n", packets);
}

/* An alert of the active ones has fields that no sink is told. */
static bool
is_active(const json_t *alert)
{
	return json_object_get(alert, "acked") != NULL;
}

static void
print_head(const json_t *alert, FILE *out)
{
	const char *severity = ctltable_text(alert, "severity");
	char store[16];

	fprintf(out, "%s%-8s%s %s %s  %s  id %s\n", color_of(severity, out),
	    severity, plain(out), ctltable_text(alert, "alert"),
	    is_active(alert) ? "active" : ctltable_text(alert, "state"),
	    minute_of(ctltable_text(alert, "time"), store),
	    ctltable_text(alert, "id"));
	print_wrapped(ctltable_text(alert, "summary"), 2, out);
}

void
ctlalert_print(const json_t *alert, FILE *out)
{
	print_head(alert, out);
	if (strcmp(ctltable_text(alert, "state"), "resolved") == 0)
		return;
	print_wrapped(ctltable_text(alert, "advice"), 4, out);
	print_course(alert, out);
}

void
ctlalert_list(const json_t *alerts, bool brief, const char *none, FILE *out)
{
	const json_t *alert;
	size_t i;

	if (json_array_size(alerts) == 0)
		fprintf(out, "  %s\n", none);
	json_array_foreach(alerts, i, alert)
	{
		if (brief)
			print_head(alert, out);
		else
			ctlalert_print(alert, out);
	}
}
