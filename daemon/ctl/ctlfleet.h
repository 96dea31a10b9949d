/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLFLEET_H
#define CTLFLEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * What the judge of a fleet wrote last about all of it, for --fleet: the whole
 * (status), or its alerts, clocks or sensors.
 */

bool ctlfleet_knows(const char *command);

/* The part of the answer that the command asks for; borrowed. */
const json_t *ctlfleet_part(const json_t *answer, const char *command);

void ctlfleet_print(const json_t *answer, const char *command, FILE *out);

#endif
