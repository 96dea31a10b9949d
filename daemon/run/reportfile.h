/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPORTFILE_H
#define REPORTFILE_H

#include "host/log.h"
#include "monitor/answers.h"

/* --report: the page that HTTP serves, with what was found in savefiles, as
 * one file that needs nothing else. */

/* Is the file to be had?  Before the savefiles are read: they may be long.
 * 0 or -errno, logged. */
int reportfile_check(const char *path, const struct log *log);

/* 0 or -errno, logged. */
int reportfile_write(
    const char *path, const struct answers_rooms *rooms, const struct log *log);

#endif
