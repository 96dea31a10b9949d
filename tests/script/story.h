/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_STORY_H
#define SCRIPT_STORY_H

#include "script/wire.h"

/* Plays a script (tests/scenario/README) into `wire'.  Ends the program with
 * file, line and reason if it cannot. */
void story_play(struct wire *wire, const char *path);

#endif
