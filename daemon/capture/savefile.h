/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVEFILE_H
#define SAVEFILE_H

#include "base/counter.h"
#include "capture/format.h"
#include "host/log.h"
#include "net/packet.h"

/*
 * One savefile, pcap or pcapng, perhaps compressed with gzip, zstd or xz, read
 * packet by packet.  Errors in it are logged here, once, as "FILE: what; what
 * to do".
 */

struct savefile;

/*
 * Open `path' ("-": standard input), which is borrowed for the savefile's life.
 * `user0' is the link type that LINKTYPE_USER0 means, or -1.  0, or -errno when
 * it is no savefile that can be judged, which has been logged, but for -ENOMEM.
 * The caller frees it with savefile_free().  Decryption secrets in it go to
 * `secrets', which is copied.
 */
int savefile_open(const char *path, int user0,
    const struct format_secrets *secrets, const struct log *log,
    struct savefile **savefile);
void savefile_free(struct savefile *s);

/* Judge only what passes `filter', as in pcap-filter(7); the rest still
 * advances the time.  -EINVAL, logged, if it does not compile. */
int savefile_filter(struct savefile *s, const char *filter);

/* Lend the octets of packets: see window.h.  For a file that is read to be
 * judged, once. */
bool savefile_lend(struct savefile *s, const struct window_borrower *borrower,
    struct slice *area);

enum savefile_read {
	SAVEFILE_PACKET,
	SAVEFILE_END,
	SAVEFILE_BROKEN /* cut short or damaged: see savefile_complain() */
};

/*
 * The next packet that has a stamp between 1970 and 2200: octets (borrowed
 * until the next call), len, datalink, wall and unstamped are filled in.  A
 * stamp of the first second of 1970 is none.
 * *passed: the filter lets it through.
 */
enum savefile_read savefile_next(
    struct savefile *s, struct packet *packet, bool *passed);

/* After SAVEFILE_BROKEN: log what is wrong and what to do. */
void savefile_complain(const struct savefile *s);

/* For the progress bar: octets read so far, and in all (0: a pipe). */
uint64_t savefile_octets_read(const struct savefile *s);
uint64_t savefile_octets(const struct savefile *s);

bool savefile_is_compressed(const struct savefile *s);

const char *savefile_path(const struct savefile *s);

/* A packet whose time cannot be used is counted as a bad stamp. */
void savefile_refuse(struct savefile *s);

/* savefile.bad_stamp, savefile.filtered, and those of its format */
void savefile_stats(
    const struct savefile *s, counter_output *output, void *arg);

/* Once it has ended: does it record until when the capture went on? */
bool savefile_end(const struct savefile *s, nstime *end);

/* Packets that the capture lost, as far as the file has reported them.  For a
 * pcapng that is no pipe and not compressed the count is known from the
 * start. */
uint64_t savefile_dropped(const struct savefile *s);

#endif
