/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOG_H
#define LOG_H

#include "base/tokenbucket.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The daemon about itself, on stderr: never alerts.  Lines are lower case,
 * subject first, reason last, no full stop.  Control characters and octets
 * that are not UTF-8 are escaped, since names of files and what stands in
 * them come from others.  errno is preserved.
 *
 * Where stderr goes to the journal each line has its priority,
 * sd-daemon(3).  A daemon says no more than twenty lines of one kind at a
 * time, then one every ten seconds; the others are counted, and that is said.
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
	size_t count;
	struct log_kind kinds[LOG_KINDS];
};

struct log {
	bool verbose;              /* say log_info() too */
	bool journal;              /* stderr goes there */
	struct log_limits *limits; /* borrowed, zeroed at first; NULL: none */
};

/* Where does stderr go?  $JOURNAL_STREAM tells, systemd.exec(5). */
bool log_goes_to_journal(void);

void log_error(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warning(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* No trouble, but always said: what is over, what is in force. */
void log_notice(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What was asked for: never held back. */
void log_answer(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what was held back, when there is room again. */
void log_tick(const struct log *log);

#endif
