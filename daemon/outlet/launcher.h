/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <sys/types.h>

#include "base/nstime.h"
#include "base/slice.h"

/*
 * A process that runs one program again and again, with octets on its standard
 * input: see sink_exec.h.  It ends with the descriptor of its maker.
 */

enum { LAUNCHER_MOST = 128 * 1024 }; /* octets for one run */

struct launcher {
	int descriptor;
	pid_t process;
};

/* Fork it.  `timeout' is for one run.  0 or -errno. */
int launcher_start(struct launcher *l, const char *program, nstime timeout);

/* Run the program once and wait for it.  There is input, LAUNCHER_MOST octets
 * at most, or it is -EMSGSIZE.  0 when it ended with status 0;
 * -ETIMEDOUT, -ECHILD when it failed, -EPIPE when the launcher is gone. */
int launcher_run(const struct launcher *l, struct slice input);

void launcher_stop(struct launcher *l);

#endif
