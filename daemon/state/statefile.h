/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATEFILE_H
#define STATEFILE_H

#include "base/record.h"
#include "base/textbuf.h"

/*
 * The file "state" in a folder of its own.  A thread writes it, since fsync may
 * take seconds: always the latest record, into a second file that is then
 * renamed, so that "state" is whole whenever the machine or the daemon dies.
 */

struct statefile;

/*
 * `folder' is copied, and locked as long as the file is open.  0 or -errno:
 * -EWOULDBLOCK another instance uses it; there is no such folder, or no file
 * can be made in it.
 */
int statefile_new(struct statefile **f, const char *folder);

/* Writes the record that waits, until `deadline' (CLOCK_MONOTONIC). */
void statefile_free(struct statefile *f, nstime deadline);

/*
 * Read the whole file, at most `most' octets; the caller frees them. 0 or
 * -errno: -ENOENT there is none, -EFBIG there is more,
 * -ELOOP, -EINVAL or -EPERM it is a link, no regular file, or not our own.
 * Before the first statefile_write().
 */
int statefile_read(
    const struct statefile *f, size_t most, uint8_t **octets, size_t *len);

/* Rename the file to "state.damaged-TIME", written to `name'. 0 or -errno. */
int statefile_set_aside(
    const struct statefile *f, nstime wall, struct textbuf *name);

/* Take over a record, to be written in the place of one that still waits. */
void statefile_write(struct statefile *f, struct record *r);

/* True if no record waits or is being written. */
bool statefile_idle(struct statefile *f);

/* The result of the latest write: 0 or -errno. */
int statefile_error(struct statefile *f);

#endif
