/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANSWERAGENTS_H
#define ANSWERAGENTS_H

#include "monitor/answers.h"

/* Who sends HEP: the row "agents" of answers.c. */
json_t *answeragents_give(const struct answers_rooms *rooms,
    const struct ask *ask, struct textbuf *error);

#endif
