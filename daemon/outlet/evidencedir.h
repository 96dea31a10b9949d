/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVIDENCEDIR_H
#define EVIDENCEDIR_H

#include "base/counter.h"
#include "host/log.h"

/*
 * The folder that holds the packets behind alerts, a file each.  Files are
 * written under another name first and have mode 0640; the oldest are removed
 * where all together would exceed `total'.  Other files there are left alone.
 */

struct evidencedir;

struct evidencedir_setup {
	const char *path; /* copied */
	size_t total;     /* octets of all files */
	bool threaded;    /* a thread writes: nobody waits for the disk */
	const struct log *log;
};

/* The folder is made if it is missing.  NULL, logged: it cannot be used.  The
 * caller frees it. */
struct evidencedir *evidencedir_new(const struct evidencedir_setup *setup);

/* Write what waits, at most until `deadline' (CLOCK_MONOTONIC). */
void evidencedir_free(struct evidencedir *d, nstime deadline);

/* Write a file of that name, "NAME.pcapng".  `octets' becomes the folder's, who
 * frees it. */
void evidencedir_put(
    struct evidencedir *d, const char *name, uint8_t *octets, size_t len);

/* Log, once, that files cannot be written, and that they can again.  False: the
 * latest could not. */
bool evidencedir_tick(struct evidencedir *d);

/* evidencedir.written, evidencedir.failed, evidencedir.full (of those that
 * wait) */
void evidencedir_stats(
    struct evidencedir *d, counter_output *output, void *arg);

#endif
