/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TRANSPORTS_H
#define TRANSPORTS_H

#include "pipeline/inner/readerroom.h"

/*
 * What a packet carries goes to the room that it is for, by its transport, its
 * ports, and how it begins.
 */

/* A decode_output; `reader' is the struct reader. */
void transports_input(void *reader, const struct decode_event *event);

/* What an agent sent in one piece, each packet with a message of others: a
 * hepflow_output. */
void transports_hep(
    void *reader, struct slice octets, const struct address *agent);

#endif
