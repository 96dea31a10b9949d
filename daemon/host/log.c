/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/textbuf.h"
#include "host/wallclock.h"

enum { LINE_OCTETS = 2048, BURST = 20 };

/* A token bucket counts in whole tokens a second: for one in ten seconds its
 * time runs ten times as slow. */
#define SLOWER 10

bool
log_goes_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat status;

	return stream != NULL &&
	    sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	    status.st_ino == inode;
}

static struct log_kind *
kind_of(struct log_limits *limits, const char *format, nstime now)
{
	struct log_kind *kind;

	for (size_t i = 0; i < limits->count; i++)
		if (limits->kinds[i].format == format)
			return &limits->kinds[i];
	if (limits->count == LOG_KINDS)
		return NULL;
	kind = &limits->kinds[limits->count++];
	*kind = (struct log_kind){ .format = format };
	tokenbucket_init(&kind->bucket, 1, BURST, now);
	return kind;
}

static bool
may_pass_limits(struct log_limits *limits, const char *format, const char *line)
{
	const nstime now = wallclock_monotonic() / SLOWER;
	struct log_kind *kind = kind_of(limits, format, now);
	struct textbuf t;

	if (kind == NULL || tokenbucket_take(&kind->bucket, now))
		return true;
	kind->held++;
	textbuf_init(&t, kind->sample, sizeof(kind->sample));
	textbuf_add(&t, line);
	return false;
}

static bool
may_pass(const struct log *log, const char *format, const char *line)
{
	bool may;

	if (log->limits == NULL)
		return true;
	pthread_mutex_lock(&log->limits->lock);
	may = may_pass_limits(log->limits, format, line);
	pthread_mutex_unlock(&log->limits->lock);
	return may;
}

static void
put(const struct log *log, int priority, const char *line)
{
	char escaped[4 * LINE_OCTETS];
	struct textbuf t;

	textbuf_init(&t, escaped, sizeof(escaped));
	textbuf_wire(&t, slice_text(line));
	if (log->journal)
		fprintf(stderr, "<%d>%s\n", priority, escaped);
	else
		fprintf(stderr, "siptimed: %s%s\n",
		    priority == LOG_WARNING ? "warning: " : "", escaped);
}

static void say(const struct log *log, int priority, bool limited,
    const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void
say(const struct log *log, int priority, bool limited, const char *format,
    va_list arguments)
{
	const int saved = errno;
	char line[LINE_OCTETS];

	if (log->silent)
		return;
	vsnprintf(line, sizeof(line), format, arguments);
	if (!limited || may_pass(log, format, line))
		put(log, priority, line);
	errno = saved;
}

void
log_error(const struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(log, LOG_ERR, true, format, arguments);
	va_end(arguments);
}

void
log_warning(const struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(log, LOG_WARNING, true, format, arguments);
	va_end(arguments);
}

void
log_notice(const struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(log, LOG_NOTICE, true, format, arguments);
	va_end(arguments);
}

void
log_info(const struct log *log, const char *format, ...)
{
	va_list arguments;

	if (!log->verbose)
		return;
	va_start(arguments, format);
	say(log, LOG_INFO, true, format, arguments);
	va_end(arguments);
}

void
log_answer(const struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(log, LOG_NOTICE, false, format, arguments);
	va_end(arguments);
}

void
log_tick(const struct log *log)
{
	const nstime now = wallclock_monotonic() / SLOWER;
	struct log_limits *limits = log->limits;

	if (limits == NULL)
		return;
	pthread_mutex_lock(&limits->lock);
	for (size_t i = 0; i < limits->count; i++) {
		struct log_kind *kind = &limits->kinds[i];

		if (kind->held == 0 || !tokenbucket_take(&kind->bucket, now))
			continue;
		log_answer(log, "%" PRIu64 " lines held back, the latest: %s",
		    kind->held, kind->sample);
		kind->held = 0;
	}
	pthread_mutex_unlock(&limits->lock);
}
