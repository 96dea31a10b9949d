/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

/*
 * The daemon about itself, on stderr: never alerts.  Lines are lower case,
 * subject first, reason last, no full stop.  Control characters and octets
 * that are not UTF-8 are escaped, since names of files and what stands in
 * them come from others.  errno is preserved.
 */

struct log {
	bool verbose; /* say log_info() too */
};

void log_error(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warning(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* No trouble, but always said: what was asked for, what is over. */
void log_notice(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
