/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCRIPT_HEPWRAP_H
#define SCRIPT_HEPWRAP_H

#include "script/wire.h"

/*
 * Agents that hand on messages by HEP, each of them all there are, to the
 * collector 192.0.2.200:9060.  While there are any nothing else is captured.
 */

/* hep ADDRESS[:PORT] [agent=2002] [off=-1h] [version=2] [key=TEXT]
 * [compressed] [unstamped] [kind=5]. */
void hepwrap_add(
    struct wire *wire, const struct endpoint *agent, struct words *w);

/* A message as each of the agents hands it on; `protocol' is IP's. */
void hepwrap_send(struct wire *wire, const struct wire_how *how, nstime time,
    const struct endpoint *from, const struct endpoint *to, unsigned protocol,
    struct slice message);

#endif
