/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYROW_H
#define KEYROW_H

#include "base/nstime.h"
#include "base/slice.h"

/*
 * One row of the table of keys (config_keys.c), and how the text of a value
 * becomes the member of a struct that the row names.
 */

enum keyrow_type {
	KEYROW_DURATION, /* nstime */
	KEYROW_SIZE,     /* size_t */
	KEYROW_COUNT,    /* unsigned */
	KEYROW_BOOLEAN,  /* bool */
	KEYROW_CHOICE,   /* unsigned: which word of `accepted' */
	KEYROW_FACILITY, /* unsigned: as in syslog(3), not shifted */
	KEYROW_PORTS,    /* struct portset */
	KEYROW_TEXT,     /* char[CONFIG_TEXT] */
	KEYROW_LIST,   /* the same, every item checked, single blanks between */
	KEYROW_ONE,    /* the same, at most one item */
	KEYROW_IGNORE, /* struct config_ignore */
	KEYROW_MEMBERS /* struct config_members */
};

struct keyrow {
	const char *section, *name;
	enum keyrow_type type;
	const char *initial;  /* the default, as a file would have it */
	const char *accepted; /* in words for people */
	size_t offset;        /* of the member in the struct of its section */
	int64_t min, max;     /* DURATION (ns), SIZE, COUNT */
	bool (*item)(struct slice item); /* LIST, ONE: is it a valid one? */
};

/*
 * Set the row's member of the struct at `base'.  False, and nothing changed,
 * if `text' is not accepted.
 */
bool keyrow_set(const struct keyrow *row, struct slice text, void *base);

#endif
