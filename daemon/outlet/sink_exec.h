/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINK_EXEC_H
#define SINK_EXEC_H

#include "outlet/sink.h"

/*
 * exec:/PROGRAM: the program is run for each alert, one at a time, with the
 * JSON object on its standard input.  No shell, no arguments, no capability,
 * no descriptor but 0 to 2, a plain environment, and at most SINK_EXEC_TIMEOUT
 * seconds.  One that fails or takes too long is run again, like any sink that
 * cannot deliver.
 *
 * A launcher does that: a process forked when the sink is made, before the
 * system call filter that programs could not live with is in force.
 */

enum { SINK_EXEC_TIMEOUT = 10 };

/* NULL and errno set on failure: no such program, or not to be executed;
 * EPERM once the filter is in force: a new exec sink takes a restart. */
struct sink *sink_exec_new(const struct sink_setup *setup);

#endif
