/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGNORE_H
#define IGNORE_H

#include "config/config.h"

/* [alerts] ignore: does the operator not want to hear of this one, for its
 * kind or because it is about one of these addresses? */
bool ignore_matches(
    const struct config_ignore *ignore, const struct alert_event *event);

#endif
