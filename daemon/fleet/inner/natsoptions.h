/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NATSOPTIONS_H
#define NATSOPTIONS_H

#include <nats.h>

#include "fleet/fleetdoor.h"

enum { NATSOPTIONS_WAIT_MS = 2000 /* for the answer of a server */ };

/* How to connect, and again and again, as the setup says; *servers is how many
 * it names.  NULL: it is wrong, and *why says how (static).  The caller
 * destroys it. */
natsOptions *natsoptions_new(
    const struct fleetdoor_setup *setup, unsigned *servers, const char **why);

#endif
