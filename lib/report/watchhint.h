/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WATCHHINT_H
#define WATCHHINT_H

#include "base/textbuf.h"
#include "findings/unwatched.h"
#include "net/portset.h"

/*
 * Text about the traffic watched, the traffic seen but not watched, and the
 * configuration that would watch it: one line each, without its end.
 */

struct watchhint_settings {
	const struct portset *sip;     /* [sip] ports */
	const struct portset *watched; /* [timeouts] ports */
	const char *methods;           /* [timeouts] methods */
};

/* "SERVICE INVITE on port 5062, MRAS requests on ports 5060-5062" */
void watchhint_write(struct textbuf *t, const struct watchhint_settings *s);

/* Each returns false, with nothing written, if there is nothing to report. */

/* Transactions that timed out and are not watched. */
bool watchhint_timeouts(struct textbuf *t, const struct watchhint_settings *s,
    const struct unwatched *unwatched);

/* Transactions that timed out, watched only since there is no configuration. */
bool watchhint_unconfigured(struct textbuf *t,
    const struct watchhint_settings *s, const struct unwatched *unwatched);

/* SIP on ports that [sip] does not list. */
bool watchhint_unlisted(struct textbuf *t, const struct watchhint_settings *s,
    const struct porttally *unlisted);

/* Transactions that began and are not watched. */
bool watchhint_begun(struct textbuf *t, const struct watchhint_settings *s,
    const struct porttally *begun);

#endif
