/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSMSG_H
#define TLSMSG_H

#include "base/nstime.h"
#include "script/words.h"

/*
 * TLS records: handshake messages, each in a record of its own, alerts, and
 * records of octets in the place of encrypted ones.
 */

/* `what' is one or several of the names of the README joined by "+". */
struct octets tlsmsg_build(const char *what, nstime clock, struct words *w);

#endif
