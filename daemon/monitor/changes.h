/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CHANGES_H
#define CHANGES_H

#include "monitor/answers.h"

/* Changes that an operator may ask for: rows of answers.c.  Each answers with a
 * sentence, or refuses with one. */

json_t *changes_ack(const struct answers_rooms *rooms, const struct ask *ask,
    struct textbuf *error);
json_t *changes_silence(const struct answers_rooms *rooms,
    const struct ask *ask, struct textbuf *error);
json_t *changes_unsilence(const struct answers_rooms *rooms,
    const struct ask *ask, struct textbuf *error);

#endif
