/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SELECTION_H
#define SELECTION_H

#include "config/config.h"
#include "capture/interfaces.h"
#include "config/options.h"

/*
 * Watch the interfaces of the command line, or else of the configuration, with
 * its capture settings.  0, or -errno, logged, and nothing has changed.
 */
int selection_set(struct interfaces *set, const struct options *options,
    const struct config *config, const struct log *log);

#endif
