/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OFFLINE_H
#define OFFLINE_H

#include "config/config.h"
#include "config/options.h"

/*
 * siptimed -r: savefiles through reader, matcher and judge, alerts to standard
 * output as they come, then the summary.  The exit status: 0 no alert, 1 alerts
 * were raised, 2 trouble, which has been logged.
 */
int offline_run(const struct options *options, struct config *config,
    const struct siphash_key *key, const struct log *log);

/* Flush standard output; 0, or -errno after writing on stderr what is wrong.
 * `error' is what is known already, or 0. */
int offline_flush(const struct log *log, int error);

#endif
