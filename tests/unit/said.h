/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAID_H
#define SAID_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit/unit.h"

/*
 * What the daemon logs, kept for a test to read.  Each test runs in a process
 * of its own, so its standard error is nobody else's.
 */

static char said_text[16384];

static inline void
said_begin(void)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	fflush(stderr);
	ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
	fclose(file);
}

/* All that was said since said_begin(). */
static inline const char *
said_all(void)
{
	ssize_t len;

	fflush(stderr);
	len = pread(STDERR_FILENO, said_text, sizeof(said_text) - 1, 0);
	ck_assert_int_ge(len, 0);
	said_text[len] = '\0';
	return said_text;
}

#define said_that(words)                                                       \
	ck_assert_msg(strstr(said_all(), words) != NULL, "said: %s", said_text)

#endif
