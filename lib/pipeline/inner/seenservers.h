/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SEENSERVERS_H
#define SEENSERVERS_H

#include "base/record.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * Which sensors of a fleet saw which servers.  Sensors have numbers from 0 on;
 * of servers beyond the limit those that nobody saw for longest are forgotten.
 */

enum { SEENSERVERS_SENSORS = 4096 };

struct seenservers;

/* NULL when out of memory; the caller frees it. */
struct seenservers *seenservers_new(
    size_t servers, const struct siphash_key *key);
void seenservers_free(struct seenservers *s);

void seenservers_saw(
    struct seenservers *s, unsigned sensor, const struct address *server);
bool seenservers_has(
    const struct seenservers *s, unsigned sensor, const struct address *server);

/* The latest servers, as the first `sensors' saw them; and read again. */
void seenservers_save(
    const struct seenservers *s, unsigned sensors, struct record *r);
void seenservers_load(
    struct seenservers *s, unsigned sensors, struct cursor *c);

#endif
