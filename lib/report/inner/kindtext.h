/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KINDTEXT_H
#define KINDTEXT_H

#include "report/catalog.h"

/*
 * One row for each kind of alert: all that is said of it, in sentences and in
 * the catalog.  The rows stand beside the functions that write the sentences.
 */

/* Where the class says better than the kind what to do. */
struct kindtext_class {
	const char *class, *advice;
};

struct kindtext {
	struct catalog_entry catalog;
	const struct kindtext_class *classes; /* up to a NULL class; or NULL */
	/* Where the evidence says even better what to do: NULL if it does not.
	 * Or NULL. */
	const char *(*advise)(const struct alert_event *event);
	void (*trouble)(struct textbuf *t, const struct alert_event *event);
	/* Its name in a sentence that says it is over. */
	void (*label)(struct textbuf *t, const struct alert_event *event);
	const char *noun;    /* what is counted; NULL: nothing worth it */
	const char *healthy; /* what shows that it is over */
	const char *after;   /* advice when it is healthy; NULL: none */
};

/* Static. */
const struct kindtext *kindtext_of(enum finding_kind kind);

#endif
