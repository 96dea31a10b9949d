/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METHODS_H
#define METHODS_H

#include "base/slice.h"

/*
 * Names of methods, each stored once, so that a transaction holds one octet.
 * Any token is a method, but a sender may invent them by the million: the
 * well-known ones are there from the start, METHODS_MAX are kept in all, and
 * the rest share METHODS_OTHER.
 */

enum {
	METHODS_INVITE,
	METHODS_ACK,
	METHODS_CANCEL,
	METHODS_BENOTIFY,
	METHODS_MAX = 64, /* names */
	METHODS_OTHER = METHODS_MAX,
	METHODS_NAME = 31 /* octets of the longest name kept */
};

struct methods {
	uint8_t count;                        /* private */
	uint8_t len[METHODS_MAX];             /* private */
	char name[METHODS_MAX][METHODS_NAME]; /* private */
};

void methods_init(struct methods *methods);

/* The number of `name' (methods are case-sensitive, RFC 3261 7.1), which is
 * stored if it is new and there is room; else METHODS_OTHER. */
uint8_t methods_number(struct methods *methods, struct slice name);

/* "INVITE", .., "other"; borrowed for the life of *methods. */
struct slice methods_name(const struct methods *methods, uint8_t number);

/* Is `method' a word of the list, which has blanks between its words?  "*" is
 * every method. */
bool methods_listed(struct slice list, struct slice method);

#endif
