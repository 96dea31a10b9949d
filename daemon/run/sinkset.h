/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SINKSET_H
#define SINKSET_H

#include "config/config.h"
#include "outlet/sinks.h"

/* Open the sinks that a configuration names, and close the others.  0 or
 * -errno, logged: nothing has changed. */
int sinkset_apply(
    struct sinks *sinks, const struct config *config, struct budget *budget);

#endif
