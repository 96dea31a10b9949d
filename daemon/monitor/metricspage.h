/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METRICSPAGE_H
#define METRICSPAGE_H

#include "monitor/answers.h"
#include "report/metrics.h"

/*
 * The rooms as metrics (DOMAIN 6.5).  Labels are bounded: methods by the room
 * that counts them, peers and servers to METRICSPAGE_PEERS, those furthest off
 * and with most timeouts first, and none that was not heard of for a day.
 */

enum { METRICSPAGE_PEERS = 200 };

void metricspage_fill(const struct answers_rooms *rooms, struct metrics *m);

#endif
