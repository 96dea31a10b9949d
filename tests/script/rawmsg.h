/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RAWMSG_H
#define RAWMSG_H

#include "base/nstime.h"
#include "script/words.h"

/*
 * Octets of other protocols than SIP in a script: TLS records and the
 * clear-text witnesses of time.  They are named KIND:WHAT, as
 * tls:client-hello.
 */

/* Is `what' one of these names? */
bool rawmsg_is(const char *what);

/* The octets; `clock' is what the sender's clock shows.  `stream' is set where
 * it goes over TCP. */
struct octets rawmsg_build(
    const char *what, nstime clock, bool stream, struct words *w);

#endif
