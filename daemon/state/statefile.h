/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATEFILE_H
#define STATEFILE_H

#include "base/record.h"
#include "base/textbuf.h"

/*
 * The file that state is kept in, "state" in a folder of its own.  It is
 * written by a thread, since fsync may take seconds: the latest record alone,
 * into another file beside it that then takes its name, so that what stands
 * there is whole whenever the machine or the daemon dies.
 */

struct statefile;

/* `folder' is copied.  0 or -errno: there is no such folder, or no file can
 * be made in it. */
int statefile_new(struct statefile **f, const char *folder);

/* What waits is written until `deadline' (CLOCK_MONOTONIC). */
void statefile_free(struct statefile *f, nstime deadline);

/*
 * All that stands in the file, at most `most' octets; the caller frees it.
 * 0 or -errno: -ENOENT there is none, -EFBIG there is more.  Before the first
 * statefile_write().
 */
int statefile_read(
    const struct statefile *f, size_t most, uint8_t **octets, size_t *len);

/* Give what stands there another name, "state.damaged-TIME", told in `name'.
 * 0 or -errno. */
int statefile_set_aside(
    const struct statefile *f, nstime wall, struct textbuf *name);

/* Take over a record, to be written in the place of one that still waits. */
void statefile_write(struct statefile *f, struct record *r);

/* Nothing waits or is being written. */
bool statefile_idle(struct statefile *f);

/* Of the last time: 0 or -errno. */
int statefile_error(struct statefile *f);

#endif
