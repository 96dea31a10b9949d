/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WITNESSTEXT_H
#define WITNESSTEXT_H

#include "report/inner/kindtext.h"

/* The texts of these kinds. */

extern const struct kindtext witnesstext_zone_change;
extern const struct kindtext witnesstext_witness_conflict;
extern const struct kindtext witnesstext_stale_date;

#endif
