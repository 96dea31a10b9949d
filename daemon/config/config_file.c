/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_keys.h"

/*
 * inih splits the lines, and its ways are kept from harm here: its handler does
 * not get the line's number, it cuts long lines and long names of sections
 * without a word, takes an indented line for a continuation of the one before,
 * and does not report a section without keys.  So the reader that hands it the
 * lines counts them, refuses the long ones, takes the indent off, and deals
 * with the sections itself.
 */

struct reading {
	struct config *config;
	const char *path;
	const struct log *log;
	FILE *file;
	char *line; /* of getline() */
	size_t size;
	unsigned number;
	unsigned errors;
	char section[CONFIG_TEXT]; /* empty: before the first, or unknown */
	struct config_keys_named named; /* in [pool "NAME"] and its like */
	bool skipping;                  /* in a section that was refused */
};

static void refuse(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
refuse(struct reading *r, const char *format, ...)
{
	char reason[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	log_error(r->log, "%s:%u: %s", r->path, r->number, reason);
	r->errors++;
}

static void
write_keys(struct textbuf *t, const char *section)
{
	for (size_t i = 0; i < config_keys_count(); i++)
		if (strcmp(config_keys_section(i), section) == 0) {
			textbuf_add(t, t->len > 0 ? " " : "");
			textbuf_add(t, config_keys_name(i));
		}
}

static void
refuse_section(struct reading *r, struct slice name)
{
	char sections[256];
	struct textbuf t;
	const char *last = "";

	textbuf_init(&t, sections, sizeof(sections));
	for (size_t i = 0; i < config_keys_count(); i++) {
		const char *section = config_keys_section(i);

		if (strcmp(section, last) != 0) {
			textbuf_add(&t, last[0] == '\0' ? "[" : " [");
			textbuf_add(&t, section);
			textbuf_add(&t,
			    config_keys_is_named(section) ? " \"NAME\"]" : "]");
		}
		last = section;
	}
	refuse(r, "[%.*s]: unknown section; accepted: %s", (int)name.len,
	    (const char *)name.p, sections);
	r->skipping = true;
}

/* `name' follows the section's word in the brackets. */
static void
begin_named(struct reading *r, struct slice name)
{
	name = slice_trim(name);
	if (name.len < 3 || name.p[0] != '"' ||
	    slice_index(slice_after(name, 1), '"') != name.len - 2) {
		refuse(r,
		    "[%s %.*s]: not a name; accepted: "
		    "[%s \"NAME\"]",
		    r->section, (int)name.len, (const char *)name.p,
		    r->section);
		r->skipping = true;
	} else if (!config_keys_named(r->config, r->section,
		       slice_between(name, 1, name.len - 1), &r->named)) {
		refuse(r, "[%s %.*s]: one too many; accepted: %d", r->section,
		    (int)name.len, (const char *)name.p,
		    strcmp(r->section, "tls") == 0 ? CONFIG_TLS : CONFIG_POOLS);
		r->skipping = true;
	}
}

static void
begin_section(struct reading *r, struct slice line)
{
	const size_t end = slice_index(line, ']');
	const struct slice rest = slice_trim(slice_after(line, end + 1));
	const struct slice name = slice_trim(slice_between(line, 1, end));
	const size_t word = slice_index(name, ' ');

	r->section[0] = '\0';
	r->named.base = NULL;
	r->skipping = false;
	if (end == line.len || (rest.len > 0 && rest.p[0] != ';')) {
		refuse(r, "%.*s: not a section; accepted: [NAME]",
		    (int)line.len, (const char *)line.p);
		r->skipping = true;
		return;
	}
	memcpy(r->section, name.p, word);
	r->section[word] = '\0';
	if (config_keys_is_named(r->section)) {
		begin_named(r, slice_after(name, word));
		return;
	}
	memcpy(r->section, name.p, name.len);
	r->section[name.len] = '\0';
	if (!config_keys_has_section(r->section))
		refuse_section(r, name);
}

/* Does the line go on to inih?  Lines that it must not see are handled here. */
static bool
admit(struct reading *r, struct slice line, size_t most)
{
	if (memchr(line.p, '\0', line.len) != NULL) {
		refuse(r, "line holds a NUL octet; accepted: text");
		return false;
	}
	if (line.len > most) {
		refuse(r, "line of %zu octets is too long; accepted: %zu",
		    line.len, most);
		return false;
	}
	if (line.len == 0 || line.p[0] == ';' || line.p[0] == '#')
		return false;
	if (line.p[0] == '[') {
		begin_section(r, line);
		return false;
	}
	if (slice_index(line, '=') == line.len) {
		refuse(r, "%.*s: no '='; accepted: KEY = VALUE", (int)line.len,
		    (const char *)line.p);
		return false;
	}
	return true;
}

/* inih calls it in the place of fgets(). */
static char *
read_line(char *to, int size, void *stream)
{
	struct reading *r = stream;
	const ssize_t got = getline(&r->line, &r->size, r->file);
	struct slice line;

	if (got < 0)
		return NULL;
	r->number++;
	line = slice_of(r->line, (size_t)got);
	if (r->number == 1 && slice_starts_with(line, "\xef\xbb\xbf"))
		line = slice_after(line, 3);
	line = slice_trim(line);
	to[0] = '\0';
	if (admit(r, line, (size_t)size - 3)) {
		memcpy(to, line.p, line.len);
		to[line.len] = '\0';
	}
	return to;
}

static bool
set_value(struct reading *r, size_t row, const char *text)
{
	if (r->named.base != NULL)
		return config_keys_named_set(
		    &r->named, row, text, r->path, r->number);
	return config_keys_set(r->config, row, text, r->path, r->number);
}

static void
on_key(struct reading *r, const char *name, const char *text)
{
	const struct config_value *values =
	    r->named.base != NULL ? r->named.values : r->config->values;
	char keys[512];
	struct textbuf t;
	size_t row;

	if (!config_keys_find(r->section, name, &row)) {
		textbuf_init(&t, keys, sizeof(keys));
		write_keys(&t, r->section);
		refuse(r, "[%s] %s: unknown key; accepted: %s", r->section,
		    name, keys);
	} else if (values[row].origin == r->path) {
		refuse(r,
		    "[%s] %s: set twice, first on line %u; accepted: "
		    "once in a file",
		    r->section, name, values[row].line);
	} else if (!set_value(r, row, text)) {
		refuse(r, "[%s] %s: found '%s'; accepted: %s", r->section, name,
		    text, config_keys_accepted(row));
	}
}

static int
on_pair(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	(void)section;
	if (r->skipping)
		return 1;
	if (r->section[0] == '\0')
		refuse(r,
		    "%s: stands before any section; accepted: [NAME] "
		    "lines before their keys",
		    name);
	else
		on_key(r, name, value);
	return 1;
}

static int
say_errno(const struct log *log, const char *path, int error)
{
	log_error(log, "%s: %s; check the file", path,
	    error == EINVAL ? "not a regular file" : strerror(error));
	return -error;
}

/* Only a regular file: opening a pipe would wait for a writer, and a device
 * may have no end.  NULL and errno. */
static FILE *
open_regular(const char *path)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status = { .st_mode = 0 };
	FILE *stream = NULL;

	if (file < 0)
		return NULL;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
		stream = fdopen(file, "r");
	else
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	if (stream == NULL)
		close(file);
	return stream;
}

int
config_file_read(struct config *config, const char *path, const struct log *log)
{
	struct reading r = {
		.config = config,
		.path = path,
		.log = log,
		.file = open_regular(path),
	};
	int refused, error = 0;

	if (r.file == NULL)
		return say_errno(log, path, errno);
	refused = ini_parse_stream(read_line, &r, on_pair, &r);
	if (ferror(r.file)) {
		error = say_errno(log, path, errno);
	} else if (refused != 0 && r.errors == 0) {
		r.number = (unsigned)refused;
		refuse(&r, "line not understood; accepted: KEY = VALUE");
	}
	free(r.line);
	fclose(r.file);
	return r.errors > 0 ? -EINVAL : error;
}
