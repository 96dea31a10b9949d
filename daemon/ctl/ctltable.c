/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/ctltable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CELL = 256, SCREEN = 80 };

const json_t *
ctltable_at(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	char name[64];

	if (dot == NULL)
		return json_object_get(object, path);
	snprintf(name, sizeof(name), "%.*s", (int)(dot - path), path);
	return ctltable_at(json_object_get(object, name), dot + 1);
}

static void
write_list(char *cell, const json_t *list)
{
	size_t len = 0, i;
	const json_t *item;

	cell[0] = '\0';
	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);
		const int more = snprintf(cell + len, CELL - len, "%s%s",
		    i > 0 ? " " : "", text == NULL ? "" : text);

		if (more < 0 || (size_t)more >= CELL - len)
			return;
		len += (size_t)more;
	}
}

/* 2011-01-03T18:22:45.123456Z without its fraction and separators. */
static void
write_time(char *cell, const char *time, bool minute)
{
	if (time == NULL || strlen(time) < 19)
		snprintf(cell, CELL, "-");
	else if (minute)
		snprintf(cell, CELL, "%.5s %.5sZ", time + 5, time + 11);
	else
		snprintf(cell, CELL, "%.10s %.8sZ", time, time + 11);
}

static void
write_cell(char *cell, const struct ctltable_column *column, const json_t *row)
{
	const json_t *value = ctltable_at(row, column->field);

	switch (column->kind) {
	case CTLTABLE_TEXT:
		snprintf(cell, CELL, "%s",
		    json_is_string(value)      ? json_string_value(value)
			: json_is_true(value)  ? "yes"
			: json_is_false(value) ? "no"
					       : "-");
		break;
	case CTLTABLE_COUNT:
		snprintf(
		    cell, CELL, "%lld", (long long)json_integer_value(value));
		break;
	case CTLTABLE_SECONDS:
	case CTLTABLE_SIGNED:
		if (!json_is_number(value))
			snprintf(cell, CELL, "-");
		else if (column->kind == CTLTABLE_SIGNED)
			snprintf(cell, CELL, "%+.1f", json_number_value(value));
		else
			snprintf(cell, CELL, "%.1f", json_number_value(value));
		break;
	case CTLTABLE_TIME:
	case CTLTABLE_MINUTE:
		write_time(cell, json_string_value(value),
		    column->kind == CTLTABLE_MINUTE);
		break;
	case CTLTABLE_LIST:
		write_list(cell, value);
		break;
	}
}

/* Columns on the screen: octets that begin a UTF-8 character. */
static size_t
columns_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static size_t
octets_of(const char *text, size_t columns)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++)
		if (((unsigned char)text[len] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return len;
}

static bool
is_right(enum ctltable_kind kind)
{
	return kind == CTLTABLE_COUNT || kind == CTLTABLE_SECONDS ||
	    kind == CTLTABLE_SIGNED;
}

static void
measure(const struct ctltable *t, const json_t *rows, size_t widths[])
{
	char cell[CELL];
	const json_t *row;
	size_t i;

	for (size_t c = 0; c < t->count; c++)
		widths[c] = columns_of(t->columns[c].title);
	json_array_foreach(rows, i, row)
	{
		for (size_t c = 0; c < t->count; c++) {
			size_t width;

			write_cell(cell, &t->columns[c], row);
			width = columns_of(cell);
			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
}

static void
print_cell(const struct ctltable *t, size_t c, const char *cell, size_t width,
    size_t *at, FILE *out)
{
	const bool last = c + 1 == t->count;
	const size_t room = t->width > *at ? t->width - *at : 1;
	const size_t own = columns_of(cell);
	const size_t shown = last && own > room ? room : own;
	const int padding = (int)(width > own ? width - own : 0);

	if (is_right(t->columns[c].kind))
		fprintf(out, "%*s", padding, "");
	fwrite(cell, 1, octets_of(cell, shown), out);
	if (!is_right(t->columns[c].kind) && !last)
		fprintf(out, "%*s", padding, "");
	*at += width + 2;
	fputs(last ? "\n" : "  ", out);
}

void
ctltable_print(const struct ctltable *t, const json_t *rows, FILE *out)
{
	size_t widths[CTLTABLE_COLUMNS], at = 0, i;
	char cell[CELL];
	const json_t *row;

	if (json_array_size(rows) == 0) {
		fprintf(out, "%s\n", t->empty);
		return;
	}
	measure(t, rows, widths);
	for (size_t c = 0; c < t->count; c++)
		print_cell(t, c, t->columns[c].title, widths[c], &at, out);
	json_array_foreach(rows, i, row)
	{
		at = 0;
		for (size_t c = 0; c < t->count; c++) {
			write_cell(cell, &t->columns[c], row);
			print_cell(t, c, cell, widths[c], &at, out);
		}
	}
}

size_t
ctltable_screen(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		return size.ws_col;
	return SCREEN;
}

bool
ctltable_has_color(FILE *out)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(out)) && (no == NULL || no[0] == '\0');
}

const char *
ctltable_duration(char *store, size_t size, double seconds)
{
	static const struct {
		double length;
		const char *one, *many;
	} units[] = {
		{ 365.25 * 86400, "year", "years" },
		{ 86400, "day", "days" },
		{ 3600, "h", "h" },
		{ 60, "min", "min" },
	};
	const double length = fabs(seconds);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		const double n = length / units[i].length;

		/* What would be shown as 60 of the next is one of this. */
		if (n < 0.995)
			continue;
		snprintf(store, size,
		    n < 10 && fabs(n - rint(n)) > 0.05 ? "%.1f %s" : "%.0f %s",
		    n, fabs(n - 1) < 0.05 ? units[i].one : units[i].many);
		return store;
	}
	snprintf(store, size, length < 10 ? "%.1f s" : "%.0f s", length);
	return store;
}

const char *
ctltable_text(const json_t *object, const char *path)
{
	const char *text = json_string_value(ctltable_at(object, path));

	return text == NULL ? "" : text;
}

long long
ctltable_integer(const json_t *object, const char *path)
{
	return (long long)json_integer_value(ctltable_at(object, path));
}
