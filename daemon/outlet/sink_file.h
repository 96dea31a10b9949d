/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_FILE_H
#define SINK_FILE_H

#include "outlet/sink.h"

/*
 * A sink that appends lines to a file: JSON lines for programs, or text lines
 * after their time for people.  Each line is written whole or not at all, even
 * when the disk is full.
 */

/* Text or JSON lines on standard output; JSON lines in the file that the
 * argument names.  NULL and errno set if the file cannot be opened, or no
 * memory. */
struct sink *sink_file_standard(const struct sink_setup *setup);
struct sink *sink_file_json(const struct sink_setup *setup);

#endif
