/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CATALOG_H
#define CATALOG_H

#include "alert/alert.h"

/*
 * The meaning of each kind of alert, and what to do about it: the one source
 * for the advice in every alert, for --explain, for the journal's message
 * catalog and for the man page.
 */

struct catalog_entry {
	const char *summary; /* one line: what it is */
	const char *advice; /* one sentence to act on at three in the morning */
	const char *text;   /* paragraphs: what it means, what to check in which
			     * order, what it is not; lines of 72 at most */
};

const struct catalog_entry *catalog_find(enum finding_kind kind);

/* The advice that fits this alert best: its class may know better than its
 * kind.  Static text, no final full stop. */
const char *catalog_advice(const struct alert_event *event);

#endif
