/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LOOP_H
#define LOOP_H

#include "config/config.h"
#include "config/options.h"

/*
 * The live daemon: libevent drives captures, ticks and signals.  SIGHUP reads
 * the configuration again and keeps open transactions and alerts, SIGUSR1
 * logs the counters, SIGTERM and SIGINT drain the sinks and end within 2 s.
 */

struct loop_setup {
	const struct options *options;
	struct config *config;   /* the loop's from now on: it may replace it */
	const char *config_path; /* to read again; NULL: none */
	const struct siphash_key *key;
	const struct log *log;
};

/* The exit status: 0 after a signal, 2 when it could not begin; logged. */
int loop_run(const struct loop_setup *setup);

#endif
