/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARTALERT_H
#define PARTALERT_H

#include "pipeline/inner/part.h"

/* The parts of the judge that take findings. */
extern const struct part partalert_fanout, partalert_incident, partalert_alert;

#endif
