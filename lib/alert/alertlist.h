/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ALERTLIST_H
#define ALERTLIST_H

#include "alert/alert.h"

/*
 * Show every active alert in its present state, the gravest first, then the one
 * that began first; nothing changes by it.  Events have the state REFRESHED.
 * False when out of memory: none was shown.
 */
bool alertlist_show(const struct alert *a, alert_output *output, void *arg,
    nstime now, nstime wall);

#endif
