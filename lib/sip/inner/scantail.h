/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANTAIL_H
#define SCANTAIL_H

#include "sip/inner/field.h"
#include "sip/inner/scancredit.h"
#include "sip/sip_message.h"

/*
 * How heads end: all lines behind the fields that every message has, with the
 * blank one.  Where nothing in them is of one transaction a sender repeats
 * them octet by octet, so they are compared as a whole.  A tail has one of two
 * places, by how it begins and the message it is of.
 */

enum {
	SCANTAIL_LEAST = 32,   /* its place is chosen by some of them */
	SCANTAIL_OCTETS = 472, /* so that a place is eight cache lines */
	SCANTAIL_SETS = 32,
	SCANTAIL_WAYS = 2
};

struct scantail_part {
	uint16_t at, len; /* from where the tail begins */
};

/* What the scanner found in a tail. */
struct scantail_found {
	uint16_t lines; /* without the blank one */
	uint16_t parts; /* as keys.h counts them, or more */
	uint16_t seen;  /* fields that may come once: 1 << enum field_name */
	bool has_record_route, has_reason;
	uint32_t length; /* Content-Length */
	struct scantail_part user_agent, server, content_type, date;
};

struct scantail {
	struct scantail_found found;
	uint16_t len; /* 0: the place is free */
	uint8_t octets[SCANTAIL_OCTETS];
};

_Static_assert(sizeof(struct scantail) <= 512, "eight cache lines");

struct scantails {
	struct scantail sets[SCANTAIL_SETS][SCANTAIL_WAYS];
	struct scancredit credit;
	unsigned turn;
};

/* The set of the tails that the octets may begin with, in a message of this
 * method and, for a response, status; NULL: tails pause, or there is none. */
struct scantail *scantail_set(struct scantails *tails, struct slice octets,
    struct slice method, unsigned status);

/* The tail of the set that the octets begin with, or NULL. */
const struct scantail *scantail_find(
    struct scantails *tails, const struct scantail *set, struct slice octets);

/* This tail was read, and takes a place of the set. */
void scantail_keep(struct scantails *tails, struct scantail *set,
    struct slice tail, const struct scantail_found *found);

#endif
