/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANSWERSTATUS_H
#define ANSWERSTATUS_H

#include "monitor/answers.h"

/* How the daemon is: the row "status" of answers.c. */
json_t *answerstatus_give(const struct answers_rooms *rooms,
    const struct ask *ask, struct textbuf *error);

/* All that was counted, but for zeros: an object of numbers by their names. */
json_t *answerstatus_counters(const struct answers_rooms *rooms);

#endif
