/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HEPFLOW_H
#define HEPFLOW_H

#include "net/hepmsg.h"
#include "net/tcpreasm.h"

/*
 * Packets of HEP 3 in captured TCP connections, where one follows the other.
 * Behind octets that are missing, or that are no HEP, it goes on at the next
 * packet that is whole and begins with HEP's four letters.
 */

struct hepflow;

/* A packet of HEP; borrowed until the callback returns. */
typedef void hepflow_output(
    void *arg, struct slice packet, const struct address *agent);

/* NULL when out of memory; the caller frees it, after every connection was
 * FORGOTTEN.  `memory' holds packets that are not whole yet: borrowed; NULL: no
 * bounds. */
struct hepflow *hepflow_new(
    struct budget_share *memory, hepflow_output *output, void *arg);
void hepflow_free(struct hepflow *h);

/* Every event of a connection with such a port; event->user belongs to this
 * room. */
void hepflow_input(struct hepflow *h, const struct tcpreasm_event *event);

/* hepflow.broken, hepflow.gave_way, hepflow.no_memory */
void hepflow_stats(const struct hepflow *h, counter_output *output, void *arg);

#endif
