/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PARTREFUSAL_H
#define PARTREFUSAL_H

#include "pipeline/inner/part.h"

/* The parts that take what was refused, and why. */
extern const struct part partrefusal_stale, partrefusal_mrasfailure,
    partrefusal_media, partrefusal_diagnostics;

#endif
