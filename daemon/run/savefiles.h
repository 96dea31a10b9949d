/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAVEFILES_H
#define SAVEFILES_H

#include "capture/savefile.h"
#include "run/alignment.h"

/*
 * Several savefiles as one, their packets merged by stamp: of equal stamps that
 * of the file whose path sorts first.  Each file is read once, whatever its
 * place on the command line, and what their clocks differ by can be taken out
 * of the stamps.
 */

struct savefiles;

struct savefiles_setup {
	const char *const *paths; /* borrowed; "-" is standard input */
	size_t path_count;
	const char *filter; /* borrowed; NULL or empty: all packets */
	int user0;          /* the link type of LINKTYPE_USER0, or -1 */
	bool align; /* take out by how much the clocks of the files differ */
	struct format_secrets secrets; /* where those in files go */
	const struct log *log;
};

/* One file, and its next packet. */
struct savefiles_source {
	struct savefile *savefile;
	struct packet packet;
	bool passed; /* the packet passed the filter */
	bool begun;  /* the caller's: false at first */
	bool broken;
};

/*
 * Open all files.  NULL if any of them cannot be read, or there is no memory:
 * logged.  The caller frees it.
 */
struct savefiles *savefiles_new(const struct savefiles_setup *setup);
void savefiles_free(struct savefiles *s);

/* Lend the octets of packets, if it is one file: see window.h. */
bool savefiles_lend(struct savefiles *s, const struct window_borrower *borrower,
    struct slice *area);

/* Read the first packet of each. */
void savefiles_begin(struct savefiles *s);

/* The file with the earliest packet, borrowed; NULL: there are no more. */
struct savefiles_source *savefiles_first(struct savefiles *s);

/* Read the next packet of that file.  False: it has ended. */
bool savefiles_next(struct savefiles *s);

size_t savefiles_count(const struct savefiles *s);

/* Octets of packets in them, about: what is compressed counts by what it may
 * hold, and a pipe as nothing. */
uint64_t savefiles_size(const struct savefiles *s);

/* The stamps do not fit together, and were left so. */
bool savefiles_doubtful(const struct savefiles *s);

/* How the clock of file `number' differs from that of another; names are
 * borrowed.  False: it does not, or that is not known. */
struct savefiles_clocks {
	const char *first, *second;
	nstime offset; /* of the second's clock to the first's */
};
bool savefiles_differ(
    const struct savefiles *s, size_t number, struct savefiles_clocks *clocks);

/* Some file was damaged or cut short; log which, and how. */
bool savefiles_broken(const struct savefiles *s);
void savefiles_complain(const struct savefiles *s);

/* Octets read, and of all; 0 if they cannot be known (a pipe). */
void savefiles_read(const struct savefiles *s, uint64_t *read, uint64_t *total);

/* savefile.*, pcapng.*; their names live as long as the savefiles. */
void savefiles_stats(struct savefiles *s, counter_output *output, void *arg);

#endif
