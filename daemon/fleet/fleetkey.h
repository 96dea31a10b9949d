/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETKEY_H
#define FLEETKEY_H

#include "fleet/fleetdoor.h"

/* Keys of the cluster whose values are text, by get() and put() of the door. */

/* The text's length, or -errno; then the text is empty. */
int fleetkey_get(const struct fleetdoor_member *m, const char *key, char *text,
    size_t size, uint64_t *revision);

int fleetkey_put(const struct fleetdoor_member *m, const char *key,
    const char *text, uint64_t *revision);

#endif
