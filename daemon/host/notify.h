/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "base/nstime.h"

#include <stdbool.h>

/*
 * Notifications to the service manager, sd_notify(3).  Without one nothing
 * happens.
 */

enum { NOTIFY_STATUS = 512 };

/* Embedded. */
struct notify {
	bool wanted;                /* private: somebody listens */
	nstime watchdog;            /* private: half its interval; 0: none */
	nstime fed;                 /* private: when it was last fed */
	unsigned alive;             /* private: what was seen to work since */
	nstime told;                /* private: when the status was last sent */
	char status[NOTIFY_STATUS]; /* private: and what it was */
};

void notify_init(struct notify *n);

/* READY=1, with what is not ready yet in `status'. */
void notify_ready(struct notify *n, const char *status, nstime now);

/* STATUS=, if it has changed, every ten seconds at most. */
void notify_status(struct notify *n, const char *status, nstime now);

/* Around a reload: RELOADING=1 and, by notify_ready(), READY=1.  systemd
 * before 253 knows it only from services that ask for it. */
void notify_reloading(struct notify *n, nstime now);
void notify_stopping(struct notify *n);

/*
 * The watchdog is fed when all of this happened since it was fed last, so a
 * loop that turns but does not work is found out.  A quiet mirror works.
 */
enum notify_sign {
	NOTIFY_TICK = 1,  /* each open capture was polled, deadlines fired */
	NOTIFY_SECOND = 2 /* the slower timer fires too */
};
void notify_alive(struct notify *n, enum notify_sign sign, nstime now);

#endif
