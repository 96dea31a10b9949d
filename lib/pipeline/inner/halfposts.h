/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HALFPOSTS_H
#define HALFPOSTS_H

#include "pipeline/sensor.h"

/*
 * Halves of a sensor, in a batch for each partition.  A partition that had one
 * lately is told how far we are, since it waits for us; one that had none for
 * ten seconds hears nothing, and does not wait.
 */

struct halfposts;

/* Of `setup' partitions, name, run and the callback for halves are taken.  NULL
 * when out of memory; the caller frees it. */
struct halfposts *halfposts_new(const struct sensor_setup *setup);
void halfposts_free(struct halfposts *p);

/* False: it did not fit. */
bool halfposts_put(
    struct halfposts *p, const struct wire_half *half, nstime now, nstime wall);

/* What is due is sent. */
void halfposts_tick(struct halfposts *p, nstime now, nstime wall);

/* All that waits is sent. */
void halfposts_finish(struct halfposts *p, nstime now, nstime wall);

nstime halfposts_next_deadline(const struct halfposts *p);

uint64_t halfposts_octets(const struct halfposts *p);

#endif
