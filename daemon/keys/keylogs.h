/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYLOGS_H
#define KEYLOGS_H

#include "base/counter.h"
#include "config/config.h"
#include "host/log.h"
#include "tls/secrets.h"

/*
 * Key logs as they grow: files, FIFOs, and a socket that others push lines to.
 * They are looked at whenever keylogs_read() is called, and never waited for.
 */

struct keylogs;

/* NULL when out of memory; the caller frees it.  `secrets' are borrowed. */
struct keylogs *keylogs_new(struct secrets *secrets, const struct log *log);
void keylogs_free(struct keylogs *k);

/* One more, of a section, which is copied.  0, or -errno, logged.  A file need
 * not be there yet. */
int keylogs_add(struct keylogs *k, const struct config_tls *tls);

size_t keylogs_count(const struct keylogs *k);

/* How many are there and cannot be opened, now. */
size_t keylogs_refused(const struct keylogs *k);

/* keylogs.refused: how often that has begun */
void keylogs_stats(const struct keylogs *k, counter_output *output, void *arg);

/* Read new lines from all key logs, at most `most' octets from each. */
void keylogs_read(struct keylogs *k, size_t most);

/* Nothing more will come: a last line without its newline is whole. */
void keylogs_finish(struct keylogs *k);

#endif
