/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdatomic.h>

#include "pipeline/judge.h"
#include "pipeline/matcher.h"
#include "pipeline/reader.h"
#include "report/packetring.h"
#include "run/matching.h"
#include "run/progress.h"
#include "run/savefiles.h"

/*
 * Savefiles as one capture, merged by time, through reader, matcher and judge.
 * The result depends on nothing but the packets and the names of the files: not
 * on their order on the command line, not on the machine.
 *
 * `now' is the stamp made monotonic (DESIGN principle 2).  A step back of more
 * than a second starts it anew from where it was, and after that, as after a
 * time of more than 64*T1 that no file covers, transactions that were open are
 * not judged.  Of a longer time without any packet nothing is known: no alert
 * changes by it.
 */

struct replay;

struct replay_setup {
	struct savefiles *files; /* all is borrowed */
	nstime t1;
	struct reader *reader;
	struct matcher *matcher;
	struct judge *judge;
	struct packetring *ring;   /* of what was read last; NULL: none */
	struct matching *matching; /* takes the reader's events; NULL: the
				    * matcher does */
	struct progress *progress;
	const struct log *log;
};

/* NULL when out of memory, logged.  The caller frees it. */
struct replay *replay_new(const struct replay_setup *setup);
void replay_free(struct replay *r);

/*
 * Judge all there is, until *stop becomes true.  0, or -EINVAL when some
 * file was damaged or cut short: all is judged as far as it goes, and the
 * complaint follows with replay_complain(), before the summary.
 */
int replay_run(struct replay *r, const atomic_bool *stop);

/* Log what is wrong with the files that were not whole. */
void replay_complain(const struct replay *r);

/* Stamps of the earliest and latest packet judged, and where `wall' ended;
 * all 0 without packets. */
void replay_span(
    const struct replay *r, nstime *first, nstime *last, nstime *end);

/* savefile.*, pcapng.*; their names live as long as the files. */
void replay_stats(struct replay *r, counter_output *output, void *arg);

#endif
