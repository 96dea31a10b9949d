/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LINKFILTER_H
#define LINKFILTER_H

#include "base/textbuf.h"
#include "net/packet.h"

/*
 * The user's filter, pcap-filter(7), for packets of several links: it means
 * something else on each, so it is compiled for each when it comes up.
 */

struct linkfilter;

/* `text' is borrowed.  NULL when out of memory. */
struct linkfilter *linkfilter_new(const char *text);
void linkfilter_free(struct linkfilter *f);

/* Compile it for a LINKTYPE_.  0, or -EINVAL and why. */
int linkfilter_check(struct linkfilter *f, int datalink, struct textbuf *why);

/* Does it let the packet through?  Not on a link that it cannot be compiled
 * for. */
bool linkfilter_passes(struct linkfilter *f, const struct packet *packet);

#endif
