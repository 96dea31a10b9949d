/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TALLY_H
#define TALLY_H

#include "base/record.h"

/*
 * The outcomes of transactions, counted by method.  Names come off the wire:
 * they are kept escaped, and names beyond the limit share "other".
 */

enum { TALLY_NAME = 32 };

struct tally_counts {
	uint64_t answered, timed_out;
	/* A response was not seen, since its direction is not seen at all, or
	 * since a packet was lost; the sender gave up early, or never resends;
	 * it was handed on by HEP, without its transport. */
	uint64_t unknown_asymmetric, unknown_loss, unknown_gave_up;
	uint64_t unknown_unrepeated, unknown_no_transport;
	uint64_t undelivered, unfinished;
};

struct tally;

/* NULL when out of memory; the caller frees it. */
struct tally *tally_new(size_t methods);
void tally_free(struct tally *t);

/* The method as it is shown, cut at TALLY_NAME - 1 octets. */
void tally_name(char name[TALLY_NAME], struct slice method);

/* The counts of a method, made if new.  `name' is one of tally_name(). */
struct tally_counts *tally_of(struct tally *t, const char *name);

/* The same by the method as it is on the wire: usually no name is written. */
struct tally_counts *tally_of_method(struct tally *t, struct slice method);

/* Method number `index' in order of its name; false: there are no more. */
bool tally_at(const struct tally *t, size_t index, const char **name,
    struct tally_counts *counts);

/* State kept over a restart. */
void tally_save(struct record *r, const struct tally *t);
void tally_load(struct tally *t, struct cursor *c);

#endif
