/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXHIBITTEXT_H
#define EXHIBITTEXT_H

#include "base/textbuf.h"
#include "report/inner/exhibitpick.h"

/* The comment on each packet of an exhibit that counts. */

/* Embedded; borrows what it is given. */
struct exhibittext {
	const struct exhibitpick *pick;
	const struct alert_event *event;
	struct slice method;     /* of the request that was not answered */
	uint64_t copies, before; /* sent of it, and not among the packets */
	uint64_t seen;           /* copies so far */
	bool shared;  /* several agents show copies, some of them the same */
	uint32_t end; /* TCP: the sequence behind the request */
	bool sent;    /* .. which was seen */
};

void exhibittext_init(struct exhibittext *x, const struct exhibitpick *pick,
    const struct alert_event *event);

/* Write the comment on packet `i', or nothing.  In order, each once. */
void exhibittext_write(struct exhibittext *x, size_t i, struct textbuf *t);

#endif
