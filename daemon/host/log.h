/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOG_H
#define LOG_H

#include "base/tokenbucket.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The daemon about itself, on stderr: never alerts.  Lines are lower case,
 * subject first, reason last, no full stop.  Control characters and octets that
 * are not UTF-8 are escaped, since the names and contents of files may be
 * hostile.  errno is preserved.
 *
 * Where stderr goes to the journal each line has its priority, sd-daemon(3).  A
 * daemon logs at most twenty lines of one kind at a time, then one every ten
 * seconds; the rest are counted, and their number is logged.
 */

enum { LOG_KINDS = 64, LOG_SAMPLE = 160 };

/* One kind of line: those of one format.  Private. */
struct log_kind {
	const char *format;
	struct tokenbucket bucket;
	uint64_t held;
	char sample[LOG_SAMPLE]; /* the latest held back */
};

struct log_limits {
	pthread_mutex_t lock; /* threads that capture log too */
	size_t count;
	struct log_kind kinds[LOG_KINDS];
};

struct log {
	bool verbose;              /* write log_info() too */
	bool journal;              /* stderr goes there */
	bool silent;               /* somebody else says the same */
	struct log_limits *limits; /* borrowed, zeroed at first; NULL: none */
};

/* Does stderr go to the journal?  From $JOURNAL_STREAM, systemd.exec(5). */
bool log_goes_to_journal(void);

void log_error(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warning(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Always logged: the end of a trouble, the settings in force. */
void log_notice(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Answers to a request (SIGUSR1): never held back. */
void log_answer(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Log how many lines were held back, when the rate allows it again. */
void log_tick(const struct log *log);

#endif
