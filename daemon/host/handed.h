/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HANDED_H
#define HANDED_H

#include <stddef.h>

/* Sockets that systemd hands over, with this FileDescriptorName=: at most
 * `most' of them.  How many there are. */
size_t handed_sockets(const char *name, int *sockets, size_t most);

#endif
