/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/textbuf.h"

enum { LINE_OCTETS = 2048 };

static void say(const char *prefix, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *prefix, const char *format, va_list arguments)
{
	const int saved = errno;
	char line[LINE_OCTETS], escaped[4 * LINE_OCTETS];
	struct textbuf t;

	vsnprintf(line, sizeof(line), format, arguments);
	textbuf_init(&t, escaped, sizeof(escaped));
	textbuf_wire(&t, slice_text(line));
	fprintf(stderr, "siptimed: %s%s\n", prefix, escaped);
	errno = saved;
}

void
log_error(const struct log *log, const char *format, ...)
{
	va_list arguments;

	(void)log;
	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

void
log_warning(const struct log *log, const char *format, ...)
{
	va_list arguments;

	(void)log;
	va_start(arguments, format);
	say("warning: ", format, arguments);
	va_end(arguments);
}

void
log_notice(const struct log *log, const char *format, ...)
{
	va_list arguments;

	(void)log;
	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

void
log_info(const struct log *log, const char *format, ...)
{
	va_list arguments;

	if (!log->verbose)
		return;
	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}
