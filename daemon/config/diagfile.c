/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/diagfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 400, TEXT = 300, ROWS = 4096 };

/* Made of conf/diagnostics.conf by the Makefile. */
static const char built_in[] =
#include <diagnostics.inc>
    ;

struct diagfile_reading {
	struct diagfile *into;
	const char *path;
	const struct log *log; /* NULL: what is built in has no errors */
	unsigned line, errors;
	struct diagnostics_row *row; /* NULL: before the first section */
	bool skipping;               /* in a section that was refused */
};

static void refuse(struct diagfile_reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
refuse(struct diagfile_reading *r, const char *format, ...)
{
	char reason[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	r->errors++;
	if (r->log != NULL)
		log_error(r->log, "%s:%u: %s", r->path, r->line, reason);
}

static void
free_row(struct diagnostics_row *row)
{
	free((char *)row->meaning);
	free((char *)row->remedy);
	row->meaning = row->remedy = NULL;
}

void
diagfile_done(struct diagfile *d)
{
	for (size_t i = 0; i < d->count; i++)
		free_row(&d->rows[i]);
	free(d->rows);
	*d = (struct diagfile){ .rows = NULL };
}

/* The row of that id, empty; one there was before is replaced. */
static struct diagnostics_row *
row_of(struct diagfile *d, uint32_t id)
{
	struct diagnostics_row *grown;
	size_t at = 0;

	while (at < d->count && d->rows[at].id < id)
		at++;
	if (at < d->count && d->rows[at].id == id) {
		free_row(&d->rows[at]);
		d->rows[at] = (struct diagnostics_row){ .id = id };
		return &d->rows[at];
	}
	grown = reallocarray(d->rows, d->count + 1, sizeof(*grown));
	if (grown == NULL || d->count == ROWS) {
		d->rows = grown == NULL ? d->rows : grown;
		return NULL;
	}
	d->rows = grown;
	memmove(grown + at + 1, grown + at, (d->count - at) * sizeof(*grown));
	grown[at] = (struct diagnostics_row){ .id = id };
	d->count++;
	return &grown[at];
}

static void
begin_section(struct diagfile_reading *r, struct slice line)
{
	const struct slice name =
	    slice_trim(slice_between(line, 1, slice_index(line, ']')));
	uint64_t id;

	r->row = NULL;
	r->skipping = true;
	if (!slice_decimal(name, UINT32_MAX, &id) || id == 0 ||
	    line.p[line.len - 1] != ']') {
		refuse(r, "%.*s: not a section; accepted: [ID], a number",
		    (int)line.len, (const char *)line.p);
		return;
	}
	r->row = row_of(r->into, (uint32_t)id);
	if (r->row == NULL)
		refuse(
		    r, "[%u]: no room; accepted: %d ids", (unsigned)id, ROWS);
	else
		r->skipping = false;
}

static void
set_alert(struct diagfile_reading *r, struct slice value)
{
	r->row->alert = !slice_is(value, "no");
	r->row->severity =
	    slice_is(value, "error") ? FINDING_ERROR : FINDING_WARNING;
	if (!slice_is(value, "no") && !slice_is(value, "warning") &&
	    !slice_is(value, "error"))
		refuse(r,
		    "[%u] alert: found '%.*s'; accepted: no warning "
		    "error",
		    (unsigned)r->row->id, (int)value.len,
		    (const char *)value.p);
}

/* These texts reach terminals and logs: what cannot be shown is refused. */
static void
set_text(struct diagfile_reading *r, const char *name, const char **text,
    struct slice value)
{
	char store[TEXT + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_wire(&t, value);
	if (value.len == 0 || t.truncated ||
	    !slice_equal(textbuf_slice(&t), value)) {
		refuse(r,
		    "[%u] %s: found %zu octets; accepted: 1 to %d of printable "
		    "UTF-8 without backslashes",
		    (unsigned)r->row->id, name, value.len, TEXT);
		return;
	}
	free((char *)*text);
	*text = strdup(store);
	if (*text == NULL)
		refuse(r, "[%u] %s: out of memory", (unsigned)r->row->id, name);
}

static void
set_key(struct diagfile_reading *r, struct slice line)
{
	const size_t equals = slice_index(line, '=');
	const struct slice key = slice_trim(slice_first(line, equals));
	const struct slice value = slice_trim(slice_after(line, equals + 1));

	if (equals == line.len)
		refuse(r, "%.*s: no '='; accepted: KEY = VALUE", (int)line.len,
		    (const char *)line.p);
	else if (r->row == NULL)
		refuse(r,
		    "%.*s: stands before any section; accepted: [ID] lines "
		    "before their keys",
		    (int)key.len, (const char *)key.p);
	else if (slice_is(key, "alert"))
		set_alert(r, value);
	else if (slice_is(key, "meaning"))
		set_text(r, "meaning", &r->row->meaning, value);
	else if (slice_is(key, "remedy"))
		set_text(r, "remedy", &r->row->remedy, value);
	else
		refuse(r,
		    "[%u] %.*s: unknown key; accepted: alert meaning remedy",
		    (unsigned)r->row->id, (int)key.len, (const char *)key.p);
}

static void
read_line(struct diagfile_reading *r, struct slice line)
{
	line = slice_trim(line);
	r->line++;
	if (line.len > LINE)
		refuse(r, "line of %zu octets is too long; accepted: %d",
		    line.len, LINE);
	else if (line.len == 0 || line.p[0] == '#' || line.p[0] == ';')
		return;
	else if (line.p[0] == '[')
		begin_section(r, line);
	else if (!r->skipping)
		set_key(r, line);
}

static void
read_all(struct diagfile_reading *r, struct slice text)
{
	while (text.len > 0) {
		const size_t end = slice_index(text, '\n');

		read_line(r, slice_first(text, end));
		text = slice_after(text, end + 1);
	}
}

bool
diagfile_init(struct diagfile *d)
{
	struct diagfile_reading r = { .into = d };

	*d = (struct diagfile){ .rows = NULL };
	read_all(&r, slice_of(built_in, sizeof(built_in) - 1));
	if (r.errors == 0)
		return true;
	diagfile_done(d);
	return false;
}

static int
read_stream(struct diagfile_reading *r, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t got;

	while ((got = getline(&line, &size, file)) >= 0)
		read_line(r, slice_of(line, (size_t)got));
	free(line);
	return ferror(file) ? -EIO : 0;
}

/* Read on top of a fresh copy of what is built in, so that a bad file changes
 * nothing. */
int
diagfile_read(struct diagfile *d, const char *path, const struct log *log)
{
	struct diagfile fresh;
	struct diagfile_reading r = {
		.into = &fresh,
		.path = path,
		.log = log,
	};
	FILE *file = fopen(path, "re");
	int error;

	if (file == NULL) {
		error = -errno;
		log_error(log, "%s: %m; check [sip] diagnostics", path);
		return error;
	}
	if (!diagfile_init(&fresh)) {
		fclose(file);
		return -ENOMEM;
	}
	error = read_stream(&r, file);
	fclose(file);
	if (error == 0 && r.errors > 0)
		error = -EINVAL;
	if (error < 0) {
		diagfile_done(&fresh);
		return error;
	}
	diagfile_done(d);
	*d = fresh;
	return 0;
}
