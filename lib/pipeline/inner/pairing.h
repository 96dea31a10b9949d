/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PAIRING_H
#define PAIRING_H

#include "pipeline/inner/wants.h"

/*
 * Halves of transactions, and what follows of them: a request whose response
 * nobody has, and once an hour a transaction of each pair that no sensor sees
 * whole, is wanted in full.
 */

struct pairing;

/* `memory' is that of the halves: borrowed; NULL: no bounds.  NULL when out of
 * memory; the caller frees it. */
struct pairing *pairing_new(size_t halves, struct budget_share *memory,
    const struct siphash_key *key, wants_output *output, void *arg);
void pairing_free(struct pairing *p);

/* `reached': how far all sensors are. */
void pairing_half(
    struct pairing *p, const struct wire_half *half, nstime reached);

/* A sensor told a message of this call: all of it is wanted. */
void pairing_told(
    struct pairing *p, const struct wire_want *call, nstime reached);

/* The call of a message. */
struct wire_want pairing_call(const struct event_message *message);

/* Another wants it: sensors were asked. */
void pairing_asked(
    struct pairing *p, const struct wire_want *call, nstime reached);

/* See wants_server(). */
void pairing_server(
    struct pairing *p, const struct endpoint *server, nstime now);

void pairing_tick(struct pairing *p, nstime reached);

/* What is wanted by now is sent. */
void pairing_send(struct pairing *p, nstime now);

/* Halves that wait, and pairs that are known. */
void pairing_save(const struct pairing *p, struct record *r);
void pairing_load(struct pairing *p, struct cursor *c);

/* Counters of halves, acquaintance and wants. */
void pairing_stats(const struct pairing *p, counter_output *output, void *arg);

#endif
