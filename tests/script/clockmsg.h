/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLOCKMSG_H
#define CLOCKMSG_H

#include "base/nstime.h"
#include "script/words.h"

/* Messages of a script that carry the clock of their sender in protocols of
 * media, directories and management. */

/* Is `what' one of them? */
bool clockmsg_is(const char *what);

/* As rawmsg_build() has it. */
struct octets clockmsg_build(
    const char *what, nstime clock, bool stream, struct words *w);

#endif
