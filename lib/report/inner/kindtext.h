/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KINDTEXT_H
#define KINDTEXT_H

#include "report/catalog.h"

/*
 * One row for each kind of alert: all text about it, in sentences and in the
 * catalog.  The rows are beside the functions that write the sentences.
 */

/* A class whose advice is better than the kind's. */
struct kindtext_class {
	const char *class, *advice;
};

struct kindtext {
	struct catalog_entry catalog;
	const struct kindtext_class *classes; /* up to a NULL class; or NULL */
	/* The advice that follows from the evidence, better still; it returns
	 * NULL if there is none.  Or NULL. */
	const char *(*advise)(const struct alert_event *event);
	void (*trouble)(struct textbuf *t, const struct alert_event *event);
	/* Its name in a sentence that reports its end. */
	void (*label)(struct textbuf *t, const struct alert_event *event);
	const char *noun;    /* what is counted; NULL: nothing worth it */
	const char *healthy; /* what shows that it is over */
	const char *after;   /* advice when it is healthy; NULL: none */
};

/* Static. */
const struct kindtext *kindtext_of(enum finding_kind kind);

#endif
